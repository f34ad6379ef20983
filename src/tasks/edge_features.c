/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_features.h"

#include <math.h>
#include <stdbool.h>

/* Scales that say where an edge points; coarser ones see other edges. */
enum { ORIENTATIONS = OND_EDGE_ORIENTATIONS, DIRECTING_SCALES = 3, MOST_CELLS = 40 };

/* Distances from the pixel in units of 2^s pixels: the two sides of an edge, beside it, and along it. */
static const double side = 4, beside = 2, along[2] = {3, 6};

/* A place between four of a scale. */
typedef struct cell_place {
    size_t index; /* of the first */
    float weights[4];
} cell_place;

static void split(double place, size_t size, size_t *first, float *part)
{
    double last = (double)size - 1;
    double inside = place < 0 ? 0 : place > last ? last : place;
    size_t whole = (size_t)inside;
    whole = whole + 1 < size ? whole : size - 2; /* planes have two rows and columns or more */
    *first = whole;
    *part = (float)(inside - (double)whole);
}

/* The image's (row, column) in the cells of a scale. */
static cell_place place_at(const ond_edge_cells *cells, int s, double row, double column)
{
    size_t a, b;
    float y, x;
    double unit = 1 / (double)(1 << s);
    split((row + OND_EDGE_MARGIN) * unit, cells->height, &a, &y);
    split((column + OND_EDGE_MARGIN) * unit, cells->width, &b, &x);
    return (cell_place){a * cells->width + b, {(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x}};
}

/* `count` of the cell's numbers from `first` on, interpolated. */
static void read_cells(const ond_edge_cells *cells, const cell_place *place, size_t first, size_t count,
                       float *restrict values)
{
    const float *restrict a = cells->values + place->index * cells->size + first, *b = a + cells->size;
    const float *c = a + cells->width * cells->size, *d = c + cells->size;
    for (size_t i = 0; i < count; i++) {
        values[i]
            = place->weights[0] * a[i] + place->weights[1] * b[i] + place->weights[2] * c[i] + place->weights[3] * d[i];
    }
}

static ond_complex read_band(const ond_edge_scene *scene, const ond_edge_bands *bands, int s, int orientation,
                             const cell_place *place)
{
    const ond_edge_scale *scale = &scene->bank->scales[s];
    size_t row = place->index / scale->width, column = place->index % scale->width;
    const ond_complex *a = bands->data[s][orientation] + row * scale->stride + column;
    const ond_complex *b = a + scale->stride;
    const float *w = place->weights;
    return (ond_complex){w[0] * a[0].re + w[1] * a[1].re + w[2] * b[0].re + w[3] * b[1].re,
                         w[0] * a[0].im + w[1] * a[1].im + w[2] * b[0].im + w[3] * b[1].im};
}

/* Between the samples of a coarse scale the coefficients turn: as the phase advances by up to ω_s 2^s = 1 radian a
 * sample, interpolation of real and imaginary parts keeps nine tenths of the modulus. */
ond_edge_frame ond_edge_frame_at(const ond_edge_scene *scene, size_t row, size_t column)
{
    float sums[ORIENTATIONS] = {0}, cells[MOST_CELLS];
    cell_place places[DIRECTING_SCALES];
    int best = 0;
    for (int s = 0; s < DIRECTING_SCALES; s++) {
        places[s] = place_at(&scene->cells[s], s, (double)row, (double)column);
        read_cells(&scene->cells[s], &places[s], 0, scene->channels * ORIENTATIONS, cells);
        for (size_t i = 0; i < scene->channels * ORIENTATIONS; i++) {
            sums[i % ORIENTATIONS] += cells[i];
        }
    }
    for (int o = 1; o < ORIENTATIONS; o++) {
        best = sums[o] > sums[best] ? o : best;
    }
    float strongest = 0;
    for (size_t c = 0; c < scene->channels; c++) {
        float odd = 0;
        for (int s = 0; s < DIRECTING_SCALES; s++) {
            odd += read_band(scene, &scene->bands[c], s, best, &places[s]).im;
        }
        strongest = fabsf(odd) > fabsf(strongest) ? odd : strongest;
    }
    int sign = strongest < 0 ? -1 : 1;
    double angle = ond_edge_angle(best);
    return (ond_edge_frame){best, sign, {sign * cos(angle), sign * sin(angle)}};
}

/* Where the next features go, and what they are made from. */
typedef struct gatherer {
    const ond_edge_scene *scene;
    ond_edge_frame frame;
    double row, column;
    float *next;
} gatherer;

/* A point at a distance along the normal and along the edge, in units of 2^s pixels. */
static cell_place point_at(const gatherer *own, int s, double across, double along_edge)
{
    double unit = (double)(1 << s);
    const double *n = own->frame.normal;
    return place_at(&own->scene->cells[s], s, own->row + unit * (across * n[0] - along_edge * n[1]),
                    own->column + unit * (across * n[1] + along_edge * n[0]));
}

/* Numbers of all orientations, starting with the frame's own. */
static void put_turned(gatherer *own, const float *values)
{
    for (int k = 0; k < ORIENTATIONS; k++) {
        *own->next++ = values[(own->frame.orientation + k) % ORIENTATIONS];
    }
}

static float signed_log(float x)
{
    return copysignf(logf(1 + 100 * fabsf(x)), x);
}

/* All that the pixel's own place says, with the odd and even parts along the normal. */
static void gather_centre(gatherer *own, int s)
{
    const ond_edge_cells *cells = &own->scene->cells[s];
    size_t channels = own->scene->channels;
    float values[MOST_CELLS];
    cell_place place = point_at(own, s, 0, 0);
    read_cells(cells, &place, 0, cells->size, values);
    for (size_t c = 0; c <= channels; c++) {
        put_turned(own, values + c * ORIENTATIONS);
    }
    for (size_t i = (channels + 1) * ORIENTATIONS; i < cells->size; i++) {
        *own->next++ = values[i];
    }
    for (size_t c = 0; c < channels; c++) {
        ond_complex band = read_band(own->scene, &own->scene->bands[c], s, own->frame.orientation, &place);
        *own->next++ = signed_log((float)own->frame.sign * band.im);
        *own->next++ = signed_log(band.re);
    }
}

/* Sums and differences of texture and colour on the two sides. */
static void gather_sides(gatherer *own, int s)
{
    const ond_edge_cells *cells = &own->scene->cells[s];
    size_t first = own->scene->channels * ORIENTATIONS, count = cells->size - first;
    float bright[MOST_CELLS], dark[MOST_CELLS], sum[MOST_CELLS], difference[MOST_CELLS];
    cell_place places[2] = {point_at(own, s, side, 0), point_at(own, s, -side, 0)};
    read_cells(cells, &places[0], first, count, bright);
    read_cells(cells, &places[1], first, count, dark);
    for (size_t i = 0; i < count; i++) {
        sum[i] = bright[i] + dark[i];
        difference[i] = bright[i] - dark[i];
    }
    put_turned(own, sum);
    put_turned(own, difference);
    for (size_t i = ORIENTATIONS; i < count; i++) {
        *own->next++ = sum[i];
        *own->next++ = difference[i];
    }
}

/* Moduli of the frame's orientation; with `neighbours` those of channel 0 in the two next orientations as well. */
static void gather_moduli(gatherer *own, int s, double across, double along_edge, bool neighbours)
{
    const ond_edge_cells *cells = &own->scene->cells[s];
    size_t channels = own->scene->channels;
    float values[MOST_CELLS];
    int o = own->frame.orientation;
    cell_place place = point_at(own, s, across, along_edge);
    read_cells(cells, &place, 0, channels * ORIENTATIONS, values);
    for (size_t c = 0; c < channels; c++) {
        *own->next++ = values[c * ORIENTATIONS + (size_t)o];
    }
    if (neighbours) {
        *own->next++ = values[(o + 1) % ORIENTATIONS];
        *own->next++ = values[(o + ORIENTATIONS - 1) % ORIENTATIONS];
    }
}

/* The surroundings, far wider than an edge: what stands out from them counts. */
static void gather_surround(gatherer *own, int s)
{
    const ond_edge_squares *squares = &own->scene->squares[s];
    float values[ORIENTATIONS + 3];
    ond_edge_squares_at(squares, (size_t)own->row, (size_t)own->column, values);
    for (size_t i = 0; i < squares->size; i++) {
        values[i] = logf(1 + 100 * values[i]);
    }
    put_turned(own, values);
    for (size_t i = ORIENTATIONS; i < squares->size; i++) {
        *own->next++ = values[i];
        *own->next++ = logf(1 + 100 * squares->whole[i]);
    }
}

/* Scattering of second order: how texture changes, and in which direction. */
static void gather_second(gatherer *own, const ond_edge_bands *bands)
{
    for (int s = OND_EDGE_SECOND_SCALE; s < OND_EDGE_SCALES; s++) {
        cell_place place = point_at(own, s, 0, 0);
        ond_complex values[ORIENTATIONS];
        for (int k = 0; k < ORIENTATIONS; k++) {
            int o = (own->frame.orientation + k) % ORIENTATIONS;
            values[k] = read_band(own->scene, bands, s, o, &place);
            *own->next++ = logf(1 + 100 * sqrtf(values[k].re * values[k].re + values[k].im * values[k].im));
        }
        *own->next++ = signed_log((float)own->frame.sign * values[0].im);
        *own->next++ = signed_log(values[0].re);
    }
}

size_t ond_edge_feature_count(size_t channels)
{
    size_t texture = ORIENTATIONS + channels - 1;
    size_t centre = channels * ORIENTATIONS + texture + channels + 2 * channels;
    size_t sides = 2 * (texture + channels);
    size_t surround = ORIENTATIONS + 2 * channels;
    return OND_EDGE_SCALES * (centre + sides + 2 * channels + 4 * (channels + 2) + surround)
           + (size_t)OND_EDGE_ENERGIES * (OND_EDGE_SCALES - OND_EDGE_SECOND_SCALE) * (ORIENTATIONS + 2);
}

void ond_edge_features_at(const ond_edge_scene *scene, size_t row, size_t column, float *features)
{
    gatherer own = {scene, ond_edge_frame_at(scene, row, column), (double)row, (double)column, features};
    for (int s = 0; s < OND_EDGE_SCALES; s++) {
        gather_centre(&own, s);
        gather_sides(&own, s);
        gather_moduli(&own, s, beside, 0, false);
        gather_moduli(&own, s, -beside, 0, false);
        for (int i = 0; i < 2; i++) {
            gather_moduli(&own, s, 0, along[i], true);
            gather_moduli(&own, s, 0, -along[i], true);
        }
        gather_surround(&own, s);
    }
    for (int i = 0; i < OND_EDGE_ENERGIES; i++) {
        gather_second(&own, &scene->second[i]);
    }
}

/* Groups of a feature vector in the order in which they are gathered. */
static size_t *mirror_turned(size_t *places, size_t *next)
{
    for (size_t k = 0; k < ORIENTATIONS; k++) {
        *places++ = *next + (ORIENTATIONS - k) % ORIENTATIONS;
    }
    *next += ORIENTATIONS;
    return places;
}

static size_t *mirror_same(size_t *places, size_t count, size_t *next)
{
    while (count--) {
        *places++ = (*next)++;
    }
    return places;
}

/* Before and behind along the edge change places, and so do the two next orientations. */
static size_t *mirror_along(size_t *places, size_t channels, size_t *next)
{
    size_t point = channels + 2;
    for (size_t i = 0; i < 2; i++) {
        size_t other = *next + (1 - i) * point;
        for (size_t c = 0; c < channels; c++) {
            *places++ = other + c;
        }
        *places++ = other + channels + 1;
        *places++ = other + channels;
    }
    *next += 2 * point;
    return places;
}

void ond_edge_feature_mirror(size_t channels, size_t *places)
{
    size_t next = 0;
    for (int s = 0; s < OND_EDGE_SCALES; s++) {
        for (size_t c = 0; c <= channels; c++) {
            places = mirror_turned(places, &next);
        }
        places = mirror_same(places, 2 * channels - 1 + 2 * channels, &next);
        places = mirror_turned(places, &next);
        places = mirror_turned(places, &next);
        places = mirror_same(places, 2 * (2 * channels - 1) + 2 * channels, &next);
        places = mirror_along(places, channels, &next);
        places = mirror_along(places, channels, &next);
        places = mirror_turned(places, &next);
        places = mirror_same(places, 2 * channels, &next);
    }
    for (int i = 0; i < OND_EDGE_ENERGIES * (OND_EDGE_SCALES - OND_EDGE_SECOND_SCALE); i++) {
        places = mirror_turned(places, &next);
        places = mirror_same(places, 2, &next);
    }
}
