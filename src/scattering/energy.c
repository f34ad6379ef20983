/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/parallel.h"
#include "core/view.h"
#include "scattering/cascade.h"
#include "scattering/scattering.h"

#include <math.h>

/* Energies are sums over frequencies, with ½ (ψ^(ω)² + ψ^(−ω)²) of each scale's filters as weights: what a filter takes
 * out of U[p]x, measured on its own spectrum rather than on its subsampled output. */
typedef struct measurement {
    const ond_scattering *scattering;
    const ond_plan *plan;
    const double *weights; /* [padded height, padded width, scales + 1]: the bands of each scale, then the low-pass */
    double *scale_energy;  /* of one path, scales + 1 */
    ond_scattering_energy *energy;
} measurement;

static void add_half_squares(const ond_filter *filter, size_t height, size_t width, size_t planes, double *weights)
{
    for (ptrdiff_t row = filter->box.row_begin; row < filter->box.row_end; row++) {
        ond_run run = filter->runs[row - filter->box.row_begin];
        const float *value = filter->values + run.offset;
        for (ptrdiff_t column = run.begin; column < run.end; column++) {
            double half_square = 0.5 * (double)*value * (double)*value;
            size_t place = ond_frequency_index(row, height) * width + ond_frequency_index(column, width);
            size_t opposite = ond_frequency_index(-row, height) * width + ond_frequency_index(-column, width);
            weights[place * planes] += half_square;
            weights[opposite * planes] += half_square;
            value++;
        }
    }
}

static void fill_weights(const ond_filters *bank, int scales, double *weights)
{
    for (size_t i = 0; i < bank->count; i++) {
        const ond_filter *filter = &bank->filters[i];
        int plane = filter->info.kind == OND_FILTER_LOW_PASS ? scales : filter->info.scale;
        add_half_squares(filter, bank->height, bank->width, (size_t)scales + 1, weights + plane);
    }
}

/* Adds one row of |U^|² times the weights of every scale. A lower resolution has the frequencies nearest to zero. */
static void measure_row(const measurement *m, ond_plane spectrum, ptrdiff_t row, size_t planes)
{
    size_t height = m->plan->bank->height;
    size_t width = m->plan->bank->width;
    const ond_complex *values = spectrum.data + ond_frequency_index(row, spectrum.height) * spectrum.stride;
    ond_box grid = ond_box_of_grid(spectrum.height, spectrum.width);
    for (ptrdiff_t column = grid.column_begin; column < grid.column_end; column++) {
        const ond_complex *value = values + ond_frequency_index(column, spectrum.width);
        double square = (double)value->re * (double)value->re + (double)value->im * (double)value->im;
        size_t place = ond_frequency_index(row, height) * width + ond_frequency_index(column, width);
        const double *weights = m->weights + place * planes;
        for (size_t plane = 0; plane < planes; plane++) {
            m->scale_energy[plane] += square * weights[plane];
        }
    }
}

static ond_status measure(void *context, const ond_propagated *propagated, ond_scratch *scratch)
{
    (void)scratch;
    const measurement *m = context;
    const ond_scattering_path *path = &m->scattering->tree.nodes[propagated->channel].path;
    ond_plane spectrum = propagated->spectrum;
    int scales = ond_filters_scales(m->plan->bank);
    for (int plane = 0; plane <= scales; plane++) {
        m->scale_energy[plane] = 0;
    }
    ond_box grid = ond_box_of_grid(spectrum.height, spectrum.width);
    for (ptrdiff_t row = grid.row_begin; row < grid.row_end; row++) {
        measure_row(m, spectrum, row, (size_t)scales + 1);
    }
    /* Parseval on the level's grid; one of its samples stands for 4^level pixels */
    double scale = ldexp(1, 2 * propagated->level) / ((double)spectrum.height * (double)spectrum.width);
    bool last_order = path->order == m->scattering->config.order;
    for (int j = 0; j < scales; j++) {
        bool followed = path->order == 0 || j > path->scale[path->order - 1];
        double part = scale * m->scale_energy[j];
        m->energy->propagated += followed && last_order ? part : 0;
        m->energy->discarded += followed ? 0 : part;
    }
    m->energy->averaged[path->order] += scale * m->scale_energy[scales];
    return OND_OK;
}

static double energy_of_image(const ond_plan *plan, const ond_scratch *scratch)
{
    const ond_fft *fft = plan->fft[0];
    double sum = 0;
    for (size_t row = 0; row < fft->height; row++) {
        sum += ond_vector_sum_squares(scratch->layer[0].modulus + row * fft->real_stride, fft->width);
    }
    return sum;
}

/* One image: each first-order branch is measured apart and the parts are added in order, so that the sums do not depend
 * on the number of threads. */
typedef struct energy_call {
    measurement common;
    size_t planes, branches;
    ond_scratch *scratch;           /* one per worker */
    double *weights, *scale_energy; /* the latter [workers, planes] */
    ond_scattering_energy *parts;   /* one per branch, then that of order 0 */
} energy_call;

static ond_cascade cascade_of(const energy_call *call, measurement *own, size_t part, int worker)
{
    *own = call->common;
    own->weights = call->weights;
    own->scale_energy = call->scale_energy + (size_t)worker * call->planes;
    own->energy = &call->parts[part];
    return (ond_cascade){own->plan, &own->scattering->tree, true, measure, own};
}

static ond_status measure_branch(void *context, size_t index, int worker)
{
    const energy_call *call = context;
    measurement own;
    ond_cascade cascade = cascade_of(call, &own, index, worker);
    return ond_cascade_branch(&cascade, index, &call->scratch[0], &call->scratch[worker]);
}

static void add_part(const ond_scattering_energy *part, ond_scattering_energy *energy)
{
    for (int order = 0; order <= OND_MAX_ORDER; order++) {
        energy->averaged[order] += part->averaged[order];
    }
    energy->discarded += part->discarded;
    energy->propagated += part->propagated;
}

static ond_status check_energy(const ond_scattering_energy *energy)
{
    double sum = energy->image + energy->discarded + energy->propagated;
    for (int order = 0; order <= OND_MAX_ORDER; order++) {
        sum += energy->averaged[order];
    }
    return isfinite(sum) ? OND_OK : ond_fail(OND_ERROR_ARGUMENT, "the numbers are too large: their energy is %g", sum);
}

static ond_status measure_all(energy_call *call, const ond_array *image, int workers)
{
    measurement own;
    ond_cascade cascade = cascade_of(call, &own, call->branches, 0);
    ond_padding padding = own.scattering->config.padding;
    fill_weights(own.plan->bank, (int)call->planes - 1, call->weights);
    ond_image_view view = ond_view_of_planes(image->data, 1, own.plan->height, own.plan->width);
    OND_TRY(ond_cascade_begin(&cascade, (ond_channel){&view, 0}, padding, &call->scratch[0]));
    OND_TRY(ond_parallel_for(call->branches, workers, measure_branch, call));
    ond_scattering_energy *energy = call->common.energy;
    *energy = (ond_scattering_energy){.image = energy_of_image(own.plan, &call->scratch[0])};
    for (size_t part = 0; part <= call->branches; part++) {
        add_part(&call->parts[part], energy);
    }
    return check_energy(energy);
}

static ond_status run(const ond_scattering *scattering, const ond_plan *plan, const ond_array *image,
                      ond_scattering_energy *energy)
{
    size_t branches = scattering->tree.nodes[0].child_count;
    size_t planes = (size_t)ond_filters_scales(plan->bank) + 1;
    int workers = ond_parallel_workers(branches);
    energy_call call = {
        .common = {.scattering = scattering, .plan = plan, .energy = energy},
        .planes = planes,
        .branches = branches,
        .scratch = ond_memory_allocate_zero((size_t)workers, sizeof *call.scratch),
        .weights = ond_memory_allocate_zero(planes * plan->bank->height, plan->bank->width * sizeof *call.weights),
        .scale_energy = ond_memory_allocate(planes * (size_t)workers, sizeof *call.scale_energy),
        .parts = ond_memory_allocate_zero(branches + 1, sizeof *call.parts),
    };
    void *memory = call.scratch ? ond_plan_allocate_scratch(plan, workers, false, call.scratch) : NULL;
    bool complete = memory && call.weights && call.scale_energy && call.parts;
    ond_status status = complete ? measure_all(&call, image, workers) : OND_ERROR_MEMORY;
    ond_memory_free(memory);
    ond_memory_free(call.scratch);
    ond_memory_free(call.weights);
    ond_memory_free(call.scale_energy);
    ond_memory_free(call.parts);
    return status;
}

ond_status ond_scattering_measure_energy(const ond_scattering *scattering, const ond_array *image,
                                         ond_scattering_energy *energy)
{
    OND_TRY(ond_scattering_check_image(image));
    ond_plan *plan = NULL;
    OND_TRY(ond_scattering_complete_plan(scattering, image->shape[0], image->shape[1], &plan));
    ond_status status = run(scattering, plan, image, energy);
    ond_plan_release(plan);
    return status;
}
