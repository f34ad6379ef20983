/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/trainer.h"

#include "fault/fault.h"
#include <unistd.h>

static ond_status fill(void *context, const ond_batch *batch)
{
    (void)context;
    for (size_t i = 0; i < batch->rows * 3; i++) {
        batch->inputs[i] = (float)i;
        batch->targets[i] = (float)(i % 3);
    }
    return OND_OK;
}

static ond_status train_and_keep(ond_network *network, ond_trainer *trainer)
{
    ond_course course = {.epochs = 2, .batches = 2, .rows = 4, .source = fill};
    float inputs[30] = {0}, outputs[30];
    ond_tensors *tensors = NULL;
    ond_network *read = NULL;
    ond_status status = ond_trainer_run(trainer, &course);
    status = status == OND_OK ? ond_network_predict(network, inputs, 10, outputs) : status;
    status = status == OND_OK ? ond_tensors_create(&tensors) : status;
    status = status == OND_OK ? ond_network_to_tensors(network, "network", tensors) : status;
    status = status == OND_OK ? ond_trainer_to_tensors(trainer, "trainer", tensors) : status;
    status = status == OND_OK ? ond_trainer_set(trainer, tensors, "trainer") : status;
    status = status == OND_OK ? ond_network_from_tensors(tensors, "network", &read) : status;
    ond_network_destroy(read);
    ond_tensors_destroy(tensors);
    return status;
}

static ond_status network_is_trained(void *context)
{
    (void)context;
    ond_architecture a = {.layers = 2, .sizes = {3, 5, 3}, .activation = OND_ACTIVATION_RELU};
    ond_training training = ond_training_default(OND_LOSS_SQUARED, 4);
    ond_network *network = NULL;
    ond_trainer *trainer = NULL;
    ond_status status = ond_network_create(&a, &network);
    status = status == OND_OK ? ond_trainer_create(network, &training, 4, &trainer) : status;
    status = status == OND_OK ? train_and_keep(network, trainer) : status;
    ond_trainer_destroy(trainer);
    ond_network_destroy(network);
    return status;
}

static ond_status head_is_used(const ond_array *features, const ond_head *head)
{
    ond_array scores = {0};
    ond_tensors *tensors = NULL;
    ond_head *read = NULL;
    ond_status status = ond_head_predict(head, features, &scores);
    status = status == OND_OK ? ond_tensors_create(&tensors) : status;
    status = status == OND_OK ? ond_head_to_tensors(head, "head", tensors) : status;
    status = status == OND_OK ? ond_head_from_tensors(tensors, "head", &read) : status;
    ond_array_free(&scores);
    ond_tensors_destroy(tensors);
    ond_head_destroy(read);
    return status;
}

static ond_status head_is_trained(void *context)
{
    float values[24 * 4], numbers[24];
    for (int i = 0; i < 24; i++) {
        numbers[i] = (float)(i % 2);
        for (int k = 0; k < 4; k++) {
            values[4 * i + k] = (float)((i * 7 + k * 5) % 11 + 9 * (i % 2));
        }
    }
    ond_array features = ond_array_view(values, 2, (size_t[]){24, 4});
    ond_array labels = ond_array_view(numbers, 1, (size_t[]){24});
    ond_head *head = NULL;
    ond_status status = ond_head_fit(&features, &labels, context, NULL, &head);
    status = status == OND_OK ? head_is_used(&features, head) : status;
    ond_head_destroy(head);
    return status;
}

static void heads_survive_every_failed_allocation(void **state)
{
    (void)state;
    for (int kind = OND_HEAD_NETWORK; kind <= OND_HEAD_AFFINE; kind++) {
        ond_head_config config = ond_head_config_default();
        config.kind = (ond_head_kind)kind;
        config.components = 3;
        config.hidden1 = 4;
        config.epochs = 2;
        config.folds = kind == OND_HEAD_NETWORK ? 2 : 0;
        config.centers = 10;
        config.width = 1;
        config.penalty = 0.01;
        config.dimensions = 1;
        assert_true(fault_sweep(head_is_trained, &config) > 20);
    }
}

static void networks_survive_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(network_is_trained, NULL) > 20);
}

/* Trains an unrolled pursuit, writes and reads it, and predicts by it. */
static bool stop(void *context, int epoch, double loss, double error)
{
    (void)context;
    return epoch < 1 && loss >= 0 && error >= 0;
}

static ond_status unroll(void *context)
{
    (void)context;
    static const char path[] = "fault_unrolled.safetensors";
    static float pixels[4 * 6 * 6];
    static float numbers[4] = {0, 1, 0, 1};
    for (size_t i = 0; i < sizeof pixels / sizeof pixels[0]; i++) {
        pixels[i] = (float)(i % 7) / 7;
    }
    ond_array pictures = ond_array_view(pixels, 3, (size_t[3]){4, 6, 6});
    ond_array labels = ond_array_view(numbers, 1, (size_t[1]){4});
    ond_unrolled_architecture architecture = ond_unrolled_architecture_default();
    architecture.codes1 = architecture.codes2 = 2;
    architecture.codes3 = 0;
    architecture.side1 = architecture.side2 = 2;
    architecture.iterations = 1;
    ond_unrolled_training training = ond_unrolled_training_default();
    training.epochs = 2;
    ond_unrolled_course course = {stop, NULL, "fault_unrolled.checkpoint"};
    ond_unrolled_model *model = NULL;
    ond_unrolled_model *again = NULL;
    ond_array shares = {0};
    (void)unlink(course.checkpoint);
    ond_status status = ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, &course, &model);
    if (status == OND_OK) { /* stopped: it goes on */
        ond_unrolled_model_destroy(model);
        model = NULL;
        status = ond_unrolled_model_fit(&pictures, &labels, &architecture, &training, &course, &model);
    }
    (void)unlink(course.checkpoint);
    status = status ? status : ond_unrolled_model_write(model, path);
    status = status ? status : ond_unrolled_model_read(path, &again);
    status = status ? status : ond_unrolled_model_predict(again, &pictures, &shares);
    ond_array_free(&shares);
    ond_unrolled_model_destroy(model);
    ond_unrolled_model_destroy(again);
    (void)unlink(path);
    return status;
}

static void unrolled_pursuits_survive_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(unroll, NULL) > 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unrolled_pursuits_survive_every_failed_allocation),
        cmocka_unit_test(heads_survive_every_failed_allocation),
        cmocka_unit_test(networks_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
