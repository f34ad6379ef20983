/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/merge.h"
#include "cli/signals.h"

#include <stdlib.h>
#include <string.h>

/* The names of all inputs: those of one set, which every shard has, or those of all parts in a row. */
typedef struct input_names {
    char **names;
    size_t count;
} input_names;

static bool add_names(input_names *all, const hdf5_table *table)
{
    size_t count = 0;
    char **names = table_names(table, &count);
    if (!names) {
        return false;
    }
    all->names = enlarge(all->names, all->count + count + 1, sizeof *all->names);
    memcpy(all->names + all->count, names, count * sizeof *names);
    all->count += count;
    free(names);
    return true;
}

static char *parameters_of_all(const merge_parts *parts)
{
    json_t *whole = json_copy(parts->parts[parts->first].parameters);
    json_object_del(whole, "shard");
    if (parts->parts[0].shard < 0) {
        json_object_del(whole, "inputs");
    }
    char *text = json_dumps(whole, JSON_INDENT(2) | JSON_REAL_PRECISION(PARAMETER_DIGITS));
    json_decref(whole);
    return text;
}

/* The part's own inputs are `input_count`, the first of them is `first_input` among all. */
static bool copy_part(const hdf5_table *from, hdf5_table *to, size_t first_row, size_t first_input, size_t input_count)
{
    ond_array row = {0};
    row_facts facts;
    bool fine = true;
    for (size_t i = 0; i < table_rows(from) && fine; i++) {
        fine = !stop_signal() && table_get(from, i, &row, facts);
        if (fine && (facts[ROW_INPUT] < 0 || (uint64_t)facts[ROW_INPUT] >= input_count)) {
            complain("the index is damaged: row %zu is of input %lld, there are %zu", i, (long long)facts[ROW_INPUT],
                     input_count);
            fine = false;
        }
        if (fine) {
            facts[ROW_INPUT] += (int64_t)first_input;
            fine = table_put(to, first_row + i, &row, facts);
        }
    }
    ond_array_free(&row);
    return fine;
}

static bool count_names(const hdf5_table *table, size_t *count)
{
    char **names = table_names(table, count);
    for (size_t i = 0; names && i < *count; i++) {
        free(names[i]);
    }
    free(names);
    return names != NULL;
}

static bool copy_parts(const merge_parts *parts, hdf5_table *to)
{
    size_t row = 0, input = 0, count = 0;
    bool fine = true;
    for (size_t i = 0; i < parts->count && fine; i++) {
        hdf5_table *from = table_open_complete(parts->parts[i].path);
        fine = from && count_names(from, &count) && copy_part(from, to, row, input, count);
        row += parts->parts[i].rows;
        input += parts->parts[i].shard < 0 ? count : 0;
        table_close(from);
    }
    return fine && table_sync(to);
}

/* Inputs, and the shape of a row. */
static bool read_layout(const merge_parts *parts, input_names *all, table_layout *layout)
{
    bool fine = true;
    for (size_t i = 0; i < parts->count && fine; i++) {
        hdf5_table *table = table_open_complete(parts->parts[i].path);
        fine = table != NULL;
        if (fine && (i == parts->first || parts->parts[i].shard < 0)) {
            fine = add_names(all, table);
            layout->rank = table_shape(table, layout->shape);
        }
        table_close(table);
    }
    return fine;
}

bool tables_write(const merge_parts *parts, const char *output)
{
    input_names all = {0};
    table_layout layout = {.rows = parts->rows, .parameters = parameters_of_all(parts)};
    bool fine = read_layout(parts, &all, &layout);
    const char **names = allocate(all.count, sizeof *names);
    for (size_t i = 0; i < all.count; i++) {
        names[i] = all.names[i];
    }
    layout.names = names;
    layout.name_count = all.count;
    hdf5_table *to = fine && table_create(output, &layout) ? table_open(output, NULL) : NULL;
    fine = to && copy_parts(parts, to);
    table_close(to);
    fine = fine && table_finish(output, parts->rows, NULL, NULL);
    if (!fine) {
        remove_partial(output);
    }
    for (size_t i = 0; i < all.count; i++) {
        free(all.names[i]);
    }
    free(all.names);
    free(names);
    free(layout.parameters);
    return fine;
}
