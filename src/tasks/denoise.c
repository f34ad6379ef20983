/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/denoise.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "tasks/denoise_model.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The orthonormal basis luminance, red − blue, green against both: white noise stays white and of the same size. */
static void turn_colors(size_t count, bool back, float *planes)
{
    static const double basis[3][3] = {{0.57735026918962576, 0.57735026918962576, 0.57735026918962576},
                                       {0.70710678118654752, 0, -0.70710678118654752},
                                       {0.40824829046386302, -0.81649658092772603, 0.40824829046386302}};
    for (size_t i = 0; i < count; i++) {
        double from[3] = {(double)planes[i], (double)planes[count + i], (double)planes[2 * count + i]};
        for (size_t k = 0; k < 3; k++) {
            double sum = 0;
            for (size_t l = 0; l < 3; l++) {
                sum += (back ? basis[l][k] : basis[k][l]) * from[l];
            }
            planes[k * count + i] = (float)sum;
        }
    }
}

/* Anscombe: 2 √(x/gain + 3/8) has unit variance for gain · Poisson noise. */
static void stabilise(double gain, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(2 * sqrt(fmax((double)values[i] / gain + 0.375, 0)));
    }
}

/* The closed form of the exact unbiased inverse: Mäkitalo & Foi, IEEE TIP 20(9), 2011. */
static void unstabilise(double gain, size_t count, float *values)
{
    double root = sqrt(1.5);
    for (size_t i = 0; i < count; i++) {
        double z = fmax((double)values[i], 2 * sqrt(0.375));
        double mean = z * z / 4 + root / (4 * z) - 11 / (8 * z * z) + 5 * root / (8 * z * z * z) - 0.125;
        values[i] = (float)fmin(gain * fmax(mean, 0), (double)FLT_MAX); /* an absurd gain stays finite */
    }
}

/* Standard deviation of the noise in each plane, and the smallest. */
static ond_status estimate_levels(const ond_array *planes, double levels[3], double *smallest)
{
    size_t channels = planes->rank == 3 ? planes->shape[0] : 1;
    *smallest = HUGE_VAL;
    for (size_t i = 0; i < channels; i++) {
        ond_array plane = planes->rank == 3 ? ond_array_item(planes, i) : *planes;
        OND_TRY(ond_noise_estimate(&plane, &levels[i]));
        *smallest = fmin(*smallest, levels[i]);
    }
    return OND_OK;
}

static ond_status estimate_noise(const ond_array *planes, double *noise_std)
{
    double levels[3];
    return estimate_levels(planes, levels, noise_std);
}

/* Noise that differs in the colours by more than this is not taken for white: texture, which the luminance has most
 * of, does not mislead its estimate so far where there is noise to be removed. */
static const double most_uneven = 3;

/* Noise of turned colours. White noise is the same in all planes, of which the one with least texture tells it best;
 * other noise (grain in the luminance alone, say) is what each plane has, and their root mean square on the whole. */
static ond_status estimate_colors(const ond_array *planes, double levels[3], double *noise_std)
{
    OND_TRY(estimate_levels(planes, levels, noise_std));
    if (planes->rank == 3 && levels[0] > most_uneven * *noise_std) {
        *noise_std = sqrt((levels[0] * levels[0] + levels[1] * levels[1] + levels[2] * levels[2]) / 3);
        return OND_OK;
    }
    levels[0] = levels[1] = levels[2] = *noise_std;
    return OND_OK;
}

static ond_status denoise_planes(const ond_denoiser *d, const double levels[3], ond_array *planes)
{
    size_t grid = d->height * d->width;
    for (size_t i = 0; i < ond_array_count(planes) / grid; i++) {
        if (levels[i] > 0) {
            OND_TRY(ond_denoise_plane(d, levels[i], planes->data + i * grid));
        }
    }
    return OND_OK;
}

static ond_status denoise_gaussian(const ond_denoiser *d, double *noise_std, ond_array *planes)
{
    double levels[3] = {*noise_std, *noise_std, *noise_std};
    if (planes->rank == 3) {
        turn_colors(d->height * d->width, false, planes->data);
    }
    if (*noise_std == 0) {
        OND_TRY(estimate_colors(planes, levels, noise_std));
    }
    OND_TRY(denoise_planes(d, levels, planes));
    if (planes->rank == 3) {
        turn_colors(d->height * d->width, true, planes->data);
    }
    return OND_OK;
}

/* The gain for which the stabilised picture has unit noise, by repeated correction of a first guess. */
static ond_status estimate_gain(const ond_array *planes, double *root_of_gain)
{
    enum { ROUNDS = 6 };
    ond_array trial = {0};
    size_t count = ond_array_count(planes);
    OND_TRY(ond_array_resize(&trial, planes->rank, planes->shape));
    double mean = ond_vector_sum(planes->data, count) / (double)count;
    double found = 0;
    ond_status status = estimate_noise(planes, &found);
    double gain = mean > 0 ? found * found / mean : 0;
    for (int round = 0; round < ROUNDS && status == OND_OK && gain > 0; round++) {
        memcpy(trial.data, planes->data, count * sizeof(float));
        stabilise(gain, count, trial.data);
        status = estimate_noise(&trial, &found);
        gain *= found * found;
    }
    ond_array_free(&trial);
    *root_of_gain = sqrt(gain);
    return status;
}

static ond_status denoise_poisson(const ond_denoiser *d, double *root_of_gain, ond_array *planes)
{
    if (*root_of_gain == 0) {
        OND_TRY(estimate_gain(planes, root_of_gain));
    }
    double gain = *root_of_gain * *root_of_gain;
    if (gain > 0) {
        size_t count = ond_array_count(planes);
        double unit = 1;
        stabilise(gain, count, planes->data);
        OND_TRY(denoise_gaussian(d, &unit, planes));
        unstabilise(gain, count, planes->data);
    }
    return OND_OK;
}

static ond_status denoise_image(const ond_denoiser *d, double *noise_std, ond_array *planes)
{
    return d->noise == OND_NOISE_POISSON ? denoise_poisson(d, noise_std, planes)
                                         : denoise_gaussian(d, noise_std, planes);
}

static ond_status check_noisy(const ond_denoiser *d, const ond_array *noisy)
{
    char found[OND_SHAPE_TEXT_SIZE];
    OND_TRY(ond_array_check_filled(noisy, "the image"));
    if (noisy->rank != 2 && !(noisy->rank == 3 && noisy->shape[0] == 3)) {
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, [height, width] or [3, height, width] is wanted",
                        ond_shape_text(noisy->rank, noisy->shape, found));
    }
    const size_t *size = noisy->shape + noisy->rank - 2;
    if (size[0] != d->height || size[1] != d->width) {
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, the denoiser was made for %zu x %zu",
                        ond_shape_text(noisy->rank, noisy->shape, found), d->height, d->width);
    }
    return ond_array_check_finite(noisy, "the image");
}

static ond_denoise_method choose_method(ond_denoise_method wanted, const ond_denoise_model *model)
{
    if (wanted != OND_DENOISE_AUTO) {
        return wanted;
    }
    if (!model) {
        return OND_DENOISE_UNION;
    }
    return model->codes ? OND_DENOISE_CSC : OND_DENOISE_LEARNED;
}

static ond_status check_model(ond_denoise_method method, const ond_denoise_model *model)
{
    if (method == OND_DENOISE_LEARNED && !(model && model->network)) {
        return ond_fail(OND_ERROR_ARGUMENT,
                        "method learned without a model for it, one from ond_denoise_model_read is wanted");
    }
    if (method == OND_DENOISE_CSC && !(model && model->codes)) {
        return ond_fail(OND_ERROR_ARGUMENT,
                        "method csc without a model of sparse codes, one from ond_denoise_model_read "
                        "is wanted");
    }
    return OND_OK;
}

ond_status ond_denoiser_create(const ond_denoise_model *model, const ond_denoise_config *config, size_t height,
                               size_t width, ond_denoiser **denoiser)
{
    ond_denoise_config used = config ? *config : ond_denoise_config_default();
    OND_TRY(ond_options_check(ond_denoise_options(), &used));
    used.method = choose_method(used.method, model);
    OND_TRY(check_model(used.method, model));
    if (height == 0 || width == 0) {
        return ond_fail(OND_ERROR_SHAPE, "images of %zu x %zu pixels, at least 1 x 1 is wanted", height, width);
    }
    ond_denoiser *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    *made = (ond_denoiser){
        .method = used.method,
        .noise = used.noise,
        .noise_std = used.noise_std,
        .planning = used.planning,
        .height = height,
        .width = width,
        .model
        = used.method == OND_DENOISE_LEARNED || used.method == OND_DENOISE_CSC ? ond_denoise_model_share(model) : NULL,
    };
    ond_status status = ond_denoiser_create_bank(made);
    if (status != OND_OK) {
        ond_denoiser_destroy(made);
        return status;
    }
    *denoiser = made;
    return OND_OK;
}

void ond_denoiser_destroy(ond_denoiser *denoiser)
{
    if (denoiser) {
        ond_bands_destroy(denoiser->bands);
        ond_filters_destroy(denoiser->bank);
        ond_denoise_model_destroy(denoiser->model);
        ond_memory_free(denoiser);
    }
}

/* A gray picture in three equal channels: their noise is one and the same, not three. */
static ond_status denoise_equal_channels(const ond_denoiser *d, double *noise_std, ond_array *planes)
{
    size_t count = ond_array_count(planes) / 3;
    ond_array first = ond_array_item(planes, 0);
    OND_TRY(denoise_image(d, noise_std, &first));
    memcpy(planes->data + count, first.data, count * sizeof(float));
    memcpy(planes->data + 2 * count, first.data, count * sizeof(float));
    return OND_OK;
}

ond_status ond_denoiser_apply(const ond_denoiser *denoiser, const ond_array *noisy, ond_array *clean,
                              double *noise_std_used)
{
    OND_TRY(check_noisy(denoiser, noisy));
    OND_TRY(ond_array_resize(clean, noisy->rank, noisy->shape));
    if (clean->data != noisy->data) {
        memcpy(clean->data, noisy->data, ond_array_count(noisy) * sizeof(float));
    }
    double noise_std = denoiser->noise_std;
    OND_TRY(ond_array_is_gray_in_color(clean) ? denoise_equal_channels(denoiser, &noise_std, clean)
                                              : denoise_image(denoiser, &noise_std, clean));
    if (noise_std_used) {
        *noise_std_used = noise_std;
    }
    return ond_array_check_result(clean);
}

ond_status ond_denoise(const ond_array *noisy, const ond_denoise_config *config, ond_array *clean,
                       double *noise_std_used)
{
    ond_denoiser *denoiser = NULL;
    OND_TRY(ond_array_check_filled(noisy, "the image"));
    size_t height = noisy->rank >= 2 ? noisy->shape[noisy->rank - 2] : 1;
    size_t width = noisy->rank >= 1 ? noisy->shape[noisy->rank - 1] : 1;
    OND_TRY(ond_denoiser_create(NULL, config, height, width, &denoiser));
    ond_status status = ond_denoiser_apply(denoiser, noisy, clean, noise_std_used);
    ond_denoiser_destroy(denoiser);
    return status;
}
