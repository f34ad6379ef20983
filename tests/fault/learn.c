/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/trainer.h"

#include "fault/fault.h"

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

static void networks_survive_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(network_is_trained, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
