/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"
#include "learn/head.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { KEY_SIZE = 256 };

/* Raised when files of this kind would be misread by older libraries, or theirs by newer ones. */
static const char *const format_number = "1";

/* Numbers that training found, kept as an option table: with all their digits, and checked when read. */
typedef struct found_numbers {
    double sharpness, validation_error, gamma, map_scale, spread; /* validation_error −1: none */
} found_numbers;

static const ond_option numbers_table[] = {
    OND_OPTION_REAL_ROW(found_numbers, sharpness, 1, 1e-6, 1e6, "of the softmax"),
    OND_OPTION_REAL_ROW(found_numbers, validation_error, -1, -1, 1, "share of wrong decisions"),
    OND_OPTION_REAL_ROW(found_numbers, gamma, 1, 0, 1e300, "of the kernel"),
    OND_OPTION_REAL_ROW(found_numbers, map_scale, 1, 0, 1e38, "of the logarithm"),
    OND_OPTION_REAL_ROW(found_numbers, spread, 1, 0, 1e300, "of the prepared features"),
    OND_OPTION_END,
};

static ond_status key_make(char key[KEY_SIZE], const char *prefix, const char *name)
{
    int length = snprintf(key, KEY_SIZE, "%s.%s", prefix, name);
    if (length < 0 || length >= KEY_SIZE) {
        return ond_fail(OND_ERROR_ARGUMENT, "the prefix '%.40s...' is too long, a key has up to %d characters", prefix,
                        KEY_SIZE - 1);
    }
    return OND_OK;
}

/* --- writing --- */

/* `data` NULL: left out. */
static ond_status put(ond_tensors *tensors, const char *prefix, const char *name, float *data, int rank,
                      const size_t *shape)
{
    char key[KEY_SIZE];
    ond_array array = ond_array_view(data, rank, shape);
    OND_TRY(key_make(key, prefix, name));
    return data && ond_array_count(&array) > 0 ? ond_tensors_add(tensors, key, &array) : OND_OK;
}

static ond_status put_texts(const ond_head *head, const char *prefix, ond_tensors *tensors)
{
    char key[KEY_SIZE];
    found_numbers numbers = {head->sharpness, isnan(head->validation_error) ? -1 : head->validation_error, head->gamma,
                             (double)head->prepare->map_scale, head->prepare->spread};
    OND_TRY(key_make(key, prefix, "format"));
    OND_TRY(ond_tensors_metadata_set(tensors, key, format_number));
    OND_TRY(ond_tensors_options_set(tensors, prefix, ond_head_options(), &head->config));
    return ond_tensors_options_set(tensors, prefix, numbers_table, &numbers);
}

ond_status ond_head_to_tensors(const ond_head *head, const char *prefix, ond_tensors *tensors)
{
    if (!head || !prefix || !tensors) {
        return ond_fail(OND_ERROR_ARGUMENT, "the head, the prefix or the set of tensors is missing");
    }
    char key[KEY_SIZE];
    const ond_prepare *p = head->prepare;
    size_t classes = head->classes, n = p->outputs, d = (size_t)head->dimensions;
    OND_TRY(put_texts(head, prefix, tensors));
    OND_TRY(put(tensors, prefix, "mean", p->mean, 1, (size_t[]){p->inputs}));
    OND_TRY(put(tensors, prefix, "scale", p->scale, 1, (size_t[]){p->inputs}));
    OND_TRY(put(tensors, prefix, "components", p->components, 2, (size_t[]){n, p->inputs}));
    OND_TRY(put(tensors, prefix, "centers", head->centers, 2, (size_t[]){head->center_count, n}));
    OND_TRY(put(tensors, prefix, "means", head->means, 2, (size_t[]){classes, n}));
    OND_TRY(put(tensors, prefix, "directions", head->directions, 3, (size_t[]){classes, d, n}));
    OND_TRY(key_make(key, prefix, "network"));
    return head->network ? ond_network_to_tensors(head->network, key, tensors) : OND_OK;
}

ond_status ond_head_write(const ond_head *head, const char *path)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_create(&tensors));
    ond_status status = ond_head_to_tensors(head, "head", tensors);
    if (status == OND_OK) {
        status = ond_tensors_write(tensors, path);
    }
    ond_tensors_destroy(tensors);
    return status;
}

/* --- reading --- */

/* Copies an array into new memory. The axes of `shape` that are 0 get the size found. */
static ond_status get(const ond_tensors *tensors, const char *prefix, const char *name, int rank, size_t *shape,
                      float **data)
{
    char key[KEY_SIZE];
    const ond_array *found = NULL;
    OND_TRY(key_make(key, prefix, name));
    OND_TRY(ond_tensors_get(tensors, key, rank, shape, &found));
    size_t count = ond_array_count(found);
    if (count == 0) {
        return ond_fail(OND_ERROR_FORMAT, "the tensor '%s' is empty", key);
    }
    memcpy(shape, found->shape, (size_t)rank * sizeof *shape);
    *data = ond_memory_allocate(count, sizeof **data);
    if (!*data) {
        return OND_ERROR_MEMORY;
    }
    memcpy(*data, found->data, count * sizeof **data);
    return OND_OK;
}

static bool has(const ond_tensors *tensors, const char *prefix, const char *name)
{
    char key[KEY_SIZE];
    return key_make(key, prefix, name) == OND_OK && ond_tensors_find(tensors, key);
}

static ond_status get_prepare(const ond_tensors *tensors, const char *prefix, ond_prepare *p)
{
    size_t inputs[1] = {0};
    OND_TRY(get(tensors, prefix, "mean", 1, inputs, &p->mean));
    OND_TRY(get(tensors, prefix, "scale", 1, inputs, &p->scale));
    p->inputs = p->outputs = inputs[0];
    if (has(tensors, prefix, "components")) {
        size_t shape[2] = {0, p->inputs};
        OND_TRY(get(tensors, prefix, "components", 2, shape, &p->components));
        p->outputs = shape[0];
    }
    return OND_OK;
}

static ond_status get_network(const ond_tensors *tensors, const char *prefix, size_t inputs, ond_head *head)
{
    char key[KEY_SIZE];
    OND_TRY(key_make(key, prefix, "network"));
    OND_TRY(ond_network_from_tensors(tensors, key, &head->network));
    const ond_architecture *a = &head->network->architecture;
    if (a->sizes[0] != inputs) {
        return ond_fail(OND_ERROR_FORMAT, "the head's network takes %zu numbers, %zu come to it", a->sizes[0], inputs);
    }
    head->classes = a->sizes[a->layers];
    return OND_OK;
}

static ond_status get_affine(const ond_tensors *tensors, const char *prefix, ond_head *head)
{
    size_t means[2] = {0, head->prepare->outputs};
    OND_TRY(get(tensors, prefix, "means", 2, means, &head->means));
    head->classes = means[0];
    if (!has(tensors, prefix, "directions")) {
        return OND_OK;
    }
    size_t directions[3] = {head->classes, 0, head->prepare->outputs};
    OND_TRY(get(tensors, prefix, "directions", 3, directions, &head->directions));
    head->dimensions = (int)directions[1];
    return OND_OK;
}

static ond_status get_kind(const ond_tensors *tensors, const char *prefix, ond_head *head)
{
    if (head->config.kind == OND_HEAD_AFFINE) {
        return get_affine(tensors, prefix, head);
    }
    if (head->config.kind != OND_HEAD_KERNEL) {
        return get_network(tensors, prefix, head->prepare->outputs, head);
    }
    size_t shape[2] = {0, head->prepare->outputs};
    OND_TRY(get(tensors, prefix, "centers", 2, shape, &head->centers));
    head->center_count = shape[0];
    return get_network(tensors, prefix, head->center_count, head);
}

static ond_status check_format(const ond_tensors *tensors, const char *prefix)
{
    char key[KEY_SIZE];
    OND_TRY(key_make(key, prefix, "format"));
    const char *found = ond_tensors_metadata(tensors, key);
    if (!found) {
        return ond_fail(OND_ERROR_FORMAT, "there is no head '%s'", prefix);
    }
    if (strcmp(found, format_number) != 0) {
        return ond_fail(OND_ERROR_FORMAT, "the head '%s' is of format %.20s, this library reads format %s", prefix,
                        found, format_number);
    }
    return OND_OK;
}

static ond_status get_head(const ond_tensors *tensors, const char *prefix, ond_head *head)
{
    found_numbers numbers;
    OND_TRY(ond_tensors_options_get(tensors, prefix, numbers_table, &numbers));
    OND_TRY(get_prepare(tensors, prefix, head->prepare));
    head->prepare->map = head->config.map;
    head->prepare->map_scale = (float)numbers.map_scale;
    head->prepare->spread = numbers.spread > 0 ? numbers.spread : 1;
    head->sharpness = numbers.sharpness;
    head->gamma = numbers.gamma;
    head->validation_error = numbers.validation_error < 0 ? (double)NAN : numbers.validation_error;
    OND_TRY(get_kind(tensors, prefix, head));
    return head->classes >= 2 ? OND_OK : ond_fail(OND_ERROR_FORMAT, "the head has %zu class", head->classes);
}

ond_status ond_head_from_tensors(const ond_tensors *tensors, const char *prefix, ond_head **head)
{
    if (!tensors || !prefix || !head) {
        return ond_fail(OND_ERROR_ARGUMENT, "the set of tensors, the prefix or the output is missing");
    }
    ond_head_config config;
    ond_head *made = NULL;
    OND_TRY(check_format(tensors, prefix));
    OND_TRY(ond_tensors_options_get(tensors, prefix, ond_head_options(), &config));
    ond_prepare *prepare = ond_memory_allocate_zero(1, sizeof *prepare);
    if (!prepare) {
        return OND_ERROR_MEMORY;
    }
    OND_TRY(ond_head_make(&config, 0, prepare, &made));
    ond_status status = get_head(tensors, prefix, made);
    if (status != OND_OK) {
        ond_head_destroy(made);
        return status;
    }
    *head = made;
    return OND_OK;
}

ond_status ond_head_read(const char *path, ond_head **head)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_read(path, &tensors));
    ond_status status = ond_head_from_tensors(tensors, "head", head);
    ond_tensors_destroy(tensors);
    return status == OND_OK ? OND_OK : ond_fail_prefix(status, "%s: ", path);
}
