/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/merge.h"

#include "cli/signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what the parts are --- */

/* Those of an HDF5 file are in it. */
static void read_table(merge_part *part)
{
    hdf5_table *table = table_open_complete(part->path);
    part->parameters = table ? table_settings(table) : NULL;
    part->rows = table ? table_rows(table) : 0;
    table_close(table);
}

static bool read_beside(merge_part *part)
{
    json_error_t cause;
    char *path = beside(part->path, ".json");
    part->parameters = json_load_file(path, 0, &cause);
    if (!part->parameters) {
        complain("%s: its parameters cannot be read: %s", path, cause.text);
    }
    part->rows = (size_t)json_integer_value(json_object_get(part->parameters, "done"));
    free(path);
    return part->parameters;
}

static bool read_parameters(merge_part *part)
{
    bool is_table = rows_format_of(part->path) == ROWS_HDF5;
    if (is_table) {
        read_table(part);
    }
    if (!(is_table ? part->parameters != NULL : read_beside(part))) {
        return false;
    }
    const char *command = json_string_value(json_object_get(part->parameters, "command"));
    if (!command || strcmp(command, "features") != 0) {
        complain("%s: its parameters are not those of features", part->path);
        return false;
    }
    const char *shard = json_string_value(json_object_get(part->parameters, "shard"));
    part->shard = shard ? strtol(shard, NULL, 10) : -1;
    return true;
}

static long shards_of(const merge_part *part)
{
    const char *shard = json_string_value(json_object_get(part->parameters, "shard"));
    const char *slash = shard ? strchr(shard, '/') : NULL;
    return slash ? strtol(slash + 1, NULL, 10) : -1;
}

static int compare_parts(const void *a, const void *b)
{
    const merge_part *first = a, *second = b;
    return (first->shard > second->shard) - (first->shard < second->shard);
}

/* What all parts must agree in: their parameters without what is each part's own. */
static json_t *common_parameters(const merge_part *part, bool have_rows)
{
    static const char *const own[] = {"shard", "output", "shape", "done", "failed"};
    json_t *common = json_copy(part->parameters);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        json_object_del(common, own[i]);
    }
    if (part->shard < 0) {
        json_object_del(common, "inputs"); /* runs of several inputs */
    }
    if (!have_rows) {
        json_object_del(common, "channels");
    }
    return common;
}

static bool agree(const merge_part *first, const merge_part *part)
{
    bool have_rows = first->rows > 0 && part->rows > 0;
    json_t *a = common_parameters(first, have_rows), *b = common_parameters(part, have_rows);
    const char *key = first_difference(a, b);
    if (key) {
        complain("%s: was made with other parameters than %s (%s)", part->path, first->path, key);
    }
    bool fine = !key;
    json_decref(a);
    json_decref(b);
    return fine;
}

/* Every shard is there, and once. */
static bool is_whole(const merge_parts *parts)
{
    long shards = shards_of(&parts->parts[0]);
    for (size_t i = 0; i < parts->count; i++) {
        const merge_part *part = &parts->parts[i];
        if (shards_of(part) != shards || (part->shard < 0) != (shards < 0)) {
            complain("%s: is not a shard of %s", part->path, parts->parts[0].path);
            return false;
        }
        if (shards < 0) {
            continue;
        }
        if (i > 0 && part->shard == parts->parts[i - 1].shard) {
            complain("%s: is the same shard as %s", part->path, parts->parts[i - 1].path);
            return false;
        }
        if (part->shard != (long)i) {
            complain("shard %zu/%ld is missing", i, shards);
            return false;
        }
    }
    if (shards >= 0 && (size_t)shards != parts->count) {
        complain("shard %zu/%ld is missing", parts->count, shards);
        return false;
    }
    return true;
}

bool parts_open(const char **paths, size_t count, merge_parts *parts)
{
    *parts = (merge_parts){.parts = allocate(count, sizeof *parts->parts), .count = count};
    bool is_sharded = true;
    for (size_t i = 0; i < count; i++) {
        parts->parts[i].path = paths[i];
        if (!read_parameters(&parts->parts[i])) {
            return false;
        }
        parts->rows += parts->parts[i].rows;
        is_sharded = is_sharded && parts->parts[i].shard >= 0;
    }
    if (is_sharded) {
        qsort(parts->parts, count, sizeof *parts->parts, compare_parts);
    }
    while (parts->first < count && parts->parts[parts->first].rows == 0) {
        parts->first++;
    }
    if (parts->first == count) {
        complain("none of the parts has a row");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (i != parts->first && !agree(&parts->parts[parts->first], &parts->parts[i])) {
            return false;
        }
    }
    return is_whole(parts);
}

void parts_close(merge_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        json_decref(parts->parts[i].parameters);
    }
    free(parts->parts);
    *parts = (merge_parts){0};
}

/* --- rows --- */

static ond_status append_items(const merge_part *part, ond_array_reader *reader, feature_rows *rows)
{
    ond_array item = {0};
    bool end = false;
    size_t taken = 0;
    ond_status status = OND_OK;
    while (status == OND_OK && !stop_signal()) {
        status = ond_array_reader_next(reader, &item, &end);
        if (status != OND_OK || end) {
            break;
        }
        status = rows_append(rows, &item, NULL);
        taken++;
    }
    ond_array_free(&item);
    if (status != OND_OK) {
        complain_of(part->path);
    } else if (!stop_signal() && taken != part->rows) {
        complain("%s: holds %zu rows, its parameters say %zu", part->path, taken, part->rows);
        status = OND_ERROR_FORMAT;
    }
    return status;
}

static ond_status append_array(const merge_part *part, feature_rows *rows)
{
    ond_array_reader *reader = NULL;
    if (ond_array_reader_create(part->path, &reader)) {
        complain_of(part->path);
        return OND_ERROR_IO;
    }
    ond_status status = append_items(part, reader, rows);
    ond_array_reader_destroy(reader);
    return status;
}

/* What a text's lines go through: `number` counts the lines behind the header. False: the line is not as it must be. */
typedef ond_status (*line_writer)(ond_file *file, const char *line, size_t number);

static ond_status put_line(ond_file *file, const char *line, size_t number)
{
    (void)number;
    return ond_file_write(file, line, strlen(line));
}

/* "3,photo.png,0,…" with the number of the row in the whole instead of 3. */
static ond_status put_index_line(ond_file *file, const char *line, size_t number)
{
    const char *comma = strchr(line, ',');
    ond_status status = ond_file_print(file, "%zu", number);
    return status ? status : comma ? ond_file_write(file, comma, strlen(comma)) : OND_ERROR_FORMAT;
}

/* A quoted name may hold ends of lines: they belong to the row. */
static bool ends_row(const char *row)
{
    size_t quotes = 0;
    for (; *row; row++) {
        quotes += *row == '"';
    }
    return quotes % 2 == 0;
}

/* One row of a CSV or LIBSVM file, with the end of its line; NULL at the end. */
static char *read_row(FILE *from, char **line, size_t *capacity)
{
    char *row = NULL;
    while (getline(line, capacity, from) >= 0) {
        char *longer = row ? join_text(row, *line) : copy_text(*line);
        free(row);
        row = longer;
        if (ends_row(row)) {
            break;
        }
    }
    return row;
}

typedef struct text_copy {
    ond_file *to;
    bool has_header;
    char *header; /* of the first part, which all have */
    line_writer write;
    size_t rows;
} text_copy;

static ond_status copy_header(text_copy *copy, const char *path, char *row)
{
    if (copy->header && (!row || strcmp(row, copy->header) != 0)) {
        complain("%s: its columns are others than those of the first part", path);
        return OND_ERROR_FORMAT;
    }
    if (copy->header || !row) {
        return OND_OK;
    }
    copy->header = copy_text(row);
    return ond_file_write(copy->to, row, strlen(row));
}

static ond_status copy_rows(text_copy *copy, const char *path, size_t rows, FILE *from)
{
    char *line = NULL, *row = NULL;
    size_t capacity = 0, before = copy->rows;
    ond_status status = OND_OK;
    if (copy->has_header) {
        row = read_row(from, &line, &capacity);
        status = copy_header(copy, path, row);
        free(row);
    }
    while (status == OND_OK && !stop_signal() && (row = read_row(from, &line, &capacity))) {
        status = copy->write(copy->to, row, copy->rows);
        copy->rows++;
        free(row);
    }
    free(line);
    if (status == OND_OK && !stop_signal() && copy->rows - before != rows) {
        complain("%s: holds %zu rows, its parameters say %zu", path, copy->rows - before, rows);
        status = OND_ERROR_FORMAT;
    }
    return status;
}

static ond_status copy_text_file(text_copy *copy, const char *path, size_t rows)
{
    FILE *from = fopen(path, "r");
    if (!from) {
        complain("%s: %s", path, strerror(errno));
        return OND_ERROR_IO;
    }
    ond_status status = copy_rows(copy, path, rows, from);
    fclose(from);
    return status;
}

/* --- the whole --- */

static bool write_index(const merge_parts *parts, const char *output, ond_file **file)
{
    char *path = beside(output, ".index.csv");
    text_copy copy = {.has_header = true, .write = put_index_line};
    ond_status status = ond_file_create(path, &copy.to);
    if (status != OND_OK) {
        complain_of(path);
    }
    for (size_t i = 0; i < parts->count && status == OND_OK; i++) {
        char *part = beside(parts->parts[i].path, ".index.csv");
        status = copy_text_file(&copy, part, parts->parts[i].rows);
        free(part);
    }
    free(copy.header);
    free(path);
    *file = copy.to;
    return status == OND_OK;
}

static bool write_rows(const merge_parts *parts, feature_rows *rows)
{
    text_copy copy = {.has_header = rows->format == ROWS_CSV, .write = put_line};
    ond_status status = OND_OK;
    if (rows->format != ROWS_NPY && ond_file_create(rows->path, &rows->text)) {
        complain_of(rows->path);
        return false;
    }
    copy.to = rows->text;
    for (size_t i = 0; i < parts->count && status == OND_OK; i++) {
        const merge_part *part = &parts->parts[i];
        if (part->rows > 0) {
            status
                = rows->format == ROWS_NPY ? append_array(part, rows) : copy_text_file(&copy, part->path, part->rows);
        }
    }
    free(copy.header);
    return status == OND_OK && !stop_signal();
}

/* The parameters of the whole: those that the parts share, and sums. */
static json_t *whole_parameters(const merge_parts *parts, const char *output)
{
    json_t *whole = json_copy(parts->parts[parts->first].parameters);
    json_t *shape = json_copy(json_object_get(whole, "shape"));
    json_int_t failed = 0;
    for (size_t i = 0; i < parts->count; i++) {
        failed += json_integer_value(json_object_get(parts->parts[i].parameters, "failed"));
    }
    json_object_del(whole, "shard");
    if (parts->parts[0].shard < 0) {
        json_object_del(whole, "inputs");
    }
    json_array_set_new(shape, 0, json_integer((json_int_t)parts->rows));
    json_object_set_new(whole, "output", json_text(output));
    json_object_set_new(whole, "shape", shape);
    json_object_set_new(whole, "done", json_integer((json_int_t)parts->rows));
    json_object_set_new(whole, "failed", json_integer(failed));
    return whole;
}

static bool finish(const merge_parts *parts, const char *output, ond_file **index, feature_rows *rows)
{
    char *path = beside(output, ".json");
    bool fine = true;
    if (ond_file_finish(index)) {
        complain_of(output);
        fine = false;
    }
    if (fine && json_write(whole_parameters(parts, output), path)) {
        complain_of(path);
        fine = false;
    }
    if (fine && rows_finish(rows, true)) {
        complain_of(output);
        fine = false;
    }
    free(path);
    return fine;
}

bool parts_write(const merge_parts *parts, const char *output)
{
    if (rows_format_of(output) == ROWS_HDF5) {
        return tables_write(parts, output);
    }
    feature_rows rows = {.path = output, .format = rows_format_of(output)};
    ond_file *index = NULL;
    bool fine = write_index(parts, output, &index) && write_rows(parts, &rows) && finish(parts, output, &index, &rows);
    ond_file_destroy(index);
    ignore(rows_finish(&rows, false));
    return fine;
}
