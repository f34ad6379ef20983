/* SPDX-License-Identifier: BSD-3-Clause */
/* From image to class by sparse codes whose first dictionary is a filter bank:
 *     example_codes                                          draws lines of four directions and tells them apart
 *     example_codes IMAGES LABELS IMAGES LABELS COUNT        learns from the first COUNT of the first two, judges by
 * the first COUNT of the others (IDX files, as MNIST has them)
 *
 *     image → γ₁ = S(D₁ᵀ image), D₁ Morlet wavelets → γ₂ = S(D₂ᵀ γ₁), D₂ learned from some of the γ₁ without labels
 *           → means of |γ₁| over cells, |γ₂| → head
 *
 * Source: Grohs & Kutyniok (eds.), Mathematical aspects of deep learning, 2023, eq. (7.12), (7.18). */
#include <ondelet/ondelet.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 32, CELL = 4, PATCH = 8, STRIDE = 4, DRAWN = 80 };

/* Threshold of the first layer, in units of an image of 0…1; what share of the second codes is to be not zero. */
static const double first_threshold = 0.02;
static const double wanted_density = 0.1;

typedef struct samples {
    ond_array images; /* [count, SIDE, SIDE] */
    ond_array labels; /* [count] */
} samples;

typedef struct model {
    size_t atoms, lessons; /* of the second dictionary; images that it is learned from */
    ond_filters *bank;
    ond_dictionary *layers[2];
    double thresholds[2];
    ond_head *head;
} model;

/* --- pictures --- */

static ond_status make_room(size_t count, samples *s)
{
    ond_status status = ond_array_resize(&s->images, 3, (size_t[3]){count, SIDE, SIDE});
    status = status ? status : ond_array_resize(&s->labels, 1, &count);
    if (status == OND_OK) {
        memset(s->images.data, 0, count * SIDE * SIDE * sizeof(float));
    }
    return status;
}

/* The middle of a sample is the middle of an image. */
static ond_status read_samples(char *const *paths, size_t most, samples *s)
{
    ond_array all = {0};
    ond_array labels = {0};
    ond_status status = ond_array_read(paths[0], &all);
    status = status ? status : ond_array_read(paths[1], &labels);
    bool is_fit = status == OND_OK && all.rank == 3 && all.shape[1] <= SIDE && all.shape[2] <= SIDE && labels.rank == 1
                  && labels.shape[0] == all.shape[0];
    size_t count = is_fit && all.shape[0] < most ? all.shape[0] : most;
    if (status == OND_OK) {
        status = is_fit ? make_room(count, s) : OND_ERROR_SHAPE;
    }
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        size_t rows = all.shape[1];
        size_t columns = all.shape[2];
        for (size_t k = 0; k < rows * columns; k++) {
            size_t place = ((SIDE - rows) / 2 + k / columns) * SIDE + (SIDE - columns) / 2 + k % columns;
            s->images.data[i * SIDE * SIDE + place] = all.data[i * rows * columns + k];
        }
        s->labels.data[i] = labels.data[i];
    }
    ond_array_free(&all);
    ond_array_free(&labels);
    return status;
}

static double uniform(unsigned *state)
{
    *state = *state * 1664525U + 1013904223U;
    return (double)(*state >> 8) / (double)(1U << 24);
}

/* Lines through a place near the middle, in one of four directions, and noise. */
static ond_status draw_samples(unsigned seed, samples *s)
{
    const double pi = 3.14159265358979323846;
    ond_status status = make_room(DRAWN, s);
    for (size_t i = 0; status == OND_OK && i < DRAWN; i++) {
        double angle = pi / 4 * (double)(i % 4) + 0.2 * (uniform(&seed) - 0.5);
        double row = SIDE / 2.0 + 12 * (uniform(&seed) - 0.5);
        double column = SIDE / 2.0 + 12 * (uniform(&seed) - 0.5);
        s->labels.data[i] = (float)(i % 4);
        for (size_t k = 0; k < (size_t)SIDE * SIDE; k++) {
            double away = ((double)(k / SIDE) - row) * cos(angle) - ((double)(k % SIDE) - column) * sin(angle);
            s->images.data[i * SIDE * SIDE + k] = (float)(exp(-away * away / 2) + 0.3 * (uniform(&seed) - 0.5));
        }
    }
    return status;
}

/* --- codes --- */

static ond_status encode(const model *m, size_t layers, const ond_array *image, ond_array codes[2])
{
    ond_pursuit_config config = ond_pursuit_config_default();
    ond_pursuit_extras extras = {.lambdas = m->thresholds};
    config.method = OND_PURSUIT_THRESHOLD;
    return ond_pursuit((const ond_dictionary *const *)m->layers, layers, image, &config, &extras, codes, NULL);
}

/* The second dictionary, from codes of the first. */
static ond_status learn(const samples *s, model *m)
{
    ond_dictionary_info info = {.atoms = m->atoms, .filter_height = PATCH, .filter_width = PATCH, .stride = STRIDE};
    ond_learning_config config = ond_learning_config_default();
    ond_learner *learner = NULL;
    ond_dictionary *start = NULL;
    ond_array codes[2] = {{0}, {0}};
    info.channels = ond_dictionary_describe(m->layers[0]).atoms;
    info.border = OND_BORDER_CIRCULAR;
    config.code_iterations = 15;
    config.zero_mean = 0;
    ond_status status = ond_dictionary_random(&info, 1, &start);
    status = status ? status : ond_learner_create((const ond_dictionary *const *)&start, 1, &config, &learner);
    for (size_t i = 0; status == OND_OK && i < s->images.shape[0] && i < m->lessons; i++) {
        ond_array image = ond_array_item(&s->images, i);
        status = encode(m, 1, &image, codes);
        status = status ? status : ond_learner_take(learner, &codes[0], NULL);
    }
    status = status ? status : ond_learner_dictionary(learner, 0, &m->layers[1]);
    ond_learner_destroy(learner);
    ond_dictionary_destroy(start);
    ond_array_free(&codes[0]);
    return status;
}

static int compare(const void *a, const void *b)
{
    float first = *(const float *)a;
    float second = *(const float *)b;
    return (first > second) - (first < second);
}

/* The second threshold: what so large a share of |D₂ᵀ γ₁| exceeds. */
static ond_status choose_threshold(const samples *s, model *m)
{
    ond_array codes[2] = {{0}, {0}};
    ond_array all = {0};
    ond_status status = OND_OK;
    size_t images = s->images.shape[0] < m->lessons ? s->images.shape[0] : m->lessons;
    for (size_t i = 0; status == OND_OK && i < images; i++) {
        ond_array image = ond_array_item(&s->images, i);
        status = encode(m, 1, &image, codes);
        status = status ? status : ond_dictionary_adjoint(m->layers[1], &codes[0], &codes[1]);
        size_t size = ond_array_count(&codes[1]);
        status = status || i > 0 ? status : ond_array_resize(&all, 2, (size_t[2]){images, size});
        for (size_t k = 0; status == OND_OK && k < size; k++) {
            all.data[i * size + k] = fabsf(codes[1].data[k]);
        }
    }
    if (status == OND_OK) {
        size_t count = ond_array_count(&all);
        qsort(all.data, count, sizeof *all.data, compare);
        m->thresholds[1] = fmax((double)all.data[(size_t)((1 - wanted_density) * (double)count)], 1e-6);
    }
    ond_array_free(&all);
    ond_array_free(&codes[0]);
    ond_array_free(&codes[1]);
    return status;
}

/* Means of |γ₁| over cells of CELL x CELL positions. Returns how many there are. */
static size_t average(const ond_array *codes, float *means)
{
    enum { ACROSS = SIDE / CELL };
    size_t count = codes->shape[0] * ACROSS * ACROSS;
    memset(means, 0, count * sizeof *means);
    for (size_t i = 0; i < ond_array_count(codes); i++) {
        size_t map = i / ((size_t)SIDE * SIDE);
        size_t row = i / SIDE % SIDE / CELL;
        size_t column = i % SIDE / CELL;
        means[(map * ACROSS + row) * ACROSS + column] += fabsf(codes->data[i]) / (float)(CELL * CELL);
    }
    return count;
}

static size_t feature_count(const ond_array codes[2])
{
    return ond_array_count(&codes[0]) / ((size_t)CELL * CELL) + ond_array_count(&codes[1]);
}

/* One row for each image. */
static ond_status find_features(const model *m, const samples *s, ond_array *features, double *density)
{
    ond_array codes[2] = {{0}, {0}};
    ond_status status = OND_OK;
    size_t count = s->images.shape[0];
    size_t nonzeros = 0;
    size_t numbers = 0;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        ond_array image = ond_array_item(&s->images, i);
        status = encode(m, 2, &image, codes);
        if (status == OND_OK && i == 0) {
            status = ond_array_resize(features, 2, (size_t[2]){count, feature_count(codes)});
        }
        if (status != OND_OK) {
            break;
        }
        float *row = features->data + i * feature_count(codes);
        row += average(&codes[0], row);
        for (size_t k = 0; k < ond_array_count(&codes[1]); k++) {
            row[k] = fabsf(codes[1].data[k]);
            nonzeros += row[k] > 0;
            numbers++;
        }
    }
    *density = numbers ? (double)nonzeros / (double)numbers : 0;
    ond_array_free(&codes[0]);
    ond_array_free(&codes[1]);
    return status;
}

/* --- the whole --- */

static ond_status fit(const samples *s, model *m, double *density)
{
    ond_morlet_config wavelets = ond_morlet_config_default();
    ond_head_config config = ond_head_config_default();
    ond_array features = {0};
    wavelets.scales = 2;
    wavelets.orientations = 6;
    wavelets.height = wavelets.width = SIDE;
    config.kind = OND_HEAD_LINEAR;
    config.penalty = 1e-3;
    ond_status status = ond_morlet_create(&wavelets, &m->bank);
    status = status ? status : ond_dictionary_create_bank(m->bank, &m->layers[0]);
    status = status ? status : learn(s, m);
    status = status ? status : choose_threshold(s, m);
    status = status ? status : find_features(m, s, &features, density);
    status = status ? status : ond_head_fit(&features, &s->labels, &config, NULL, &m->head);
    ond_array_free(&features);
    return status;
}

static ond_status count_wrong(const model *m, const samples *s, size_t *wrong)
{
    ond_array features = {0};
    ond_array scores = {0};
    double density = 0;
    ond_status status = find_features(m, s, &features, &density);
    status = status ? status : ond_head_predict(m->head, &features, &scores);
    *wrong = 0;
    for (size_t i = 0; status == OND_OK && i < scores.shape[0]; i++) {
        const float *row = scores.data + i * scores.shape[1];
        size_t best = 0;
        for (size_t k = 1; k < scores.shape[1]; k++) {
            best = row[k] > row[best] ? k : best;
        }
        *wrong += (float)best != s->labels.data[i];
    }
    ond_array_free(&features);
    ond_array_free(&scores);
    return status;
}

int main(int count, char **arguments)
{
    samples known = {0};
    samples others = {0};
    model m = {.atoms = count == 1 ? 16 : 64, .lessons = count == 1 ? 10 : 20, .thresholds = {first_threshold, 0.1}};
    double density = 0;
    size_t wrong = 0;
    size_t most = count == 6 ? (size_t)strtoul(arguments[5], NULL, 10) : 0;
    if (count != 1 && most == 0) {
        fprintf(stderr, "usage: example_codes [IMAGES LABELS IMAGES LABELS COUNT]\n");
        return 2;
    }
    ond_status status = count == 1 ? draw_samples(1, &known) : read_samples(arguments + 1, most, &known);
    status = status ? status : count == 1 ? draw_samples(2, &others) : read_samples(arguments + 3, most, &others);
    status = status ? status : fit(&known, &m, &density);
    status = status ? status : count_wrong(&m, &others, &wrong);
    if (status != OND_OK) {
        fprintf(stderr, "example_codes: %s\n", ond_error_message());
    } else {
        printf("%zu images: %.1f %% of the second codes are not zero; %zu of %zu others wrong: %.2f %%\n",
               known.labels.shape[0], 100 * density, wrong, others.labels.shape[0],
               100 * (double)wrong / (double)others.labels.shape[0]);
    }
    ond_head_destroy(m.head);
    ond_dictionary_destroy(m.layers[0]);
    ond_dictionary_destroy(m.layers[1]);
    ond_filters_destroy(m.bank);
    ond_array_free(&known.images);
    ond_array_free(&known.labels);
    ond_array_free(&others.images);
    ond_array_free(&others.labels);
    return status != OND_OK || 2 * wrong > others.labels.shape[0];
}
