/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "tasks/edge_measure.h"
#include "tasks/edge_model.h"
#include "tasks/edge_regions.h"
#include "tasks/edge_suppress.h"
#include "tasks/edge_thin.h"
#include "tasks/work_bank.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Thresholds of the methods, where the score on pictures is best. */
static const struct {
    double high, low;
} thresholds_of_method[] = {
    [OND_EDGE_MEASURE] = {0.40, 0.24},
    [OND_EDGE_LEARNED] = {0.40, 0.32},
    [OND_EDGE_GRADIENT] = {0.60, 0.36},
    [OND_EDGE_COSHREM] = {0.35, 0.21},
};

/* Of the Gaussian mean whose gradient is taken. */
static const double gradient_px = 2, fine_gradient_px = 1.5;

/* Smoothing of a learned map before its maxima are looked for, and for the direction of its ridges. */
static const double map_smoothing_px = 0.8, ridge_smoothing_px = 1.2;

void ond_edge_map_free(ond_edge_map *map)
{
    if (map) {
        ond_array_free(&map->strength);
        ond_array_free(&map->normal_rad);
        ond_array_free(&map->thin);
        ond_array_free(&map->offset_px);
    }
}

static ond_status check_image(const ond_array *image)
{
    ond_planes planes;
    OND_TRY(ond_planes_of(image, &planes));
    if (planes.channels != 1 && planes.channels != 3) {
        return ond_fail(OND_ERROR_SHAPE, "the image has %zu channels, 1 or 3 are wanted", planes.channels);
    }
    return ond_array_check_finite(image, "the image");
}

static ond_status check_method(const ond_edge_config *config, const ond_edge_model *model)
{
    if (config->kind == OND_EDGE_RIDGES && config->method != OND_EDGE_MEASURE) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "the method %s finds no ridges, measure does",
                        ond_option_choice(ond_options_find(ond_edge_options(), "method"), config));
    }
    if (config->method == OND_EDGE_LEARNED && !model) {
        return ond_fail(OND_ERROR_ARGUMENT, "no model given, the method learned wants one");
    }
    return OND_OK;
}

/* Deviation of the opponent colours, in a picture brought to a usual contrast, below which it is given to the networks
 * for gray: to those for colour its edges look weak. Of 25 pictures of BSDS500 val with a half to a fifth of their
 * colour all come out better or as well, from the usual thresholds on. */
static const double palest = 0.04;

static bool is_pale(const ond_array *lab)
{
    size_t plane = lab->shape[1] * lab->shape[2];
    double squares = 0;
    for (size_t c = 1; c < 3; c++) {
        const float *opponent = lab->data + c * plane;
        double mean = ond_vector_sum(opponent, plane) / (double)plane;
        for (size_t i = 0; i < plane; i++) {
            double deviation = (double)opponent[i] - mean;
            squares += deviation * deviation;
        }
    }
    return squares < palest * palest * (double)plane;
}

/* Three equal channels give their own values, to the bit. */
static ond_status take_gray(const ond_array *image, ond_array *gray)
{
    size_t plane = image->shape[1] * image->shape[2];
    const float *red = image->data, *green = red + plane, *blue = green + plane;
    OND_TRY(ond_array_resize(gray, 2, image->shape + 1));
    for (size_t i = 0; i < plane; i++) {
        gray->data[i] = (float)(((double)red[i] + (double)green[i] + (double)blue[i]) / 3);
    }
    return OND_OK;
}

static ond_status repeat_gray(const ond_array *image, ond_array *color)
{
    size_t plane = ond_array_count(image);
    OND_TRY(ond_array_resize(color, 3, (size_t[]){3, image->shape[0], image->shape[1]}));
    for (size_t i = 0; i < 3 * plane; i++) {
        color->data[i] = image->data[i % plane];
    }
    return OND_OK;
}

/* What the model's networks see of the image: those for gray where it has little colour, if there are any. */
static ond_status fit_channels(const ond_array *image, const ond_edge_model *model, ond_array *channels)
{
    ond_array fitted = {0};
    ond_status status = OND_OK;
    if (image->rank == 3 && model->color.first) {
        OND_TRY(ond_edge_model_channels(image, channels));
        if (!model->gray.first || !is_pale(channels)) {
            return OND_OK;
        }
        ond_array_free(channels);
    }
    if (image->rank == 3) {
        status = take_gray(image, &fitted);
    } else if (!model->gray.first) {
        status = repeat_gray(image, &fitted);
    }
    status = status ? status : ond_edge_model_channels(fitted.data ? &fitted : image, channels);
    ond_array_free(&fitted);
    return status;
}

/* The learned map: probabilities p become √p, which fills the range more evenly. */
static ond_status learn_map(const ond_array *image, const ond_edge_model *model, ond_edge_map *map)
{
    size_t height = map->strength.shape[0], width = map->strength.shape[1];
    float *probability = map->thin.data; /* not needed yet */
    ond_array channels = {0};
    ond_edge_bank bank = {0};
    ond_status status = fit_channels(image, model, &channels);
    const ond_edge_networks *networks = channels.rank == 3 ? &model->color : &model->gray;
    status = status ? status : ond_edge_bank_create(height, width, &bank);
    status = status ? status : ond_edge_learned(&bank, networks, &channels, probability);
    ond_edge_bank_destroy(&bank);
    ond_array_free(&channels);
    OND_TRY(status);
    OND_TRY(ond_edge_ridge_normal(probability, height, width, ridge_smoothing_px, map->normal_rad.data));
    OND_TRY(ond_edge_smooth(probability, height, width, map_smoothing_px, map->strength.data));
    for (size_t i = 0; i < height * width; i++) {
        map->strength.data[i] = sqrtf(fmaxf(map->strength.data[i], 0));
    }
    return OND_OK;
}

/* Brightness as for pictures that are read as gray (ITU-R BT.601). */
static ond_status coshrem_map(const ond_array *image, double contrast, const ond_edge_map *map)
{
    size_t height = map->strength.shape[0], width = map->strength.shape[1], plane = height * width;
    float *gray = map->thin.data; /* not needed yet */
    const float *from = image->data;
    for (size_t i = 0; i < plane; i++) {
        gray[i]
            = image->rank == 2 ? from[i] : 0.299F * from[i] + 0.587F * from[plane + i] + 0.114F * from[2 * plane + i];
    }
    return ond_edge_coshrem(gray, height, width, contrast / 255, map->strength.data, map->normal_rad.data);
}

/* strength = 1 − exp(−modulus / twice its mean) */
static ond_status gradient_map(const ond_array *image, const ond_edge_map *map)
{
    size_t count = ond_array_count(&map->strength);
    float *modulus = map->strength.data;
    OND_TRY(ond_edge_gradient(image, gradient_px, modulus, map->normal_rad.data));
    float mean = (float)(ond_vector_sum(modulus, count) / (double)count);
    for (size_t i = 0; i < count; i++) {
        modulus[i] = mean > 0 ? 1 - expf(-modulus[i] / (2 * mean)) : 0;
    }
    return OND_OK;
}

/* Long filters cut corners and bends: a step lies where the gradient at a fine scale is largest. */
static ond_status move_to_gradient(const ond_array *image, ond_edge_map *map)
{
    size_t height = map->strength.shape[0], width = map->strength.shape[1];
    float *gradient = ond_memory_allocate(height * width, 2 * sizeof *gradient);
    ond_status status
        = gradient ? ond_edge_gradient(image, fine_gradient_px, gradient, gradient + height * width) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        ond_edge_refine(gradient, map->normal_rad.data, map->thin.data, height, width, map->offset_px.data);
    }
    ond_memory_free(gradient);
    return status;
}

/* Reach of a closed contour around its pixels: contours of regions and maxima of the map differ by so much. */
enum { CLOSED_REACH = 2 };

/* The largest value within `reach` along rows (step 1) or columns (step width). */
static void spread_largest(const float *from, size_t pixels, size_t step, size_t length, float *to)
{
    for (size_t i = 0; i < pixels; i++) {
        size_t place = i / step % length;
        to[i] = from[i];
        for (size_t k = 1; k <= CLOSED_REACH; k++) {
            to[i] = place >= k ? fmaxf(to[i], from[i - k * step]) : to[i];
            to[i] = place + k < length ? fmaxf(to[i], from[i + k * step]) : to[i];
        }
    }
}

/* strength *= (1 + closed / strongest)/2, both the largest around: on a line the mean of its strength and of that of
 * the strongest closed contour through it. */
static ond_status strengthen_closed(ond_edge_map *map)
{
    size_t height = map->strength.shape[0], width = map->strength.shape[1], pixels = height * width;
    float *closed = ond_memory_allocate(pixels, 3 * sizeof *closed);
    float *strongest = closed + pixels, *scratch = closed + 2 * pixels;
    ond_status status = closed ? ond_edge_closed(map->strength.data, height, width, closed) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        spread_largest(closed, pixels, 1, width, scratch);
        spread_largest(scratch, pixels, width, height, closed);
        spread_largest(map->strength.data, pixels, 1, width, scratch);
        spread_largest(scratch, pixels, width, height, strongest);
        for (size_t i = 0; i < pixels; i++) {
            float factor = strongest[i] > 0 ? (1 + closed[i] / strongest[i]) / 2 : 1;
            map->strength.data[i] *= factor;
            map->thin.data[i] *= factor;
        }
    }
    ond_memory_free(closed);
    return status;
}

static ond_status find_edges(const ond_array *image, const ond_edge_config *config, const ond_edge_model *model,
                             ond_edge_map *map)
{
    switch (config->method) {
    case OND_EDGE_MEASURE:
        OND_TRY(ond_edge_measure(image, config->kind, map->strength.data, map->normal_rad.data));
        break;
    case OND_EDGE_LEARNED:
        OND_TRY(learn_map(image, model, map));
        break;
    case OND_EDGE_GRADIENT:
        OND_TRY(gradient_map(image, map));
        break;
    case OND_EDGE_COSHREM:
        OND_TRY(coshrem_map(image, config->contrast, map));
        break;
    }
    ond_edge_suppress(map->strength.data, map->normal_rad.data, map->strength.shape[0], map->strength.shape[1],
                      map->thin.data, map->offset_px.data);
    if (config->method == OND_EDGE_LEARNED) {
        return strengthen_closed(map);
    }
    return config->kind == OND_EDGE_STEPS ? move_to_gradient(image, map) : OND_OK;
}

ond_status ond_edges(const ond_array *image, const ond_edge_config *config, const ond_edge_model *model,
                     ond_edge_map *map)
{
    ond_edge_config checked = config ? *config : ond_edge_config_default();
    OND_TRY(ond_options_check(ond_edge_options(), &checked));
    OND_TRY(check_image(image));
    OND_TRY(check_method(&checked, model));
    double high = checked.high >= 0 ? checked.high : thresholds_of_method[checked.method].high;
    double low = checked.low >= 0 ? checked.low : fmin(thresholds_of_method[checked.method].low, high);
    if (low > high) {
        return ond_fail(OND_ERROR_ARGUMENT, "low = %g is above high = %g", low, high);
    }
    const size_t *size = image->shape + image->rank - 2;
    ond_array gray = {0};
    if (image->rank == 3 && image->shape[0] == 1) {
        gray = ond_array_item(image, 0);
        image = &gray;
    }
    OND_TRY(ond_array_resize(&map->strength, 2, size));
    OND_TRY(ond_array_resize(&map->normal_rad, 2, size));
    OND_TRY(ond_array_resize(&map->thin, 2, size));
    OND_TRY(ond_array_resize(&map->offset_px, 2, size));
    map->high = high;
    map->low = low;
    OND_TRY(find_edges(image, &checked, model, map));
    OND_TRY(ond_array_check_result(&map->strength));
    OND_TRY(ond_array_check_result(&map->normal_rad));
    return ond_array_check_result(&map->offset_px);
}

/* Lines of fewer pixels are specks. */
enum { FEWEST_PIXELS = 8 };

/* Sets what is connected to a strong pixel through weak ones; specks are set to 2. `waiting` has room for all. */
static void grow_from(ond_thinner *lines, const float *thin, float low, size_t start, uint32_t *waiting)
{
    size_t stride = lines->stride, count = 1;
    lines->map[start] = 1;
    waiting[0] = (uint32_t)start;
    for (size_t done = 0; done < count; done++) {
        for (size_t k = 0; k < 9; k++) {
            size_t to = waiting[done] + (k / 3) * stride + k % 3 - stride - 1;
            size_t row = to / stride, column = to % stride;
            bool inside = row > 0 && column > 0 && row <= lines->height && column <= lines->width;
            float value = inside ? thin[(row - 1) * lines->width + column - 1] : 0;
            if (value > 0 && value >= low && !lines->map[to]) {
                lines->map[to] = 1;
                waiting[count++] = (uint32_t)to;
            }
        }
    }
    for (size_t i = 0; i < count && count < FEWEST_PIXELS; i++) {
        lines->map[waiting[i]] = 2;
    }
}

static void grow(ond_thinner *lines, const float *thin, float low, float high, uint32_t *waiting)
{
    size_t stride = lines->stride;
    for (size_t i = 0; i < lines->height * lines->width; i++) {
        size_t start = (i / lines->width + 1) * stride + i % lines->width + 1;
        if (thin[i] >= high && thin[i] > 0 && !lines->map[start]) {
            grow_from(lines, thin, low, start, waiting);
        }
    }
    for (size_t i = 0; i < (lines->height + 2) * stride; i++) {
        lines->map[i] = lines->map[i] == 1;
    }
}

ond_status ond_edge_select(const ond_edge_map *map, ond_array *binary)
{
    OND_TRY(ond_array_check_filled(&map->thin, "the edge map"));
    size_t height = map->thin.shape[0], width = map->thin.shape[1];
    ond_thinner lines;
    OND_TRY(ond_thinner_create(height, width, &lines));
    ond_status status = ond_array_resize(binary, 2, map->thin.shape);
    if (status == OND_OK) {
        grow(&lines, map->thin.data, (float)map->low, (float)map->high, lines.active);
        ond_thinner_run(&lines);
        for (size_t i = 0; i < height * width; i++) {
            binary->data[i] = lines.map[(i / width + 1) * lines.stride + i % width + 1];
        }
    }
    ond_thinner_destroy(&lines);
    return status;
}
