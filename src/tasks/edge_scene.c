/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/parallel.h"
#include "tasks/edge_features.h"

#include <math.h>
#include <string.h>

enum { ORIENTATIONS = OND_EDGE_ORIENTATIONS };

/* Weights of the local average, in both directions, in places of the scale. */
enum { REACH = 2, TAPS = 2 * REACH + 1 };
static const float taps[TAPS] = {1.0F / 9, 2.0F / 9, 3.0F / 9, 2.0F / 9, 1.0F / 9};

static float compress(float x)
{
    return logf(1 + 100 * x);
}

/* Moduli, and their sums over the orientations of the channels behind the first: what is averaged. */
static void take_moduli(const ond_edge_scene *scene, int s, size_t row, float *values, float *averaged)
{
    const ond_edge_cells *cells = &scene->cells[s];
    size_t stride = scene->bank->scales[s].stride, parts = ORIENTATIONS + scene->channels - 1;
    for (size_t c = 0; c < scene->channels; c++) {
        for (size_t o = 0; o < ORIENTATIONS; o++) {
            const ond_complex *line = scene->bands[c].data[s][o] + row * stride;
            for (size_t column = 0; column < cells->width; column++) {
                float modulus = sqrtf(line[column].re * line[column].re + line[column].im * line[column].im);
                values[column * cells->size + c * ORIENTATIONS + o] = compress(modulus);
                averaged[column * parts + (c ? ORIENTATIONS + c - 1 : o)] += modulus;
            }
        }
    }
    for (size_t column = 0; column < cells->width; column++) {
        float *means = values + column * cells->size + cells->size - scene->channels;
        for (size_t c = 0; c < scene->channels; c++) {
            means[c] = scene->bands[c].mean[s][row * cells->width + column];
        }
    }
}

static size_t clamp(ptrdiff_t place, size_t size)
{
    return place < 0 ? 0 : (size_t)place < size ? (size_t)place : size - 1;
}

/* One row of the average over columns, for `parts` numbers at each place. */
static void average_columns(const float *from, size_t width, size_t parts, float *to)
{
    memset(to, 0, width * parts * sizeof *to);
    for (size_t column = 0; column < width; column++) {
        for (ptrdiff_t t = 0; t < TAPS; t++) {
            const float *near = from + clamp((ptrdiff_t)column + t - REACH, width) * parts;
            for (size_t i = 0; i < parts; i++) {
                to[column * parts + i] += taps[t] * near[i];
            }
        }
    }
}

/* The average over rows of `averaged`, compressed, into the cells. */
static void average_rows(const ond_edge_scene *scene, int s, size_t row, const float *averaged)
{
    const ond_edge_cells *cells = &scene->cells[s];
    size_t parts = ORIENTATIONS + scene->channels - 1;
    for (size_t column = 0; column < cells->width; column++) {
        float *to = cells->values + (row * cells->width + column) * cells->size + scene->channels * ORIENTATIONS;
        for (size_t i = 0; i < parts; i++) {
            float sum = 0;
            for (ptrdiff_t t = 0; t < TAPS; t++) {
                size_t near = clamp((ptrdiff_t)row + t - REACH, cells->height);
                sum += taps[t] * averaged[(near * cells->width + column) * parts + i];
            }
            to[i] = compress(sum);
        }
    }
}

static ond_status fill_cells(ond_edge_scene *scene, int s)
{
    const ond_edge_cells *cells = &scene->cells[s];
    size_t parts = ORIENTATIONS + scene->channels - 1, line = cells->width * parts;
    float *moduli = ond_memory_allocate_zero(line, sizeof *moduli);
    float *averaged = ond_memory_allocate(cells->height * line, sizeof *averaged);
    ond_status status = moduli && averaged ? OND_OK : OND_ERROR_MEMORY;
    for (size_t row = 0; status == OND_OK && row < cells->height; row++) {
        memset(moduli, 0, line * sizeof *moduli);
        take_moduli(scene, s, row, cells->values + row * cells->width * cells->size, moduli);
        average_columns(moduli, cells->width, parts, averaged + row * line);
    }
    for (size_t row = 0; status == OND_OK && row < cells->height; row++) {
        average_rows(scene, s, row, averaged);
    }
    ond_memory_free(moduli);
    ond_memory_free(averaged);
    return status;
}

static ond_status fill_one(void *context, size_t index, int worker)
{
    ond_edge_scene *scene = context;
    ond_edge_cells *cells = &scene->cells[index];
    (void)worker;
    cells->height = scene->bank->scales[index].height;
    cells->width = scene->bank->scales[index].width;
    cells->size = scene->channels * ORIENTATIONS + ORIENTATIONS + 2 * scene->channels - 1;
    cells->values = ond_memory_allocate(cells->height * cells->width * cells->size, sizeof *cells->values);
    OND_TRY(ond_edge_squares_create(scene->bank, scene->bands, scene->channels, (int)index, &scene->squares[index]));
    return cells->values ? fill_cells(scene, (int)index) : OND_ERROR_MEMORY;
}

/* Σ_o |c(s, o)| of channel 0 at every pixel of the image. `sums` has room for the scale. */
static void take_energy(const ond_edge_scene *scene, int s, float *sums, float *energy)
{
    const ond_edge_scale *scale = &scene->bank->scales[s];
    size_t height = scene->bank->height, width = scene->bank->width, places = scale->height * scale->width;
    memset(sums, 0, places * sizeof *sums);
    for (size_t o = 0; o < ORIENTATIONS; o++) {
        for (size_t i = 0; i < places; i++) {
            const ond_complex *c = scene->bands[0].data[s][o] + i / scale->width * scale->stride + i % scale->width;
            sums[i] += sqrtf(c->re * c->re + c->im * c->im);
        }
    }
    for (size_t row = 0; row < height; row++) {
        size_t y = (row + OND_EDGE_MARGIN) >> s, below = (row + OND_EDGE_MARGIN + ((size_t)1 << s) - 1) >> s;
        for (size_t column = 0; column < width; column++) {
            size_t x = (column + OND_EDGE_MARGIN) >> s;
            size_t right = (column + OND_EDGE_MARGIN + ((size_t)1 << s) - 1) >> s;
            energy[row * width + column] = (sums[y * scale->width + x] + sums[y * scale->width + right]
                                            + sums[below * scale->width + x] + sums[below * scale->width + right])
                                           / 4;
        }
    }
}

static ond_status make_second(ond_edge_scene *scene)
{
    const ond_edge_bank *bank = scene->bank;
    size_t places = bank->scales[0].height * bank->scales[0].width;
    float *sums = ond_memory_allocate(places, 2 * sizeof *sums);
    ond_status status = sums ? OND_OK : OND_ERROR_MEMORY;
    for (int s = 0; status == OND_OK && s < OND_EDGE_ENERGIES; s++) {
        take_energy(scene, s, sums, sums + places);
        scene->second[s].first_scale = OND_EDGE_SECOND_SCALE;
        status = ond_edge_bands_apply(bank, sums + places, &scene->second[s]);
    }
    ond_memory_free(sums);
    return status;
}

ond_status ond_edge_scene_create(const ond_edge_bank *bank, const ond_array *channels, ond_edge_scene *scene)
{
    *scene = (ond_edge_scene){.bank = bank, .channels = channels->rank == 3 ? channels->shape[0] : 1};
    ond_status status = OND_OK;
    for (size_t c = 0; status == OND_OK && c < scene->channels; c++) {
        status = ond_edge_bands_apply(bank, channels->data + c * bank->height * bank->width, &scene->bands[c]);
    }
    if (status == OND_OK) {
        status = ond_parallel_for(OND_EDGE_SCALES, ond_parallel_workers(OND_EDGE_SCALES), fill_one, scene);
    }
    status = status ? status : make_second(scene);
    if (status != OND_OK) {
        ond_edge_scene_destroy(scene);
    }
    return status;
}

void ond_edge_scene_destroy(ond_edge_scene *scene)
{
    for (size_t c = 0; c < 3; c++) {
        ond_edge_bands_destroy(&scene->bands[c]);
    }
    for (int s = 0; s < OND_EDGE_ENERGIES; s++) {
        ond_edge_bands_destroy(&scene->second[s]);
    }
    for (int s = 0; s < OND_EDGE_SCALES; s++) {
        ond_memory_free(scene->cells[s].values);
        ond_edge_squares_destroy(&scene->squares[s]);
    }
    *scene = (ond_edge_scene){0};
}
