/* SPDX-License-Identifier: BSD-3-Clause */
#include <ondelet/ondelet.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Convolutional basis pursuit by ADMM, one line of JSON: processor seconds of a run and its objective.
 *
 *   bench_csc SIGNAL.npy FILTERS.npy LAMBDA ITERATIONS */

enum { LARGEST_PATIENT = 256 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool measure(char **words)
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
    config.iterations = 1;
    bool failed = ond_wisdom_read(NULL) || ond_array_read(words[1], &signal) || ond_array_read(words[2], &filters);
    bool is_small = !failed && signal.shape[0] <= LARGEST_PATIENT;
    config.planning = is_small ? OND_PLANNING_PATIENT : OND_PLANNING_MEASURE; /* kept as wisdom */
    failed = failed || ond_dictionary_create(&filters, 1, OND_BORDER_CIRCULAR, &dictionary)
             || ond_pursuit((const ond_dictionary *const *)&dictionary, 1, &signal, &config, NULL, &codes, NULL);
    config.iterations = atoi(words[4]); /* plans are known now */
    double begin = seconds();
    failed
        = failed || ond_pursuit((const ond_dictionary *const *)&dictionary, 1, &signal, &config, NULL, &codes, &report);
    double elapsed = seconds() - begin;
    if (!failed) {
        printf("{\"seconds\": %.6f, \"objective\": %.9g, \"iterations\": %d}\n", elapsed, report.layer[0].objective,
               report.layer[0].iterations);
        failed = ond_wisdom_write(NULL);
    }
    ond_dictionary_destroy(dictionary);
    ond_array_free(&signal);
    ond_array_free(&filters);
    ond_array_free(&codes);
    return !failed;
}

int main(int count, char **words)
{
    if (count != 5) {
        fprintf(stderr, "usage: bench_csc SIGNAL.npy FILTERS.npy LAMBDA ITERATIONS\n");
        return 2;
    }
    if (!measure(words)) {
        fprintf(stderr, "bench_csc: %s\n", ond_error_message());
        return 1;
    }
    return 0;
}
