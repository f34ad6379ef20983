/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/score.h"

#include "cli/ssim.h"

#include <math.h>

value_range range_for(const ond_array *reference, double peak)
{
    static const double peaks[] = {1, 255, 65535};
    double lowest = 0, highest = 0;
    size_t count = ond_array_count(reference);
    for (size_t i = 0; i < count; i++) {
        lowest = fmin(lowest, (double)reference->data[i]);
        highest = fmax(highest, (double)reference->data[i]);
    }
    for (size_t i = 0; peak <= 0 && i < sizeof peaks / sizeof peaks[0]; i++) {
        peak = highest <= peaks[i] ? peaks[i] : 0;
    }
    peak = peak > 0 ? peak : highest;
    return (value_range){lowest, fmax(peak, highest), peak};
}

static double psnr(const ond_array *image, const ond_array *reference, double peak)
{
    double squares = 0;
    size_t count = ond_array_count(image);
    for (size_t i = 0; i < count; i++) {
        double difference = (double)image->data[i] - (double)reference->data[i];
        squares += difference * difference;
    }
    return squares > 0 ? 10 * log10(peak * peak * (double)count / squares) : HUGE_VAL;
}

ond_status score_image(const ond_array *image, const ond_array *reference, value_range range, score *result)
{
    ond_array clipped = {0};
    ond_status status = ond_array_resize(&clipped, image->rank, image->shape);
    if (status != OND_OK) {
        return status;
    }
    size_t count = ond_array_count(image);
    float lowest = (float)range.lowest, highest = (float)range.highest;
    for (size_t i = 0; i < count; i++) {
        clipped.data[i] = fminf(fmaxf(image->data[i], lowest), highest);
    }
    result->psnr_db = psnr(&clipped, reference, range.peak);
    result->ssim = ssim_applies(reference) ? ssim(&clipped, reference, range.peak) : (double)NAN;
    ond_array_free(&clipped);
    return OND_OK;
}
