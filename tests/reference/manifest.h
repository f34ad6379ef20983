/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_REFERENCE_MANIFEST_H
#define OND_REFERENCE_MANIFEST_H

#include "support/test.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The sparse-coding references: cases of a manifest with arrays and numbers. */

static json_t *manifest;

static inline json_t *case_of(const char *name)
{
    json_t *cases = json_object_get(manifest, "cases");
    for (size_t i = 0; i < json_array_size(cases); i++) {
        json_t *entry = json_array_get(cases, i);
        if (strcmp(json_string_value(json_object_get(entry, "case")), name) == 0) {
            return entry;
        }
    }
    fail_msg("no case %s", name);
    return NULL;
}

static inline double number_in(const char *name, const char *group, const char *key)
{
    json_t *value = json_object_get(json_object_get(case_of(name), group), key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static inline double scalar_of(const char *name, const char *key)
{
    return number_in(name, "scalars", key);
}

static inline double parameter_of(const char *name, const char *key)
{
    return number_in(name, "params", key);
}

/* Element `index` of a list among the scalars. */
static inline double element_of(const char *name, const char *key, size_t index)
{
    json_t *list = json_object_get(json_object_get(case_of(name), "scalars"), key);
    return json_number_value(json_array_get(list, index));
}

static inline bool has_array(const char *name, const char *key)
{
    return json_object_get(json_object_get(case_of(name), "arrays"), key) != NULL;
}

static inline ond_array array_of(const char *name, const char *key)
{
    char path[256];
    ond_array array = {0};
    json_t *entry = json_object_get(json_object_get(case_of(name), "arrays"), key);
    json_t *file = json_object_get(entry, "file");
    assert_true(json_is_string(file));
    snprintf(path, sizeof path, "refs/sparse-coding/%s", json_string_value(file));
    assert_ok(ond_array_read(shared_path(path), &array));
    return array;
}

static inline ond_dictionary *filters_of(const char *name, const char *key, size_t stride, ond_border border)
{
    ond_array filters = array_of(name, key);
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_dictionary_create(&filters, stride, border, &dictionary));
    ond_array_free(&filters);
    return dictionary;
}

static inline ond_dictionary *matrix_of(const char *name, const char *key)
{
    ond_array matrix = array_of(name, key);
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_dictionary_create_dense(&matrix, &dictionary));
    ond_array_free(&matrix);
    return dictionary;
}

/* Relative L2 error against an array of the case, which may have other axes of length 1. */
static inline double error_against(const ond_array *found, const char *name, const char *key)
{
    ond_array wanted = array_of(name, key);
    size_t count = ond_array_count(found);
    assert_int_equal(count, ond_array_count(&wanted));
    ond_array flat = ond_array_view(found->data, 1, &count);
    ond_array flat_wanted = ond_array_view(wanted.data, 1, &count);
    double error = relative_error(&flat, &flat_wanted);
    ond_array_free(&wanted);
    return error;
}

#define assert_close(found, wanted, tolerance)                                                                         \
    do {                                                                                                               \
        double close_found_ = (found), close_wanted_ = (wanted);                                                       \
        if (!(fabs(close_found_ - close_wanted_) <= (tolerance) * (1e-12 + fabs(close_wanted_)))) {                    \
            fail_msg("%s = %.9g, %.9g within %g is wanted", #found, close_found_, close_wanted_, (double)(tolerance)); \
        }                                                                                                              \
    } while (0)

#define assert_error_below(error, tolerance)                                                                           \
    do {                                                                                                               \
        double error_found_ = (error);                                                                                 \
        if (!(error_found_ <= (tolerance))) {                                                                          \
            fail_msg("%s = %g, at most %g is wanted", #error, error_found_, (double)(tolerance));                      \
        }                                                                                                              \
    } while (0)

static inline int run_with_manifest(int (*run)(void))
{
    skip_without_shared_data();
    json_error_t error;
    manifest = json_load_file(shared_path("refs/sparse-coding/manifest.json"), 0, &error);
    if (!manifest) {
        printf("%s\n", error.text);
        return 1;
    }
    int failed = run();
    json_decref(manifest);
    return failed;
}

#endif
