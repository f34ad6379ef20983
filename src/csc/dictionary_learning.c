/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"
#include "core/random.h"
#include "core/vector.h"
#include "csc/learning.h"

#include <ondelet/pursuit.h>

#include <math.h>
#include <string.h>

ond_status ond_dictionary_random(const ond_dictionary_info *info, unsigned seed, ond_dictionary **dictionary)
{
    size_t shape[4] = {info->atoms, info->channels, info->filter_height, info->filter_width};
    ond_array filters = {0};
    ond_random random = ond_random_make(seed, 0);
    if (info->atoms == 0 || info->channels == 0 || info->filter_height == 0 || info->filter_width == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "%zu atoms of %zu x %zu x %zu samples, at least one of one is wanted",
                        info->atoms, info->channels, info->filter_height, info->filter_width);
    }
    OND_TRY(ond_array_resize(&filters, 4, shape));
    for (size_t i = 0; i < ond_array_count(&filters); i++) {
        filters.data[i] = (float)ond_random_normal(&random);
    }
    ond_status status = ond_dictionary_create(&filters, info->stride, info->border, dictionary);
    ond_array_free(&filters);
    if (status == OND_OK) {
        ond_atoms_project(*dictionary, false);
    }
    return status;
}

void ond_learner_destroy(ond_learner *learner)
{
    if (learner) {
        for (size_t i = 0; i < OND_MAX_LAYERS; i++) {
            ond_dictionary_destroy(learner->layers[i]);
            ond_memory_free(learner->power[i]);
        }
        ond_memory_free(learner);
    }
}

static ond_status copy_layers(const ond_dictionary *const *layers, size_t count, ond_learner *learner)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = layers[i]->info.atoms * ond_atom_size(layers[i]);
        OND_TRY(ond_dictionary_create_empty(&layers[i]->info, &learner->layers[i]));
        memcpy(learner->layers[i]->values, layers[i]->values, size * sizeof(float));
        ond_atoms_project(learner->layers[i], i == 0 && learner->config.zero_mean);
        learner->power[i] = ond_memory_allocate_zero(layers[i]->info.atoms, sizeof *learner->power[i]);
        if (!learner->power[i]) {
            return OND_ERROR_MEMORY;
        }
        learner->count = i + 1;
    }
    return OND_OK;
}

ond_status ond_learner_create(const ond_dictionary *const *layers, size_t count, const ond_learning_config *config,
                              ond_learner **learner)
{
    ond_learning_config own = config ? *config : ond_learning_config_default();
    OND_TRY(ond_options_check(ond_learning_options(), &own));
    OND_TRY(ond_layers_check(layers, count));
    if (own.method == OND_LEARNING_CONSENSUS
        && (count != 1 || layers[0]->info.stride != 1 || layers[0]->info.border != OND_BORDER_CIRCULAR)) {
        return ond_fail(
            OND_ERROR_UNSUPPORTED,
            "consensus learning of %zu layers, stride %zu: one of stride 1 with a circular border is wanted", count,
            layers[0]->info.stride);
    }
    ond_learner *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->config = own;
    ond_status status = copy_layers(layers, count, made);
    if (status != OND_OK) {
        ond_learner_destroy(made);
        return status;
    }
    *learner = made;
    return OND_OK;
}

ond_status ond_learner_dictionary(const ond_learner *learner, size_t layer, ond_dictionary **dictionary)
{
    if (layer >= learner->count) {
        return ond_fail(OND_ERROR_ARGUMENT, "layer %zu of %zu", layer, learner->count);
    }
    const ond_dictionary *own = learner->layers[layer];
    OND_TRY(ond_dictionary_create_empty(&own->info, dictionary));
    memcpy((*dictionary)->values, own->values, own->info.atoms * ond_atom_size(own) * sizeof(float));
    return OND_OK;
}

/* One image's codes and gradients. */
typedef struct lesson {
    ond_dictionary *effective;
    ond_array codes;
    ond_pursuit_report report;
    ond_operator *operators[OND_MAX_LAYERS];
    double *gradients[OND_MAX_LAYERS], *powers[OND_MAX_LAYERS], *steps[OND_MAX_LAYERS];
} lesson;

static ond_status encode(const ond_learner *learner, const ond_array *image, lesson *l)
{
    ond_pursuit_config config = ond_pursuit_config_default();
    OND_TRY(ond_dictionary_compose((const ond_dictionary *const *)learner->layers, learner->count, &l->effective));
    const ond_dictionary_info *info = &l->effective->info;
    enum { MOST_CHANNELS = 3 }; /* where ADMM is the faster */
    bool by_admm = info->stride == 1 && info->channels <= MOST_CHANNELS && !ond_dictionary_is_matrix(l->effective);
    config.method = by_admm ? OND_PURSUIT_ADMM : OND_PURSUIT_FISTA;
    config.lambda = learner->config.lambda;
    config.iterations = learner->config.code_iterations;
    const ond_dictionary *layers[1] = {l->effective};
    return ond_pursuit(layers, 1, image, &config, NULL, &l->codes, &l->report);
}

static ond_status open_lesson(const ond_learner *learner, const ond_array *image, lesson *l)
{
    bool is_vector = image->rank == 1;
    size_t height = is_vector ? 1 : image->shape[image->rank - 2];
    size_t width = is_vector ? 1 : image->shape[image->rank - 1];
    for (size_t i = 0; i < learner->count; i++) {
        const ond_dictionary *layer = learner->layers[i];
        size_t atoms = layer->info.atoms;
        OND_TRY(
            ond_operator_create(layer, height, width, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE, &l->operators[i]));
        l->gradients[i] = ond_memory_allocate_zero(atoms * ond_atom_size(layer), sizeof(double));
        l->powers[i] = ond_memory_allocate_zero(atoms, sizeof(double));
        l->steps[i] = ond_memory_allocate_zero(atoms, sizeof(double));
        if (!l->gradients[i] || !l->powers[i] || !l->steps[i]) {
            return OND_ERROR_MEMORY;
        }
        height = l->operators[i]->rows;
        width = l->operators[i]->columns;
    }
    return OND_OK;
}

static void close_lesson(lesson *l)
{
    for (size_t i = 0; i < OND_MAX_LAYERS; i++) {
        ond_operator_destroy(l->operators[i]);
        ond_memory_free(l->gradients[i]);
        ond_memory_free(l->powers[i]);
        ond_memory_free(l->steps[i]);
    }
    ond_dictionary_destroy(l->effective);
    ond_array_free(&l->codes);
}

/* An atom's step is its share of 1 / Σ γ², the curvature of the data term along it where codes do not overlap. Atoms
 * that are little used take the running mean of earlier images instead, so that one image does not turn them over. */
static void choose_steps(ond_learner *learner, lesson *l)
{
    static const double memory = 0.9;
    double images = (double)learner->images;
    double rate = learner->config.step * learner->config.offset / (learner->config.offset + images);
    for (size_t i = 0; i < learner->count; i++) {
        for (size_t m = 0; m < learner->layers[i]->info.atoms; m++) {
            double keep = learner->images == 0 ? 0 : memory;
            learner->power[i][m] = keep * learner->power[i][m] + (1 - keep) * l->powers[i][m];
            double power = fmax(learner->power[i][m], l->powers[i][m]);
            l->steps[i][m] = power > 0 ? rate / power : 0;
        }
    }
}

static double filled_share(const ond_learner *learner)
{
    size_t filled = 0;
    size_t all = 0;
    for (size_t i = 1; i < learner->count; i++) {
        size_t size = learner->layers[i]->info.atoms * ond_atom_size(learner->layers[i]);
        for (size_t k = 0; k < size; k++) {
            filled += learner->layers[i]->values[k] != 0;
        }
        all += size;
    }
    return all > 0 ? (double)filled / (double)all : 1;
}

static void move(ond_learner *learner, lesson *l)
{
    choose_steps(learner, l);
    for (size_t i = 0; i < learner->count; i++) {
        ond_atoms_move(learner->layers[i], l->gradients[i], l->steps[i]);
        if (i > 0 && learner->config.sparsity > 0) {
            ond_atoms_threshold(learner->layers[i], l->steps[i], learner->config.sparsity);
        }
        ond_atoms_project(learner->layers[i], i == 0 && learner->config.zero_mean);
    }
    learner->images++;
}

static ond_status learn(ond_learner *learner, const ond_array *image, lesson *l, ond_learning_report *report)
{
    double squares = 0;
    double norm = sqrt(ond_vector_sum_squares(image->data, ond_array_count(image)));
    OND_TRY(encode(learner, image, l));
    OND_TRY(open_lesson(learner, image, l));
    OND_TRY(ond_layers_gradient(l->operators, learner->count, l->codes.data, image->data, l->gradients, l->powers,
                                &squares));
    move(learner, l);
    report->objective = l->report.layer[0].objective;
    report->residual = norm > 0 ? sqrt(squares) / norm : 0;
    report->density = (double)l->report.layer[0].nonzeros / (double)ond_array_count(&l->codes);
    report->filled = filled_share(learner);
    return OND_OK;
}

ond_status ond_learner_take(ond_learner *learner, const ond_array *image, ond_learning_report *report)
{
    lesson l = {0};
    ond_learning_report told = {0};
    if (learner->config.method != OND_LEARNING_ONLINE) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "consensus learning takes all images at once");
    }
    if (image->rank == 4 || (image->rank == 2 && ond_dictionary_is_matrix(learner->layers[0]))) {
        return ond_fail(OND_ERROR_SHAPE, "%zu images at once, one is wanted", image->shape[0]);
    }
    ond_status status = learn(learner, image, &l, &told);
    close_lesson(&l);
    if (status == OND_OK && report) {
        *report = told;
    }
    return status;
}
