/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_RUNTIME_H
#define ONDELET_RUNTIME_H

#include <ondelet/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** "0.1.0" */
OND_API const char *ond_version(void);

/** "fftw-3.3.10-sse2-avx", "libpng 1.6.39", …: outside libraries in use, one per call, NULL after the last. */
OND_API const char *ond_library_version(int index);

/** Number of threads that one call may use, process-wide. Preset 1, so that a forked process cannot hang; results are
 *  the same bits for any number. A child of fork() uses one thread when its parent has used several.
 *  @param threads  1…1024, or 0 for one per processor */
OND_CHECKED ond_status ond_threads_set(int threads);
OND_API int ond_threads(void);

/** Ends the threads that OpenBLAS starts with a program, one for each processor beyond the first, and which keep these
 *  busy for the first tenth of a second. For programs in which only ondelet uses OpenBLAS, before they start threads
 *  and call anything else: ondelet multiplies matrices on ond_threads() of its own. Does nothing where OpenBLAS has no
 *  such threads. */
OND_API void ond_blas_threads_end(void);

/** How much time is spent on choosing fast FFTs. */
typedef enum ond_planning {
    OND_PLANNING_ESTIMATE, /**< no measuring; uses what an earlier process measured, if its wisdom was read */
    OND_PLANNING_MEASURE,  /**< tenths of a second for each new size, once; for batches */
    OND_PLANNING_PATIENT   /**< seconds for each new size, once */
} ond_planning;

/** Reads measured FFT plans. A missing, foreign or damaged file is not an error: its plans are just not known.
 *  What stands in the usual place is read when the first plan is made.
 *  @param path  NULL for `$XDG_CACHE_HOME/ondelet/fftw-wisdom` (else `~/.cache/ondelet/fftw-wisdom`) */
OND_CHECKED ond_status ond_wisdom_read(const char *path);

/** Writes all plans known so far, beside the place and renamed. With NULL it does nothing when nothing was measured
 *  since the last time, and with a path nothing when no plan was made since ond_wisdom_read(NULL).  @retval
 * OND_ERROR_IO  the folder cannot be made or written */
OND_CHECKED ond_status ond_wisdom_write(const char *path);

#ifdef __cplusplus
}
#endif

#endif
