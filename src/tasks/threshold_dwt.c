/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "tasks/threshold.h"
#include "tasks/work_bank.h"

/* One plane's coefficients as a source of bands. */
typedef struct dwt_source {
    const ond_dwt *dwt;
    ond_array coefficients, plane;
} dwt_source;

static ond_status walk_dwt(void *object, bool change, ond_band_function function, void *context)
{
    (void)change; /* they are changed where they lie */
    dwt_source *source = object;
    for (size_t i = 0; i < ond_dwt_bands(source->dwt); i++) {
        ond_dwt_band from = ond_dwt_band_at(source->dwt, i);
        ond_band band = {
            .index = i,
            .info.kind = from.orientation == 0 ? OND_FILTER_LOW_PASS : OND_FILTER_BAND_PASS,
            .info.scale = from.level,
            .noise_gain = from.gain,
            .height = from.height,
            .width = from.width,
            .stride = from.width,
            .data = {source->coefficients.data + from.offset},
        };
        OND_TRY(function(context, &band));
    }
    return OND_OK;
}

static ond_status threshold_planes(dwt_source *own, const ond_threshold_config *config, const ond_array *image,
                                   ond_planes planes, ond_array *result, ond_threshold_report *report)
{
    ond_band_source source = {own, ond_dwt_bands(own->dwt), walk_dwt};
    size_t shape[2] = {planes.height, planes.width};
    ond_error_sums sums = {0};
    for (size_t channel = 0; channel < planes.channels; channel++) {
        size_t offset = channel * planes.height * planes.width;
        ond_array plane = ond_array_view(image->data + offset, 2, shape);
        OND_TRY(ond_dwt_analysis(own->dwt, &plane, &own->coefficients));
        OND_TRY(ond_threshold_source(config, &source, report));
        OND_TRY(ond_dwt_synthesis(own->dwt, &own->coefficients, &own->plane));
        for (size_t row = 0; row < planes.height; row++) {
            size_t place = offset + row * planes.width;
            ond_threshold_take_row(image->data + place, own->plane.data + row * planes.width, planes.width,
                                   result->data + place, &sums);
        }
    }
    report->relative_error = ond_threshold_error(&sums);
    return OND_OK;
}

/* Without decimation the approximation is as large as the image. */
static bool is_redundant(const ond_dwt *dwt, ond_planes planes)
{
    ond_dwt_band approximation = ond_dwt_band_at(dwt, 0);
    return approximation.level > 0 && approximation.height >= planes.height && approximation.width >= planes.width;
}

ond_status ond_threshold_dwt(const ond_dwt *dwt, const ond_array *image, const ond_threshold_config *config,
                             ond_array *result, ond_threshold_report *report)
{
    ond_threshold_config checked;
    ond_planes planes;
    ond_threshold_report found = {0};
    OND_TRY(ond_planes_of(image, &planes));
    OND_TRY(ond_threshold_check(config, is_redundant(dwt, planes), &checked));
    OND_TRY(ond_array_check_finite(image, "the image"));
    OND_TRY(ond_array_resize(result, image->rank, image->shape));
    dwt_source own = {.dwt = dwt};
    ond_status status = threshold_planes(&own, &checked, image, planes, result, &found);
    ond_array_free(&own.coefficients);
    ond_array_free(&own.plane);
    status = status ? status : ond_array_check_result(result);
    if (status == OND_OK && report) {
        *report = found;
    }
    return status;
}
