/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/pursuit.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"

#include <math.h>
#include <string.h>

/* One call of ond_pursuit. */
typedef struct job {
    const ond_pursuit_config *config;
    const ond_pursuit_extras *extras;
    ond_multilayer problem;
    ond_signals signal;
    float *mask;                    /* expanded to the signal, or NULL */
    float *weights[OND_MAX_LAYERS]; /* expanded to the codes, or NULL */
    ond_curve curve;
    ond_pursuit_report report;
} job;

static bool is_joint(ond_pursuit_method method)
{
    return method == OND_PURSUIT_ML_ISTA || method == OND_PURSUIT_ML_FISTA || method == OND_PURSUIT_PROJECTION
           || method == OND_PURSUIT_HOLISTIC;
}

static bool is_greedy(ond_pursuit_method method)
{
    return method == OND_PURSUIT_OMP || method == OND_PURSUIT_PROJECTION || method == OND_PURSUIT_HOLISTIC;
}

static ond_status check_lambdas(job *j, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double lambda = j->extras->lambdas ? j->extras->lambdas[i] : j->config->lambda;
        if (!(lambda > 0) || !isfinite(lambda)) {
            return ond_fail(OND_ERROR_ARGUMENT, "lambda = %g of layer %zu is not positive", lambda, i + 1);
        }
        j->problem.lambdas[i] = lambda;
    }
    return OND_OK;
}

static ond_status check_combination(const job *j, size_t count)
{
    const ond_pursuit_config *config = j->config;
    if (config->nonnegative && is_greedy(config->method)) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "non-negative codes by %s",
                        ond_option_choice(ond_options_find(ond_pursuit_options(), "method"), config));
    }
    bool takes_mask = config->method == OND_PURSUIT_ISTA || config->method == OND_PURSUIT_FISTA
                      || config->method == OND_PURSUIT_ADMM;
    if (j->extras->mask && (!takes_mask || count != 1)) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "a mask needs one layer and ista, fista or admm, found %zu by %s", count,
                        ond_option_choice(ond_options_find(ond_pursuit_options(), "method"), config));
    }
    if (j->extras->weights && is_greedy(config->method)) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "weights with %s",
                        ond_option_choice(ond_options_find(ond_pursuit_options(), "method"), config));
    }
    return OND_OK;
}

static ond_status create_operators(job *j, const ond_dictionary *const *layers, size_t count)
{
    size_t height = j->signal.height;
    size_t width = j->signal.width;
    for (size_t i = 0; i < count; i++) {
        ond_status status = ond_operator_create(layers[i], height, width, OND_PRODUCTS_FASTER, j->config->planning,
                                                &j->problem.operators[i]);
        if (status != OND_OK) {
            return count > 1 ? ond_fail_prefix(status, "layer %zu: ", i + 1) : status;
        }
        height = j->problem.operators[i]->rows;
        width = j->problem.operators[i]->columns;
    }
    return OND_OK;
}

static ond_status resize_codes(job *j, size_t count, ond_array *codes)
{
    for (size_t i = 0; i < count; i++) {
        const ond_operator *operator_ = j->problem.operators[i];
        OND_TRY(ond_signals_resize(j->signal, operator_->dictionary->info.atoms, operator_->rows, operator_->columns,
                                   &codes[i]));
        j->problem.codes[i] = codes[i].data;
    }
    return OND_OK;
}

static ond_status check_not_negative(const ond_array *array, const char *name)
{
    OND_TRY(ond_array_check_finite(array, name));
    for (size_t i = 0; i < ond_array_count(array); i++) {
        if (array->data[i] < 0) {
            return ond_fail(OND_ERROR_ARGUMENT, "%s hold %g, values of at least 0 are wanted", name,
                            (double)array->data[i]);
        }
    }
    return OND_OK;
}

/* values[i] = array's, repeated: every `period` values belong to one number, or the array is repeated. */
static ond_status expand_mask(job *j)
{
    const ond_array *mask = j->extras->mask;
    const ond_operator *operator_ = j->problem.operators[0];
    size_t count = ond_array_count(mask);
    char text[OND_SHAPE_TEXT_SIZE];
    if (count != operator_->image_size && count != operator_->height * operator_->width) {
        return ond_fail(OND_ERROR_SHAPE, "the mask is %s, the image %zu x %zu",
                        ond_shape_text(mask->rank, mask->shape, text), operator_->height, operator_->width);
    }
    OND_TRY(check_not_negative(mask, "mask values"));
    j->mask = ond_memory_allocate(operator_->image_size, sizeof *j->mask);
    for (size_t i = 0; j->mask && i < operator_->image_size; i++) {
        j->mask[i] = mask->data[i % count];
    }
    return j->mask ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status expand_weights(job *j, size_t layer)
{
    const ond_array *weights = &j->extras->weights[layer];
    const ond_operator *operator_ = j->problem.operators[layer];
    size_t count = ond_array_count(weights);
    size_t atoms = operator_->dictionary->info.atoms;
    char text[OND_SHAPE_TEXT_SIZE];
    if (!weights->data) {
        return OND_OK;
    }
    if (count != atoms && count != operator_->code_size) {
        return ond_fail(OND_ERROR_SHAPE, "weights of layer %zu are %s, [%zu] or [%zu, %zu, %zu] is wanted", layer + 1,
                        ond_shape_text(weights->rank, weights->shape, text), atoms, atoms, operator_->rows,
                        operator_->columns);
    }
    OND_TRY(check_not_negative(weights, "weights"));
    j->weights[layer] = ond_memory_allocate(operator_->code_size, sizeof(float));
    size_t period = operator_->code_size / count;
    for (size_t i = 0; j->weights[layer] && i < operator_->code_size; i++) {
        j->weights[layer][i] = weights->data[i / period];
    }
    j->problem.weights[layer] = j->weights[layer];
    return j->weights[layer] ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status expand(job *j, size_t count)
{
    if (j->extras->mask) {
        OND_TRY(expand_mask(j));
    }
    for (size_t i = 0; j->extras->weights && i < count; i++) {
        OND_TRY(expand_weights(j, i));
    }
    if (j->extras->curve) {
        bool by_atoms = j->config->method == OND_PURSUIT_OMP || j->config->method == OND_PURSUIT_PROJECTION;
        j->curve.capacity = (size_t)(by_atoms ? j->config->terms : j->config->iterations) * count;
        j->curve.values = ond_memory_allocate(j->curve.capacity, sizeof(double));
        j->problem.curve = &j->curve;
        return j->curve.values ? OND_OK : OND_ERROR_MEMORY;
    }
    return OND_OK;
}

static ond_status threshold(const ond_lasso *lasso, const job *j, float *codes, ond_layer_report *report)
{
    ond_lasso_room room = {0};
    ond_status status = ond_lasso_room_create(lasso->operator_, &room);
    if (status == OND_OK) {
        bool is_hard = j->config->rule == OND_SHRINK_HARD;
        ond_shrinking how = {lasso->lambda, lasso->weights, lasso->nonnegative, is_hard};
        ond_operator_adjoint(lasso->operator_, lasso->signal, codes, room.scratch);
        ond_shrink(how, codes, lasso->operator_->code_size, codes);
        report->iterations = 1;
        report->converged = true;
        ond_lasso_evaluate(lasso, codes, &room, report);
        ond_curve_add(j->problem.curve, report->residual);
        report->gap = is_hard ? -1 : report->gap;
    }
    ond_lasso_room_free(&room);
    return status;
}

/* The forward pass alone, for who wants no report. */
static ond_status threshold_quickly(const ond_lasso *lasso, const job *j, float *codes)
{
    float *scratch = ond_operator_scratch_create(lasso->operator_);
    if (!scratch) {
        return OND_ERROR_MEMORY;
    }
    ond_shrinking how = {lasso->lambda, lasso->weights, lasso->nonnegative, j->config->rule == OND_SHRINK_HARD};
    ond_operator_adjoint(lasso->operator_, lasso->signal, codes, scratch);
    ond_shrink(how, codes, lasso->operator_->code_size, codes);
    ond_memory_free(scratch);
    return OND_OK;
}

static ond_status take_share(ond_lasso *lasso, job *j, size_t layer)
{
    if (!j->extras->lambdas) {
        OND_TRY(ond_lasso_take_share(lasso, j->config->share));
    }
    j->problem.lambdas[layer] = lasso->lambda;
    return OND_OK;
}

static ond_status solve_layer(job *j, size_t layer, bool wants_report)
{
    ond_multilayer *p = &j->problem;
    ond_layer_report *report = &j->report.layer[layer];
    const float *signal = layer == 0 ? p->signal : p->codes[layer - 1];
    ond_lasso lasso = {.operator_ = p->operators[layer],
                       .signal = signal,
                       .mask = j->mask,
                       .weights = p->weights[layer],
                       .lambda = p->lambdas[layer],
                       .nonnegative = j->config->nonnegative != 0};
    ond_greedy_limit limit = {(size_t)j->config->terms, j->config->residual, NULL, NULL};
    switch (j->config->method) {
    case OND_PURSUIT_THRESHOLD:
        return wants_report || p->curve ? threshold(&lasso, j, p->codes[layer], report)
                                        : threshold_quickly(&lasso, j, p->codes[layer]);
    case OND_PURSUIT_OMP:
        return ond_greedy_solve(p->operators[layer], signal, &limit, p->codes[layer], p->curve, report);
    case OND_PURSUIT_ADMM:
        OND_TRY(take_share(&lasso, j, layer));
        return ond_admm_solve(&lasso, j->config, p->codes[layer], p->curve, report);
    default:
        OND_TRY(take_share(&lasso, j, layer));
        return ond_fista_solve(&lasso, j->config, p->codes[layer], p->curve, report);
    }
}

static ond_status solve(job *j, size_t count, bool wants_report)
{
    if (!is_joint(j->config->method)) {
        for (size_t i = 0; i < count; i++) {
            ond_status status = solve_layer(j, i, wants_report);
            if (status != OND_OK) {
                return count > 1 ? ond_fail_prefix(status, "layer %zu: ", i + 1) : status;
            }
        }
        return OND_OK;
    }
    j->problem.report = &j->report.layer[count - 1];
    if (j->config->method == OND_PURSUIT_PROJECTION) {
        return ond_projection_solve(&j->problem);
    }
    return j->config->method == OND_PURSUIT_HOLISTIC ? ond_holistic_solve(&j->problem) : ond_ml_solve(&j->problem);
}

static ond_status write_curve(const job *j)
{
    if (!j->extras->curve) {
        return OND_OK;
    }
    OND_TRY(ond_array_resize(j->extras->curve, 1, &j->curve.count));
    for (size_t i = 0; i < j->curve.count; i++) {
        j->extras->curve->data[i] = (float)j->curve.values[i];
    }
    return OND_OK;
}

static void complete_report(job *j, size_t count)
{
    j->report.layers = count;
    for (size_t i = 0; i < count; i++) {
        j->report.layer[i].lambda
            = is_greedy(j->config->method) && j->config->method != OND_PURSUIT_HOLISTIC ? 0 : j->problem.lambdas[i];
        j->report.layer[i].nonzeros = ond_count_nonzeros(j->problem.codes[i], j->problem.operators[i]->code_size);
        if (is_joint(j->config->method) && i + 1 < count) {
            j->report.layer[i].gap = -1;
        }
    }
}

static ond_status run(job *j, const ond_dictionary *const *layers, size_t count, ond_array *codes, bool wants_report)
{
    OND_TRY(check_lambdas(j, count));
    OND_TRY(check_combination(j, count));
    j->problem.count = count;
    j->problem.config = j->config;
    j->problem.budgets = j->extras->budgets;
    OND_TRY(create_operators(j, layers, count));
    OND_TRY(resize_codes(j, count, codes));
    OND_TRY(expand(j, count));
    OND_TRY(solve(j, count, wants_report));
    for (size_t i = 0; i < count; i++) {
        OND_TRY(ond_array_check_result(&codes[i]));
    }
    complete_report(j, count);
    return write_curve(j);
}

static void release(job *j)
{
    for (size_t i = 0; i < OND_MAX_LAYERS; i++) {
        ond_operator_destroy(j->problem.operators[i]);
        ond_memory_free(j->weights[i]);
    }
    ond_memory_free(j->mask);
    ond_memory_free(j->curve.values);
}

ond_status ond_pursuit(const ond_dictionary *const *layers, size_t count, const ond_array *signal,
                       const ond_pursuit_config *config, const ond_pursuit_extras *extras, ond_array *codes,
                       ond_pursuit_report *report)
{
    static const ond_pursuit_extras none = {0};
    ond_pursuit_config own = config ? *config : ond_pursuit_config_default();
    job j = {.config = &own, .extras = extras ? extras : &none};
    OND_TRY(ond_options_check(ond_pursuit_options(), &own));
    OND_TRY(ond_layers_check(layers, count));
    OND_TRY(ond_signals_of(layers[0], signal, false, "the signal", &j.signal));
    if (j.signal.count != 1) {
        return ond_fail(OND_ERROR_SHAPE, "%zu signals at once, one is wanted", j.signal.count);
    }
    j.problem.signal = signal->data;
    ond_status status = run(&j, layers, count, codes, report != NULL);
    if (status == OND_OK && report) {
        *report = j.report;
    }
    release(&j);
    return status;
}

static ond_status check_homotopy(const ond_dictionary *dictionary, const ond_dictionary *analysis, int iterations,
                                 double lambda0, double lambda)
{
    bool is_same = dictionary->info.atoms == analysis->info.atoms
                   && dictionary->info.channels == analysis->info.channels && ond_dictionary_is_matrix(dictionary)
                   && ond_dictionary_is_matrix(analysis);
    if (!is_same) {
        return ond_fail(OND_ERROR_SHAPE, "homotopy needs two matrices of one size, found %zu x %zu and %zu x %zu",
                        dictionary->info.channels, dictionary->info.atoms, analysis->info.channels,
                        analysis->info.atoms);
    }
    if (iterations < 1 || !(lambda > 0) || !(lambda0 >= lambda) || !isfinite(lambda0)) {
        return ond_fail(OND_ERROR_ARGUMENT, "%d iterations from lambda = %g to %g, a falling sequence is wanted",
                        iterations, lambda0, lambda);
    }
    return OND_OK;
}

ond_status ond_homotopy(const ond_dictionary *dictionary, const ond_dictionary *analysis, const ond_array *signal,
                        int iterations, double lambda0, double lambda, ond_array *codes)
{
    ond_array error = {0};
    ond_array step = {0};
    OND_TRY(check_homotopy(dictionary, analysis, iterations, lambda0, lambda));
    ond_status status = ond_dictionary_adjoint(analysis, signal, codes);
    if (status == OND_OK) {
        memset(codes->data, 0, ond_array_count(codes) * sizeof *codes->data);
    }
    for (int k = 1; status == OND_OK && k <= iterations; k++) {
        ond_shrinking how
            = {lambda0 * pow(lambda / lambda0, (double)k / (double)iterations), NULL, .nonnegative = true};
        status = ond_dictionary_apply(dictionary, codes, &error);
        for (size_t i = 0; status == OND_OK && i < ond_array_count(&error); i++) {
            error.data[i] = signal->data[i] - error.data[i];
        }
        status = status == OND_OK ? ond_dictionary_adjoint(analysis, &error, &step) : status;
        for (size_t i = 0; status == OND_OK && i < ond_array_count(codes); i++) {
            codes->data[i] += step.data[i];
        }
        if (status == OND_OK) {
            ond_shrink(how, codes->data, ond_array_count(codes), codes->data);
        }
    }
    ond_array_free(&error);
    ond_array_free(&step);
    return status ? status : ond_array_check_result(codes);
}
