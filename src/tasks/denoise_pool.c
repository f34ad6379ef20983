/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/denoise_pool.h"

#include "core/array.h"
#include "core/memory.h"
#include "io/record.h"
#include "tasks/denoise.h"
#include "tasks/learned.h"

#include <math.h>
#include <string.h>

enum { LARGEST_CROP = 128, STEPS_BEFORE_REFRESH = 2 };

/* --- the pool: crops with noise and the opinions on it, in units of the noise --- */

static void read_crop(const ond_pool *pool, const ond_array *image, ond_random *random, ond_pool_item *item)
{
    size_t top = ond_random_below(random, image->shape[0] - pool->side + 1);
    size_t left = ond_random_below(random, image->shape[1] - pool->side + 1);
    double low = log(pool->config->noise_low);
    double high = log(pool->config->noise_high);
    item->log_noise = low + (high - low) * ond_random_uniform(random);
    double unit = exp(item->log_noise) / 255;
    for (size_t row = 0; row < pool->side; row++) {
        const float *from = image->data + (top + row) * image->shape[1] + left;
        for (size_t column = 0; column < pool->side; column++) {
            double value = (double)from[column] / unit;
            item->clean[row * pool->side + column] = (float)value;
            item->noisy[row * pool->side + column] = (float)(value + ond_random_normal(random));
        }
    }
}

static ond_status form_opinions(const ond_pool *pool, const ond_pool_item *item)
{
    ond_array opinions[2] = {{0}};
    ond_status status = ond_denoiser_opinions(pool->denoiser, item->noisy, &opinions[0], &opinions[1]);
    size_t bytes = pool->side * pool->side * sizeof(float);
    if (status == OND_OK) {
        memcpy(item->shearlet, opinions[0].data, bytes);
        memcpy(item->local, opinions[1].data, bytes);
    }
    ond_array_free(&opinions[0]);
    ond_array_free(&opinions[1]);
    return status;
}

static ond_status refresh(ond_pool *pool, size_t index)
{
    ond_pool_item *item = &pool->items[index];
    size_t image = ond_random_below(&pool->random, pool->image_count);
    read_crop(pool, &pool->images[image], &pool->random, item);
    OND_TRY(form_opinions(pool, item));
    size_t count = pool->side * pool->side;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double error = 0.5 * ((double)item->shearlet[i] + (double)item->local[i]) - (double)item->clean[i];
        sum += error * error;
    }
    item->log_error = log(sum / (double)count + 1e-4);
    return OND_OK;
}

/* The line log error ≈ a + b log noise through the pool: errors are weighed by what is usual at their noise level, so
 * that every level counts alike. */
static void fit_usual_error(ond_pool *pool)
{
    double sums[4] = {0};
    size_t count = (size_t)pool->config->pool;
    for (size_t i = 0; i < count; i++) {
        double x = pool->items[i].log_noise;
        double y = pool->items[i].log_error;
        sums[0] += x;
        sums[1] += y;
        sums[2] += x * x;
        sums[3] += x * y;
    }
    double n = (double)count;
    double spread = n * sums[2] - sums[0] * sums[0];
    pool->slope = spread > 1e-9 * n * sums[2] ? (n * sums[3] - sums[0] * sums[1]) / spread : 0;
    pool->offset = (sums[1] - pool->slope * sums[0]) / n;
}

static ond_status smallest_side(const ond_array *images, size_t count, size_t patch, size_t *side)
{
    *side = LARGEST_CROP;
    for (size_t i = 0; i < count; i++) {
        char text[OND_SHAPE_TEXT_SIZE];
        OND_TRY(ond_array_check_finite(&images[i], "a picture"));
        if (images[i].rank != 2 || images[i].shape[0] < patch || images[i].shape[1] < patch) {
            return ond_fail(OND_ERROR_SHAPE, "picture %zu is %s, at least %zu x %zu is wanted", i,
                            ond_shape_text(images[i].rank, images[i].shape, text), patch, patch);
        }
        *side = images[i].shape[0] < *side ? images[i].shape[0] : *side;
        *side = images[i].shape[1] < *side ? images[i].shape[1] : *side;
    }
    return OND_OK;
}

static ond_status allocate_pool(ond_pool *pool)
{
    size_t count = (size_t)pool->config->pool;
    size_t plane = pool->side * pool->side;
    pool->items = ond_memory_allocate(count, sizeof *pool->items);
    pool->memory = ond_memory_allocate(count * 4, plane * sizeof *pool->memory);
    if (!pool->items || !pool->memory) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        float *base = pool->memory + 4 * i * plane;
        pool->items[i] = (ond_pool_item){base, base + plane, base + 2 * plane, base + 3 * plane, 0, 0};
    }
    return OND_OK;
}

ond_status ond_pool_create(const ond_array *images, size_t image_count, const ond_denoise_training *config,
                           ond_pool *pool)
{
    *pool = (ond_pool){.config = config, .images = images, .image_count = image_count};
    pool->random = ond_random_make((uint64_t)config->seed, 1);
    OND_TRY(smallest_side(images, image_count, (size_t)config->patch, &pool->side));
    ond_denoise_config method = ond_denoise_config_default();
    method.method = OND_DENOISE_UNION;
    method.noise_std = 1;
    OND_TRY(ond_denoiser_create(NULL, &method, pool->side, pool->side, &pool->denoiser));
    return allocate_pool(pool);
}

ond_status ond_pool_fill(ond_pool *pool)
{
    for (size_t i = 0; i < (size_t)pool->config->pool; i++) {
        OND_TRY(refresh(pool, i));
    }
    fit_usual_error(pool);
    return OND_OK;
}

void ond_pool_free(ond_pool *pool)
{
    ond_denoiser_destroy(pool->denoiser);
    ond_memory_free(pool->items);
    ond_memory_free(pool->memory);
}

ond_status ond_pool_renew(ond_pool *pool, size_t step)
{
    size_t renewed = step / STEPS_BEFORE_REFRESH % (size_t)pool->config->pool;
    return step % STEPS_BEFORE_REFRESH == 0 ? refresh(pool, renewed) : OND_OK;
}

/* --- kept and taken up again --- */

static const char pixels_name[] = "pool", random_name[] = "pool.random", noise_name[] = "pool.noise";

static size_t pixel_count(const ond_pool *pool)
{
    return (size_t)pool->config->pool * 4 * pool->side * pool->side;
}

ond_status ond_pool_to_tensors(const ond_pool *pool, ond_tensors *tensors)
{
    size_t count = (size_t)pool->config->pool;
    double *noise = ond_memory_allocate(count + 2, sizeof *noise);
    if (!noise) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        noise[i] = pool->items[i].log_noise;
    }
    noise[count] = pool->offset;
    noise[count + 1] = pool->slope;
    ond_status status = ond_record_put_real(tensors, noise_name, noise, count + 2);
    ond_memory_free(noise);
    OND_TRY(status);
    OND_TRY(ond_record_put(tensors, random_name, &pool->random.state, 1));
    return ond_record_put_row(tensors, pixels_name, pool->memory, pixel_count(pool));
}

ond_status ond_pool_set(ond_pool *pool, const ond_tensors *tensors)
{
    size_t count = (size_t)pool->config->pool;
    OND_TRY(ond_record_get_row(tensors, pixels_name, pool->memory, pixel_count(pool)));
    OND_TRY(ond_record_get(tensors, random_name, &pool->random.state, 1));
    double *noise = ond_memory_allocate(count + 2, sizeof *noise);
    if (!noise) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_record_get_real(tensors, noise_name, noise, count + 2);
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        pool->items[i].log_noise = noise[i];
    }
    if (status == OND_OK) {
        pool->offset = noise[count];
        pool->slope = noise[count + 1];
    }
    ond_memory_free(noise);
    return status;
}

/* --- samples --- */

/* One of the eight turns and reflections of a patch. */
static size_t turned(const ond_sample *sample, size_t row, size_t column, size_t patch, size_t side)
{
    size_t r = sample->turn & 1 ? patch - 1 - row : row;
    size_t c = sample->turn & 2 ? patch - 1 - column : column;
    size_t swap = sample->turn & 4 ? r : c;
    r = sample->turn & 4 ? c : r;
    return (sample->top + r) * side + sample->left + swap;
}

void ond_pool_draw(ond_pool *pool, ond_sample *sample)
{
    size_t room = pool->side - (size_t)pool->config->patch + 1;
    sample->item = &pool->items[ond_random_below(&pool->random, (size_t)pool->config->pool)];
    sample->top = ond_random_below(&pool->random, room);
    sample->left = ond_random_below(&pool->random, room);
    sample->turn = ond_random_below(&pool->random, 8);
    sample->weight = exp(-pool->offset - pool->slope * sample->item->log_noise);
}

ond_status ond_pool_gather(const ond_pool *pool, const ond_sample *sample, float *scratch, float *input, float *wanted)
{
    size_t patch = (size_t)pool->config->patch;
    size_t count = patch * patch;
    float *planes[4] = {scratch, scratch + count, scratch + 2 * count, scratch + 3 * count};
    const float *from[4] = {sample->item->clean, sample->item->noisy, sample->item->shearlet, sample->item->local};
    for (size_t row = 0; row < patch; row++) {
        for (size_t column = 0; column < patch; column++) {
            size_t place = turned(sample, row, column, patch, pool->side);
            for (size_t k = 0; k < 4; k++) {
                planes[k][row * patch + column] = from[k][place];
            }
        }
    }
    ond_learned_view view = {patch, patch, planes[1], planes[2], planes[3]};
    float *mean = scratch + 4 * count;
    OND_TRY(ond_learned_gather(&view, mean, input));
    for (size_t row = 0; row < patch; row++) {
        for (size_t column = 0; column < patch; column++) {
            size_t i = row * patch + column;
            wanted[ond_learned_place(row, column, patch, OND_LEARNED_PHASES)] = planes[0][i] - mean[i];
        }
    }
    return OND_OK;
}
