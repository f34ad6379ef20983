/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/work_bank.h"

#include "core/array.h"
#include "core/border.h"
#include "fft/fft.h"
#include "filters/filters.h"

#include <math.h>

enum { MARGIN = 32 };

/* What float spectra of a Parseval bank leave of a Littlewood–Paley sum of 1. */
static const double tolerance = 1e-5;

ond_status ond_planes_of(const ond_array *image, ond_planes *planes)
{
    OND_TRY(ond_array_check_image(image, "the image"));
    const size_t *size = image->shape + image->rank - 2;
    *planes = (ond_planes){image->rank == 3 ? image->shape[0] : 1, size[0], size[1]};
    return OND_OK;
}

static ond_status check_even(const ond_filters *filters)
{
    for (size_t i = 0; i < ond_filters_count(filters); i++) {
        if (ond_filters_info(filters, i).one_sided) {
            return ond_fail(OND_ERROR_UNSUPPORTED, "the bank '%s' has one-sided filters, even ones are wanted",
                            ond_filters_name(filters));
        }
    }
    return OND_OK;
}

static ond_status put_on_grid(const ond_filters *filters, ond_work_bank *work)
{
    size_t height = ond_filters_height(filters);
    size_t width = ond_filters_width(filters);
    if (height == 0) {
        work->margin = MARGIN;
        work->height = ond_fft_good_size(work->planes.height + 2 * MARGIN, 2);
        work->width = ond_fft_good_size(work->planes.width + 2 * MARGIN, 2);
        return ond_filters_remake(filters, work->height, work->width, &work->bank);
    }
    if (height != work->planes.height || width != work->planes.width) {
        return ond_fail(OND_ERROR_SHAPE, "the image is %zu x %zu, the grid of the bank '%s' is %zu x %zu",
                        work->planes.height, work->planes.width, ond_filters_name(filters), height, width);
    }
    work->height = height;
    work->width = width;
    work->bank = ond_filters_share(filters);
    return OND_OK;
}

static ond_status make_parseval(ond_work_bank *work)
{
    double lower = 0;
    double upper = 0;
    OND_TRY(ond_filters_bounds(work->bank, &lower, &upper));
    if (fabs(lower - 1) <= tolerance && fabs(upper - 1) <= tolerance) {
        return OND_OK;
    }
    ond_filters *parseval = NULL;
    OND_TRY(ond_filters_parseval(work->bank, &parseval));
    ond_filters_destroy(work->bank);
    work->bank = parseval;
    return OND_OK;
}

ond_status ond_work_bank_create(const ond_filters *filters, ond_planes planes, ond_work_bank *work)
{
    *work = (ond_work_bank){.planes = planes};
    OND_TRY(check_even(filters));
    OND_TRY(put_on_grid(filters, work));
    ond_status status = make_parseval(work);
    if (status != OND_OK) {
        ond_work_bank_destroy(work);
    }
    return status;
}

void ond_work_bank_destroy(ond_work_bank *work)
{
    ond_filters_destroy(work->bank);
    work->bank = NULL;
}

void ond_work_bank_pad(const ond_work_bank *work, const float *plane, float *padded)
{
    ptrdiff_t margin = (ptrdiff_t)work->margin;
    for (size_t row = 0; row < work->height; row++) {
        const float *from = plane + ond_reflect((ptrdiff_t)row - margin, work->planes.height) * work->planes.width;
        for (size_t column = 0; column < work->width; column++) {
            padded[row * work->width + column] = from[ond_reflect((ptrdiff_t)column - margin, work->planes.width)];
        }
    }
}

const float *ond_work_bank_row(const ond_work_bank *work, const float *padded, size_t row)
{
    return padded + (row + work->margin) * work->width + work->margin;
}
