/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/images.h"
#include "cli/spool.h"
#include "cli/ssim.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct compare_config {
    double peak;
} compare_config;

typedef struct compare_request {
    cli_request common;
    compare_config compare;
} compare_request;

static const ond_option own_options[] = {
    REAL_ROW(compare_config, peak, 0, 0, DBL_MAX,
             "largest possible value, of PSNR and SSIM; 0: 1 for pictures, else the larger range of the two arrays"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"compare", options, offsetof(compare_request, compare), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {{NULL, 0, NULL, 0, NULL}};

typedef struct comparison {
    double peak;
    const char *peak_source;
    double psnr_db; /* infinite for equal arrays */
    double ssim;    /* NaN where it does not apply */
    double relative_error, largest_difference;
} comparison;

static double range_of(const ond_array *array)
{
    double lowest = HUGE_VAL, highest = -HUGE_VAL;
    size_t count = ond_array_count(array);
    for (size_t i = 0; i < count; i++) {
        lowest = fmin(lowest, (double)array->data[i]);
        highest = fmax(highest, (double)array->data[i]);
    }
    return count ? highest - lowest : 0;
}

static void choose_peak(double given, const whole_file files[2], comparison *result)
{
    if (given > 0) {
        result->peak = given;
        result->peak_source = "given";
    } else if (files[0].is_unit || files[1].is_unit) {
        result->peak = 1;
        result->peak_source = "of pictures";
    } else {
        result->peak = fmax(range_of(&files[0].array), range_of(&files[1].array));
        result->peak_source = "the larger range of the two arrays";
    }
}

static void compare_arrays(const ond_array *a, const ond_array *b, comparison *result)
{
    double squares = 0, reference = 0, largest = 0;
    size_t count = ond_array_count(a);
    for (size_t i = 0; i < count; i++) {
        double difference = (double)a->data[i] - (double)b->data[i];
        squares += difference * difference;
        reference += (double)b->data[i] * (double)b->data[i];
        largest = fmax(largest, fabs(difference));
    }
    double mean = squares / (double)count;
    result->psnr_db = squares > 0 ? 10 * log10(result->peak * result->peak / mean) : HUGE_VAL;
    result->relative_error = squares > 0 ? sqrt(squares / reference) : 0;
    result->largest_difference = largest;
    result->ssim = ssim_applies(a) && result->peak > 0 ? ssim(a, b, result->peak) : (double)NAN;
}

static bool is_finite(file_name name, const ond_array *array)
{
    size_t count = ond_array_count(array);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(array->data[i])) {
            complain("%s: sample %zu is %g, finite numbers wanted", name.shown, i, (double)array->data[i]);
            return false;
        }
    }
    return true;
}

static bool can_compare(const file_name names[2], const whole_file files[2])
{
    const ond_array *a = &files[0].array, *b = &files[1].array;
    char shape_a[SHAPE_TEXT], shape_b[SHAPE_TEXT];
    bool same = a->rank == b->rank && memcmp(a->shape, b->shape, (size_t)a->rank * sizeof a->shape[0]) == 0;
    if (!same) {
        complain("%s is %s, %s is %s: shapes must agree", names[0].shown, shape_text(a->rank, a->shape, shape_a),
                 names[1].shown, shape_text(b->rank, b->shape, shape_b));
        return false;
    }
    if (ond_array_count(a) == 0) {
        complain("%s: has the shape %s: there is nothing to compare", names[0].shown,
                 shape_text(a->rank, a->shape, shape_a));
        return false;
    }
    return is_finite(names[0], a) && is_finite(names[1], b);
}

static void print_text(const comparison *result)
{
    printf("%-20s%.4f dB (peak %g, %s)\n", "PSNR", result->psnr_db, result->peak, result->peak_source);
    if (isnan(result->ssim)) {
        printf("%-20s-\n", "SSIM");
    } else {
        printf("%-20s%.6f\n", "SSIM", result->ssim);
    }
    printf("%-20s%.6g\n", "relative L2 error", result->relative_error);
    printf("%-20s%.6g\n", "largest difference", result->largest_difference);
}

static void print_json(const file_name names[2], const ond_array *array, const comparison *result)
{
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "compare");
    json_object_set_new(object, "a", json_text(names[0].shown));
    json_object_set_new(object, "b", json_text(names[1].shown));
    json_object_set_new(object, "shape", json_shape(array->rank, array->shape));
    json_object_set_new(object, "psnr_db", json_number(result->psnr_db));
    json_object_set_new(object, "peak", json_number(result->peak));
    json_object_set_new(object, "ssim", json_number(result->ssim));
    json_object_set_new(object, "relative_error", json_number(result->relative_error));
    json_object_set_new(object, "largest_difference", json_number(result->largest_difference));
    json_object_set_new(object, "equal", json_boolean(result->largest_difference == 0));
    json_print(object);
}

static bool compare_files(const compare_request *request, const file_name names[2], whole_file files[2])
{
    if (!file_read(names[0], OND_NATIVE, false, &files[0]) || !file_read(names[1], OND_NATIVE, false, &files[1])
        || !can_compare(names, files)) {
        return false;
    }
    comparison result;
    choose_peak(request->compare.peak, files, &result);
    compare_arrays(&files[0].array, &files[1].array, &result);
    if (request->common.json) {
        print_json(names, &files[0].array, &result);
    } else {
        print_text(&result);
    }
    return true;
}

static exit_status run_compare(cli_request *common)
{
    if (common->input_count != 2) {
        return wrong_usage(common->command, "%zu inputs given, two wanted", common->input_count);
    }
    file_name names[2];
    for (size_t i = 0; i < 2; i++) {
        const char *input = common->inputs[i];
        names[i] = (file_name){input, strcmp(input, "-") == 0 ? spool_input() : input};
        if (!names[i].path) {
            return SOME_FAILED;
        }
    }
    whole_file files[2] = {{.is_unit = false}, {.is_unit = false}};
    bool fine = compare_files((const compare_request *)common, names, files);
    ond_array_free(&files[0].array);
    ond_array_free(&files[1].array);
    return fine ? ALL_DONE : SOME_FAILED;
}

const cli_command compare_command = {
    .name = "compare",
    .summary = "PSNR, SSIM and relative error of two pictures or arrays",
    .usage = "A B [options]",
    .details = "The relative error is |A - B| / |B|. SSIM is given for images of at least 11 x 11 pixels.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(compare_request),
    .run = run_compare,
};
