/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/unrolled_model.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ITEMS = 19, SIDE = 11 };

static const ond_unrolled_architecture architecture
    = {OND_UNROLLED_LAYERED, 2, 5, 6, 0, 4, 2, 1, 2, 1, 1, SIDE, SIDE, 1, 3};

static void fill(test_random *random, size_t count, double scale, float *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(scale * random_normal(random));
    }
}

static double loss_at(const ond_unrolled *network, const float *pictures, const int *labels, float *gradient)
{
    double loss = 0;
    size_t right = 0;
    assert_ok(ond_unrolled_gradient(network, ITEMS, pictures, labels, &loss, &right, gradient));
    return loss;
}

/* Thresholds of −1: nearly all codes are positive, and steps cross few of the ReLUs' corners. */
static void open_thresholds(const ond_unrolled *network)
{
    ond_unrolled_view view = ond_unrolled_view_of(network, network->parameters);
    for (size_t i = 0; i < network->layer_count; i++) {
        for (size_t k = 0; k < network->layers[i].codes; k++) {
            view.bias[i][k] = 1;
        }
    }
}

/* Along random directions: the directional derivative against a central difference. Float losses are right to 1e-6, so
 * that a step of 5e-3 leaves 1e-4. */
static void gradients_agree_with_differences(void **state)
{
    (void)state;
    test_random random = {4};
    float pictures[ITEMS * SIDE * SIDE];
    int labels[ITEMS];
    fill(&random, sizeof pictures / sizeof pictures[0], 1, pictures);
    for (int i = 0; i < ITEMS; i++) {
        labels[i] = i % 3;
    }
    for (int kind = OND_UNROLLED_FORWARD; kind <= OND_UNROLLED_ML_FISTA; kind++) {
        ond_unrolled_architecture a = architecture;
        ond_unrolled *network = NULL;
        a.pursuit = (ond_unrolled_kind)kind;
        assert_ok(ond_unrolled_create(&a, &network));
        assert_ok(ond_unrolled_initialize(network, 7));
        open_thresholds(network);
        size_t count = network->parameter_count;
        float *gradient = malloc(count * sizeof *gradient);
        float *direction = malloc(count * sizeof *direction);
        float *kept = malloc(count * sizeof *kept);
        memcpy(kept, network->parameters, count * sizeof *kept);
        (void)loss_at(network, pictures, labels, gradient);
        for (int trial = 0; trial < 5; trial++) {
            const double step = 5e-3;
            double slope = 0;
            double found[2];
            fill(&random, count, 1 / sqrt((double)count), direction);
            for (size_t i = 0; i < count; i++) {
                slope += (double)gradient[i] * (double)direction[i];
            }
            float *unused = malloc(count * sizeof *unused);
            for (int side = 0; side < 2; side++) {
                for (size_t i = 0; i < count; i++) {
                    network->parameters[i] = (float)((double)kept[i] + (side ? step : -step) * (double)direction[i]);
                }
                found[side] = loss_at(network, pictures, labels, unused);
            }
            free(unused);
            double difference = (found[1] - found[0]) / (2 * step);
            if (!(fabs(difference - slope) < 5e-4 + 0.02 * fabs(slope))) {
                fail_msg("kind %d: slope %g, %g by differences", kind, slope, difference);
            }
        }
        free(gradient);
        free(direction);
        free(kept);
        ond_unrolled_destroy(network);
    }
}

static void codes_do_not_depend_on_neighbours_or_threads(void **state)
{
    (void)state;
    test_random random = {9};
    float pictures[ITEMS * SIDE * SIDE];
    float together[ITEMS * 3];
    float alone[ITEMS * 3];
    ond_unrolled *network = NULL;
    fill(&random, sizeof pictures / sizeof pictures[0], 1, pictures);
    assert_ok(ond_unrolled_create(&architecture, &network));
    assert_ok(ond_unrolled_initialize(network, 7));
    assert_ok(ond_unrolled_predict(network, ITEMS, pictures, together));
    assert_ok(ond_threads_set(3));
    assert_ok(ond_unrolled_predict(network, ITEMS, pictures, alone));
    assert_memory_equal(together, alone, sizeof alone);
    assert_ok(ond_threads_set(1));
    for (size_t i = 0; i < ITEMS; i++) {
        assert_ok(ond_unrolled_predict(network, 1, pictures + i * SIDE * SIDE, alone + 3 * i));
    }
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        assert_true(fabs((double)alone[i] - (double)together[i]) < 1e-5 * (1 + fabs((double)alone[i])));
    }
    ond_unrolled_destroy(network);
}

/* Bars of two directions with noise: linearly inseparable by their mean, easy by their edges. */
static void fill_bars(ond_array *pictures, ond_array *labels, size_t count, uint64_t seed)
{
    test_random random = {seed};
    assert_ok(ond_array_resize(pictures, 3, (size_t[3]){count, SIDE, SIDE}));
    assert_ok(ond_array_resize(labels, 1, &count));
    for (size_t i = 0; i < count; i++) {
        size_t place = random_between(&random, 0, SIDE - 1);
        labels->data[i] = (float)(i % 2);
        for (size_t k = 0; k < (size_t)SIDE * SIDE; k++) {
            size_t at = i % 2 ? k / SIDE : k % SIDE;
            pictures->data[i * SIDE * SIDE + k] = (float)((at == place ? 1 : 0) + 0.2 * random_normal(&random));
        }
    }
}

static size_t count_wrong(const ond_unrolled_model *model, const ond_array *pictures, const ond_array *labels)
{
    ond_array shares = {0};
    size_t wrong = 0;
    assert_ok(ond_unrolled_model_predict(model, pictures, &shares));
    for (size_t i = 0; i < labels->shape[0]; i++) {
        wrong += (shares.data[2 * i + 1] > shares.data[2 * i]) != (labels->data[i] > 0);
    }
    ond_array_free(&shares);
    return wrong;
}

static bool watch(void *context, int epoch, double loss, double error)
{
    double *last = context;
    *last = loss;
    return epoch < 100 && error >= 0;
}

static void a_model_learns_and_survives_its_file(void **state)
{
    (void)state;
    static const char path[] = "unrolled_test.safetensors";
    ond_array pictures = {0};
    ond_array labels = {0};
    ond_array others = {0};
    ond_array other_labels = {0};
    fill_bars(&pictures, &labels, 1000, 1);
    fill_bars(&others, &other_labels, 100, 2);
    ond_unrolled_training training = ond_unrolled_training_default();
    training.epochs = 8;
    training.batch = 20;
    training.rate = 1e-2;
    for (int kind = OND_UNROLLED_FORWARD; kind <= OND_UNROLLED_ML_FISTA; kind++) {
        ond_unrolled_architecture a = architecture;
        ond_unrolled_model *model = NULL;
        ond_unrolled_model *again = NULL;
        double loss = 0;
        a.pursuit = (ond_unrolled_kind)kind;
        assert_ok(ond_unrolled_model_fit(&pictures, &labels, &a, &training,
                                         &(ond_unrolled_course){.watch = watch, .context = &loss}, &model));
        assert_true(loss < 0.2);
        size_t wrong = count_wrong(model, &others, &other_labels);
        if (wrong > 10) {
            fail_msg("kind %d: %zu of 100 wrong, loss %g", kind, wrong, loss);
        }
        assert_ok(ond_unrolled_model_write(model, path));
        assert_ok(ond_unrolled_model_read(path, &again));
        assert_int_equal(count_wrong(model, &others, &other_labels), count_wrong(again, &others, &other_labels));
        assert_int_equal(ond_unrolled_model_architecture(again).pursuit, kind);
        ond_unrolled_model_destroy(model);
        ond_unrolled_model_destroy(again);
    }
    (void)unlink(path);
    ond_array_free(&pictures);
    ond_array_free(&labels);
    ond_array_free(&others);
    ond_array_free(&other_labels);
}

static void a_picture_moves_and_leaves_zeros(void **state)
{
    (void)state;
    float values[2 * 2 * 3] = {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};
    size_t shape[4] = {1, 2, 2, 3};
    ond_array pictures = ond_array_view(values, 4, shape);
    ond_unrolled_architecture a = {.height = 2, .width = 3, .channels = 2};
    static const struct {
        ond_unrolled_placing placing;
        float wanted[12];
    } cases[] = {
        {{0, 0, 1}, {1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60}},
        {{1, -1, 2}, {0, 0, 0, 0, 0, 0, 4, 40, 6, 60, 0, 0}},
        {{-1, 2, 1}, {0, 0, 0, 0, 4, 40, 0, 0, 0, 0, 0, 0}},
        {{5, -7, 1}, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float found[12];
        ond_unrolled_turn_picture(&pictures, 0, &a, cases[i].placing, found);
        assert_memory_equal(found, cases[i].wanted, sizeof found);
    }
}

static void training_that_diverges_is_an_error(void **state)
{
    (void)state;
    ond_array pictures = {0};
    ond_array labels = {0};
    ond_unrolled_model *model = NULL;
    fill_bars(&pictures, &labels, 200, 1);
    ond_unrolled_training training = ond_unrolled_training_default();
    training.epochs = 5;
    training.batch = 20;
    training.rate = 1;
    for (int kind = OND_UNROLLED_LAYERED; kind <= OND_UNROLLED_ML_FISTA; kind++) {
        ond_unrolled_architecture a = architecture;
        a.pursuit = (ond_unrolled_kind)kind;
        a.iterations = 6;
        assert_fails(OND_ERROR_ARGUMENT, "the training diverged",
                     ond_unrolled_model_fit(&pictures, &labels, &a, &training, NULL, &model));
    }
    ond_array_free(&pictures);
    ond_array_free(&labels);
}

static void moved_pictures_are_learned_and_repeat_to_the_bit(void **state)
{
    (void)state;
    ond_array pictures = {0};
    ond_array labels = {0};
    ond_array shares[3] = {{0}, {0}, {0}};
    fill_bars(&pictures, &labels, 400, 1);
    ond_unrolled_training training = ond_unrolled_training_default();
    training.epochs = 2;
    training.batch = 20;
    training.rate = 1e-2;
    for (int i = 0; i < 3; i++) {
        ond_unrolled_model *model = NULL;
        training.shift = i < 2 ? 3 : 0;
        assert_ok(ond_threads_set(i == 1 ? 3 : 1));
        assert_ok(ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, NULL, &model));
        assert_ok(ond_unrolled_model_predict(model, &pictures, &shares[i]));
        ond_unrolled_model_destroy(model);
    }
    assert_ok(ond_threads_set(1));
    assert_memory_equal(shares[0].data, shares[1].data, ond_array_count(&shares[0]) * sizeof(float));
    assert_memory_not_equal(shares[0].data, shares[2].data, ond_array_count(&shares[0]) * sizeof(float));
    for (int i = 0; i < 3; i++) {
        ond_array_free(&shares[i]);
    }
    ond_array_free(&pictures);
    ond_array_free(&labels);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    ond_array pictures = {0};
    ond_array labels = {0};
    ond_unrolled_model *model = NULL;
    fill_bars(&pictures, &labels, 4, 1);
    ond_unrolled_training training = ond_unrolled_training_default();
    training.epochs = 1;
    ond_unrolled_architecture a = architecture;
    a.side2 = 7;
    assert_fails(OND_ERROR_SHAPE, "patches of layer 2 are 7 x 7, what they lie in is 4 x 4",
                 ond_unrolled_model_fit(&pictures, &labels, &a, &training, NULL, &model));
    labels.data[2] = 1.5F;
    assert_fails(OND_ERROR_ARGUMENT, "label 2 is 1.5",
                 ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, NULL, &model));
    labels.data[2] = 0;
    pictures.data[5] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan",
                 ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, NULL, &model));
    pictures.data[5] = 0;
    ond_array three = ond_array_view(labels.data, 1, (size_t[1]){3});
    assert_fails(OND_ERROR_SHAPE, "one for each of 4 pictures",
                 ond_unrolled_model_fit(&pictures, &three, &architecture, &training, NULL, &model));
    assert_ok(ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, NULL, &model));
    ond_array small = ond_array_view(pictures.data, 3, (size_t[3]){2, SIDE, SIDE - 1});
    ond_array shares = {0};
    assert_fails(OND_ERROR_SHAPE, "pictures of 11 x 10", ond_unrolled_model_predict(model, &small, &shares));
    ond_unrolled_model_destroy(model);
    ond_array_free(&pictures);
    ond_array_free(&labels);
}

static bool stop_at(void *context, int epoch, double loss, double error)
{
    const int *last = context;
    return epoch < *last && loss >= 0 && error >= 0;
}

static void a_stopped_training_goes_on_to_the_same_bits(void **state)
{
    (void)state;
    const char *path = scratch_path("pursuit.checkpoint");
    ond_array pictures = {0};
    ond_array labels = {0};
    ond_unrolled_model *model = NULL;
    fill_bars(&pictures, &labels, 30, 1);
    ond_unrolled_training training = ond_unrolled_training_default();
    training.epochs = 7;
    training.batch = 8; /* the last one of an epoch has six */
    assert_ok(ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, NULL, &model));
    assert_ok(ond_unrolled_model_write(model, scratch_path("whole.safetensors")));
    static const int stops[] = {1, 5, 100};
    for (size_t i = 0; i < 3; i++) {
        int stop = stops[i];
        ond_unrolled_course course = {stop_at, &stop, path};
        ond_unrolled_model_destroy(model);
        assert_ok(ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, &course, &model));
    }
    assert_ok(ond_unrolled_model_write(model, scratch_path("resumed.safetensors")));
    assert_same_file(scratch_path("whole.safetensors"), scratch_path("resumed.safetensors"));
    ond_unrolled_model_destroy(model);

    ond_unrolled_course course = {.checkpoint = path};
    ond_unrolled_architecture wider = architecture;
    wider.codes2++;
    assert_fails(OND_ERROR_FORMAT, "of a training with codes2 = 6, not 7",
                 ond_unrolled_model_fit(&pictures, &labels, &wider, &training, &course, &model));
    training.epochs = 8;
    assert_fails(OND_ERROR_FORMAT, "of a training with epochs = 7, not 8",
                 ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, &course, &model));
    training.epochs = 7;
    pictures.data[3] += 1;
    assert_fails(OND_ERROR_FORMAT, "of another training",
                 ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, &course, &model));
    (void)unlink(path);
    ond_array_free(&pictures);
    ond_array_free(&labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_agree_with_differences),
        cmocka_unit_test(codes_do_not_depend_on_neighbours_or_threads),
        cmocka_unit_test(a_model_learns_and_survives_its_file),
        cmocka_unit_test(a_picture_moves_and_leaves_zeros),
        cmocka_unit_test(training_that_diverges_is_an_error),
        cmocka_unit_test(moved_pictures_are_learned_and_repeat_to_the_bit),
        cmocka_unit_test(a_stopped_training_goes_on_to_the_same_bits),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
