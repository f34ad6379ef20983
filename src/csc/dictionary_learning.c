/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"
#include "core/random.h"
#include "core/vector.h"
#include "csc/learning.h"
#include "csc/pursuit.h"

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

/* What the config wants of a layer's atoms. */
static void settle_atoms(ond_learner *learner, size_t layer)
{
    if (layer > 0 && learner->config.filled < 1) {
        ond_atoms_limit(learner->layers[layer], learner->config.filled);
    }
    ond_atoms_project(learner->layers[layer], layer == 0 && learner->config.zero_mean);
}

static ond_status copy_layers(const ond_dictionary *const *layers, size_t count, ond_learner *learner)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = layers[i]->info.atoms * ond_atom_size(layers[i]);
        OND_TRY(ond_dictionary_create_empty(&layers[i]->info, &learner->layers[i]));
        memcpy(learner->layers[i]->values, layers[i]->values, size * sizeof(float));
        settle_atoms(learner, i);
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

/* The codes of an image, or of one after the other of a batch, and the gradients of all. */
typedef struct lesson {
    ond_dictionary *effective; /* of atoms of norm 1 */
    double *norms;             /* [atoms] that they had */
    ond_operator *deep;        /* of `effective` */
    ond_pursuit_config config;
    double norm_squared;
    float *codes; /* [images, code_size] */
    ond_operator *operators[OND_MAX_LAYERS];
    double *gradients[OND_MAX_LAYERS], *powers[OND_MAX_LAYERS], *steps[OND_MAX_LAYERS];
} lesson;

static void choose_pursuit(const ond_learner *learner, lesson *l)
{
    const ond_dictionary_info *info = &l->effective->info;
    enum { MOST_CHANNELS = 3 }; /* where ADMM is the faster */
    bool by_admm = info->stride == 1 && info->channels <= MOST_CHANNELS && !ond_dictionary_is_matrix(l->effective);
    l->config = ond_pursuit_config_default();
    l->config.method = by_admm ? OND_PURSUIT_ADMM : OND_PURSUIT_FISTA;
    l->config.iterations = learner->config.code_iterations;
}

/* Layers of unit atoms have a product whose atoms are not: those that happened to be long would be all that codes use,
 * and learn, and so grow longer. */
static ond_status normalize_effective(const ond_learner *learner, lesson *l)
{
    size_t size = ond_atom_size(l->effective);
    l->norms = ond_memory_allocate(l->effective->info.atoms, sizeof *l->norms);
    if (!l->norms) {
        return OND_ERROR_MEMORY;
    }
    for (size_t m = 0; m < l->effective->info.atoms; m++) {
        float *atom = l->effective->values + m * size;
        double norm = learner->count > 1 ? sqrt(ond_vector_sum_squares(atom, size)) : 1;
        l->norms[m] = norm > 0 ? norm : 1;
        for (size_t i = 0; l->norms[m] != 1 && i < size; i++) {
            atom[i] = (float)((double)atom[i] / l->norms[m]);
        }
    }
    return OND_OK;
}

/* Codes of the layers as they are from those of unit atoms. */
static void undo_norms(const lesson *l, float *codes)
{
    size_t plane = l->deep->rows * l->deep->columns;
    for (size_t i = 0; i < l->deep->code_size; i++) {
        codes[i] = (float)((double)codes[i] / l->norms[i / plane]);
    }
}

static ond_status open_pursuit(const ond_learner *learner, const ond_signals *images, lesson *l)
{
    OND_TRY(ond_dictionary_compose((const ond_dictionary *const *)learner->layers, learner->count, &l->effective));
    OND_TRY(normalize_effective(learner, l));
    choose_pursuit(learner, l);
    OND_TRY(ond_operator_create(l->effective, images->height, images->width, OND_PRODUCTS_FASTER, l->config.planning,
                                &l->deep));
    if (l->config.method == OND_PURSUIT_FISTA) {
        OND_TRY(ond_operator_norm(l->deep, &l->norm_squared));
    }
    l->codes = ond_memory_allocate(images->count, l->deep->code_size * sizeof *l->codes);
    return l->codes ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status open_lesson(const ond_learner *learner, const ond_signals *images, lesson *l)
{
    size_t height = images->height;
    size_t width = images->width;
    OND_TRY(open_pursuit(learner, images, l));
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

static ond_status encode(const ond_learner *learner, const float *image, const lesson *l, float *codes,
                         ond_layer_report *report)
{
    ond_lasso lasso = {.operator_ = l->deep,
                       .signal = image,
                       .lambda = learner->config.lambda,
                       .nonnegative = learner->config.nonnegative != 0,
                       .norm_squared = l->norm_squared};
    OND_TRY(ond_lasso_take_share(&lasso, learner->config.share));
    OND_TRY(l->config.method == OND_PURSUIT_ADMM ? ond_admm_solve(&lasso, &l->config, codes, NULL, report)
                                                 : ond_fista_solve(&lasso, &l->config, codes, NULL, report));
    ond_array result = ond_array_view(codes, 1, &l->deep->code_size);
    return ond_array_check_result(&result);
}

static void close_lesson(lesson *l)
{
    for (size_t i = 0; i < OND_MAX_LAYERS; i++) {
        ond_operator_destroy(l->operators[i]);
        ond_memory_free(l->gradients[i]);
        ond_memory_free(l->powers[i]);
        ond_memory_free(l->steps[i]);
    }
    ond_operator_destroy(l->deep);
    ond_dictionary_destroy(l->effective);
    ond_memory_free(l->codes);
    ond_memory_free(l->norms);
}

static double rate_of(const ond_learner *learner)
{
    return learner->config.step * learner->config.offset / (learner->config.offset + (double)learner->images);
}

/* An atom's step is its share of 1 / Σ γ², the curvature of the data term along it where codes do not overlap. Atoms
 * that are little used take the running mean of earlier images instead, so that one image does not turn them over. */
static void choose_steps(ond_learner *learner, lesson *l)
{
    static const double memory = 0.9;
    double rate = rate_of(learner);
    for (size_t i = 0; i < learner->count; i++) {
        for (size_t m = 0; m < learner->layers[i]->info.atoms; m++) {
            double keep = learner->images == 0 ? 0 : memory;
            learner->power[i][m] = keep * learner->power[i][m] + (1 - keep) * l->powers[i][m];
            double power = fmax(learner->power[i][m], l->powers[i][m]);
            l->steps[i][m] = power > 0 ? rate / power : 0;
        }
    }
}

/* Σ ‖D₁ ⋯ Δ ⋯ D_L γ‖² over the images with Δ = steps · gradient, and ⟨gradient, Δ⟩. */
static ond_status measure_change(const ond_learner *learner, size_t layer, size_t images, const lesson *l,
                                 double *energy, double *slope)
{
    const ond_dictionary *old = learner->layers[layer];
    const ond_operator *place = l->operators[layer];
    size_t size = ond_atom_size(old);
    ond_dictionary *change = NULL;
    ond_operator *operator_ = NULL;
    OND_TRY(ond_dictionary_create_empty(&old->info, &change));
    for (size_t i = 0; i < old->info.atoms * size; i++) {
        double moved = l->steps[layer][i / size] * l->gradients[layer][i];
        change->values[i] = (float)moved;
        *slope += moved * l->gradients[layer][i];
    }
    ond_status status = ond_operator_create(change, place->height, place->width, OND_PRODUCTS_FASTER,
                                            OND_PLANNING_ESTIMATE, &operator_);
    for (size_t k = 0; status == OND_OK && k < images; k++) {
        status = ond_layers_change(l->operators, learner->count, layer, operator_, l->codes + k * l->deep->code_size,
                                   energy);
    }
    ond_operator_destroy(operator_);
    ond_dictionary_destroy(change);
    return status;
}

/* The atoms of a layer move together, and through the layers before it: the data term, a quadratic, is least at the
 * share ⟨gradient, Δ⟩ / Σ ‖…‖² of the way. Beyond that share of the rate they do not go. */
static ond_status shorten_steps(const ond_learner *learner, size_t layer, size_t images, lesson *l)
{
    double energy = 0;
    double slope = 0;
    OND_TRY(measure_change(learner, layer, images, l, &energy, &slope));
    double share = energy > 0 ? rate_of(learner) * slope / energy : 1;
    for (size_t m = 0; share < 1 && m < learner->layers[layer]->info.atoms; m++) {
        l->steps[layer][m] *= share;
    }
    return OND_OK;
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
    for (size_t i = 0; i < learner->count; i++) {
        ond_atoms_move(learner->layers[i], l->gradients[i], l->steps[i]);
        if (i > 0 && learner->config.sparsity > 0) {
            ond_atoms_threshold(learner->layers[i], l->steps[i], learner->config.sparsity);
        }
        settle_atoms(learner, i);
    }
    learner->images++;
}

static ond_status learn(ond_learner *learner, const float *values, const ond_signals *images, lesson *l,
                        ond_learning_report *report)
{
    double part = 1 / (double)images->count;
    OND_TRY(open_lesson(learner, images, l));
    for (size_t k = 0; k < images->count; k++) {
        const float *image = values + k * l->deep->image_size;
        double norm = sqrt(ond_vector_sum_squares(image, l->deep->image_size));
        double squares = 0;
        ond_layer_report own = {0};
        float *codes = l->codes + k * l->deep->code_size;
        OND_TRY(encode(learner, image, l, codes, &own));
        undo_norms(l, codes);
        OND_TRY(ond_layers_gradient(l->operators, learner->count, codes, image, l->gradients, l->powers, &squares));
        report->objective += part * own.objective;
        report->residual += norm > 0 ? part * sqrt(squares) / norm : 0;
        report->density += part * (double)own.nonzeros / (double)l->deep->code_size;
    }
    choose_steps(learner, l);
    for (size_t i = 0; learner->count > 1 && i < learner->count; i++) {
        OND_TRY(shorten_steps(learner, i, images->count, l));
    }
    move(learner, l);
    report->filled = filled_share(learner);
    return OND_OK;
}

ond_status ond_learner_take(ond_learner *learner, const ond_array *image, ond_learning_report *report)
{
    lesson l = {0};
    ond_signals images;
    ond_learning_report told = {0};
    if (learner->config.method != OND_LEARNING_ONLINE) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "consensus learning takes all images at once");
    }
    OND_TRY(ond_signals_of(learner->layers[0], image, false, "the image", &images));
    ond_status status = learn(learner, image->data, &images, &l, &told);
    close_lesson(&l);
    if (status == OND_OK && report) {
        *report = told;
    }
    return status;
}
