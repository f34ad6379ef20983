/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FILTERS_FILTERS_H
#define OND_FILTERS_FILTERS_H

#include "core/status.h"

#include <ondelet/filters.h>

#include <stdatomic.h>

/* Rectangle of signed frequencies: rows row_begin…row_end − 1, columns column_begin…column_end − 1, where frequency f
 * stands for 2πf/size and −size/2 <= f < size − size/2. */
typedef struct ond_box {
    ptrdiff_t row_begin, row_end, column_begin, column_end;
} ond_box;

/* The part of one row where a spectrum does not vanish: columns begin…end − 1. */
typedef struct ond_run {
    ptrdiff_t begin, end;
    size_t offset; /* of its values in the filter's */
} ond_run;

/* Columns that are multiples of OND_VALUES_ALIGNED begin a cache line of a filter's values, an odd number of lines
 * behind those of the row before: else the rows of one strip of columns compete for the same few places of a cache. */
enum { OND_VALUES_ALIGNED = 16, OND_VALUES_PERIOD = 2 * OND_VALUES_ALIGNED };

/* A spectrum on its support: a run of columns for each row of the box; zero outside. */
typedef struct ond_filter {
    ond_filter_info info;
    ond_box box;
    ond_run *runs; /* one per row of the box; NULL without a grid */
    float *values; /* run after run, with zeros between them as OND_VALUES_ALIGNED wants */
    size_t count;  /* of values and zeros */
} ond_filter;

/* Makes the bank of a family from its config on a grid (0 x 0: the table alone). */
typedef ond_status (*ond_filters_maker)(const void *config, size_t height, size_t width, ond_filters **filters);

enum { OND_FILTERS_NAME_SIZE = 32, OND_FILTERS_CONFIG_SIZE = 128 };

struct ond_filters {
    char name[OND_FILTERS_NAME_SIZE];
    size_t height, width;
    size_t count;
    ond_filter *filters;
    atomic_int owners;
    ond_filters_maker maker; /* NULL for a bank made from spectra */
    _Alignas(double) unsigned char config[OND_FILTERS_CONFIG_SIZE];
};

/* Banks are immutable, so that who needs one shares it: each ond_filters_share is undone by one ond_filters_destroy. */
ond_filters *ond_filters_share(const ond_filters *filters);

/* Supports leave out what is below this share of the spectrum's peak. */
#define OND_SUPPORT_THRESHOLD 1e-7

/* A bank with `count` empty filters. `config` (may be NULL with maker NULL) is copied. */
ond_status ond_filters_create_empty(const char *name, size_t count, size_t height, size_t width, ond_filters **filters);
void ond_filters_set_maker(ond_filters *filters, ond_filters_maker maker, const void *config, size_t config_size);

/* Keeps a spectrum given on a box that holds its support, row-major. */
ond_status ond_filter_set(ond_filters *filters, size_t index, ond_box box, const double *spectrum);

/* The same support and info as another filter of the same grid, values not yet set. */
ond_status ond_filter_allocate_like(ond_filters *filters, size_t index, const ond_filter *other);

/* The value at a signed frequency. */
float ond_filter_value(const ond_filter *filter, ptrdiff_t row, ptrdiff_t column);

/* Whether the filter's values at (row, column) are, bit for bit, the other's at (row, −column), wherever both have any,
 * which is in half of each row or more. */
bool ond_filter_mirrors(const ond_filter *filter, const ond_filter *other);

/* Littlewood–Paley sum in double, unshifted, height x width. */
ond_status ond_filters_sum(const ond_filters *filters, double *sum);

/* Fails unless the image is [height, width] of the grid, and finite. */
ond_status ond_filters_check_image(const ond_filters *filters, const ond_array *image);

/* Fails unless the bank has a grid. */
ond_status ond_filters_check_grid(const ond_filters *filters);

size_t ond_box_height(ond_box box);
size_t ond_box_width(ond_box box);

/* The whole grid: every signed frequency. */
ond_box ond_box_of_grid(size_t height, size_t width);
ond_box ond_box_intersect(ond_box a, ond_box b);

/* Signed frequency to index 0…size − 1. */
size_t ond_frequency_index(ptrdiff_t frequency, size_t size);

#endif
