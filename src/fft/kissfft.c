/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "fft/backend.h"

#include <kiss_fft.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

_Static_assert(sizeof(ond_complex) == sizeof(kiss_fft_cpx), "a plane of ond_complex is one of kiss_fft_cpx");

enum {
    STACK = 8192, /* complex numbers of scratch on the stack: enough for lines of up to half as many samples */
    BLOCK = 8     /* columns gathered together: those of one cache line */
};

/* One-dimensional transforms of one pass. kissfft neither works in place without allocating nor knows real rows that
 * several threads may transform at once: both are done here. */
typedef struct line_plan {
    kiss_fft_cfg transform;
    size_t length;      /* of the transform: half the width for real rows of even width */
    ond_complex *turns; /* exp(−2πik/width) for these, else NULL */
    ond_complex *spare; /* scratch for lines too long for the stack, one thread at a time; else NULL */
    pthread_mutex_t lock;
} line_plan;

static bool is_backward(ond_fft_pass pass)
{
    return pass == OND_FFT_ROWS_REAL_BACKWARD || pass == OND_FFT_ROWS_BACKWARD || pass == OND_FFT_COLUMNS_HALF_BACKWARD
           || pass == OND_FFT_COLUMNS_BACKWARD || pass == OND_FFT_STRIP_BACKWARD;
}

static bool is_real(ond_fft_pass pass)
{
    return pass == OND_FFT_ROWS_REAL_FORWARD || pass == OND_FFT_ROWS_REAL_BACKWARD;
}

static bool is_along_rows(ond_fft_pass pass)
{
    return is_real(pass) || pass == OND_FFT_ROWS_FORWARD || pass == OND_FFT_ROWS_BACKWARD;
}

static ond_status create_turns(size_t width, ond_complex **turns)
{
    *turns = ond_memory_allocate(width / 2 + 1, sizeof **turns);
    if (!*turns) {
        return OND_ERROR_MEMORY;
    }
    double step = -2 * acos(-1.0) / (double)width;
    for (size_t k = 0; k <= width / 2; k++) {
        (*turns)[k] = (ond_complex){(float)cos(step * (double)k), (float)sin(step * (double)k)};
    }
    return OND_OK;
}

static ond_status create_transform(line_plan *line, bool backward)
{
    size_t bytes = 0;
    kiss_fft_alloc((int)line->length, backward, NULL, &bytes); /* says how many */
    void *memory = ond_memory_allocate(bytes, 1);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    line->transform = kiss_fft_alloc((int)line->length, backward, memory, &bytes);
    if (!line->transform) {
        ond_memory_free(memory);
        return ond_fail(OND_ERROR_INTERNAL, "no FFT plan for %zu samples", line->length);
    }
    return OND_OK;
}

static ond_status fill_line(line_plan *line, size_t samples, ond_fft_pass pass)
{
    bool halved = is_real(pass) && samples % 2 == 0;
    line->length = halved ? samples / 2 : samples;
    if (halved) {
        OND_TRY(create_turns(samples, &line->turns));
    }
    if (2 * line->length > STACK) {
        line->spare = ond_memory_allocate(2 * line->length, sizeof *line->spare);
        if (!line->spare) {
            return OND_ERROR_MEMORY;
        }
    }
    return create_transform(line, is_backward(pass));
}

static void destroy_line(line_plan *line)
{
    if (line) {
        ond_memory_free(line->transform);
        ond_memory_free(line->turns);
        ond_memory_free(line->spare);
        pthread_mutex_destroy(&line->lock);
        ond_memory_free(line);
    }
}

ond_status ond_fft_backend_create(ond_fft *fft, unsigned passes, ond_planning planning)
{
    (void)planning; /* nothing is measured */
    for (int pass = 0; pass < OND_FFT_PASSES; pass++) {
        if (!(passes & 1u << pass)) {
            continue;
        }
        line_plan *line = ond_memory_allocate_zero(1, sizeof *line);
        if (!line) {
            return OND_ERROR_MEMORY;
        }
        fft->plans[pass] = line;
        pthread_mutex_init(&line->lock, NULL);
        size_t samples = is_along_rows((ond_fft_pass)pass) ? fft->width : fft->height;
        OND_TRY(fill_line(line, samples, (ond_fft_pass)pass));
    }
    return OND_OK;
}

void ond_fft_backend_destroy(ond_fft *fft)
{
    for (int pass = 0; pass < OND_FFT_PASSES; pass++) {
        destroy_line(fft->plans[pass]);
    }
}

static void transform(const line_plan *line, const ond_complex *from, ond_complex *to)
{
    kiss_fft(line->transform, (const kiss_fft_cpx *)from, (kiss_fft_cpx *)to);
}

/* A job on the lines of a plane, with scratch for twice a line or more. */
typedef struct line_job {
    const ond_fft *fft;
    line_plan *line;
    ond_complex *plane;
    float *real;
    size_t columns;       /* of column passes */
    ond_complex *scratch; /* `capacity` complex numbers */
    size_t capacity;
} line_job;

typedef void (*line_work)(const line_job *job);

static void run_with_scratch(line_work work, line_job job)
{
    ond_complex stack[STACK];
    if (!job.line->spare) {
        job.scratch = stack;
        job.capacity = STACK;
        work(&job);
        return;
    }
    pthread_mutex_lock(&job.line->lock);
    job.scratch = job.line->spare;
    job.capacity = 2 * job.line->length;
    work(&job);
    pthread_mutex_unlock(&job.line->lock);
}

static void do_rows(const line_job *job)
{
    for (size_t row = 0; row < job->fft->group; row++) {
        ond_complex *own = job->plane + row * job->fft->complex_stride;
        transform(job->line, own, job->scratch);
        memcpy(own, job->scratch, job->line->length * sizeof *own);
    }
}

static void do_columns(const line_job *job)
{
    size_t length = job->line->length, stride = job->fft->complex_stride;
    size_t block = job->capacity / (2 * length) < BLOCK ? job->capacity / (2 * length) : BLOCK;
    ond_complex *results = job->scratch + block * length;
    for (size_t first = 0; first < job->columns; first += block) {
        size_t count = job->columns - first < block ? job->columns - first : block;
        ond_complex *plane = job->plane + first;
        for (size_t row = 0; row < length; row++) {
            for (size_t i = 0; i < count; i++) {
                job->scratch[i * length + row] = plane[row * stride + i];
            }
        }
        for (size_t i = 0; i < count; i++) {
            transform(job->line, job->scratch + i * length, results + i * length);
        }
        for (size_t row = 0; row < length; row++) {
            for (size_t i = 0; i < count; i++) {
                plane[row * stride + i] = results[i * length + row];
            }
        }
    }
}

/* The spectrum X of a real row of even width from the transform Z of its pairs of samples taken as complex numbers:
 * X(k) = E(k) + exp(−2πik/width) O(k), E(k) = (Z(k) + Z*(n − k))/2, O(k) = (Z(k) − Z*(n − k))/(2i), n = width/2. */
static void separate_pairs(const line_plan *line, const ond_complex *pairs, ond_complex *spectrum)
{
    size_t n = line->length;
    for (size_t k = 0; k <= n; k++) {
        ond_complex here = pairs[k % n], there = pairs[(n - k) % n], turn = line->turns[k];
        ond_complex even = {0.5f * (here.re + there.re), 0.5f * (here.im - there.im)};
        ond_complex odd = {0.5f * (here.im + there.im), 0.5f * (there.re - here.re)};
        spectrum[k].re = even.re + turn.re * odd.re - turn.im * odd.im;
        spectrum[k].im = even.im + turn.re * odd.im + turn.im * odd.re;
    }
}

/* The reverse, times two. A real row's spectrum is real at both ends. */
static void join_pairs(const line_plan *line, ond_complex *spectrum, ond_complex *pairs)
{
    size_t n = line->length;
    spectrum[0].im = 0;
    spectrum[n].im = 0;
    for (size_t k = 0; k < n; k++) {
        ond_complex here = spectrum[k], there = spectrum[n - k], turn = line->turns[k];
        ond_complex even = {here.re + there.re, here.im - there.im};
        ond_complex turned = {here.re - there.re, here.im + there.im};
        ond_complex odd = {turn.re * turned.re + turn.im * turned.im, turn.re * turned.im - turn.im * turned.re};
        pairs[k] = (ond_complex){even.re - odd.im, even.im + odd.re};
    }
}

static void do_real_forward(const line_job *job)
{
    size_t width = job->fft->width;
    for (size_t row = 0; row < job->fft->group; row++) {
        const float *real = job->real + row * job->fft->real_stride;
        ond_complex *spectrum = job->plane + row * job->fft->complex_stride;
        if (job->line->turns) {
            memcpy(job->scratch + job->line->length, real, width * sizeof *real);
            transform(job->line, job->scratch + job->line->length, job->scratch);
            separate_pairs(job->line, job->scratch, spectrum);
            continue;
        }
        for (size_t i = 0; i < width; i++) {
            job->scratch[width + i] = (ond_complex){real[i], 0};
        }
        transform(job->line, job->scratch + width, job->scratch);
        memcpy(spectrum, job->scratch, job->fft->half_width * sizeof *spectrum);
    }
}

/* An odd row's spectrum with its mirrored half. */
static void complete_odd(size_t width, const ond_complex *half, ond_complex *whole)
{
    whole[0] = (ond_complex){half[0].re, 0};
    for (size_t k = 1; k <= width / 2; k++) {
        whole[k] = half[k];
        whole[width - k] = (ond_complex){half[k].re, -half[k].im};
    }
}

static void do_real_backward(const line_job *job)
{
    size_t width = job->fft->width;
    for (size_t row = 0; row < job->fft->group; row++) {
        float *real = job->real + row * job->fft->real_stride;
        ond_complex *spectrum = job->plane + row * job->fft->complex_stride;
        ond_complex *result = job->scratch + job->line->length;
        if (job->line->turns) {
            join_pairs(job->line, spectrum, job->scratch);
            transform(job->line, job->scratch, result);
            memcpy(real, result, width * sizeof *real);
            continue;
        }
        complete_odd(width, spectrum, job->scratch);
        transform(job->line, job->scratch, result);
        for (size_t i = 0; i < width; i++) {
            real[i] = result[i].re;
        }
    }
}

void ond_fft_rows_real_forward(const ond_fft *fft, float *real, ond_complex *plane)
{
    line_plan *line = fft->plans[OND_FFT_ROWS_REAL_FORWARD];
    run_with_scratch(do_real_forward, (line_job){.fft = fft, .line = line, .plane = plane, .real = real});
}

void ond_fft_rows_real_backward(const ond_fft *fft, ond_complex *plane, float *real)
{
    line_plan *line = fft->plans[OND_FFT_ROWS_REAL_BACKWARD];
    run_with_scratch(do_real_backward, (line_job){.fft = fft, .line = line, .plane = plane, .real = real});
}

static size_t columns_of(const ond_fft *fft, ond_fft_pass pass)
{
    bool half = pass == OND_FFT_COLUMNS_HALF_FORWARD || pass == OND_FFT_COLUMNS_HALF_BACKWARD;
    bool strip = pass == OND_FFT_STRIP_FORWARD || pass == OND_FFT_STRIP_BACKWARD;
    return half ? fft->half_width : strip ? OND_FFT_STRIP : fft->width;
}

void ond_fft_run(const ond_fft *fft, ond_fft_pass pass, ond_complex *plane)
{
    line_job job = {
        .fft = fft,
        .line = fft->plans[pass],
        .plane = plane,
        .columns = columns_of(fft, pass),
    };
    run_with_scratch(is_along_rows(pass) ? do_rows : do_columns, job);
}

const char *ond_fft_version(void)
{
    return "kissfft " OND_KISSFFT_VERSION;
}

/* Nothing is measured: there is no wisdom. */
ond_status ond_wisdom_read(const char *path)
{
    (void)path;
    return OND_OK;
}

ond_status ond_wisdom_write(const char *path)
{
    (void)path;
    return OND_OK;
}
