/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/record.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"

#include <ondelet/runtime.h>

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { TEXT_SIZE = 192, DIGITS = 17 }; /* sixteen of a number, and a blank */

static const uint64_t prime = UINT64_C(0x100000001b3);

uint64_t ond_record_sum(uint64_t sum, const ond_array *array)
{
    size_t count = ond_array_count(array);
    size_t step = count / 100000 + 1;
    for (int axis = 0; axis < array->rank; axis++) {
        sum = (sum ^ array->shape[axis]) * prime;
    }
    for (size_t i = 0; i < count; i += step) {
        uint32_t bits = 0;
        memcpy(&bits, &array->data[i], sizeof bits);
        sum = (sum ^ bits) * prime;
    }
    return sum;
}

static double now_s(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool ond_record_is_due(ond_record *record)
{
    static const double least_s = 0.2, most_s = 60, share_of_work = 0.05, share_of_time = 0.01;
    if (!record->path) {
        return false;
    }
    double now = now_s();
    if (record->began_s == 0) {
        record->began_s = record->written_s = now;
    }
    double since = now - record->written_s;
    return since >= fmin(most_s, fmax(least_s, share_of_work * (now - record->began_s)))
           && share_of_time * since >= record->cost_s;
}

static void describe(const ond_record *record, char text[TEXT_SIZE])
{
    snprintf(text, TEXT_SIZE, "%.60s, data %016llx, ondelet %s", record->kind, (unsigned long long)record->data,
             ond_version());
}

/* A set that says what it is of, to be filled. */
static ond_status begin(const ond_record *record, ond_tensors **tensors)
{
    char text[TEXT_SIZE];
    ond_tensors *made = NULL;
    describe(record, text);
    OND_TRY(ond_tensors_create(&made));
    ond_status status = ond_tensors_metadata_set(made, "checkpoint.training", text);
    if (status == OND_OK) {
        status = ond_tensors_options_set(made, "checkpoint.config", record->options, record->config);
    }
    if (status != OND_OK) {
        ond_tensors_destroy(made);
        return status;
    }
    *tensors = made;
    return OND_OK;
}

static ond_status write_timed(ond_record *record, const ond_tensors *tensors)
{
    double began = now_s();
    OND_TRY(ond_tensors_write(tensors, record->path));
    record->written_s = now_s();
    record->cost_s = record->written_s - began;
    return OND_OK;
}

ond_status ond_record_write(ond_record *record, ond_record_state put_state, const void *context)
{
    ond_tensors *tensors = NULL;
    OND_TRY(begin(record, &tensors));
    ond_status status = put_state(context, tensors);
    if (status == OND_OK) {
        status = write_timed(record, tensors);
    }
    ond_tensors_destroy(tensors);
    return status;
}

ond_status ond_record_same_options(const ond_tensors *tensors, const char *prefix, const ond_option *options,
                                   const void *config)
{
    _Alignas(max_align_t) unsigned char found[1024]; /* no config is as large */
    OND_TRY(ond_tensors_options_get(tensors, prefix, options, found));
    for (const ond_option *option = options; option->name; option++) {
        double is = ond_option_value(option, found);
        double asked = ond_option_value(option, config);
        if (is != asked) {
            return ond_fail(OND_ERROR_FORMAT, "the checkpoint is of a training with %s = %g, not %g", option->name, is,
                            asked);
        }
    }
    return OND_OK;
}

static ond_status check(const ond_record *record, const ond_tensors *tensors)
{
    char wanted[TEXT_SIZE];
    const char *training = ond_tensors_metadata(tensors, "checkpoint.training");
    if (!training) {
        return ond_fail(OND_ERROR_FORMAT, "not a checkpoint of a training");
    }
    describe(record, wanted);
    if (strcmp(training, wanted) != 0) {
        return ond_fail(OND_ERROR_FORMAT, "the checkpoint is of another training: %.120s, not %.120s", training,
                        wanted);
    }
    return ond_record_same_options(tensors, "checkpoint.config", record->options, record->config);
}

ond_status ond_record_read(const ond_record *record, ond_tensors **tensors)
{
    struct stat there;
    *tensors = NULL;
    if (!record->path || (stat(record->path, &there) != 0 && errno == ENOENT)) {
        return OND_OK;
    }
    ond_tensors *found = NULL;
    OND_TRY(ond_tensors_read(record->path, &found));
    ond_status status = check(record, found);
    if (status != OND_OK) {
        ond_tensors_destroy(found);
        return ond_fail_prefix(status, "%s: ", record->path);
    }
    *tensors = found;
    return OND_OK;
}

ond_status ond_record_put(ond_tensors *tensors, const char *key, const uint64_t *numbers, size_t count)
{
    char *text = ond_memory_allocate(count + 1, DIGITS);
    if (!text) {
        return OND_ERROR_MEMORY;
    }
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        snprintf(text + i * DIGITS, DIGITS + 1, "%016llx ", (unsigned long long)numbers[i]);
    }
    ond_status status = ond_tensors_metadata_set(tensors, key, text);
    ond_memory_free(text);
    return status;
}

static bool read_digits(const char *text, uint64_t *number)
{
    static const char digits[] = "0123456789abcdef";
    *number = 0;
    for (int i = 0; i < DIGITS - 1; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit) {
            return false;
        }
        *number = *number << 4 | (uint64_t)(digit - digits);
    }
    return text[DIGITS - 1] == ' ';
}

ond_status ond_record_get(const ond_tensors *tensors, const char *key, uint64_t *numbers, size_t count)
{
    const char *text = ond_tensors_metadata(tensors, key);
    bool fine = text && strlen(text) == count * DIGITS;
    for (size_t i = 0; fine && i < count; i++) {
        fine = read_digits(text + i * DIGITS, &numbers[i]);
    }
    return fine ? OND_OK : ond_fail(OND_ERROR_FORMAT, "the checkpoint's %s '%.40s' is damaged", key, text ? text : "");
}

ond_status ond_record_put_real(ond_tensors *tensors, const char *key, const double *numbers, size_t count)
{
    uint64_t *bits = ond_memory_allocate(count + 1, sizeof *bits);
    if (!bits) {
        return OND_ERROR_MEMORY;
    }
    memcpy(bits, numbers, count * sizeof *bits);
    ond_status status = ond_record_put(tensors, key, bits, count);
    ond_memory_free(bits);
    return status;
}

ond_status ond_record_get_real(const ond_tensors *tensors, const char *key, double *numbers, size_t count)
{
    uint64_t *bits = ond_memory_allocate(count + 1, sizeof *bits);
    if (!bits) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_record_get(tensors, key, bits, count);
    if (status == OND_OK) {
        memcpy(numbers, bits, count * sizeof *bits);
    }
    ond_memory_free(bits);
    return status;
}

ond_status ond_record_put_row(ond_tensors *tensors, const char *name, const float *values, size_t count)
{
    float *writable = (float *)(uintptr_t)values; /* a view is not written to */
    ond_array row = ond_array_view(writable, 1, &count);
    return ond_tensors_add(tensors, name, &row);
}

ond_status ond_record_get_row(const ond_tensors *tensors, const char *name, float *values, size_t count)
{
    const ond_array *row = NULL;
    OND_TRY(ond_tensors_get(tensors, name, 1, &count, &row));
    memcpy(values, row->data, count * sizeof *values);
    return OND_OK;
}
