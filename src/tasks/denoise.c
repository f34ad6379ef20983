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
static void turn(bool back, size_t count, float *planes)
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

static void turn_colors(const void *context, size_t count, float *planes)
{
    turn(*(const bool *)context, count, planes);
}

/* Anscombe: 2 √(x/gain + 3/8) has unit variance for gain · Poisson noise. */
static void stabilise(const void *gain, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(2 * sqrt(fmax((double)values[i] / *(const double *)gain + 0.375, 0)));
    }
}

/* The closed form of the exact unbiased inverse: Mäkitalo & Foi, IEEE TIP 20(9), 2011. */
static void unstabilise(const void *gain, size_t count, float *values)
{
    double root = sqrt(1.5);
    for (size_t i = 0; i < count; i++) {
        double z = fmax((double)values[i], 2 * sqrt(0.375));
        double mean = z * z / 4 + root / (4 * z) - 11 / (8 * z * z) + 5 * root / (8 * z * z * z) - 0.125;
        /* an absurd gain stays finite */
        values[i] = (float)fmin(*(const double *)gain * fmax(mean, 0), (double)FLT_MAX);
    }
}

/* A picture in the planes that hold it: one, or three colours. */
typedef struct picture {
    const ond_planes *planes;
    size_t colors;
} picture;

/* A function of every value of the picture. */
static ond_status change_values(picture all, ond_samples_change change, const void *context)
{
    return ond_planes_change(all.planes, all.colors, change, context);
}

/* Noise that differs in the colours by more than this is not taken for white: texture, which the luminance has most
 * of, does not mislead its estimate so far where there is noise to be removed. */
static const double most_uneven = 3;

/* Noise of turned colours. White noise is the same in all planes, of which the one with least texture tells it best;
 * other noise (grain in the luminance alone, say) is what each plane has, and their root mean square on the whole. */
static ond_status estimate_colors(picture all, double levels[3], double *noise_std)
{
    bool back = false;
    bool is_color = all.colors == 3;
    OND_TRY(ond_noise_estimate_planes(
        &(ond_noise_sample){
            .image = all.planes, .planes = all.colors, .change = is_color ? turn_colors : NULL, .context = &back},
        levels));
    *noise_std = is_color ? fmin(levels[0], fmin(levels[1], levels[2])) : levels[0];
    if (is_color && levels[0] > most_uneven * *noise_std) {
        *noise_std = sqrt((levels[0] * levels[0] + levels[1] * levels[1] + levels[2] * levels[2]) / 3);
        return OND_OK;
    }
    levels[0] = levels[1] = levels[2] = *noise_std;
    return OND_OK;
}

static ond_status denoise_planes(const ond_denoiser *d, const double levels[3], picture all)
{
    for (size_t i = 0; i < all.colors; i++) {
        if (levels[i] > 0) {
            OND_TRY(ond_denoise_plane(d, levels[i], all.planes, i));
        }
    }
    return OND_OK;
}

static ond_status denoise_gaussian(const ond_denoiser *d, double *noise_std, picture all)
{
    double levels[3] = {*noise_std, *noise_std, *noise_std};
    bool back = false;
    if (*noise_std == 0) {
        OND_TRY(estimate_colors(all, levels, noise_std));
    }
    if (all.colors == 3) {
        OND_TRY(change_values(all, turn_colors, &back));
    }
    OND_TRY(denoise_planes(d, levels, all));
    back = true;
    return all.colors == 3 ? change_values(all, turn_colors, &back) : OND_OK;
}

typedef struct sample_sum {
    size_t width;
    double sum;
} sample_sum;

static ond_status add_rows(void *context, size_t first, size_t count, const float *samples)
{
    (void)first;
    sample_sum *all = context;
    all->sum += ond_vector_sum(samples, count * all->width);
    return OND_OK;
}

static ond_status find_mean(picture all, double *mean)
{
    sample_sum sum = {.width = all.planes->width};
    for (size_t i = 0; i < all.colors; i++) {
        OND_TRY(ond_planes_visit(all.planes, i, add_rows, &sum));
    }
    *mean = sum.sum / (double)(all.colors * all.planes->height * all.planes->width);
    return OND_OK;
}

/* The smallest level of all colours, each judged by itself. */
static ond_status estimate_smallest(picture all, ond_samples_change change, const void *context, double *noise_std)
{
    *noise_std = HUGE_VAL;
    for (size_t i = 0; i < all.colors; i++) {
        double level = 0;
        OND_TRY(ond_noise_estimate_planes(&(ond_noise_sample){all.planes, i, 1, change, context}, &level));
        *noise_std = fmin(*noise_std, level);
    }
    return OND_OK;
}

/* The gain for which the stabilised picture has unit noise, by repeated correction of a first guess. */
static ond_status estimate_gain(picture all, double *root_of_gain)
{
    enum { ROUNDS = 6 };
    double gain = 0;
    double mean = 0;
    double found = 0;
    OND_TRY(find_mean(all, &mean));
    OND_TRY(estimate_smallest(all, NULL, NULL, &found));
    gain = mean > 0 ? found * found / mean : 0;
    for (int round = 0; round < ROUNDS && gain > 0; round++) {
        OND_TRY(estimate_smallest(all, stabilise, &gain, &found));
        gain *= found * found;
    }
    *root_of_gain = sqrt(gain);
    return OND_OK;
}

static ond_status denoise_poisson(const ond_denoiser *d, double *root_of_gain, picture all)
{
    if (*root_of_gain == 0) {
        OND_TRY(estimate_gain(all, root_of_gain));
    }
    double gain = *root_of_gain * *root_of_gain;
    if (gain > 0) {
        double unit = 1;
        OND_TRY(change_values(all, stabilise, &gain));
        OND_TRY(denoise_gaussian(d, &unit, all));
        OND_TRY(change_values(all, unstabilise, &gain));
    }
    return OND_OK;
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
    used.method = used.method == OND_DENOISE_AUTO ? ond_denoise_model_method(model) : used.method;
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

static ond_status denoise_image(const ond_denoiser *d, double *noise_std, picture all)
{
    return d->noise == OND_NOISE_POISSON ? denoise_poisson(d, noise_std, all) : denoise_gaussian(d, noise_std, all);
}

/* Whether rows of the second and the third plane are those of the first. */
typedef struct equal_rows {
    const ond_planes *planes;
    float *row;
    bool equal;
} equal_rows;

static ond_status compare_rows(void *context, size_t first, size_t count, const float *samples)
{
    equal_rows *rows = context;
    size_t width = rows->planes->width;
    for (size_t k = 0; k < 2 * count && rows->equal; k++) {
        OND_TRY(ond_planes_fetch_rows(rows->planes, 1 + k % 2, first + k / 2, 1, rows->row));
        const float *wanted = samples + k / 2 * width;
        for (size_t i = 0; i < width; i++) {
            rows->equal = rows->equal && rows->row[i] == wanted[i];
        }
    }
    return OND_OK;
}

static ond_status copy_rows(void *context, size_t first, size_t count, const float *samples)
{
    const ond_planes *planes = context;
    OND_TRY(planes->store(planes->context, &(ond_plane_box){1, first, 0, count, planes->width}, samples));
    return planes->store(planes->context, &(ond_plane_box){2, first, 0, count, planes->width}, samples);
}

static ond_status are_equal(picture all, bool *equal)
{
    equal_rows rows = {all.planes, NULL, all.colors == 3};
    ond_status status = OND_OK;
    if (rows.equal) {
        rows.row = ond_memory_allocate(all.planes->width, sizeof *rows.row);
        status = rows.row ? ond_planes_visit(all.planes, 0, compare_rows, &rows) : OND_ERROR_MEMORY;
        ond_memory_free(rows.row);
    }
    *equal = rows.equal;
    return status;
}

static ond_status apply(const ond_denoiser *denoiser, picture all, double *noise_std_used)
{
    double noise_std = denoiser->noise_std;
    bool is_gray = false;
    OND_TRY(are_equal(all, &is_gray));
    if (is_gray) { /* in three equal channels: their noise is one and the same, not three */
        ond_planes copies = *all.planes;
        OND_TRY(denoise_image(denoiser, &noise_std, (picture){all.planes, 1}));
        OND_TRY(ond_planes_visit(all.planes, 0, copy_rows, &copies));
    } else {
        OND_TRY(denoise_image(denoiser, &noise_std, all));
    }
    if (noise_std_used) {
        *noise_std_used = noise_std;
    }
    return OND_OK;
}

ond_status ond_denoiser_apply(const ond_denoiser *denoiser, const ond_array *noisy, ond_array *clean,
                              double *noise_std_used)
{
    ond_planes planes = {0};
    OND_TRY(check_noisy(denoiser, noisy));
    OND_TRY(ond_array_resize(clean, noisy->rank, noisy->shape));
    if (clean->data != noisy->data) {
        memcpy(clean->data, noisy->data, ond_array_count(noisy) * sizeof(float));
    }
    OND_TRY(ond_planes_view(clean, &planes));
    OND_TRY(apply(denoiser, (picture){&planes, planes.count}, noise_std_used));
    return ond_array_check_result(clean);
}

ond_status ond_denoiser_apply_planes(const ond_denoiser *denoiser, const ond_planes *image, double *noise_std_used)
{
    OND_TRY(ond_planes_check(image, true, "the image"));
    if (image->height != denoiser->height || image->width != denoiser->width || image->count > 4) {
        return ond_fail(OND_ERROR_SHAPE, "the image is %zu x %zu x %zu, the denoiser was made for 1 to 4 x %zu x %zu",
                        image->count, image->height, image->width, denoiser->height, denoiser->width);
    }
    picture all = {image, image->count >= 3 ? 3 : 1}; /* alpha behind them stays */
    OND_TRY(ond_planes_check_finite(image, all.colors, "the image"));
    OND_TRY(apply(denoiser, all, noise_std_used));
    return ond_planes_check_finite(image, all.colors, "the result");
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
