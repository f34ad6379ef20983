/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/rows.h"

#include "cli/spool.h"
#include "cli/stored.h"

#include <stdio.h>
#include <string.h>

rows_format rows_format_of(const char *path)
{
    if (strcmp(path, "-") == 0 || has_ending(path, ".npy")) {
        return ROWS_NPY;
    }
    if (has_ending(path, ".csv")) {
        return ROWS_CSV;
    }
    if (hdf5_is_known() && (has_ending(path, ".h5") || has_ending(path, ".hdf5"))) {
        return ROWS_HDF5;
    }
    return has_ending(path, ".svm") ? ROWS_SVM : ROWS_UNKNOWN;
}

void complain_of_rows(const feature_rows *rows)
{
    if (rows->format != ROWS_HDF5) {
        complain_of(rows->path);
    }
}

ond_status print_csv_text(ond_file *file, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        return ond_file_print(file, "%s", text);
    }
    ond_status status = ond_file_print(file, "\"");
    for (; status == OND_OK && *text; text++) {
        status = ond_file_write(file, text, 1);
        if (status == OND_OK && *text == '"') {
            status = ond_file_write(file, text, 1);
        }
    }
    return status ? status : ond_file_print(file, "\"");
}

/* "s1_j0_l3" for one number per channel, "s1_j0_l3_y0_x0" for a map. */
static ond_status print_header(feature_rows *rows)
{
    size_t places = rows->rank == 3 ? rows->shape[1] * rows->shape[2] : 1;
    ond_status status = OND_OK;
    if (rows->shape[0] == 0) {
        return OND_OK;
    }
    for (size_t channel = 0; channel < rows->shape[0]; channel++) {
        char name[CHANNEL_NAME];
        rows->namer(rows->namer_context, channel, name);
        for (size_t place = 0; status == OND_OK && place < places; place++) {
            status = ond_file_print(rows->text, "%s%s", channel + place ? "," : "", name);
            if (status == OND_OK && places > 1) {
                status = ond_file_print(rows->text, "_y%zu_x%zu", place / rows->shape[2], place % rows->shape[2]);
            }
        }
    }
    return status ? status : ond_file_print(rows->text, "\n");
}

static ond_status print_csv(ond_file *file, const ond_array *row)
{
    size_t count = ond_array_count(row);
    ond_status status = OND_OK;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        status = ond_file_print(file, "%s%.9g", i ? "," : "", (double)row->data[i]);
    }
    return status ? status : ond_file_print(file, "\n");
}

/* LIBSVM: label, then index:value from index 1, without the zeros. The label is 0: it is not known here. */
static ond_status print_svm(ond_file *file, const ond_array *row)
{
    size_t count = ond_array_count(row);
    ond_status status = ond_file_print(file, "0");
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        if (row->data[i] != 0) {
            status = ond_file_print(file, " %zu:%.9g", i + 1, (double)row->data[i]);
        }
    }
    return status ? status : ond_file_print(file, "\n");
}

static bool goes_to_stdout(const feature_rows *rows)
{
    return strcmp(rows->path, "-") == 0;
}

static ond_status open_array(feature_rows *rows)
{
    const char *path = goes_to_stdout(rows) ? spool_output() : rows->path;
    if (rows->continues) {
        return ond_array_writer_continue(path, rows->rank, rows->shape, rows->count, &rows->array);
    }
    return !path ? OND_ERROR_IO : ond_array_writer_create(path, rows->rank, rows->shape, &rows->array);
}

static ond_status open_table(feature_rows *rows)
{
    rows->table = table_open(rows->path, NULL);
    return rows->table ? OND_OK : OND_ERROR_IO;
}

static ond_status make_table(feature_rows *rows)
{
    rows->table_layout.rank = rows->rank;
    memcpy(rows->table_layout.shape, rows->shape, sizeof rows->shape);
    return table_create(rows->path, &rows->table_layout) ? open_table(rows) : OND_ERROR_IO;
}

static ond_status open_rows(feature_rows *rows, const ond_array *row)
{
    rows->rank = row->rank;
    memcpy(rows->shape, row->shape, sizeof rows->shape);
    if (rows->format == ROWS_NPY) {
        return rows->single ? OND_OK : open_array(rows);
    }
    if (rows->format == ROWS_HDF5) {
        return make_table(rows);
    }
    ond_status status
        = rows->continues ? ond_file_continue(rows->path, 0, &rows->text) : ond_file_create(rows->path, &rows->text);
    if (status == OND_OK && rows->format == ROWS_CSV) {
        status = print_header(rows);
    }
    return status;
}

ond_status rows_open_empty(feature_rows *rows)
{
    static const size_t nothing[1] = {0};
    ond_array none = ond_array_view(NULL, 1, nothing);
    rows->table_layout.rows = 0;
    rows->single = false;
    return open_rows(rows, &none);
}

ond_status rows_resume(feature_rows *rows, size_t bytes)
{
    if (rows->format == ROWS_HDF5) {
        return open_table(rows);
    }
    return rows->format == ROWS_NPY ? open_array(rows) : ond_file_continue(rows->path, bytes, &rows->text);
}

ond_status rows_commit(feature_rows *rows, size_t *bytes)
{
    *bytes = 0;
    if (rows->table) {
        return table_sync(rows->table) ? OND_OK : OND_ERROR_IO;
    }
    return rows->array ? ond_array_writer_commit(rows->array) : ond_file_commit(rows->text, bytes);
}

ond_status rows_append(feature_rows *rows, const ond_array *row, const row_facts facts)
{
    ond_status status = rows->count == 0 ? open_rows(rows, row) : OND_OK;
    if (status != OND_OK) {
        return status;
    }
    if (rows->table) {
        status = table_put(rows->table, rows->count, row, facts) ? OND_OK : OND_ERROR_IO;
    } else if (rows->array) {
        status = ond_array_writer_append(rows->array, row);
    } else if (rows->format == ROWS_NPY) {
        status = ond_array_write(row, rows->path);
    } else {
        status = rows->format == ROWS_CSV ? print_csv(rows->text, row) : print_svm(rows->text, row);
    }
    rows->count += status == OND_OK;
    return status;
}

/* The file of one image, channel by channel. */
static ond_status open_single(feature_rows *rows)
{
    const char *path = goes_to_stdout(rows) ? spool_output() : rows->path;
    return path ? ond_array_writer_create(path, rows->rank - 1, rows->shape + 1, &rows->array) : OND_ERROR_IO;
}

/* Texts and tables take a row as a whole. */
static ond_status append_whole(feature_rows *rows, const ond_planes *row, const size_t *shape, const row_facts facts)
{
    ond_array whole = {0};
    ond_plane_box box = {.height = row->height, .width = row->width};
    ond_status status = ond_array_resize(&whole, 3, shape);
    for (; box.plane < row->count && status == OND_OK; box.plane++) {
        status = row->fetch(row->context, &box, ond_array_item(&whole, box.plane).data);
    }
    status = status ? status : rows_append(rows, &whole, facts);
    ond_array_free(&whole);
    return status;
}

ond_status rows_append_stored(feature_rows *rows, const ond_planes *row, const row_facts facts)
{
    const size_t shape[3] = {row->count, row->height, row->width};
    if (rows->format != ROWS_NPY) {
        return append_whole(rows, row, shape, facts);
    }
    ond_array view = ond_array_view(NULL, 3, shape);
    ond_status status = rows->count == 0 ? open_rows(rows, &view) : OND_OK;
    if (status == OND_OK && rows->single) {
        status = open_single(rows);
    }
    status = status ? status : stored_write_array(row, false, 0, rows->array);
    rows->count += status == OND_OK;
    return status;
}

ond_status rows_finish(feature_rows *rows, bool keep)
{
    ond_status status = OND_OK;
    if (keep && rows->array) {
        status = ond_array_writer_finish(&rows->array);
        if (status == OND_OK && goes_to_stdout(rows) && !spool_deliver()) {
            status = OND_ERROR_IO;
        }
    } else if (keep && rows->text) {
        status = ond_file_finish(&rows->text);
    }
    if (rows->table) {
        table_close(rows->table);
        rows->table = NULL;
        status = !keep || table_finish(rows->path, rows->count, NULL, NULL) ? OND_OK : OND_ERROR_IO;
    }
    ond_array_writer_destroy(rows->array);
    ond_file_destroy(rows->text);
    rows->array = NULL;
    rows->text = NULL;
    return status;
}

int rows_shape(const feature_rows *rows, size_t shape[OND_MAX_RANK])
{
    int rank = rows->rank;
    if (rows->single) {
        memcpy(shape, rows->shape, sizeof rows->shape);
        return rank;
    }
    shape[0] = rows->count;
    for (int axis = 0; axis < rank; axis++) {
        shape[axis + 1] = rows->shape[axis];
    }
    return rank + 1;
}
