/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "fft/backend.h"
#include "fft/fftw_wisdom.h"

#include <fftw3.h>

_Static_assert(sizeof(ond_complex) == sizeof(fftwf_complex), "a plane of ond_complex is one of fftwf_complex");

/* Buffers that planning may overwrite. */
typedef struct planning_buffers {
    float *real;
    ond_complex *plane;
} planning_buffers;

static fftwf_plan plan_pass(const ond_fft *fft, ond_fft_pass pass, planning_buffers buffers, unsigned flags)
{
    fftwf_complex *plane = (fftwf_complex *)buffers.plane;
    int width = (int)fft->width;
    int height = (int)fft->height;
    int group = (int)fft->group;
    int real_stride = (int)fft->real_stride;
    int stride = (int)fft->complex_stride;
    int half_width = (int)fft->half_width;
    switch (pass) {
    case OND_FFT_ROWS_REAL_FORWARD:
        return fftwf_plan_many_dft_r2c(1, &width, group, buffers.real, NULL, 1, real_stride, plane, NULL, 1, stride,
                                       flags);
    case OND_FFT_ROWS_REAL_BACKWARD:
        return fftwf_plan_many_dft_c2r(1, &width, group, plane, NULL, 1, stride, buffers.real, NULL, 1, real_stride,
                                       flags);
    case OND_FFT_ROWS_FORWARD:
    case OND_FFT_ROWS_BACKWARD:
        return fftwf_plan_many_dft(1, &width, group, plane, NULL, 1, stride, plane, NULL, 1, stride,
                                   pass == OND_FFT_ROWS_FORWARD ? FFTW_FORWARD : FFTW_BACKWARD, flags);
    case OND_FFT_COLUMNS_HALF_FORWARD:
    case OND_FFT_COLUMNS_HALF_BACKWARD:
        return fftwf_plan_many_dft(1, &height, half_width, plane, NULL, stride, 1, plane, NULL, stride, 1,
                                   pass == OND_FFT_COLUMNS_HALF_FORWARD ? FFTW_FORWARD : FFTW_BACKWARD, flags);
    case OND_FFT_COLUMNS_FORWARD:
    case OND_FFT_COLUMNS_BACKWARD:
        return fftwf_plan_many_dft(1, &height, width, plane, NULL, stride, 1, plane, NULL, stride, 1,
                                   pass == OND_FFT_COLUMNS_FORWARD ? FFTW_FORWARD : FFTW_BACKWARD, flags);
    case OND_FFT_STRIP_FORWARD:
    case OND_FFT_STRIP_BACKWARD:
        return fftwf_plan_many_dft(1, &height, OND_FFT_STRIP, plane, NULL, stride, 1, plane, NULL, stride, 1,
                                   pass == OND_FFT_STRIP_FORWARD ? FFTW_FORWARD : FFTW_BACKWARD, flags);
    case OND_FFT_PASSES:
        break;
    }
    return NULL;
}

static const unsigned planning_flags[] = {FFTW_ESTIMATE, FFTW_MEASURE, FFTW_PATIENT};

static ond_status plan_passes(ond_fft *fft, unsigned passes, ond_planning planning, planning_buffers buffers)
{
    unsigned flags = planning_flags[planning];
    for (int pass = 0; pass < OND_FFT_PASSES; pass++) {
        if (!(passes & 1u << pass)) {
            continue;
        }
        fftwf_plan known = plan_pass(fft, (ond_fft_pass)pass, buffers, flags | FFTW_WISDOM_ONLY);
        fft->plans[pass] = known ? known : plan_pass(fft, (ond_fft_pass)pass, buffers, flags);
        if (!fft->plans[pass]) {
            return ond_fail(OND_ERROR_INTERNAL, "no FFT plan for %zu x %zu", fft->height, fft->width);
        }
        if (!known && planning != OND_PLANNING_ESTIMATE) {
            ond_planner_note_measured();
        }
    }
    return OND_OK;
}

ond_status ond_fft_backend_create(ond_fft *fft, unsigned passes, ond_planning planning)
{
    planning_buffers buffers = {
        .real = ond_memory_allocate_zero(fft->height * fft->real_stride, sizeof(float)),
        .plane = ond_memory_allocate_zero(fft->height * fft->complex_stride, sizeof(ond_complex)),
    };
    ond_status status = OND_ERROR_MEMORY;
    if (buffers.real && buffers.plane) {
        ond_planner_lock();
        ond_planner_import();
        status = plan_passes(fft, passes, planning, buffers);
        ond_planner_unlock();
    }
    ond_memory_free(buffers.real);
    ond_memory_free(buffers.plane);
    return status;
}

void ond_fft_backend_destroy(ond_fft *fft)
{
    ond_planner_lock();
    for (int pass = 0; pass < OND_FFT_PASSES; pass++) {
        if (fft->plans[pass]) {
            fftwf_destroy_plan(fft->plans[pass]);
        }
    }
    ond_planner_unlock();
}

void ond_fft_rows_real_forward(const ond_fft *fft, float *real, ond_complex *plane)
{
    fftwf_execute_dft_r2c(fft->plans[OND_FFT_ROWS_REAL_FORWARD], real, (fftwf_complex *)plane);
}

void ond_fft_rows_real_backward(const ond_fft *fft, ond_complex *plane, float *real)
{
    fftwf_execute_dft_c2r(fft->plans[OND_FFT_ROWS_REAL_BACKWARD], (fftwf_complex *)plane, real);
}

void ond_fft_run(const ond_fft *fft, ond_fft_pass pass, ond_complex *plane)
{
    fftwf_execute_dft(fft->plans[pass], (fftwf_complex *)plane, (fftwf_complex *)plane);
}

const char *ond_fft_version(void)
{
#ifdef OND_FFTW_VERSION
    return OND_FFTW_VERSION;
#else
    return fftwf_version;
#endif
}
