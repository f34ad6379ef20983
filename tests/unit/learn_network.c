/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks and their training, against a slow network in double. */
#include "learn/activation.h"
#include "learn/gemm.h"
#include "learn/loss.h"
#include "learn/pass.h"
#include "learn/trainer.h"
#include "support/test.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 7, MOST = 64 };

static ond_network *random_network(const ond_architecture *a, uint64_t seed)
{
    ond_network *network = NULL;
    test_random random = {seed + 99};
    assert_ok(ond_network_create(a, &network));
    ond_network_initialize(network, seed);
    for (int layer = 1; layer <= a->layers; layer++) {
        for (size_t k = 0; k < a->sizes[layer]; k++) {
            ond_network_biases(network, layer)[k] = (float)(0.3 * random_normal(&random));
        }
    }
    return network;
}

static void fill(test_random *random, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)random_normal(random);
    }
}

/* Every row becomes a distribution. */
static void fill_targets(test_random *random, float *targets, size_t rows, size_t columns)
{
    fill(random, targets, rows * columns);
    ond_softmax(targets, rows, columns);
}

/* --- the slow network --- */

static double slow_activation(ond_activation activation, double x)
{
    switch (activation) {
    case OND_ACTIVATION_RELU:
        return x > 0 ? x : 0;
    case OND_ACTIVATION_SIGMOID:
        return 1 / (1 + exp(-x));
    case OND_ACTIVATION_TANH:
        return tanh(x);
    case OND_ACTIVATION_SMOOTH_RELU:
        return log(1 + exp(x));
    case OND_ACTIVATION_IDENTITY:
        break;
    }
    return x;
}

static void slow_row(const ond_architecture *a, const double *parameters, const double *inputs, double *outputs)
{
    double from[MOST], to[MOST];
    memcpy(from, inputs, a->sizes[0] * sizeof *from);
    for (int layer = 1; layer <= a->layers; layer++) {
        const double *weights = parameters + ond_network_offset(a, layer);
        const double *biases = weights + a->sizes[layer] * a->sizes[layer - 1];
        for (size_t k = 0; k < a->sizes[layer]; k++) {
            to[k] = biases[k];
            for (size_t i = 0; i < a->sizes[layer - 1]; i++) {
                to[k] += weights[k * a->sizes[layer - 1] + i] * from[i];
            }
            to[k] = layer < a->layers ? slow_activation(a->activation, to[k]) : to[k];
        }
        memcpy(from, to, a->sizes[layer] * sizeof *from);
    }
    memcpy(outputs, from, a->sizes[a->layers] * sizeof *from);
}

static double slow_loss_row(ond_loss loss, const double *y, const float *t, size_t columns)
{
    double sum = 0, total = 0;
    for (size_t k = 0; k < columns; k++) {
        total += exp(y[k]);
    }
    for (size_t k = 0; k < columns; k++) {
        double target = (double)t[k], p = 1 / (1 + exp(-y[k]));
        sum += loss == OND_LOSS_SOFTMAX   ? -target * log(exp(y[k]) / total)
               : loss == OND_LOSS_SQUARED ? 0.5 * (y[k] - target) * (y[k] - target)
                                          : -target * log(p) - (1 - target) * log(1 - p);
    }
    return sum;
}

typedef struct slow_problem {
    const ond_architecture *a;
    ond_loss loss;
    const float *targets, *weights;
    double parameters[1024], inputs[ROWS * MOST];
} slow_problem;

static double slow_loss(const slow_problem *problem)
{
    size_t from = problem->a->sizes[0], to = problem->a->sizes[problem->a->layers];
    double sum = 0;
    for (size_t row = 0; row < ROWS; row++) {
        double outputs[MOST];
        slow_row(problem->a, problem->parameters, problem->inputs + row * from, outputs);
        sum += (double)problem->weights[row] * slow_loss_row(problem->loss, outputs, problem->targets + row * to, to);
    }
    return sum / ROWS;
}

/* Central differences in double, whose own error is 1e-9, against a gradient of about a hundred float operations. */
static void assert_gradient(slow_problem *problem, double *values, const float *gradient, size_t count)
{
    const double step = 1e-5, tolerance = 2e-6;
    for (size_t i = 0; i < count; i++) {
        double kept = values[i];
        values[i] = kept + step;
        double above = slow_loss(problem);
        values[i] = kept - step;
        double below = slow_loss(problem);
        values[i] = kept;
        double wanted = (above - below) / (2 * step);
        if (fabs((double)gradient[i] - wanted) > tolerance * (1 + fabs(wanted))) {
            fail_msg("derivative %zu is %.9g, %.9g is wanted", i, (double)gradient[i], wanted);
        }
    }
}

static void check_gradients(ond_activation activation, ond_loss loss, int layers)
{
    ond_architecture a = {.layers = layers, .sizes = {9, 8, 6, 4}, .activation = activation};
    a.sizes[layers] = 4;
    test_random random = {(uint64_t)activation * 10 + (uint64_t)loss + 1};
    ond_network *network = random_network(&a, 5);
    float inputs[ROWS * MOST], targets[ROWS * MOST], weights[ROWS], slope[ROWS * MOST], input_gradient[ROWS * MOST];
    float gradient[1024];
    fill(&random, inputs, ROWS * a.sizes[0]);
    fill_targets(&random, targets, ROWS, 4);
    for (size_t i = 0; i < ROWS; i++) {
        weights[i] = 0.5F + (float)i;
    }
    ond_pass *pass = NULL;
    assert_ok(ond_pass_create(network, ROWS + 3, &pass));
    const float *outputs = ond_pass_forward(pass, inputs, ROWS);
    double found = ond_loss_apply(loss, ROWS, 4, outputs, targets, weights, slope);
    ond_pass_backward(pass, slope, gradient, input_gradient);
    slow_problem problem = {.a = &a, .loss = loss, .targets = targets, .weights = weights};
    for (size_t i = 0; i < network->parameter_count; i++) {
        problem.parameters[i] = (double)network->parameters[i];
    }
    for (size_t i = 0; i < ROWS * a.sizes[0]; i++) {
        problem.inputs[i] = (double)inputs[i];
    }
    assert_true(fabs(found - slow_loss(&problem)) < 1e-5 * (1 + fabs(found)));
    assert_gradient(&problem, problem.parameters, gradient, network->parameter_count);
    assert_gradient(&problem, problem.inputs, input_gradient, ROWS * a.sizes[0]);
    ond_pass_destroy(pass);
    ond_network_destroy(network);
}

static void gradients_are_those_of_the_slow_network(void **state)
{
    (void)state;
    for (int activation = 0; ond_activation_names[activation]; activation++) {
        for (int loss = OND_LOSS_SOFTMAX; loss <= OND_LOSS_LOGISTIC; loss++) {
            for (int layers = 1; layers <= 3; layers++) {
                check_gradients((ond_activation)activation, (ond_loss)loss, layers);
            }
        }
    }
}

static void losses_do_not_overflow(void **state)
{
    (void)state;
    float outputs[2] = {1e30F, -1e30F}, targets[2] = {0, 1}, gradient[2];
    assert_true(isfinite(ond_loss_apply(OND_LOSS_SOFTMAX, 1, 2, outputs, targets, NULL, gradient)));
    assert_true(gradient[0] == 1 && gradient[1] == -1);
    assert_true(isfinite(ond_loss_apply(OND_LOSS_LOGISTIC, 1, 2, outputs, targets, NULL, gradient)));
    assert_true(gradient[0] == 1 && gradient[1] == -1);
    float values[2] = {100, -100};
    ond_activation_apply(OND_ACTIVATION_SMOOTH_RELU, values, 2);
    assert_true(values[0] == 100 && values[1] > 0 && values[1] < 1e-40F);
}

/* --- prediction --- */

static void prediction_is_the_forward_pass_on_any_threads(void **state)
{
    (void)state;
    enum { MANY = 700, INPUTS = 33, OUTPUTS = 5 };
    ond_architecture a = {.layers = 3, .sizes = {INPUTS, 150, 40, OUTPUTS}, .activation = OND_ACTIVATION_RELU};
    ond_network *network = random_network(&a, 1);
    ond_pass *pass = NULL;
    test_random random = {3};
    static float inputs[MANY * INPUTS], once[MANY * OUTPUTS], again[MANY * OUTPUTS];
    fill(&random, inputs, MANY * INPUTS);
    assert_ok(ond_network_predict(network, inputs, MANY, once));
    assert_ok(ond_threads_set(3));
    assert_ok(ond_network_predict(network, inputs, MANY, again));
    assert_ok(ond_threads_set(1));
    assert_memory_equal(once, again, sizeof once);
    assert_ok(ond_pass_create(network, MANY, &pass));
    const float *forward = ond_pass_forward(pass, inputs, MANY);
    ond_array x = ond_array_view(once, 1, (size_t[]){MANY * OUTPUTS});
    memcpy(again, forward, sizeof again);
    ond_array y = ond_array_view(again, 1, (size_t[]){MANY * OUTPUTS});
    assert_true(relative_error(&x, &y) < 1e-6); /* 150 sums in float, in another order */
    for (size_t row = 0; row < MANY; row += 99) {
        assert_ok(ond_network_predict(network, inputs + row * INPUTS, 1, again));
        x = ond_array_view(once + row * OUTPUTS, 1, (size_t[]){OUTPUTS});
        y = ond_array_view(again, 1, (size_t[]){OUTPUTS});
        assert_true(relative_error(&y, &x) < 1e-6);
    }
    assert_ok(ond_network_predict(network, inputs, 0, again));
    ond_pass_destroy(pass);
    ond_network_destroy(network);
}

/* Against sums in double, for shapes of one tile and of several. */
static void products_are_right_for_every_shape(void **state)
{
    (void)state;
    const size_t shapes[][3] = {{1, 1, 1}, {3, 5, 7}, {128, 130, 2}, {257, 300, 40}, {1100, 20, 9}, {20, 1100, 9}};
    test_random random = {8};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        for (int way = 0; way < 8; way++) {
            ond_product p = {.rows = shapes[s][0],
                             .columns = shapes[s][1],
                             .inner = shapes[s][2],
                             .transpose_left = way & 1,
                             .transpose_right = way & 2,
                             .add = way & 4};
            ond_array left = random_array(&random, 1, (size_t[]){p.rows * p.inner});
            ond_array right = random_array(&random, 1, (size_t[]){p.inner * p.columns});
            ond_array result = random_array(&random, 1, (size_t[]){p.rows * p.columns}), again = {0};
            ond_array wanted = random_array(&random, 1, (size_t[]){p.rows * p.columns});
            assert_ok(ond_array_resize(&again, 1, wanted.shape));
            memcpy(again.data, result.data, p.rows * p.columns * sizeof(float));
            for (size_t i = 0; i < p.rows * p.columns; i++) {
                size_t row = i / p.columns, column = i % p.columns;
                double sum = p.add ? (double)result.data[i] : 0;
                for (size_t k = 0; k < p.inner; k++) {
                    double a = (double)left.data[p.transpose_left ? k * p.rows + row : row * p.inner + k];
                    sum += a * (double)right.data[p.transpose_right ? column * p.inner + k : k * p.columns + column];
                }
                wanted.data[i] = (float)sum;
            }
            ond_gemm(&p, left.data, right.data, result.data);
            assert_ok(ond_threads_set(4));
            ond_gemm(&p, left.data, right.data, again.data);
            assert_ok(ond_threads_set(1));
            assert_true(relative_error(&result, &wanted) < 1e-6);
            assert_memory_equal(result.data, again.data, p.rows * p.columns * sizeof(float));
            ond_array_free(&left);
            ond_array_free(&right);
            ond_array_free(&result);
            ond_array_free(&again);
            ond_array_free(&wanted);
        }
    }
}

/* A forked process has none of the threads that a library may have started. */
static void a_forked_process_can_multiply(void **state)
{
    (void)state;
    enum { SIZE = 200 };
    static float left[SIZE * SIZE], right[SIZE * SIZE], once[SIZE * SIZE], again[SIZE * SIZE];
    test_random random = {2};
    fill(&random, left, SIZE * SIZE);
    fill(&random, right, SIZE * SIZE);
    ond_product product = {.rows = SIZE, .columns = SIZE, .inner = SIZE};
    ond_gemm(&product, left, right, once);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(20); /* a hang ends as a failure */
        ond_gemm(&product, left, right, again);
        _exit(memcmp(once, again, sizeof once) == 0 ? 0 : 1);
    }
    int result = -1;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
}

/* --- training --- */

/* Two rings, which no linear decision separates. */
static ond_status rings(void *context, const ond_batch *batch)
{
    (void)context;
    test_random random = {batch->epoch * 1000 + batch->index + 1};
    for (size_t row = 0; row < batch->rows; row++) {
        bool outer = row % 2;
        double angle = 6.283185307 * random_uniform(&random), radius = (outer ? 2 : 1) + 0.1 * random_normal(&random);
        batch->inputs[2 * row] = (float)(radius * cos(angle));
        batch->inputs[2 * row + 1] = (float)(radius * sin(angle));
        batch->targets[2 * row] = outer ? 0 : 1;
        batch->targets[2 * row + 1] = outer ? 1 : 0;
    }
    return OND_OK;
}

typedef struct watched {
    double losses[64];
    size_t stop_after;
} watched;

static ond_status watch(void *context, size_t epoch, double loss, bool *stop)
{
    watched *seen = context;
    seen->losses[epoch] = loss;
    *stop = epoch + 1 == seen->stop_after;
    return OND_OK;
}

static void train_rings(const ond_training *training, size_t stop_after, ond_tensors *kept, ond_network *network,
                        watched *seen)
{
    enum { EPOCHS = 12, BATCHES = 20, BATCH = 64 };
    ond_trainer *trainer = NULL;
    ond_course course = {.epochs = EPOCHS, .batches = BATCHES, .rows = BATCH, .source = rings, .watch = watch};
    seen->stop_after = stop_after;
    course.watch_context = seen;
    assert_ok(ond_trainer_create(network, training, BATCH, &trainer));
    if (kept && ond_tensors_count(kept) > 0) {
        assert_ok(ond_trainer_set(trainer, kept, "trainer"));
        course.first_epoch = ond_trainer_steps(trainer) / BATCHES;
    }
    assert_ok(ond_trainer_run(trainer, &course));
    if (kept && ond_tensors_count(kept) == 0) {
        assert_ok(ond_trainer_to_tensors(trainer, "trainer", kept));
    }
    ond_trainer_destroy(trainer);
}

static ond_network *ring_network(void)
{
    ond_architecture a = {.layers = 2, .sizes = {2, 24, 2}, .activation = OND_ACTIVATION_RELU};
    ond_network *network = NULL;
    assert_ok(ond_network_create(&a, &network));
    ond_network_initialize(network, 7);
    return network;
}

static void training_learns_what_is_not_linear(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        ond_training training = ond_training_default(way == 3 ? OND_LOSS_LOGISTIC : OND_LOSS_SOFTMAX, 240);
        training.optimizer = way == 1 ? OND_OPTIMIZER_SGD : OND_OPTIMIZER_ADAM;
        training.schedule = way == 2 ? OND_SCHEDULE_STEP : OND_SCHEDULE_COSINE;
        training.rate = way == 1 ? 0.1 : 0.02;
        training.dropout = way == 2 ? 0.1 : 0;
        training.weight_decay = 0.01;
        watched seen = {.losses = {0}};
        ond_network *network = ring_network();
        train_rings(&training, 0, NULL, network, &seen);
        assert_true(seen.losses[0] > 0.2 && seen.losses[11] < (way == 2 ? 0.2 : 0.06));
        ond_network_destroy(network);
    }
}

static void training_gives_the_same_bits_on_any_threads(void **state)
{
    (void)state;
    ond_training training = ond_training_default(OND_LOSS_SOFTMAX, 240);
    training.dropout = 0.3;
    training.weight_decay = 0.1;
    watched seen = {.losses = {0}};
    ond_network *once = ring_network(), *again = ring_network();
    train_rings(&training, 0, NULL, once, &seen);
    assert_ok(ond_threads_set(3));
    train_rings(&training, 0, NULL, again, &seen);
    assert_ok(ond_threads_set(1));
    assert_memory_equal(once->parameters, again->parameters, once->parameter_count * sizeof(float));
    ond_network_destroy(once);
    ond_network_destroy(again);
}

static void training_goes_on_from_a_checkpoint(void **state)
{
    (void)state;
    for (int optimizer = OND_OPTIMIZER_ADAM; optimizer <= OND_OPTIMIZER_SGD; optimizer++) {
        ond_training training = ond_training_default(OND_LOSS_SOFTMAX, 240);
        training.optimizer = (ond_optimizer)optimizer;
        training.dropout = 0.2;
        watched seen = {.losses = {0}};
        ond_tensors *kept = NULL;
        ond_network *whole = ring_network(), *parts = ring_network();
        assert_ok(ond_tensors_create(&kept));
        train_rings(&training, 0, NULL, whole, &seen);
        train_rings(&training, 5, kept, parts, &seen);
        assert_memory_not_equal(whole->parameters, parts->parameters, whole->parameter_count * sizeof(float));
        train_rings(&training, 0, kept, parts, &seen);
        assert_memory_equal(whole->parameters, parts->parameters, whole->parameter_count * sizeof(float));
        ond_tensors_destroy(kept);
        ond_network_destroy(whole);
        ond_network_destroy(parts);
    }
}

static void dropout_keeps_the_mean(void **state)
{
    (void)state;
    enum { WIDE = 4000 };
    ond_architecture a = {.layers = 2, .sizes = {1, WIDE, 1}, .activation = OND_ACTIVATION_IDENTITY};
    ond_network *network = NULL;
    ond_pass *pass = NULL;
    float input = 1;
    assert_ok(ond_network_create(&a, &network));
    for (size_t i = 0; i < WIDE; i++) {
        ond_network_weights(network, 1)[i] = 1;
        ond_network_weights(network, 2)[i] = 1.0F / WIDE;
    }
    assert_ok(ond_pass_create(network, 1, &pass));
    assert_true(fabsf(*ond_pass_forward(pass, &input, 1) - 1) < 1e-5F);
    float first = *ond_pass_forward_dropout(pass, &input, 1, 0.25, 1);
    /* Standard deviation sqrt(p / (1 − p) / WIDE) = 0.009. */
    assert_true(fabsf(first - 1) < 0.05F);
    assert_true(first != *ond_pass_forward_dropout(pass, &input, 1, 0.25, 2));
    assert_true(first == *ond_pass_forward_dropout(pass, &input, 1, 0.25, 1));
    ond_pass_destroy(pass);
    ond_network_destroy(network);
}

/* Outputs of the network with dropout are linear in W_2: the gradient must equal the kept hidden numbers. */
static void dropout_is_the_same_forward_and_back(void **state)
{
    (void)state;
    ond_architecture a = {.layers = 2, .sizes = {3, 40, 1}, .activation = OND_ACTIVATION_TANH};
    ond_network *network = random_network(&a, 4);
    ond_pass *pass = NULL;
    float input[3] = {0.3F, -0.2F, 0.9F}, slope = 1, gradient[4 * 40 + 41], output[2];
    assert_ok(ond_pass_create(network, 1, &pass));
    ond_pass_forward_dropout(pass, input, 1, 0.5, 9);
    ond_pass_backward(pass, &slope, gradient, NULL);
    const double step = 1e-2;
    for (size_t i = 0; i < network->parameter_count; i++) {
        float kept = network->parameters[i];
        for (int side = 0; side < 2; side++) {
            network->parameters[i] = kept + (float)(side ? -step : step);
            output[side] = *ond_pass_forward_dropout(pass, input, 1, 0.5, 9);
        }
        network->parameters[i] = kept;
        double wanted = ((double)output[0] - (double)output[1]) / (2 * step);
        assert_true(fabs(wanted - (double)gradient[i]) < 5e-4); /* step² / 6 times the third derivative, and rounding */
    }
    ond_pass_destroy(pass);
    ond_network_destroy(network);
}

/* --- files and bad input --- */

static void networks_are_kept_in_tensors(void **state)
{
    (void)state;
    ond_architecture a = {.layers = 3, .sizes = {9, 8, 6, 4}, .activation = OND_ACTIVATION_SMOOTH_RELU};
    ond_network *network = random_network(&a, 5), *read = NULL;
    ond_tensors *tensors = NULL;
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_network_to_tensors(network, "head", tensors));
    assert_string_equal(ond_tensors_metadata(tensors, "head.sizes"), "9 8 6 4");
    assert_non_null(ond_tensors_find(tensors, "head.layer2.weight"));
    assert_ok(ond_network_from_tensors(tensors, "head", &read));
    assert_memory_equal(network->parameters, read->parameters, network->parameter_count * sizeof(float));
    assert_int_equal(read->architecture.activation, OND_ACTIVATION_SMOOTH_RELU);
    ond_network_destroy(read);
    const struct {
        const char *key, *text, *words;
    } damages[] = {
        {"head.sizes", "9 8 6 5", "'head.layer3.weight' is 4 x 6, 5 x 6 is wanted"},
        {"head.sizes", "9 8 6 4 3", "no tensor 'head.layer4.weight'"},
        {"head.sizes", "9", "are not 2..17 numbers"},
        {"head.sizes", "9 0", "not numbers"},
        {"head.sizes", "9 -3", "not numbers"},
        {"head.sizes", "9 99999999999999999999", "not numbers"},
        {"head.sizes", "9 8x", "not numbers"},
        {"head.sizes", "", "are not 2..17 numbers"},
        {"head.sizes", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "are not 2..17 numbers"},
        {"head.activation", "step", "'step' is not known"},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        const char *kept = strcmp(damages[i].key, "head.sizes") == 0 ? "9 8 6 4" : "smooth-relu";
        assert_ok(ond_tensors_metadata_set(tensors, damages[i].key, damages[i].text));
        assert_fails(OND_ERROR_FORMAT, damages[i].words, ond_network_from_tensors(tensors, "head", &read));
        assert_ok(ond_tensors_metadata_set(tensors, damages[i].key, kept));
    }
    assert_fails(OND_ERROR_FORMAT, "no text 'other.sizes'", ond_network_from_tensors(tensors, "other", &read));
    ond_tensors_destroy(tensors);
    ond_network_destroy(network);
}

static void bad_requests_are_named(void **state)
{
    (void)state;
    ond_network *network = NULL;
    ond_pass *pass = NULL;
    ond_trainer *trainer = NULL;
    ond_architecture none = {.layers = 0}, empty = {.layers = 1, .sizes = {3, 0}};
    assert_fails(OND_ERROR_ARGUMENT, "0 layers, 1..16", ond_network_create(&none, &network));
    assert_fails(OND_ERROR_ARGUMENT, "layer 1 of the network has 0 numbers", ond_network_create(&empty, &network));
    network = ring_network();
    assert_fails(OND_ERROR_ARGUMENT, "0 rows", ond_pass_create(network, 0, &pass));
    ond_training training = ond_training_default(OND_LOSS_SOFTMAX, 1);
    training.rate = 0;
    assert_fails(OND_ERROR_ARGUMENT, "rate = 0", ond_trainer_create(network, &training, 4, &trainer));
    training.rate = (double)NAN;
    assert_fails(OND_ERROR_ARGUMENT, "rate = nan", ond_trainer_create(network, &training, 4, &trainer));
    training = ond_training_default(OND_LOSS_SQUARED, 1000);
    training.optimizer = OND_OPTIMIZER_SGD;
    training.rate = 1e5;
    assert_ok(ond_trainer_create(network, &training, 4, &trainer));
    float inputs[8] = {1, 2, 3, 4, 5, 6, 7, 8}, targets[8] = {9, 8, 7, 6, 5, 4, 3, 2};
    ond_status status = OND_OK;
    for (int i = 0; i < 1000 && status == OND_OK; i++) {
        status = ond_trainer_step(trainer, inputs, targets, NULL, 4, NULL);
    }
    assert_fails(OND_ERROR_ARGUMENT, "training diverged at step", status);
    ond_trainer_destroy(trainer);
    ond_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_the_slow_network),
        cmocka_unit_test(losses_do_not_overflow),
        cmocka_unit_test(prediction_is_the_forward_pass_on_any_threads),
        cmocka_unit_test(products_are_right_for_every_shape),
        cmocka_unit_test(a_forked_process_can_multiply),
        cmocka_unit_test(training_learns_what_is_not_linear),
        cmocka_unit_test(training_gives_the_same_bits_on_any_threads),
        cmocka_unit_test(training_goes_on_from_a_checkpoint),
        cmocka_unit_test(dropout_keeps_the_mean),
        cmocka_unit_test(dropout_is_the_same_forward_and_back),
        cmocka_unit_test(networks_are_kept_in_tensors),
        cmocka_unit_test(bad_requests_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
