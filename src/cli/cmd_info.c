/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/hdf5_table.h"
#include "cli/images.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const option_group groups[] = {{NULL, NULL, 0, NULL, 0, 0}};
static const text_option texts[] = {{NULL, 0, NULL, 0, NULL}};

static const char *const format_names[]
    = {[OND_FORMAT_PNG] = "png", [OND_FORMAT_JPEG] = "jpeg", [OND_FORMAT_PNM] = "pnm"};

typedef struct array_facts {
    const char *format;
    int rank;
    size_t shape[OND_MAX_RANK];
    double integer_maximum; /* 0: other types than unsigned integers */
    double minimum, maximum, sum;
    size_t finite, not_a_number, infinite;
} array_facts;

/* "npy" or "idx", by the first bytes. */
static const char *array_format(const char *path)
{
    char start[2] = {0};
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(start, 1, sizeof start, file) : 0;
    if (file) {
        fclose(file);
    }
    if (got == sizeof start && memcmp(start, "\x1f\x8b", 2) == 0) {
        return "idx, gzipped";
    }
    return got == sizeof start && start[1] == 'N' ? "npy" : "idx";
}

static void add_samples(array_facts *facts, const ond_array *item)
{
    size_t count = ond_array_count(item);
    for (size_t i = 0; i < count; i++) {
        double value = (double)item->data[i];
        if (isnan(value)) {
            facts->not_a_number++;
        } else if (isinf(value)) {
            facts->infinite++;
        } else {
            facts->finite++;
            facts->sum += value;
            facts->minimum = fmin(facts->minimum, value);
            facts->maximum = fmax(facts->maximum, value);
        }
    }
}

static ond_status read_facts(const char *path, array_facts *facts)
{
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    bool end = false;
    ond_status status = ond_array_reader_create(path, &reader);
    if (status == OND_OK) {
        facts->rank = ond_array_reader_shape(reader, facts->shape);
        facts->integer_maximum = ond_array_reader_maximum(reader);
    }
    if (status == OND_OK && facts->rank == 0) {
        status = ond_array_read(path, &item);
        add_samples(facts, &item);
        end = true;
    }
    while (status == OND_OK && !end) {
        status = ond_array_reader_next(reader, &item, &end);
        if (status == OND_OK && !end) {
            add_samples(facts, &item);
        }
    }
    ond_array_free(&item);
    ond_array_reader_destroy(reader);
    return status;
}

static void print_array(file_name name, const array_facts *facts, bool json)
{
    double mean = facts->finite ? facts->sum / (double)facts->finite : (double)NAN;
    if (json) {
        json_t *object = json_pack("{s:i, s:o, s:s, s:s}", "schema", 1, "file", json_text(name.shown), "kind", "array",
                                   "format", facts->format);
        json_object_set_new(object, "shape", json_shape(facts->rank, facts->shape));
        json_object_set_new(object, "sample_maximum",
                            facts->integer_maximum > 0 ? json_number(facts->integer_maximum) : json_null());
        json_object_set_new(object, "minimum", json_number(facts->minimum));
        json_object_set_new(object, "maximum", json_number(facts->maximum));
        json_object_set_new(object, "mean", json_number(mean));
        json_object_set_new(object, "nan", json_integer((json_int_t)facts->not_a_number));
        json_object_set_new(object, "infinite", json_integer((json_int_t)facts->infinite));
        json_print(object);
        return;
    }
    char text[SHAPE_TEXT];
    printf("%s: array (%s), %s", name.shown, facts->format, shape_text(facts->rank, facts->shape, text));
    if (facts->integer_maximum > 0) {
        printf(", integers 0..%.0f", facts->integer_maximum);
    }
    if (facts->finite) {
        printf(", values %g..%g, mean %g", facts->minimum, facts->maximum, mean);
    }
    printf(", %zu NaN, %zu infinite\n", facts->not_a_number, facts->infinite);
}

static bool describe_array(file_name name, bool json)
{
    array_facts facts = {.format = array_format(name.path), .minimum = HUGE_VAL, .maximum = -HUGE_VAL};
    if (read_facts(name.path, &facts)) {
        complain_of_file(name);
        return false;
    }
    print_array(name, &facts, json);
    return true;
}

static void print_picture(file_name name, const ond_image_info *info)
{
    static const char *const kinds[] = {"", "gray", "gray + alpha", "RGB", "RGB + alpha"};
    const char *kind
        = info->palette ? "palette" : kinds[info->channels >= 1 && info->channels <= 4 ? info->channels : 0];
    printf("%s: picture (%s), %zu x %zu (height x width), %s, %d bit%s%s\n", name.shown, format_names[info->format],
           info->height, info->width, kind, info->bit_depth, info->interlaced ? ", interlaced" : "",
           info->transparent ? ", transparent" : "");
}

static bool describe_picture(file_name name, bool json)
{
    ond_image_info info;
    if (ond_image_inspect(name.path, &info)) {
        complain_of_file(name);
        return false;
    }
    if (!json) {
        print_picture(name, &info);
        return true;
    }
    json_t *object = json_pack("{s:i, s:o, s:s, s:s}", "schema", 1, "file", json_text(name.shown), "kind", "picture",
                               "format", format_names[info.format]);
    json_object_set_new(object, "height", json_integer((json_int_t)info.height));
    json_object_set_new(object, "width", json_integer((json_int_t)info.width));
    json_object_set_new(object, "channels", json_integer(info.channels));
    json_object_set_new(object, "bit_depth", json_integer(info.bit_depth));
    json_object_set_new(object, "palette", json_boolean(info.palette));
    json_object_set_new(object, "interlaced", json_boolean(info.interlaced));
    json_object_set_new(object, "transparent", json_boolean(info.transparent));
    json_print(object);
    return true;
}

/* A text of one line: what a model keeps can be long, or a table. */
static void print_text(const char *key, const char *text)
{
    enum { MOST = 100 };
    printf("  %s: ", key);
    for (int i = 0; text[i] && (i < MOST || (text[i] & 0xc0) == 0x80); i++) {
        putchar((unsigned char)text[i] < ' ' ? ' ' : text[i]);
    }
    puts(strlen(text) > MOST ? " ..." : "");
}

static void print_tensors(file_name name, const ond_tensors *tensors)
{
    size_t count = ond_tensors_count(tensors), numbers = 0;
    for (size_t i = 0; i < count; i++) {
        numbers += ond_array_count(ond_tensors_array(tensors, i));
    }
    printf("%s: model (safetensors), %zu tensors, %zu numbers\n", name.shown, count, numbers);
    for (size_t i = 0; i < ond_tensors_metadata_count(tensors); i++) {
        const char *key = ond_tensors_metadata_key(tensors, i);
        print_text(key, ond_tensors_metadata(tensors, key));
    }
    for (size_t i = 0; i < count; i++) {
        const ond_array *array = ond_tensors_array(tensors, i);
        char text[SHAPE_TEXT];
        const char *shape = array->rank ? shape_text(array->rank, array->shape, text) : "a number";
        printf("  %s  %s\n", ond_tensors_name(tensors, i), shape);
    }
}

static void print_tensors_json(file_name name, const ond_tensors *tensors)
{
    json_t *object = json_pack("{s:i, s:o, s:s, s:s}", "schema", 1, "file", json_text(name.shown), "kind", "model",
                               "format", "safetensors");
    json_t *metadata = json_object(), *list = json_array();
    for (size_t i = 0; i < ond_tensors_metadata_count(tensors); i++) {
        const char *key = ond_tensors_metadata_key(tensors, i);
        json_object_set_new(metadata, key, json_text(ond_tensors_metadata(tensors, key)));
    }
    for (size_t i = 0; i < ond_tensors_count(tensors); i++) {
        const ond_array *array = ond_tensors_array(tensors, i);
        json_array_append_new(list, json_pack("{s:o, s:o}", "name", json_text(ond_tensors_name(tensors, i)), "shape",
                                              json_shape(array->rank, array->shape)));
    }
    json_object_set_new(object, "metadata", metadata);
    json_object_set_new(object, "tensors", list);
    json_print(object);
}

static bool describe_tensors(file_name name, bool json)
{
    ond_tensors *tensors = NULL;
    if (ond_tensors_read(name.path, &tensors)) {
        complain_of_file(name);
        return false;
    }
    if (json) {
        print_tensors_json(name, tensors);
    } else {
        print_tensors(name, tensors);
    }
    ond_tensors_destroy(tensors);
    return true;
}

/* --- feature files --- */

static bool is_hdf5(const char *path)
{
    static const unsigned char signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char start[sizeof signature];
    FILE *file = fopen(path, "rb");
    bool same = file && fread(start, 1, sizeof start, file) == sizeof start
                && memcmp(start, signature, sizeof signature) == 0;
    if (file) {
        fclose(file);
    }
    return same;
}

/* What HDF5 files hold besides their rows. */
typedef struct table_facts {
    int rank;
    size_t shape[OND_MAX_RANK + 1], inputs;
    json_t *parameters;
} table_facts;

static bool read_table(const char *path, table_facts *facts)
{
    hdf5_table *table = table_open_complete(path);
    if (!table) {
        return false;
    }
    facts->shape[0] = table_rows(table);
    facts->rank = 1 + table_shape(table, facts->shape + 1);
    char **names = table_names(table, &facts->inputs);
    facts->parameters = names ? table_settings(table) : NULL;
    for (size_t i = 0; i < facts->inputs; i++) {
        free(names[i]);
    }
    free(names);
    table_close(table);
    return facts->parameters != NULL;
}

static void print_table(file_name name, const table_facts *facts)
{
    char text[SHAPE_TEXT];
    const char *key;
    json_t *value;
    printf("%s: features (hdf5), %s, of %zu inputs\n", name.shown, shape_text(facts->rank, facts->shape, text),
           facts->inputs);
    json_object_foreach(facts->parameters, key, value)
    {
        char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(PARAMETER_DIGITS));
        print_text(key, json_is_string(value) ? json_string_value(value) : dumped ? dumped : "");
        free(dumped);
    }
}

static bool describe_table(file_name name, bool json)
{
    table_facts facts = {0};
    if (!hdf5_is_known()) {
        complain("%s: is an HDF5 file, and this program was built without HDF5", name.shown);
        return false;
    }
    if (!read_table(name.path, &facts)) {
        return false;
    }
    if (json) {
        json_t *object = json_pack("{s:i, s:o, s:s, s:s}", "schema", 1, "file", json_text(name.shown), "kind",
                                   "features", "format", "hdf5");
        json_object_set_new(object, "shape", json_shape(facts.rank, facts.shape));
        json_object_set_new(object, "inputs", json_integer((json_int_t)facts.inputs));
        json_object_set(object, "parameters", facts.parameters);
        json_print(object);
    } else {
        print_table(name, &facts);
    }
    json_decref(facts.parameters);
    return true;
}

static bool describe(file_name name, bool json)
{
    if (is_hdf5(name.path)) {
        return describe_table(name, json);
    }
    if (ond_tensors_recognize(name.path)) {
        return describe_tensors(name, json);
    }
    return ond_array_recognize(name.path) ? describe_array(name, json) : describe_picture(name, json);
}

static exit_status run_info(cli_request *request)
{
    if (request->input_count == 0) {
        return wrong_usage(request->command, "no input given");
    }
    input_list inputs = inputs_expand(request, request->inputs, request->input_count);
    bool fine = inputs.failed == 0;
    for (size_t i = 0; i < inputs.count; i++) {
        fine = describe(inputs.files[i], request->json) && fine;
    }
    inputs_free(&inputs);
    return fine ? ALL_DONE : SOME_FAILED;
}

const cli_command info_command = {
    .name = "info",
    .summary = "What a file holds",
    .usage = "INPUT... [--json]",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(cli_request),
    .run = run_info,
};
