/* SPDX-License-Identifier: BSD-3-Clause */
#include "shearlets/shearlets.h"

#include "core/memory.h"

#include <math.h>

#define PI 3.14159265358979323846

double ond_shearlet_side(const ond_shearlet_config *config, ptrdiff_t frequency, size_t size)
{
    bool own_mirror = frequency == 0 || 2 * frequency == -(ptrdiff_t)size;
    if (!config->one_sided || own_mirror) {
        return 1;
    }
    double both = config->parseval ? sqrt(2) : 2;
    return frequency > 0 ? both : 0;
}

/* Peak, in the middle of where the profile is highest, and width at half the peak. */
typedef struct profile_shape {
    double center, bandwidth;
} profile_shape;

static profile_shape measure_profile(const ond_shearlet_job *job, int scale)
{
    enum { SAMPLES = 1024 };
    bool compact = job->config->system == OND_SHEARLET_COMPACT;
    double value[SAMPLES + 1];
    double peak = 0;
    for (int i = 0; i <= SAMPLES; i++) {
        double omega = PI * i / SAMPLES;
        value[i] = fabs(compact ? ond_compact_profile(job, scale, omega) : ond_meyer_profile(job, scale, omega));
        peak = fmax(peak, value[i]);
    }
    double sum = 0;
    int highest = 0;
    int above = 0;
    for (int i = 0; i <= SAMPLES; i++) {
        bool on_top = value[i] >= (1 - 1e-9) * peak;
        sum += on_top ? i : 0;
        highest += on_top;
        above += value[i] >= peak / 2;
    }
    return (profile_shape){PI * sum / (highest * (double)SAMPLES), PI * above / SAMPLES};
}

/* Octaves below the finest band. */
static int octave_of(const ond_shearlet_job *job, int scale)
{
    return job->config->system == OND_SHEARLET_COMPACT ? scale : 2 * scale;
}

/* log2 of the decimation without aliasing. Meyer bands lie in |ω| < 2π/4^scale: one side of them fits into the period
 * of a grid 4^scale times as coarse when the shear is at most the band's width, which only the coarsest exceed; both
 * sides need twice the period. One number serves a scale, because the cascade samples none more densely than those
 * before. */
static int subsampling_of(const ond_shearlet_job *job, int scale)
{
    if (job->config->system == OND_SHEARLET_COMPACT || scale == 0) {
        return 0;
    }
    bool fits = job->config->one_sided && scale + 1 < job->layout.scales;
    return 2 * scale - (fits ? 0 : 1);
}

static void describe_scale(const ond_shearlet_job *job, int scale)
{
    profile_shape profile = measure_profile(job, scale);
    double shears = ldexp(1, job->layout.level[scale]);
    for (size_t i = 0; i < ond_shear_count(&job->layout, scale); i++) {
        ond_shear shear = ond_shear_at(&job->layout, scale, i);
        double slope = shear.shear / shears;
        double longer = sqrt(1 + slope * slope);
        job->filters->filters[job->layout.first[scale] + i].info = (ond_filter_info){
            .kind = OND_FILTER_BAND_PASS,
            .scale = octave_of(job, scale),
            .orientation = (int)i,
            .angle_rad = shear.axis == OND_SHEAR_ROW ? atan2(slope, 1) : atan2(1, slope),
            .center_frequency = profile.center * longer,
            .bandwidth = profile.bandwidth * longer,
            .subsampling = subsampling_of(job, scale),
            .one_sided = job->config->one_sided != 0,
        };
    }
}

static void describe(const ond_shearlet_job *job)
{
    int scales = job->layout.scales;
    for (int scale = 0; scale < scales; scale++) {
        describe_scale(job, scale);
    }
    bool compact = job->config->system == OND_SHEARLET_COMPACT;
    job->filters->filters[job->layout.first[scales]].info = (ond_filter_info){
        .kind = OND_FILTER_LOW_PASS,
        .scale = octave_of(job, scales - 1) + 1,
        .bandwidth = measure_profile(job, scales).bandwidth,
        .subsampling = compact ? 0 : 2 * scales - 1,
    };
}

/* sum ← 1/√sum */
static ond_status invert_root(double *sum, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!(sum[i] > 1e-6)) {
            return ond_fail(OND_ERROR_ARGUMENT, "these shearlets are no frame: the Littlewood-Paley sum falls to %g",
                            sum[i]);
        }
        sum[i] = 1 / sqrt(sum[i]);
    }
    return OND_OK;
}

static void multiply(ond_filter *filter, size_t height, size_t width, const double *factors)
{
    for (ptrdiff_t row = filter->box.row_begin; row < filter->box.row_end; row++) {
        ond_run run = filter->runs[row - filter->box.row_begin];
        float *value = filter->values + run.offset;
        const double *line = factors + ond_frequency_index(row, height) * width;
        size_t place = run.begin < run.end ? ond_frequency_index(run.begin, width) : 0;
        for (ptrdiff_t column = run.begin; column < run.end; column++) {
            *value = (float)((double)*value * line[place]);
            value++;
            place = place + 1 < width ? place + 1 : 0;
        }
    }
}

/* As ond_filters_parseval, in place. */
static ond_status normalise(ond_filters *filters)
{
    size_t grid = filters->height * filters->width;
    double *sum = ond_memory_allocate(grid, sizeof *sum);
    ond_status status = sum ? ond_filters_sum(filters, sum) : OND_ERROR_MEMORY;
    status = status == OND_OK ? invert_root(sum, grid) : status;
    for (size_t i = 0; status == OND_OK && i < filters->count; i++) {
        multiply(&filters->filters[i], filters->height, filters->width, sum);
    }
    ond_memory_free(sum);
    return status;
}

static ond_status fill(const ond_shearlet_job *job)
{
    describe(job);
    if (job->filters->height == 0) {
        return OND_OK;
    }
    if (job->config->system != OND_SHEARLET_COMPACT) {
        return ond_meyer_fill(job);
    }
    OND_TRY(ond_compact_fill(job));
    return job->config->parseval ? normalise(job->filters) : OND_OK;
}

static const char *const names[] = {
    [OND_SHEARLET_COMPACT] = "shearlet",
    [OND_SHEARLET_MEYER] = "meyer shearlet",
    [OND_SHEARLET_MEYER_SIMPLE] = "simple meyer shearlet",
};

static ond_status make_bank(const void *config, size_t height, size_t width, ond_filters **filters)
{
    ond_shearlet_job job = {.config = config};
    OND_TRY(ond_shear_lay_out(job.config, &job.layout));
    size_t count = job.layout.first[job.layout.scales] + 1;
    OND_TRY(ond_filters_create_empty(names[job.config->system], count, height, width, &job.filters));
    ond_filters_set_maker(job.filters, make_bank, config, sizeof *job.config);
    ond_status status = fill(&job);
    if (status != OND_OK) {
        ond_filters_destroy(job.filters);
        return status;
    }
    *filters = job.filters;
    return OND_OK;
}

ond_status ond_shearlet_create(const ond_shearlet_config *config, ond_filters **filters)
{
    ond_shearlet_config used = config ? *config : ond_shearlet_config_default();
    OND_TRY(ond_options_check(ond_shearlet_options(), &used));
    if ((used.height == 0) != (used.width == 0)) {
        return ond_fail(OND_ERROR_ARGUMENT, "a grid of %d x %d is empty", used.height, used.width);
    }
    return make_bank(&used, (size_t)used.height, (size_t)used.width, filters);
}
