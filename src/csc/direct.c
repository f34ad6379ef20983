/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/operator.h"

#include <string.h>

/* Sums over taps become weighted sums of whole rows. With stride s a row is split into its s phases (columns p, p + s,
 * …), so that every tap reads one of them from some column on, contiguously. Rows are laid out with the border around
 * them, wrapped or zero, so that no tap has to ask where it is. */
typedef struct layout {
    size_t rows, columns; /* of positions; a matrix sees all pixels as one row */
    size_t height, width; /* of the image likewise */
    size_t stride;
    size_t reach_rows, reach_columns; /* positions by which an atom reaches back: (filter size − 1) / stride */
    size_t terms;                     /* the most in one weighted sum */
    size_t line;                      /* floats between padded rows: of one phase of an image, or of codes */
    size_t plane_rows;                /* padded rows of one plane */
    size_t planes;
    bool is_circular;
} layout;

typedef struct workspace {
    float *padded;
    float *row; /* one output row */
    float *weights;
    const float **sources;
    unsigned char *used; /* of padded code rows: whether they hold anything but zeros */
} workspace;

static size_t round_up(size_t count)
{
    size_t line = OND_ALIGNMENT / sizeof(float);
    return (count + line - 1) / line * line;
}

static layout layout_of(const ond_operator *operator_, bool is_adjoint)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    layout l = {.rows = operator_->rows, .columns = operator_->columns, .stride = info->stride};
    l.height = operator_->height;
    l.width = operator_->width;
    l.is_circular = info->border == OND_BORDER_CIRCULAR;
    if (ond_dictionary_is_matrix(operator_->dictionary)) {
        l.width = l.columns = l.width * l.height;
        l.height = l.rows = 1;
    }
    l.reach_rows = (info->filter_height - 1) / info->stride;
    l.reach_columns = (info->filter_width - 1) / info->stride;
    size_t taps = info->filter_height * info->filter_width;
    size_t reached = (l.reach_rows + 1) * (l.reach_columns + 1);
    l.terms = is_adjoint ? info->channels * taps : info->atoms * reached;
    l.line = l.columns + (is_adjoint ? 1 : 2) * l.reach_columns;
    l.plane_rows = is_adjoint ? l.stride * (l.rows - 1) + info->filter_height : l.rows + 2 * l.reach_rows;
    l.planes = is_adjoint ? info->channels : info->atoms;
    return l;
}

static size_t place_workspace(const layout *l, bool is_adjoint, workspace *w, float *scratch)
{
    size_t padded = round_up(l->planes * l->plane_rows * l->line * (is_adjoint ? l->stride : 1));
    size_t row = round_up(l->width + l->line);
    size_t weights = round_up(l->terms);
    size_t sources = round_up(l->terms * sizeof(const float *) / sizeof(float));
    size_t used = round_up(l->planes * l->plane_rows / sizeof(float) + 1);
    if (scratch) {
        w->padded = scratch;
        w->row = w->padded + padded;
        w->weights = w->row + row;
        w->sources = (const float **)(void *)(w->weights + weights);
        w->used = (unsigned char *)(w->weights + weights + sources);
    }
    return padded + row + weights + sources + used;
}

size_t ond_direct_scratch(const ond_operator *operator_)
{
    layout l = layout_of(operator_, false);
    size_t apply = place_workspace(&l, false, NULL, NULL);
    l = layout_of(operator_, true);
    size_t adjoint = place_workspace(&l, true, NULL, NULL);
    return apply > adjoint ? apply : adjoint;
}

/* One position alone: an image is Σ z d, codes are dot products. */
static bool is_single(const ond_operator *operator_)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    return operator_->rows * operator_->columns == 1 && info->filter_height == operator_->height
           && info->filter_width == operator_->width;
}

static void apply_single(const ond_operator *operator_, const float *codes, float *image, workspace *w)
{
    size_t size = operator_->image_size;
    size_t terms = 0;
    for (size_t m = 0; m < operator_->dictionary->info.atoms; m++) {
        if (codes[m] != 0) {
            w->weights[terms] = codes[m];
            w->sources[terms++] = operator_->dictionary->values + m * size;
        }
    }
    ond_vector_weighted_sum(image, w->weights, w->sources, terms, size);
}

static void adjoint_single(const ond_operator *operator_, const float *image, float *codes)
{
    size_t size = operator_->image_size;
    for (size_t m = 0; m < operator_->dictionary->info.atoms; m++) {
        codes[m] = ond_vector_dot(operator_->dictionary->values + m * size, image, size);
    }
}

/* Row `line` of an image as its phases one after the other, with the border behind it. */
static void split_row(const layout *l, const float *line, float *phases)
{
    if (l->stride == 1) {
        memcpy(phases, line, l->width * sizeof *line);
        for (size_t i = l->width; i < l->line; i++) {
            phases[i] = l->is_circular ? line[i % l->width] : 0;
        }
        return;
    }
    for (size_t phase = 0; phase < l->stride; phase++) {
        for (size_t i = 0; i < l->line; i++) {
            size_t column = i * l->stride + phase;
            bool is_outside = column >= l->width;
            phases[phase * l->line + i] = !is_outside ? line[column] : l->is_circular ? line[column % l->width] : 0;
        }
    }
}

static void pad_image(const layout *l, const float *image, float *padded)
{
    for (size_t c = 0; c < l->planes; c++) {
        for (size_t row = 0; row < l->plane_rows; row++) {
            const float *line = image + (c * l->height + row % l->height) * l->width;
            split_row(l, line, padded + (c * l->plane_rows + row) * l->stride * l->line);
        }
    }
}

/* The rows that each tap of a filter reads for the codes of row `row`, in the order of the filter's values. */
static void list_taps(const ond_operator *operator_, const layout *l, size_t row, const workspace *w)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    size_t term = 0;
    for (size_t c = 0; c < info->channels; c++) {
        for (size_t i = 0; i < info->filter_height; i++) {
            const float *phases = w->padded + (c * l->plane_rows + row * l->stride + i) * l->stride * l->line;
            for (size_t k = 0; k < info->filter_width; k++) {
                w->sources[term++] = phases + k % l->stride * l->line + k / l->stride;
            }
        }
    }
}

void ond_direct_adjoint(const ond_operator *operator_, const float *image, float *codes, float *scratch)
{
    if (is_single(operator_)) {
        adjoint_single(operator_, image, codes);
        return;
    }
    workspace w = {0};
    layout l = layout_of(operator_, true);
    place_workspace(&l, true, &w, scratch);
    pad_image(&l, image, w.padded);
    for (size_t row = 0; row < l.rows; row++) {
        list_taps(operator_, &l, row, &w);
        for (size_t m = 0; m < operator_->dictionary->info.atoms; m++) {
            ond_vector_weighted_sum(codes + (m * l.rows + row) * l.columns, operator_->dictionary->values + m * l.terms,
                                    w.sources, l.terms, l.columns);
        }
    }
}

static bool holds_something(const float *line, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (line[i] != 0) {
            return true;
        }
    }
    return false;
}

/* One row of codes with its border on both sides. */
static void pad_row(const layout *l, const float *line, float *padded)
{
    size_t reach = l->reach_columns;
    memcpy(padded + reach, line, l->columns * sizeof *line);
    for (size_t i = 0; i < reach; i++) {
        size_t before = l->columns - 1 - (reach - 1 - i) % l->columns;
        padded[i] = l->is_circular ? line[before] : 0;
        padded[reach + l->columns + i] = l->is_circular ? line[i % l->columns] : 0;
    }
}

static void pad_codes(const layout *l, const float *codes, const workspace *w)
{
    for (size_t m = 0; m < l->planes; m++) {
        for (size_t i = 0; i < l->plane_rows; i++) {
            size_t place = m * l->plane_rows + i;
            bool is_inside = i >= l->reach_rows && i < l->reach_rows + l->rows;
            size_t whole = l->rows * l->plane_rows; /* a multiple of the period above any reach */
            size_t row = (i + whole - l->reach_rows) % l->rows;
            const float *line = codes + (m * l->rows + row) * l->columns;
            w->used[place] = (is_inside || l->is_circular) && holds_something(line, l->columns);
            if (w->used[place]) {
                pad_row(l, line, w->padded + place * l->line);
            }
        }
    }
}

/* The code rows that make phase `phase` of image row `row` in channel `channel`, with their weights. */
static size_t list_sources(const ond_operator *operator_, const layout *l, size_t channel, size_t row, size_t phase,
                           const workspace *w)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    size_t terms = 0;
    for (size_t m = 0; m < info->atoms; m++) {
        const float *filter
            = operator_->dictionary->values + (m * info->channels + channel) * info->filter_height * info->filter_width;
        for (size_t i = row % l->stride; i < info->filter_height; i += l->stride) {
            size_t place = m * l->plane_rows + l->reach_rows + row / l->stride - i / l->stride;
            if (!w->used[place]) {
                continue;
            }
            const float *line = w->padded + place * l->line + l->reach_columns;
            for (size_t k = phase; k < info->filter_width; k += l->stride) {
                w->weights[terms] = filter[i * info->filter_width + k];
                w->sources[terms++] = line - k / l->stride;
            }
        }
    }
    return terms;
}

static void apply_row(const ond_operator *operator_, const layout *l, size_t channel, size_t row, const workspace *w,
                      float *line)
{
    if (l->stride == 1) {
        size_t terms = list_sources(operator_, l, channel, row, 0, w);
        ond_vector_weighted_sum(line, w->weights, w->sources, terms, l->width);
        return;
    }
    for (size_t phase = 0; phase < l->stride; phase++) {
        size_t terms = list_sources(operator_, l, channel, row, phase, w);
        size_t count = (l->width - phase + l->stride - 1) / l->stride;
        ond_vector_weighted_sum(w->row, w->weights, w->sources, terms, count);
        for (size_t i = 0; i < count; i++) {
            line[i * l->stride + phase] = w->row[i];
        }
    }
}

void ond_direct_apply(const ond_operator *operator_, const float *codes, float *image, float *scratch)
{
    workspace w = {0};
    layout l = layout_of(operator_, false);
    place_workspace(&l, false, &w, scratch);
    if (is_single(operator_)) {
        apply_single(operator_, codes, image, &w);
        return;
    }
    pad_codes(&l, codes, &w);
    for (size_t c = 0; c < operator_->dictionary->info.channels; c++) {
        for (size_t row = 0; row < l.height; row++) {
            apply_row(operator_, &l, c, row, &w, image + (c * l.height + row) * l.width);
        }
    }
}
