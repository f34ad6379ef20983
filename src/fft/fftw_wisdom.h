/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FFT_FFTW_WISDOM_H
#define OND_FFT_FFTW_WISDOM_H

/* FFTW's planner is not thread-safe: every plan is made and destroyed under this one lock. */
void ond_planner_lock(void);
void ond_planner_unlock(void);

/* Called under the lock before planning: reads the wisdom whose reading was put off. Most features want no FFTW plan,
 * and then neither the time nor the megabytes of its planner. */
void ond_planner_import(void);

/* Called under the lock when a plan was measured: ond_wisdom_write has something to keep. */
void ond_planner_note_measured(void);

#endif
