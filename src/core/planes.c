/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/planes.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"

#include <string.h>

enum { SAMPLES_AT_WORK = 1 << 20 };

/* --- over an array --- */

static float *place_in(const ond_array *array, const ond_plane_box *box, size_t row)
{
    size_t height = array->shape[array->rank - 2];
    size_t width = array->shape[array->rank - 1];
    return array->data + (box->plane * height + box->row + row) * width + box->column;
}

static ond_status fetch_from_array(void *context, const ond_plane_box *box, float *samples)
{
    for (size_t row = 0; row < box->height; row++) {
        memcpy(samples + row * box->width, place_in(context, box, row), box->width * sizeof *samples);
    }
    return OND_OK;
}

static ond_status store_in_array(void *context, const ond_plane_box *box, const float *samples)
{
    for (size_t row = 0; row < box->height; row++) {
        memcpy(place_in(context, box, row), samples + row * box->width, box->width * sizeof *samples);
    }
    return OND_OK;
}

ond_status ond_planes_view(ond_array *array, ond_planes *planes)
{
    if (!array || !planes) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", array ? "output" : "array");
    }
    OND_TRY(ond_array_check_filled(array, "the array"));
    OND_TRY(ond_array_check_image(array, "the array"));
    *planes = (ond_planes){
        .count = array->rank == 3 ? array->shape[0] : 1,
        .height = array->shape[array->rank - 2],
        .width = array->shape[array->rank - 1],
        .context = array,
        .fetch = fetch_from_array,
        .store = store_in_array,
    };
    return OND_OK;
}

/* --- rows --- */

ond_status ond_planes_check(const ond_planes *planes, bool stores, const char *name)
{
    if (!planes || !planes->fetch || (stores && !planes->store)) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s cannot be %s: the function is missing", name,
                        planes && planes->fetch ? "stored" : "fetched");
    }
    if (planes->count == 0 || planes->height == 0 || planes->width == 0) {
        return ond_fail(OND_ERROR_SHAPE, "%s is %zu x %zu x %zu, sides of at least 1 are wanted", name, planes->count,
                        planes->height, planes->width);
    }
    return OND_OK;
}

ond_status ond_planes_fetch_rows(const ond_planes *planes, size_t plane, size_t first, size_t count, float *samples)
{
    return planes->fetch(planes->context, &(ond_plane_box){plane, first, 0, count, planes->width}, samples);
}

/* So many rows of `planes` planes are in memory at a time. */
static size_t rows_at_work(const ond_planes *planes, size_t count)
{
    size_t rows = SAMPLES_AT_WORK / count / planes->width;
    rows = rows < planes->height ? rows : planes->height;
    return rows ? rows : 1;
}

static size_t rows_left(const ond_planes *planes, size_t first, size_t rows)
{
    return rows < planes->height - first ? rows : planes->height - first;
}

ond_status ond_planes_visit(const ond_planes *planes, size_t plane, ond_rows_visitor visit, void *context)
{
    size_t rows = rows_at_work(planes, 1);
    float *samples = ond_memory_allocate(rows, planes->width * sizeof *samples);
    ond_status status = samples ? OND_OK : OND_ERROR_MEMORY;
    for (size_t first = 0; first < planes->height && status == OND_OK; first += rows) {
        size_t count = rows_left(planes, first, rows);
        status = ond_planes_fetch_rows(planes, plane, first, count, samples);
        if (status == OND_OK) {
            status = visit(context, first, count, samples);
        }
    }
    ond_memory_free(samples);
    return status;
}

static ond_status change_rows(const ond_planes *planes, size_t count, ond_plane_box rows, ond_samples_change change,
                              const void *context, float *samples)
{
    size_t area = rows.height * rows.width;
    for (rows.plane = 0; rows.plane < count; rows.plane++) {
        OND_TRY(planes->fetch(planes->context, &rows, samples + rows.plane * area));
    }
    change(context, area, samples);
    for (rows.plane = 0; rows.plane < count; rows.plane++) {
        OND_TRY(planes->store(planes->context, &rows, samples + rows.plane * area));
    }
    return OND_OK;
}

ond_status ond_planes_change(const ond_planes *planes, size_t count, ond_samples_change change, const void *context)
{
    size_t rows = rows_at_work(planes, count);
    float *samples = ond_memory_allocate(rows, count * planes->width * sizeof *samples);
    ond_status status = samples ? OND_OK : OND_ERROR_MEMORY;
    for (size_t first = 0; first < planes->height && status == OND_OK; first += rows) {
        ond_plane_box box = {0, first, 0, rows_left(planes, first, rows), planes->width};
        status = change_rows(planes, count, box, change, context, samples);
    }
    ond_memory_free(samples);
    return status;
}

/* --- finite --- */

typedef struct finite_check {
    const char *name;
    size_t before, width;
} finite_check;

static ond_status check_rows(void *context, size_t first, size_t count, const float *samples)
{
    const finite_check *check = context;
    size_t bad = ond_vector_find_nonfinite(samples, count * check->width);
    if (bad == count * check->width) {
        return OND_OK;
    }
    return ond_fail(OND_ERROR_ARGUMENT, "%s holds %g at element %zu, finite numbers are wanted", check->name,
                    (double)samples[bad], check->before + first * check->width + bad);
}

ond_status ond_planes_check_finite(const ond_planes *planes, size_t count, const char *name)
{
    for (size_t plane = 0; plane < count; plane++) {
        finite_check check = {name, plane * planes->height * planes->width, planes->width};
        OND_TRY(ond_planes_visit(planes, plane, check_rows, &check));
    }
    return OND_OK;
}
