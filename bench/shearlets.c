/* SPDX-License-Identifier: BSD-3-Clause */
#include <ondelet/ondelet.h>

#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The shearlet transform (the compact Parseval system of four scales, 49 bands) and the denoiser in turn with FFTW
 * doing only the transforms that are needed: of the image, one back for each band, and the same the other way. One JSON
 * line: milliseconds, of processor time with one thread, of the clock with more; the least and the median over rounds.
 *
 *   bench_shearlets SIZE ROUNDS THREADS */

enum { MOST_ROUNDS = 99 };

enum { BANK, ANALYSIS, SYNTHESIS, PROCESS, DENOISE, DENOISE_PLANNED, TRANSFORMS, WHAT };

static const char *const names[WHAT] = {
    "bank", "analysis", "synthesis", "process", "denoise", "denoise_planned", "fft_list",
};

static clockid_t used_clock;

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

/* What is measured with. */
typedef struct bench {
    int size;
    ond_filters *filters;
    ond_bands *bands;
    ond_denoiser *denoiser;
    ond_array image, clean, *coefficients;
    float *real; /* of the list of transforms */
    fftwf_complex *plane;
    fftwf_plan forward, backward;
} bench;

static ond_status keep(void *context, const ond_band *band)
{
    (void)context;
    (void)band;
    return OND_OK;
}

static ond_status make_bank(int size, ond_filters **filters)
{
    ond_shearlet_config config = ond_shearlet_config_default();
    config.height = config.width = size;
    return ond_shearlet_create(&config, filters);
}

static ond_status prepare(bench *b)
{
    size_t side = (size_t)b->size;
    ond_bands_config config = {0, OND_PLANNING_MEASURE};
    ond_denoise_config denoise = ond_denoise_config_default();
    denoise.noise_std = 0.1;
    denoise.planning = OND_PLANNING_MEASURE;
    ond_status status = make_bank(b->size, &b->filters);
    status = status ? status : ond_bands_create(b->filters, &config, &b->bands);
    status = status ? status : ond_denoiser_create(NULL, &denoise, side, side, &b->denoiser);
    status = status ? status : ond_array_resize(&b->image, 2, (size_t[2]){side, side});
    for (size_t i = 0; status == OND_OK && i < side * side; i++) {
        b->image.data[i] = (float)((i * 2654435761u) % 4096) / 4096;
    }
    if (status == OND_OK) {
        b->coefficients = calloc(ond_filters_count(b->filters), sizeof *b->coefficients);
        status = b->coefficients ? ond_bands_analysis(b->bands, &b->image, b->coefficients) : OND_ERROR_MEMORY;
    }
    b->real = fftwf_alloc_real(side * side);
    b->plane = fftwf_alloc_complex(side * (side / 2 + 1));
    b->forward = fftwf_plan_dft_r2c_2d(b->size, b->size, b->real, b->plane, FFTW_MEASURE);
    b->backward = fftwf_plan_dft_c2r_2d(b->size, b->size, b->plane, b->real, FFTW_MEASURE);
    memset(b->real, 0, side * side * sizeof *b->real);
    memset(b->plane, 0, side * (side / 2 + 1) * sizeof *b->plane);
    return status;
}

static ond_status denoise_once(const bench *b, ond_array *clean)
{
    ond_denoise_config config = ond_denoise_config_default();
    config.noise_std = 0.1;
    return ond_denoise(&b->image, &config, clean, NULL);
}

static ond_status run(bench *b, int what)
{
    ond_filters *filters = NULL;
    ond_status status = OND_OK;
    switch (what) {
    case BANK:
        status = make_bank(b->size, &filters);
        ond_filters_destroy(filters);
        return status;
    case ANALYSIS:
        return ond_bands_analysis(b->bands, &b->image, b->coefficients);
    case SYNTHESIS:
        return ond_bands_synthesis(b->bands, b->coefficients, &b->clean);
    case PROCESS:
        return ond_bands_process_rows(b->bands, &b->image, 1, keep, NULL, &b->clean);
    case DENOISE:
        return denoise_once(b, &b->clean);
    case DENOISE_PLANNED:
        return ond_denoiser_apply(b->denoiser, &b->image, &b->clean, NULL);
    default: /* forward and back count the same: 1 + 49 and 49 + 1 */
        for (size_t i = 0; i < ond_filters_count(b->filters); i++) {
            fftwf_execute(b->forward);
            fftwf_execute(b->backward);
        }
        return OND_OK;
    }
}

static ond_status measure(bench *b, int rounds, double times[WHAT][MOST_ROUNDS])
{
    for (int round = 0; round < rounds; round++) {
        for (int what = 0; what < WHAT; what++) {
            double begin = seconds();
            ond_status status = run(b, what);
            times[what][round] = 1000 * (seconds() - begin);
            if (status != OND_OK) {
                return status;
            }
        }
    }
    return OND_OK;
}

static void print_times(const bench *b, int rounds, double times[WHAT][MOST_ROUNDS])
{
    printf("{\"size\": %d, \"bands\": %zu", b->size, ond_filters_count(b->filters));
    for (int what = 0; what < WHAT; what++) {
        qsort(times[what], (size_t)rounds, sizeof times[what][0], compare_numbers);
        printf(", \"%s\": %.4g, \"%s_median\": %.4g", names[what], times[what][0], names[what],
               times[what][rounds / 2]);
    }
    puts("}");
}

static void release(bench *b)
{
    for (size_t i = 0; b->coefficients && i < ond_filters_count(b->filters); i++) {
        ond_array_free(&b->coefficients[i]);
    }
    free(b->coefficients);
    ond_array_free(&b->image);
    ond_array_free(&b->clean);
    ond_denoiser_destroy(b->denoiser);
    ond_bands_destroy(b->bands);
    ond_filters_destroy(b->filters);
    fftwf_destroy_plan(b->forward);
    fftwf_destroy_plan(b->backward);
    fftwf_free(b->real);
    fftwf_free(b->plane);
}

int main(int count, char **arguments)
{
    static double times[WHAT][MOST_ROUNDS];
    bench b = {.size = count == 4 ? atoi(arguments[1]) : 0};
    int rounds = count == 4 ? atoi(arguments[2]) : 0;
    int threads = count == 4 ? atoi(arguments[3]) : 0;
    if (b.size < 16 || rounds < 1 || rounds > MOST_ROUNDS || threads < 1) {
        fprintf(stderr, "usage: bench_shearlets SIZE ROUNDS THREADS\n");
        return 2;
    }
    used_clock = threads > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
    bool failed = ond_threads_set(threads) || ond_wisdom_read(NULL) || prepare(&b) || ond_wisdom_write(NULL)
                  || measure(&b, rounds, times);
    if (failed) {
        fprintf(stderr, "bench_shearlets: %s\n", ond_error_message());
    } else {
        print_times(&b, rounds, times);
    }
    release(&b);
    return failed;
}
