/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/residual_network.h"
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 7, WIDTH = 10, INPUTS = 3, HIDDEN = 5, OUTPUTS = 2, PAIRS = 2, LAYERS = 2 * PAIRS + 2 };

static const ond_residual_shape shape = {INPUTS, HIDDEN, OUTPUTS, PAIRS};

/* Every parameter, also the biases and the last layer, is a random number. */
static ond_residual_network *random_network(test_random *random)
{
    ond_residual_network *network = NULL;
    assert_ok(ond_residual_network_create(shape, 1, &network));
    float *parameters = ond_residual_network_parameters(network);
    for (size_t i = 0; i < ond_residual_network_parameter_count(network); i++) {
        parameters[i] = (float)(0.3 * random_normal(random));
    }
    return network;
}

static void fill(test_random *random, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)random_normal(random);
    }
}

/* One convolution with zeros around the picture, in double and by its definition. */
static void naive_layer(const float *weight, const float *bias, size_t inputs, size_t outputs, const double *from,
                        double *to)
{
    for (int row = 0; row < HEIGHT; row++) {
        for (int column = 0; column < WIDTH; column++) {
            for (size_t out = 0; out < outputs; out++) {
                double sum = (double)bias[out];
                for (int k = 0; k < 9; k++) {
                    int r = row + k / 3 - 1;
                    int c = column + k % 3 - 1;
                    for (size_t in = 0; in < inputs && r >= 0 && r < HEIGHT && c >= 0 && c < WIDTH; in++) {
                        sum += (double)weight[((size_t)k * inputs + in) * outputs + out]
                               * from[(size_t)(r * WIDTH + c) * inputs + in];
                    }
                }
                to[(size_t)(row * WIDTH + column) * outputs + out] = sum;
            }
        }
    }
}

static void rectify(size_t count, double *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = values[i] > 0 ? values[i] : 0;
    }
}

static void naive_network(const float *parameters, const float *input, double *output)
{
    static double h[HEIGHT * WIDTH * HIDDEN];
    static double middle[HEIGHT * WIDTH * HIDDEN];
    static double change[HEIGHT * WIDTH * HIDDEN];
    static double x[HEIGHT * WIDTH * INPUTS];
    const size_t hidden = (size_t)HEIGHT * WIDTH * HIDDEN;
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++) {
        x[i] = (double)input[i];
    }
    const float *weight = parameters;
    naive_layer(weight, weight + 9 * INPUTS * HIDDEN, INPUTS, HIDDEN, x, h);
    rectify(hidden, h);
    weight += 9 * INPUTS * HIDDEN + HIDDEN;
    for (int pair = 0; pair < PAIRS; pair++) {
        naive_layer(weight, weight + 9 * HIDDEN * HIDDEN, HIDDEN, HIDDEN, h, middle);
        rectify(hidden, middle);
        weight += 9 * HIDDEN * HIDDEN + HIDDEN;
        naive_layer(weight, weight + 9 * HIDDEN * HIDDEN, HIDDEN, HIDDEN, middle, change);
        weight += 9 * HIDDEN * HIDDEN + HIDDEN;
        for (size_t i = 0; i < hidden; i++) {
            h[i] += change[i];
        }
    }
    naive_layer(weight, weight + 9 * HIDDEN * OUTPUTS, HIDDEN, OUTPUTS, h, output);
}

static void the_network_is_what_its_definition_says(void **state)
{
    (void)state;
    test_random random = {3};
    ond_residual_network *network = random_network(&random);
    float input[HEIGHT * WIDTH * INPUTS];
    float output[HEIGHT * WIDTH * OUTPUTS];
    double wanted[HEIGHT * WIDTH * OUTPUTS];
    fill(&random, sizeof input / sizeof input[0], input);
    naive_network(ond_residual_network_parameters(network), input, wanted);
    for (int threads = 1; threads <= 3; threads++) {
        assert_ok(ond_threads_set(threads));
        assert_ok(ond_residual_network_apply(network, HEIGHT, WIDTH, input, output));
        for (size_t i = 0; i < sizeof output / sizeof output[0]; i++) {
            assert_true(fabs((double)output[i] - wanted[i]) < 1e-4 * (1 + fabs(wanted[i])));
        }
    }
    assert_ok(ond_threads_set(1));
    ond_residual_network_destroy(network);
}

static double naive_loss(const float *parameters, const float *input, const float *wanted, double weight)
{
    static double output[HEIGHT * WIDTH * OUTPUTS];
    double loss = 0;
    naive_network(parameters, input, output);
    for (size_t i = 0; i < sizeof output / sizeof output[0]; i++) {
        double difference = output[i] - (double)wanted[i];
        loss += difference * difference;
    }
    return weight * loss;
}

/* Central differences of the double oracle; a step that crosses a ReLU's corner changes them by less than the
 * tolerance, which is that of a float sum over the picture. */
static void the_gradient_is_that_of_the_loss(void **state)
{
    (void)state;
    test_random random = {8};
    ond_residual_network *network = random_network(&random);
    float *parameters = ond_residual_network_parameters(network);
    size_t count = ond_residual_network_parameter_count(network);
    float *gradient = calloc(count, sizeof *gradient);
    float input[HEIGHT * WIDTH * INPUTS];
    float wanted[HEIGHT * WIDTH * OUTPUTS];
    const double weight = 0.01;
    double loss = 0;
    double largest = 0;
    fill(&random, sizeof input / sizeof input[0], input);
    fill(&random, sizeof wanted / sizeof wanted[0], wanted);
    assert_ok(ond_residual_network_gradient(network, HEIGHT, WIDTH, input, wanted, weight, &loss, gradient));
    assert_true(fabs(loss - naive_loss(parameters, input, wanted, weight)) < 1e-5 * loss);
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)gradient[i]));
    }
    for (size_t i = 0; i < count; i += 3) {
        const float step = 1.0F / 4096;
        float kept = parameters[i];
        parameters[i] = kept + step;
        double above = naive_loss(parameters, input, wanted, weight);
        parameters[i] = kept - step;
        double below = naive_loss(parameters, input, wanted, weight);
        parameters[i] = kept;
        double slope = (above - below) / (2 * (double)step);
        assert_true(fabs(slope - (double)gradient[i]) < 2e-3 * largest);
    }
    free(gradient);
    ond_residual_network_destroy(network);
}

static void a_new_network_answers_zero(void **state)
{
    (void)state;
    ond_residual_network *network = NULL;
    assert_ok(ond_residual_network_create(shape, 1, &network));
    float input[INPUTS] = {1, -2, 3};
    float output[OUTPUTS] = {7, 7};
    assert_ok(ond_residual_network_apply(network, 1, 1, input, output));
    assert_true(output[0] == 0 && output[1] == 0);
    ond_residual_network_destroy(network);
}

static void a_network_survives_its_tensors(void **state)
{
    (void)state;
    test_random random = {5};
    ond_residual_network *network = random_network(&random);
    ond_residual_network *again = NULL;
    ond_tensors *tensors = NULL;
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_residual_network_write(network, tensors));
    assert_int_equal(ond_tensors_count(tensors), 2 * LAYERS);
    assert_ok(ond_residual_network_read(tensors, &again));
    ond_residual_shape found = ond_residual_network_shape(again);
    assert_memory_equal(&found, &shape, sizeof shape);
    assert_memory_equal(ond_residual_network_parameters(network), ond_residual_network_parameters(again),
                        ond_residual_network_parameter_count(network) * sizeof(float));
    ond_tensors_destroy(tensors);
    ond_residual_network_destroy(network);
    ond_residual_network_destroy(again);
}

static void layers_that_do_not_fit_are_named(void **state)
{
    (void)state;
    static float zeros[9 * 6 * 6];
    ond_residual_network *network = NULL;
    ond_tensors *tensors = NULL;
    assert_ok(ond_tensors_create(&tensors));
    assert_fails(OND_ERROR_FORMAT, "0 layers", ond_residual_network_read(tensors, &network));
    ond_array first = ond_array_view(zeros, 4, (size_t[4]){3, 3, 2, 6});
    ond_array bias = ond_array_view(zeros, 1, (size_t[1]){6});
    ond_array last = ond_array_view(zeros, 4, (size_t[4]){3, 3, 5, 1});
    assert_ok(ond_tensors_add(tensors, "layer0.weight", &first));
    assert_ok(ond_tensors_add(tensors, "layer0.bias", &bias));
    assert_fails(OND_ERROR_FORMAT, "1 layers", ond_residual_network_read(tensors, &network));
    assert_ok(ond_tensors_add(tensors, "layer1.weight", &last));
    assert_fails(OND_ERROR_FORMAT, "layer1.weight", ond_residual_network_read(tensors, &network));
    ond_tensors_destroy(tensors);
    assert_null(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_is_what_its_definition_says),
        cmocka_unit_test(the_gradient_is_that_of_the_loss),
        cmocka_unit_test(a_new_network_answers_zero),
        cmocka_unit_test(a_network_survives_its_tensors),
        cmocka_unit_test(layers_that_do_not_fit_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
