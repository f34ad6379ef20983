/* SPDX-License-Identifier: BSD-3-Clause */
#include <ondelet/ondelet.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Convolutional basis pursuit by ADMM, one line of JSON: processor and wall seconds of a run, its objective, and the
 * largest memory of the process.
 *
 *   bench_csc SIGNAL.npy FILTERS.npy LAMBDA ITERATIONS THREADS [plan]
 *
 * With `plan` transforms are measured and kept as wisdom, so that other runs find their plans. */

enum { LARGEST_PATIENT = 256 };

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Kilobytes, or 0 where the system does not say. */
static long peak_memory(void)
{
    char line[256];
    long peak = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            peak = atol(line + 6);
        }
    }
    if (file) {
        fclose(file);
    }
    return peak;
}

static bool measure(char **words, bool plans)
{
    ond_array signal = {0};
    ond_array filters = {0};
    ond_array codes = {0};
    ond_dictionary *dictionary = NULL;
    ond_pursuit_report report = {0};
    ond_pursuit_config config = ond_pursuit_config_default();
    config.method = OND_PURSUIT_ADMM;
    config.lambda = atof(words[3]);
    config.tolerance = 0;
    config.iterations = atoi(words[4]);
    bool failed = ond_threads_set(atoi(words[5])) || ond_wisdom_read(NULL) || ond_array_read(words[1], &signal)
                  || ond_array_read(words[2], &filters)
                  || ond_dictionary_create(&filters, 1, OND_BORDER_CIRCULAR, &dictionary);
    bool is_small = !failed && signal.shape[0] <= LARGEST_PATIENT;
    config.planning = is_small ? OND_PLANNING_PATIENT : OND_PLANNING_MEASURE;
    double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
    double wall = seconds(CLOCK_MONOTONIC);
    failed
        = failed || ond_pursuit((const ond_dictionary *const *)&dictionary, 1, &signal, &config, NULL, &codes, &report);
    double elapsed = seconds(CLOCK_PROCESS_CPUTIME_ID) - begin;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    failed = failed || (plans && ond_wisdom_write(NULL));
    if (!failed) {
        printf("{\"seconds\": %.6f, \"wall\": %.6f, \"objective\": %.9g, \"kilobytes\": %ld}\n", elapsed, wall,
               report.layer[0].objective, peak_memory());
    }
    ond_dictionary_destroy(dictionary);
    ond_array_free(&signal);
    ond_array_free(&filters);
    ond_array_free(&codes);
    return !failed;
}

int main(int count, char **words)
{
    if (count < 6 || count > 7) {
        fprintf(stderr, "usage: bench_csc SIGNAL.npy FILTERS.npy LAMBDA ITERATIONS THREADS [plan]\n");
        return 2;
    }
    if (!measure(words, count == 7)) {
        fprintf(stderr, "bench_csc: %s\n", ond_error_message());
        return 1;
    }
    return 0;
}
