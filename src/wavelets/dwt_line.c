/* SPDX-License-Identifier: BSD-3-Clause */
#include "wavelets/dwt_line.h"

#include "core/vector.h"

typedef struct place_range {
    ptrdiff_t begin, end;
} place_range;

static ptrdiff_t lesser(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

static ptrdiff_t greater(ptrdiff_t a, ptrdiff_t b)
{
    return a > b ? a : b;
}

static int last_part(const ond_dwt_axis *axis)
{
    return axis->count[OND_DWT_HIGH] ? OND_DWT_HIGH : OND_DWT_LOW;
}

/* Places that the analysis of a line reads, a whole number of steps. */
static place_range range_of_samples(const ond_dwt_axis *axis)
{
    place_range range = {0, (ptrdiff_t)axis->length};
    for (int part = OND_DWT_LOW; part <= last_part(axis); part++) {
        ptrdiff_t last = (ptrdiff_t)axis->count[part] - 1;
        range.begin = lesser(range.begin, ond_dwt_place_of(axis, part, 0, 0));
        range.end = greater(range.end, ond_dwt_place_of(axis, part, last, axis->filters->analysis[part].count - 1) + 1);
    }
    range.end += (range.end - range.begin) % axis->step;
    return range;
}

/* Indices of coefficients that the synthesis of a line reads. */
static place_range range_of_coefficients(const ond_dwt_axis *axis, int part)
{
    place_range range = {0, (ptrdiff_t)axis->count[part]};
    ptrdiff_t lowest = ond_dwt_distance_of(axis, part, 0, axis->filters->synthesis[part].count - 1);
    ptrdiff_t highest = ond_dwt_distance_of(axis, part, (ptrdiff_t)axis->length - 1, 0);
    /* division towards zero rounds a negative lowest up and a positive highest down, as is wanted */
    range.begin = lesser(range.begin, lowest / axis->step);
    range.end = greater(range.end, highest / axis->step + 1);
    return range;
}

size_t ond_dwt_line_room(const ond_dwt_axis *axis)
{
    place_range samples = range_of_samples(axis);
    ptrdiff_t room = samples.end - samples.begin;
    for (int part = OND_DWT_LOW; part <= last_part(axis); part++) {
        place_range range = range_of_coefficients(axis, part);
        room = greater(room, range.end - range.begin);
    }
    return (size_t)room;
}

static void set_buffers(ond_dwt_line *line, const ond_dwt_axis *axis, float *const *buffers)
{
    *line = (ond_dwt_line){.axis = axis, .padded = {buffers[0], buffers[1]}, .phases = {buffers[2], buffers[3]}};
}

static void add_term(ond_dwt_terms *terms, double weight, const float *vector)
{
    terms->weights[terms->count] = (float)weight;
    terms->vectors[terms->count++] = vector;
}

static void sum_terms(const ond_dwt_terms *terms, float *to, size_t count)
{
    ond_vector_weighted_sum(to, terms->weights, terms->vectors, terms->count, count);
}

void ond_dwt_line_set_analysis(ond_dwt_line *line, const ond_dwt_axis *axis, float *const *buffers)
{
    set_buffers(line, axis, buffers);
    place_range range = range_of_samples(axis);
    line->begin[0] = range.begin;
    line->end[0] = range.end;
    if (axis->step == 1) {
        line->phases[0] = line->padded[0];
    }
    for (int part = OND_DWT_LOW; part <= last_part(axis); part++) {
        const ond_dwt_taps *taps = &axis->filters->analysis[part];
        for (int tap = 0; tap < taps->count; tap++) {
            ptrdiff_t place = ond_dwt_place_of(axis, part, 0, tap) - range.begin;
            const float *phase = line->phases[place % axis->step];
            add_term(&line->terms[part], taps->values[tap], phase + place / axis->step);
        }
    }
}

float *ond_dwt_line_samples(const ond_dwt_line *line)
{
    return line->padded[0] - line->begin[0];
}

static void fill_outside_samples(const ond_dwt_line *line)
{
    const ond_dwt_axis *axis = line->axis;
    float *samples = ond_dwt_line_samples(line);
    for (ptrdiff_t place = line->begin[0]; place < 0; place++) {
        samples[place] = samples[ond_dwt_fold_place(&axis->samples, place)];
    }
    for (ptrdiff_t place = (ptrdiff_t)axis->length; place < line->end[0]; place++) {
        samples[place] = samples[ond_dwt_fold_place(&axis->samples, place)];
    }
}

void ond_dwt_line_analyse(const ond_dwt_line *line, float *const outputs[OND_DWT_PARTS])
{
    const ond_dwt_axis *axis = line->axis;
    fill_outside_samples(line);
    if (axis->step == 2) {
        size_t pairs = (size_t)(line->end[0] - line->begin[0]) / 2;
        ond_vector_split_pairs(line->phases[0], line->phases[1], line->padded[0], pairs);
    }
    for (int part = OND_DWT_LOW; part <= last_part(axis); part++) {
        sum_terms(&line->terms[part], outputs[part], axis->count[part]);
    }
}

void ond_dwt_line_set_synthesis(ond_dwt_line *line, const ond_dwt_axis *axis, float *const *buffers)
{
    set_buffers(line, axis, buffers);
    for (int part = OND_DWT_LOW; part <= last_part(axis); part++) {
        const ond_dwt_taps *taps = &axis->filters->synthesis[part];
        place_range range = range_of_coefficients(axis, part);
        line->begin[part] = range.begin;
        line->end[part] = range.end;
        for (int tap = 0; tap < taps->count; tap++) {
            for (ptrdiff_t phase = 0; phase < axis->step; phase++) {
                ptrdiff_t distance = ond_dwt_distance_of(axis, part, phase, tap);
                if (distance % axis->step == 0) {
                    const float *vector = line->padded[part] + (distance / axis->step - range.begin);
                    add_term(&line->terms[phase], taps->values[tap] * axis->synthesis_scale, vector);
                }
            }
        }
    }
}

float *ond_dwt_line_coefficients(const ond_dwt_line *line, int part)
{
    return line->padded[part] - line->begin[part];
}

static void fill_outside_coefficients(const ond_dwt_line *line, int part)
{
    float *coefficients = ond_dwt_line_coefficients(line, part);
    for (ptrdiff_t index = line->begin[part]; index < 0; index++) {
        coefficients[index] = coefficients[ond_dwt_fold_index(line->axis, part, index)];
    }
    for (ptrdiff_t index = (ptrdiff_t)line->axis->count[part]; index < line->end[part]; index++) {
        coefficients[index] = coefficients[ond_dwt_fold_index(line->axis, part, index)];
    }
}

void ond_dwt_line_synthesise(const ond_dwt_line *line, float *samples)
{
    const ond_dwt_axis *axis = line->axis;
    for (int part = OND_DWT_LOW; part <= last_part(axis); part++) {
        fill_outside_coefficients(line, part);
    }
    if (axis->step == 1) {
        sum_terms(&line->terms[0], samples, axis->length);
        return;
    }
    size_t pairs = axis->length / 2;
    size_t odd = axis->length % 2;
    sum_terms(&line->terms[0], line->phases[0], pairs + odd);
    sum_terms(&line->terms[1], line->phases[1], pairs);
    ond_vector_join_pairs(samples, line->phases[0], line->phases[1], pairs);
    if (odd) {
        samples[axis->length - 1] = line->phases[0][pairs];
    }
}
