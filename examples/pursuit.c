/* SPDX-License-Identifier: BSD-3-Clause */
#include "pursuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FITTING_STEPS = 8 };

/* Share of an atom's energy that the fit leaves out; what is reported is computed with whole atoms. */
static const double left_out = 1e-9;

/* An atom whose coefficient falls below this share of the threshold is given up. */
static const double pruning = 0.3;

/* One atom of unit norm. */
typedef struct atom {
    size_t row, column;
    float coefficient;
    float gradient, direction; /* of the fit */
} atom;

typedef struct band_atoms {
    atom *atoms;
    size_t count, capacity;
    double largest; /* correlation */
    float *shape;   /* of an atom: 2 reach + 1 rows and columns around its place, which hold nearly all of its energy */
    size_t reach[2];
} band_atoms;

struct pursuit {
    const ond_filters *bank;
    band_atoms *bands; /* one per filter; that of the low-pass stays empty */
    double threshold, largest;
    ond_array details;   /* the image without its low-pass part */
    ond_array residual;  /* of them */
    ond_array direction; /* of the fit, as an image */
    ond_array image;     /* what a pass made */
};

static size_t pixels(const pursuit *own)
{
    return ond_array_count(&own->residual);
}

static double dot(const ond_array *a)
{
    double sum = 0;
    for (size_t i = 0; i < ond_array_count(a); i++) {
        sum += (double)a->data[i] * (double)a->data[i];
    }
    return sum;
}

static void clear(const ond_band *band)
{
    for (size_t row = 0; row < band->height; row++) {
        memset(band->data[0] + row * band->stride, 0, band->width * sizeof(float));
    }
}

/* --- what is done with each band --- */

static ond_status keep_low_pass(void *context, const ond_band *band)
{
    (void)context;
    if (band->info.kind != OND_FILTER_LOW_PASS) {
        clear(band);
    }
    return OND_OK;
}

static ond_status find_largest(void *context, const ond_band *band)
{
    pursuit *own = context;
    float largest = 0;
    for (size_t row = 0; row < band->height && band->info.kind != OND_FILTER_LOW_PASS; row++) {
        const float *line = band->data[0] + row * band->stride;
        for (size_t column = 0; column < band->width; column++) {
            largest = fmaxf(largest, fabsf(line[column]));
        }
    }
    own->bands[band->index].largest = (double)largest / band->noise_gain;
    return OND_OK;
}

/* Not smaller than all around it, as far as its atom reaches; opposite borders meet. */
static bool is_local_maximum(const ond_band *band, size_t row, size_t column)
{
    float value = fabsf(band->data[0][row * band->stride + column]);
    size_t reach = (size_t)2 << band->info.scale;
    size_t down = reach < band->height / 2 ? reach : band->height / 2;
    size_t across = reach < band->width / 2 ? reach : band->width / 2;
    for (size_t i = 0; i <= 2 * down; i++) {
        const float *line = band->data[0] + (row + band->height - down + i) % band->height * band->stride;
        for (size_t k = 0; k <= 2 * across; k++) {
            if (fabsf(line[(column + band->width - across + k) % band->width]) > value) {
                return false;
            }
        }
    }
    return true;
}

static bool is_taken(const band_atoms *taken, size_t count, size_t row, size_t column)
{
    size_t low = 0; /* the first `count` atoms are in the order of rows, then of columns */
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const atom *a = &taken->atoms[middle];
        if (a->row < row || (a->row == row && a->column < column)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && taken->atoms[low].row == row && taken->atoms[low].column == column;
}

static ond_status append(band_atoms *taken, size_t row, size_t column)
{
    if (taken->count == taken->capacity) {
        size_t capacity = 2 * taken->capacity + 64;
        atom *larger = realloc(taken->atoms, capacity * sizeof *larger);
        if (!larger) {
            return OND_ERROR_MEMORY;
        }
        taken->atoms = larger;
        taken->capacity = capacity;
    }
    taken->atoms[taken->count++] = (atom){.row = row, .column = column};
    return OND_OK;
}

static int compare_places(const void *first, const void *second)
{
    const atom *a = first;
    const atom *b = second;
    if (a->row != b->row) {
        return a->row < b->row ? -1 : 1;
    }
    return a->column < b->column ? -1 : a->column > b->column;
}

static ond_status take_atoms(void *context, const ond_band *band)
{
    const pursuit *own = context;
    band_atoms *taken = &own->bands[band->index];
    size_t before = taken->count;
    float threshold = (float)(own->threshold * band->noise_gain);
    for (size_t row = 0; row < band->height && band->info.kind != OND_FILTER_LOW_PASS; row++) {
        const float *line = band->data[0] + row * band->stride;
        for (size_t column = 0; column < band->width; column++) {
            if (fabsf(line[column]) > threshold && is_local_maximum(band, row, column)
                && !is_taken(taken, before, row, column) && append(taken, row, column)) {
                return OND_ERROR_MEMORY;
            }
        }
    }
    if (taken->count > before) {
        qsort(taken->atoms, taken->count, sizeof *taken->atoms, compare_places);
    }
    return OND_OK;
}

/* The response to a single pixel in the middle of the image is the atom around it, atoms being even. */
static ond_status keep_shape(void *context, const ond_band *band)
{
    const pursuit *own = context;
    band_atoms *taken = &own->bands[band->index];
    size_t middle[2] = {band->height / 2, band->width / 2};
    size_t reach[2] = {(band->height - 1) / 2, (band->width - 1) / 2};
    double *energy[2] = {calloc(reach[0] + 1, sizeof(double)), calloc(reach[1] + 1, sizeof(double))};
    bool complete = energy[0] && energy[1];
    for (size_t row = 0; complete && row < band->height; row++) {
        for (size_t column = 0; column < band->width; column++) {
            double value = (double)band->data[0][row * band->stride + column] / band->noise_gain;
            size_t down = row > middle[0] ? row - middle[0] : middle[0] - row;
            size_t across = column > middle[1] ? column - middle[1] : middle[1] - column;
            energy[0][down < reach[0] ? down : reach[0]] += value * value;
            energy[1][across < reach[1] ? across : reach[1]] += value * value;
        }
    }
    for (int axis = 0; complete && axis < 2; axis++) {
        for (double rest = 0; reach[axis] > 0 && rest + energy[axis][reach[axis]] < left_out / 2; reach[axis]--) {
            rest += energy[axis][reach[axis]];
        }
        taken->reach[axis] = reach[axis];
    }
    free(energy[0]);
    free(energy[1]);
    size_t size[2] = {2 * reach[0] + 1, 2 * reach[1] + 1};
    taken->shape = complete ? malloc(size[0] * size[1] * sizeof *taken->shape) : NULL;
    for (size_t i = 0; taken->shape && i < size[0] * size[1]; i++) {
        size_t row = middle[0] - reach[0] + i / size[1];
        size_t column = middle[1] - reach[1] + i % size[1];
        taken->shape[i] = (float)((double)band->data[0][row * band->stride + column] / band->noise_gain);
    }
    return taken->shape ? OND_OK : OND_ERROR_MEMORY;
}

static double dot_line(const float *a, const float *b, size_t count)
{
    enum { LANES = 16 };
    float sums[LANES] = {0};
    double sum = 0;
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    for (size_t k = 0; k < LANES; k++) {
        sum += (double)sums[k];
    }
    for (size_t i = whole; i < count; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

static void add_line(float *to, const float *from, float factor, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i] += factor * from[i];
    }
}

/* ⟨image, atom⟩, or image += factor · atom and 0; opposite borders meet. */
static double meet(const band_atoms *band, const atom *a, ond_array *image, bool is_sum, float factor)
{
    size_t height = image->shape[0];
    size_t width = image->shape[1];
    size_t across = 2 * band->reach[1] + 1;
    size_t left = (a->column + width - band->reach[1]) % width;
    size_t first = across < width - left ? across : width - left;
    double sum = 0;
    for (size_t i = 0; i < 2 * band->reach[0] + 1; i++) {
        float *line = image->data + (a->row + height - band->reach[0] + i) % height * width;
        const float *shape = band->shape + i * across;
        if (is_sum) {
            add_line(line + left, shape, factor, first);
            add_line(line, shape + first, factor, across - first);
        } else {
            sum += dot_line(line + left, shape, first) + dot_line(line, shape + first, across - first);
        }
    }
    return sum;
}

/* The gradient of the fit is the correlation of its atoms with the residual; makes its image as well. Returns its
 * squared norm. */
static double find_gradient(pursuit *own)
{
    double squares = 0;
    memset(own->image.data, 0, pixels(own) * sizeof *own->image.data);
    for (size_t k = 0; k < ond_filters_count(own->bank); k++) {
        band_atoms *taken = &own->bands[k];
        for (size_t i = 0; i < taken->count; i++) {
            atom *a = &taken->atoms[i];
            a->gradient = (float)meet(taken, a, &own->residual, false, 0);
            squares += (double)a->gradient * (double)a->gradient;
            (void)meet(taken, a, &own->image, true, a->gradient);
        }
    }
    return squares;
}

static ond_status place_coefficients(void *context, const ond_band *band)
{
    const pursuit *own = context;
    const band_atoms *taken = &own->bands[band->index];
    clear(band);
    for (size_t i = 0; i < taken->count; i++) {
        const atom *a = &taken->atoms[i];
        band->data[0][a->row * band->stride + a->column] = (float)((double)a->coefficient / band->noise_gain);
    }
    return OND_OK;
}

/* --- stages --- */

static ond_status update_residual(pursuit *own)
{
    ond_status status = ond_filters_process(own->bank, &own->residual, 1, place_coefficients, own, &own->image);
    for (size_t i = 0; status == OND_OK && i < pixels(own); i++) {
        own->residual.data[i] = own->details.data[i] - own->image.data[i];
    }
    return status;
}

/* New direction = gradient + share · direction, of the coefficients and of their image alike. */
static void turn_direction(pursuit *own, double share)
{
    for (size_t k = 0; k < ond_filters_count(own->bank); k++) {
        for (size_t i = 0; i < own->bands[k].count; i++) {
            atom *a = &own->bands[k].atoms[i];
            a->direction = (float)((double)a->gradient + share * (double)a->direction);
        }
    }
    for (size_t i = 0; i < pixels(own); i++) {
        own->direction.data[i] = (float)((double)own->image.data[i] + share * (double)own->direction.data[i]);
    }
}

static void go_along(pursuit *own, double length)
{
    for (size_t k = 0; k < ond_filters_count(own->bank); k++) {
        for (size_t i = 0; i < own->bands[k].count; i++) {
            atom *a = &own->bands[k].atoms[i];
            a->coefficient = (float)((double)a->coefficient + length * (double)a->direction);
        }
    }
    for (size_t i = 0; i < pixels(own); i++) {
        own->residual.data[i] = (float)((double)own->residual.data[i] - length * (double)own->direction.data[i]);
    }
}

/* Least squares by conjugate gradients; the image of a direction is a sum of images of gradients. */
static void fit(pursuit *own)
{
    double last = 0;
    for (int step = 0; step < FITTING_STEPS; step++) {
        double squares = find_gradient(own);
        turn_direction(own, step ? squares / last : 0);
        double steepness = dot(&own->direction);
        if (!(steepness > 0)) {
            return;
        }
        go_along(own, squares / steepness);
        last = squares;
    }
}

static void prune(const pursuit *own)
{
    for (size_t k = 0; k < ond_filters_count(own->bank); k++) {
        band_atoms *taken = &own->bands[k];
        size_t kept = 0;
        for (size_t i = 0; i < taken->count; i++) {
            if (fabs((double)taken->atoms[i].coefficient) > pruning * own->threshold) {
                taken->atoms[kept++] = taken->atoms[i];
            }
        }
        taken->count = kept;
    }
}

ond_status pursuit_run(pursuit *own, double threshold)
{
    own->threshold = threshold;
    ond_status status = ond_filters_process(own->bank, &own->residual, 1, take_atoms, own, NULL);
    if (status != OND_OK) {
        return status;
    }
    fit(own);
    prune(own);
    fit(own);
    return update_residual(own);
}

double pursuit_largest(const pursuit *own)
{
    return own->largest;
}

size_t pursuit_terms(const pursuit *own)
{
    size_t terms = 0;
    for (size_t k = 0; k < ond_filters_count(own->bank); k++) {
        terms += own->bands[k].count;
    }
    return terms;
}

double pursuit_squared_error(const pursuit *own)
{
    return dot(&own->residual);
}

static ond_status start(pursuit *own, const ond_array *image)
{
    ond_status status = ond_array_resize(&own->details, 2, image->shape);
    status = status ? status : ond_array_resize(&own->residual, 2, image->shape);
    status = status ? status : ond_array_resize(&own->direction, 2, image->shape);
    status = status ? status : ond_filters_process(own->bank, image, 1, keep_low_pass, own, &own->image);
    if (status != OND_OK) {
        return status;
    }
    for (size_t i = 0; i < pixels(own); i++) {
        own->details.data[i] = own->residual.data[i] = image->data[i] - own->image.data[i];
        own->direction.data[i] = own->image.data[i] = 0;
    }
    own->image.data[image->shape[0] / 2 * image->shape[1] + image->shape[1] / 2] = 1;
    status = ond_filters_process(own->bank, &own->image, 1, keep_shape, own, NULL);
    status = status ? status : ond_filters_process(own->bank, &own->residual, 1, find_largest, own, NULL);
    for (size_t k = 0; status == OND_OK && k < ond_filters_count(own->bank); k++) {
        own->largest = fmax(own->largest, own->bands[k].largest);
    }
    return status;
}

ond_status pursuit_create(const ond_filters *bank, const ond_array *image, pursuit **created)
{
    pursuit *own = calloc(1, sizeof *own);
    if (!own) {
        return OND_ERROR_MEMORY;
    }
    own->bank = bank;
    own->bands = calloc(ond_filters_count(bank), sizeof *own->bands);
    ond_status status = own->bands ? start(own, image) : OND_ERROR_MEMORY;
    if (status != OND_OK) {
        pursuit_destroy(own);
        return status;
    }
    *created = own;
    return OND_OK;
}

void pursuit_destroy(pursuit *own)
{
    if (!own) {
        return;
    }
    for (size_t k = 0; own->bands && k < ond_filters_count(own->bank); k++) {
        free(own->bands[k].atoms);
        free(own->bands[k].shape);
    }
    free(own->bands);
    ond_array_free(&own->details);
    ond_array_free(&own->residual);
    ond_array_free(&own->direction);
    ond_array_free(&own->image);
    free(own);
}
