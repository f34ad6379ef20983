/* SPDX-License-Identifier: BSD-3-Clause */
#include <ondelet/ondelet.h>

#include <fftw3.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Scattering (order 2, L = 8) in turn with the smart FFT bound: FFTW doing only the transforms that are needed in
 * Kymatio's geometry. One JSON line: images per second of each, medians over rounds; with one thread per second of
 * processor time, so that other work on the machine counts less. With more, per second of the clock, and beside it one
 * thread by the same clock, and as many processes of one thread each at the same time: what the machine allows.
 *
 *   bench_scattering SIZE SCALES BATCH ROUNDS THREADS [kymatio|reflect] */

enum { ORIENTATIONS = 8, MAX_LEVELS = 8, MOST_ROUNDS = 99 };

static clockid_t used_clock = CLOCK_PROCESS_CPUTIME_ID;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(used_clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare_numbers(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare_numbers);
    return values[count / 2];
}

/* FFTW plans of every level: a complex inverse, and the real forward transform that a next layer starts with. */
typedef struct bound {
    int scales;
    fftwf_complex *plane;
    float *real;
    fftwf_plan inverse[MAX_LEVELS], forward[MAX_LEVELS];
} bound;

static void bound_prepare(bound *b, int size, int scales)
{
    int padded = (size / (1 << scales) + 2) * (1 << scales);
    size_t count = (size_t)padded * (size_t)(padded + 2);
    b->scales = scales;
    b->plane = fftwf_alloc_complex(count);
    b->real = fftwf_alloc_real(count);
    for (int level = 0; level < scales; level++) {
        int side = padded >> level;
        b->inverse[level] = fftwf_plan_dft_2d(side, side, b->plane, b->plane, FFTW_BACKWARD, FFTW_MEASURE);
        b->forward[level] = fftwf_plan_dft_r2c_2d(side, side, b->real, b->plane, FFTW_MEASURE);
    }
    memset(b->plane, 0, count * sizeof *b->plane);
    memset(b->real, 0, count * sizeof *b->real);
}

static void bound_run(const bound *b)
{
    fftwf_execute(b->forward[0]);
    for (int first = 0; first < b->scales; first++) {
        for (int orientation = 0; orientation < ORIENTATIONS; orientation++) {
            fftwf_execute(b->inverse[first]);
            if (first + 1 < b->scales) {
                fftwf_execute(b->forward[first]);
            }
            for (int second = first + 1; second < b->scales; second++) {
                for (int k = 0; k < ORIENTATIONS; k++) {
                    fftwf_execute(b->inverse[second]);
                }
            }
        }
    }
}

static int fail(void)
{
    fprintf(stderr, "bench_scattering: %s\n", ond_error_message());
    return 1;
}

static const double floor_s = 0.2; /* each turn lasts at least this long */

/* Images per second of a turn, after one that is not counted; 0 where it fails. */
static double rate_of(const ond_scattering *scattering, const ond_array *images, ond_array *features)
{
    if (ond_scattering_apply(scattering, images, features)) {
        return 0;
    }
    int turns = 0;
    double begin = seconds();
    double elapsed = 0;
    for (; elapsed < floor_s; turns++, elapsed = seconds() - begin) {
        if (ond_scattering_apply(scattering, images, features)) {
            return 0;
        }
    }
    return (double)images->shape[0] * turns / elapsed;
}

typedef struct pipes {
    int ready[2], go[2], rate[2];
} pipes;

/* Says that it is warm, waits until the other end of `go` is closed, and works. */
static void run_child(const ond_scattering *scattering, const ond_array *images, const pipes *p)
{
    ond_array features = {0};
    char nothing = 0;
    close(p->go[1]);
    bool warm = ond_threads_set(1) == OND_OK && ond_scattering_apply(scattering, images, &features) == OND_OK;
    bool told = write(p->ready[1], &nothing, 1) == 1 && read(p->go[0], &nothing, 1) == 0;
    double rate = warm && told ? rate_of(scattering, images, &features) : 0;
    _exit(write(p->rate[1], &rate, sizeof rate) == sizeof rate ? 0 : 1);
}

/* Images per second of so many processes at the same time; 0 where one fails. */
static double rate_of_processes(const ond_scattering *scattering, const ond_array *images, int count)
{
    pipes p;
    if (pipe(p.ready) || pipe(p.go) || pipe(p.rate)) {
        return 0;
    }
    for (int i = 0; i < count; i++) {
        if (fork() == 0) {
            run_child(scattering, images, &p);
        }
    }
    close(p.ready[1]);
    close(p.rate[1]);
    char byte;
    for (int i = 0; i < count && read(p.ready[0], &byte, 1) == 1; i++) {
    }
    close(p.go[1]);
    double sum = 0;
    double rate;
    int found = 0;
    for (; found < count && read(p.rate[0], &rate, sizeof rate) == sizeof rate && rate > 0; found++) {
        sum += rate;
    }
    while (wait(NULL) > 0) {
    }
    close(p.ready[0]);
    close(p.go[0]);
    close(p.rate[0]);
    return found == count ? sum : 0;
}

/* Images per second of one thread, where there are more; 0 where it fails. */
static double rate_alone(const ond_scattering *scattering, const ond_array *images, ond_array *features, int threads)
{
    bool set = ond_threads_set(1) == OND_OK;
    double rate = set ? rate_of(scattering, images, features) : 0;
    return ond_threads_set(threads) == OND_OK ? rate : 0;
}

/* Images per second, by turns. */
typedef struct rates {
    double ours[MOST_ROUNDS], alone[MOST_ROUNDS], processes[MOST_ROUNDS], fft[MOST_ROUNDS];
} rates;

static int measure(const ond_scattering *scattering, const ond_array *images, const bound *b, int rounds, int threads,
                   rates *found)
{
    ond_array features = {0};
    for (int round = 0; round < rounds; round++) {
        found->ours[round] = rate_of(scattering, images, &features);
        found->alone[round] = threads > 1 ? rate_alone(scattering, images, &features, threads) : found->ours[round];
        found->processes[round] = threads > 1 ? rate_of_processes(scattering, images, threads) : found->ours[round];
        if (found->ours[round] <= 0 || found->alone[round] <= 0 || found->processes[round] <= 0) {
            return fail();
        }
        int turns = 0;
        double begin = seconds();
        double elapsed = 0;
        for (; elapsed < floor_s; turns++, elapsed = seconds() - begin) {
            bound_run(b);
        }
        found->fft[round] = turns / elapsed;
    }
    ond_array_free(&features);
    return 0;
}

static int prepare(int size, int scales, ond_padding padding, ond_filters **filters, ond_scattering **scattering)
{
    ond_morlet_config bank = ond_morlet_config_default();
    bank.scales = scales;
    ond_scattering_config cascade = ond_scattering_config_default();
    cascade.padding = padding;
    return ond_morlet_create(&bank, filters) || ond_scattering_create(*filters, &cascade, scattering)
           || ond_scattering_prepare(*scattering, (size_t)size, (size_t)size);
}

int main(int count, char **arguments)
{
    if (count != 6 && count != 7) {
        fprintf(stderr, "usage: bench_scattering SIZE SCALES BATCH ROUNDS THREADS [kymatio|reflect]\n");
        return 2;
    }
    int size = atoi(arguments[1]);
    int scales = atoi(arguments[2]);
    int batch = atoi(arguments[3]);
    int rounds = atoi(arguments[4]) < MOST_ROUNDS ? atoi(arguments[4]) : MOST_ROUNDS;
    int threads = atoi(arguments[5]);
    ond_padding padding = count == 7 && arguments[6][0] == 'r' ? OND_PADDING_REFLECT : OND_PADDING_KYMATIO;
    used_clock = threads > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_array images = {0};
    size_t shape[3] = {(size_t)batch, (size_t)size, (size_t)size};
    if (ond_threads_set(threads) || prepare(size, scales, padding, &filters, &scattering)
        || ond_array_resize(&images, 3, shape)) {
        return fail();
    }
    for (size_t i = 0; i < ond_array_count(&images); i++) {
        images.data[i] = (float)((i * 2654435761u) % 4096) / 4096;
    }
    bound b;
    bound_prepare(&b, size, scales);
    static rates found;
    if (measure(scattering, &images, &b, rounds, threads, &found)) {
        return 1;
    }
    double our_rate = median(found.ours, rounds);
    printf("{\"size\": %d, \"scales\": %d, \"batch\": %d, \"threads\": %d, \"ondelet\": %.6g, \"ondelet_low\": %.6g, "
           "\"ondelet_high\": %.6g, \"alone\": %.6g, \"processes\": %.6g, \"fft_bound\": %.6g}\n",
           size, scales, batch, threads, our_rate, found.ours[0], found.ours[rounds - 1], median(found.alone, rounds),
           median(found.processes, rounds), median(found.fft, rounds));
    ond_array_free(&images);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
    return 0;
}
