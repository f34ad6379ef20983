/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/unrolled.h"

#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Unrolled pursuits and their gradients in double precision by automatic differentiation: outputs within 1e-5, each
 * gradient within 1e-4 of its norm (sums of a few thousand float products). */

typedef struct reference {
    const char *id;
    ond_unrolled_architecture architecture;
} reference;

static const reference references[] = {
    {"m10_unrolled_ista", {OND_UNROLLED_ML_ISTA, 3, 4, 6, 0, 4, 3, 1, 2, 1, 1, 14, 14, 1, 4}},
    {"m11_unrolled_fista", {OND_UNROLLED_ML_FISTA, 4, 5, 4, 6, 4, 3, 2, 2, 1, 1, 12, 12, 2, 3}},
    {"m12_cnn_T0", {OND_UNROLLED_FORWARD, 0, 4, 6, 0, 4, 3, 1, 2, 1, 1, 14, 14, 1, 4}},
};

static ond_array read_array(const char *id, const char *name, int layer)
{
    char path[256];
    char number[8] = "";
    ond_array array = {0};
    if (layer) {
        snprintf(number, sizeof number, "%d", layer);
    }
    snprintf(path, sizeof path, "refs/sparse-coding/%s_%s%s.npy", id, name, number);
    assert_ok(ond_array_read(shared_path(path), &array));
    return array;
}

/* [codes, channels, side, side] to [side, side, channels, codes]. */
static void turn_dictionary(const ond_array *from, float *to)
{
    size_t side = from->shape[2];
    size_t channels = from->shape[1];
    size_t codes = from->shape[0];
    for (size_t m = 0; m < codes; m++) {
        for (size_t c = 0; c < channels; c++) {
            for (size_t k = 0; k < side * side; k++) {
                to[(k * channels + c) * codes + m] = from->data[(m * channels + c) * side * side + k];
            }
        }
    }
}

/* [items, channels, positions] to [items, positions, channels]. */
static void turn_planes(const float *from, size_t items, size_t channels, size_t positions, float *to)
{
    for (size_t item = 0; item < items; item++) {
        for (size_t c = 0; c < channels; c++) {
            for (size_t k = 0; k < positions; k++) {
                to[(item * positions + k) * channels + c] = from[(item * channels + c) * positions + k];
            }
        }
    }
}

/* Parameters, or (prefix "d") their gradients, in the network's own order. */
static void read_parameters(const reference *r, const ond_unrolled *network, bool gradients, float *row)
{
    static const char *const names[2][5] = {{"W", "b", "c", "Wc", "bc"}, {"dW", "db", "dc", "dWc", "dbc"}};
    const char *const *name = names[gradients];
    ond_unrolled_view view = ond_unrolled_view_of(network, row);
    for (size_t i = 0; i < network->layer_count; i++) {
        ond_array weight = read_array(r->id, name[0], (int)i + 1);
        ond_array bias = read_array(r->id, name[1], (int)i + 1);
        ond_array step = read_array(r->id, name[2], (int)i + 1);
        turn_dictionary(&weight, view.dictionary[i]);
        memcpy(view.bias[i], bias.data, ond_array_count(&bias) * sizeof(float));
        *view.step[i] = step.data[0];
        ond_array_free(&weight);
        ond_array_free(&bias);
        ond_array_free(&step);
    }
    ond_array head = read_array(r->id, name[3], 0);
    ond_array offset = read_array(r->id, name[4], 0);
    const ond_code_layer *last = &network->layers[network->layer_count - 1];
    size_t deepest = ond_code_layer_code_size(last);
    float *turned = malloc(deepest * sizeof *turned);
    for (size_t k = 0; k < network->classes; k++) {
        turn_planes(head.data + k * deepest, 1, last->codes, last->rows * last->columns, turned);
        for (size_t i = 0; i < deepest; i++) {
            view.weight[i * network->classes + k] = turned[i];
        }
    }
    memcpy(view.offset, offset.data, network->classes * sizeof(float));
    free(turned);
    ond_array_free(&head);
    ond_array_free(&offset);
}

static double distance(size_t count, const float *found, const float *wanted)
{
    double difference = 0;
    double norm = 0;
    for (size_t i = 0; i < count; i++) {
        difference += pow((double)found[i] - (double)wanted[i], 2);
        norm += pow((double)wanted[i], 2);
    }
    return sqrt(difference / (norm + 1e-30));
}

static void compare_gradients(const ond_unrolled *network, float *found, float *wanted)
{
    ond_unrolled_view f = ond_unrolled_view_of(network, found);
    ond_unrolled_view w = ond_unrolled_view_of(network, wanted);
    for (size_t i = 0; i < network->layer_count; i++) {
        size_t size = ond_code_layer_dictionary_size(&network->layers[i]);
        assert_true(distance(size, f.dictionary[i], w.dictionary[i]) < 1e-4);
        assert_true(distance(network->layers[i].codes, f.bias[i], w.bias[i]) < 1e-4);
        assert_true(distance(1, f.step[i], w.step[i]) < 1e-3 || fabs((double)*w.step[i]) < 1e-6);
    }
    size_t deepest = ond_code_layer_code_size(&network->layers[network->layer_count - 1]);
    assert_true(distance(deepest * network->classes, f.weight, w.weight) < 1e-4);
    assert_true(distance(network->classes, f.offset, w.offset) < 1e-4);
}

static void compare_outputs(const reference *r, const ond_unrolled *network, size_t items, const float *outputs)
{
    ond_array wanted = read_array(r->id, "logprob", 0);
    size_t classes = network->classes;
    for (size_t i = 0; i < items; i++) {
        double sum = 0;
        for (size_t k = 0; k < classes; k++) {
            sum += exp((double)outputs[i * classes + k]);
        }
        for (size_t k = 0; k < classes; k++) {
            double found = (double)outputs[i * classes + k] - log(sum);
            assert_true(fabs(found - (double)wanted.data[i * classes + k]) < 1e-5 * (1 + fabs(found)));
        }
    }
    ond_array_free(&wanted);
}

static void compare_with(const reference *r)
{
    ond_unrolled *network = NULL;
    assert_ok(ond_unrolled_create(&r->architecture, &network));
    read_parameters(r, network, false, network->parameters);
    ond_array x = read_array(r->id, "x", 0);
    ond_array labels = read_array(r->id, "labels", 0);
    ond_array logprob = read_array(r->id, "logprob", 0);
    size_t items = x.shape[0];
    float *pictures = malloc(ond_array_count(&x) * sizeof *pictures);
    float *outputs = malloc(items * network->classes * sizeof *outputs);
    float *found = malloc(network->parameter_count * sizeof *found);
    float *wanted = malloc(network->parameter_count * sizeof *wanted);
    int numbers[16];
    double loss = 0;
    double wanted_loss = 0;
    size_t right = 0;
    turn_planes(x.data, items, x.shape[1], x.shape[2] * x.shape[3], pictures);
    for (size_t i = 0; i < items; i++) {
        numbers[i] = (int)labels.data[i];
        wanted_loss -= (double)logprob.data[i * network->classes + (size_t)numbers[i]] / (double)items;
    }
    assert_ok(ond_unrolled_predict(network, items, pictures, outputs));
    compare_outputs(r, network, items, outputs);
    assert_ok(ond_unrolled_gradient(network, items, pictures, numbers, &loss, &right, found));
    assert_true(fabs(loss - wanted_loss) < 1e-5 * (1 + wanted_loss));
    read_parameters(r, network, true, wanted);
    compare_gradients(network, found, wanted);
    free(pictures);
    free(outputs);
    free(found);
    free(wanted);
    ond_array_free(&x);
    ond_array_free(&labels);
    ond_array_free(&logprob);
    ond_unrolled_destroy(network);
}

static void unrolled_pursuits_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        compare_with(&references[i]);
    }
}

int main(void)
{
    skip_without_shared_data();
    const struct CMUnitTest tests[] = {cmocka_unit_test(unrolled_pursuits_agree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
