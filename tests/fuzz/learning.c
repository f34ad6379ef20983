/* SPDX-License-Identifier: BSD-3-Clause */
/* Any options and any numbers through dictionaries, pursuits, extractors, heads and their training. */
#include "fuzz/draw.h"
#include <stdlib.h>

enum { MOST_SIDE = 12, MOST_STEPS = 6 };

static void limit(int *value)
{
    *value = *value > MOST_STEPS ? MOST_STEPS : *value;
}

static ond_dictionary *draw_dictionary(fuzz_bytes *bytes, size_t channels)
{
    size_t shape[4] = {1 + fuzz_below(bytes, 4), channels, 1 + fuzz_below(bytes, 4), 1 + fuzz_below(bytes, 4)};
    size_t stride = fuzz_below(bytes, 4);
    ond_array filters = fuzz_array(bytes, 4, shape);
    ond_dictionary *dictionary = NULL;
    fuzz_check_status(ond_dictionary_create(&filters, stride ? stride : 1,
                                            fuzz_below(bytes, 2) ? OND_BORDER_ZERO : OND_BORDER_CIRCULAR, &dictionary));
    ond_array_free(&filters);
    return dictionary;
}

static void use_dictionary(fuzz_bytes *bytes, const ond_array *image)
{
    ond_dictionary *dictionary = draw_dictionary(bytes, image->rank == 3 ? image->shape[0] : 1);
    ond_dictionary *unit = NULL;
    ond_array codes = {0}, signal = {0};
    ond_coherence coherence;
    ond_density density;
    double norm = 0;
    if (dictionary && fuzz_check(ond_dictionary_adjoint(dictionary, image, &codes), &codes)) {
        (void)fuzz_check(ond_dictionary_apply(dictionary, &codes, &signal), &signal);
        fuzz_check_status(ond_codes_density(dictionary, &codes, &density));
    }
    if (dictionary) {
        fuzz_check_status(
            ond_dictionary_norm(dictionary, image->shape[image->rank - 2], image->shape[image->rank - 1], &norm));
        fuzz_check_status(ond_dictionary_coherence(dictionary, &coherence));
        fuzz_check_status(ond_dictionary_normalize(dictionary, &unit, NULL));
    }
    double smoothness = fuzz_number(bytes);
    (void)fuzz_check(ond_smooth_part(image, smoothness, &signal), &signal);
    ond_array_free(&codes);
    ond_array_free(&signal);
    ond_dictionary_destroy(unit);
    ond_dictionary_destroy(dictionary);
}

static void use_pursuit(fuzz_bytes *bytes, const ond_array *image)
{
    ond_dictionary *layers[2] = {draw_dictionary(bytes, image->rank == 3 ? image->shape[0] : 1), NULL};
    size_t count = layers[0] && fuzz_below(bytes, 2) ? 2 : 1;
    if (count == 2) {
        layers[1] = draw_dictionary(bytes, ond_dictionary_describe(layers[0]).atoms);
    }
    ond_pursuit_config config;
    ond_pursuit_report report;
    ond_array codes[2] = {{0}, {0}};
    ond_guarantees guarantees;
    fuzz_config(bytes, ond_pursuit_options(), &config);
    limit(&config.iterations);
    limit(&config.terms);
    if (layers[count - 1]) {
        const ond_dictionary *const *both = (const ond_dictionary *const *)layers;
        if (fuzz_check(ond_pursuit(both, count, image, &config, NULL, codes, &report), &codes[count - 1])) {
            fuzz_check_status(ond_codes_guarantees(both, count, codes, 0.1, &guarantees));
        }
    }
    for (int i = 0; i < 2; i++) {
        ond_array_free(&codes[i]);
        ond_dictionary_destroy(layers[i]);
    }
}

static void use_learner(fuzz_bytes *bytes, const ond_array *image)
{
    ond_dictionary *first = draw_dictionary(bytes, image->rank == 3 ? image->shape[0] : 1), *learned = NULL;
    ond_learning_config config;
    ond_learner *learner = NULL;
    fuzz_config(bytes, ond_learning_options(), &config);
    limit(&config.iterations);
    limit(&config.code_iterations);
    if (first) {
        fuzz_check_status(ond_learner_create((const ond_dictionary *const *)&first, 1, &config, &learner));
    }
    if (learner) {
        fuzz_check_status(config.method == OND_LEARNING_ONLINE ? ond_learner_take(learner, image, NULL)
                                                               : ond_learner_fit(learner, image, NULL));
        fuzz_check_status(ond_learner_dictionary(learner, 0, &learned));
    }
    ond_learner_destroy(learner);
    ond_dictionary_destroy(learned);
    ond_dictionary_destroy(first);
}

static void use_extractor(fuzz_bytes *bytes, const ond_array *image)
{
    ond_extractor_config config = ond_extractor_config_default();
    ond_extractor *extractor = NULL;
    ond_array features = {0}, prepared = {0}, gradient = {0};
    fuzz_config(bytes, ond_extraction_options(), &config.image);
    config.image.height = (int)fuzz_below(bytes, 3) * 8;
    config.image.width = config.image.height + (int)fuzz_below(bytes, 2);
    config.image.pad_height = (int)fuzz_below(bytes, 3) * 9;
    config.image.pad_width = config.image.pad_height + (int)fuzz_below(bytes, 2);
    config.morlet.scales = 1 + (int)fuzz_below(bytes, 3);
    config.spline.scales = config.shearlet.scales = config.morlet.scales;
    config.morlet.orientations = config.spline.orientations = 2;
    fuzz_check_status(ond_extractor_create(&config, &extractor));
    if (extractor && fuzz_check(ond_extractor_apply(extractor, image, &features), &features)
        && fuzz_check(ond_extractor_prepare(extractor, image, &prepared), &prepared)) {
        (void)fuzz_check(ond_extractor_adjoint(extractor, &prepared, &features, &gradient), &gradient);
    }
    ond_extractor_destroy(extractor);
    ond_array_free(&features);
    ond_array_free(&prepared);
    ond_array_free(&gradient);
}

static void use_head(fuzz_bytes *bytes, const ond_array *image)
{
    ond_head_config config;
    ond_head *head = NULL;
    ond_array labels = {0}, scores = {0};
    fuzz_config(bytes, ond_head_options(), &config);
    limit(&config.epochs);
    config.epochs = config.epochs ? config.epochs : 1;
    limit(&config.hidden1);
    limit(&config.hidden2);
    fuzz_check_status(ond_array_resize(&labels, 1, image->shape));
    for (size_t i = 0; i < ond_array_count(&labels); i++) {
        labels.data[i] = (float)(i % 2);
    }
    fuzz_check_status(ond_head_fit(image, &labels, &config, NULL, &head));
    if (head) {
        (void)fuzz_check(ond_head_predict(head, image, &scores), &scores);
    }
    ond_head_destroy(head);
    ond_array_free(&labels);
    ond_array_free(&scores);
}

static void use_unrolled(fuzz_bytes *bytes, const ond_array *image)
{
    ond_unrolled_architecture architecture;
    ond_unrolled_training training;
    ond_unrolled_model *model = NULL;
    ond_array labels = {0}, shares = {0};
    fuzz_config(bytes, ond_unrolled_architecture_options(), &architecture);
    fuzz_config(bytes, ond_unrolled_training_options(), &training);
    limit(&architecture.iterations);
    limit(&architecture.codes1);
    limit(&architecture.codes2);
    limit(&architecture.codes3);
    limit(&training.epochs);
    limit(&training.batch);
    fuzz_check_status(ond_array_resize(&labels, 1, image->shape));
    for (size_t i = 0; i < ond_array_count(&labels); i++) {
        labels.data[i] = (float)(i % 2);
    }
    fuzz_check_status(ond_unrolled_model_fit(image, &labels, &architecture, &training, NULL, &model));
    if (model) {
        (void)fuzz_check(ond_unrolled_model_predict(model, image, &shares), &shares);
    }
    ond_unrolled_model_destroy(model);
    ond_array_free(&labels);
    ond_array_free(&shares);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const fuzz_use uses[] = {use_dictionary, use_pursuit, use_learner, use_extractor, use_head, use_unrolled};
    return fuzz_one_use(data, size, uses, sizeof uses / sizeof uses[0], MOST_SIDE);
}
