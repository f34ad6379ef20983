/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/checkpoint.h"

#include "io/record.h"

#include <stdio.h>
#include <string.h>

enum { KIND_SIZE = 80, NUMBERS = 3 };

static const char state_key[] = "checkpoint.state";

static ond_record record_of(const ond_checkpoint *c, const char *path, char kind[KIND_SIZE])
{
    const ond_samples *samples = c->samples;
    ond_record record = {.path = path, .kind = kind, .options = ond_head_options(), .config = c->config};
    size_t shape[2] = {samples->count, samples->columns};
    ond_array features = {.data = (float *)(uintptr_t)samples->features, .shape = {shape[0], shape[1]}, .rank = 2};
    record.data = ond_record_sum(OND_RECORD_SUM, &features);
    for (size_t i = 0; i < samples->count; i++) {
        record.data = (record.data ^ samples->labels[i]) * UINT64_C(0x100000001b3);
    }
    snprintf(kind, KIND_SIZE, "%zu samples of %zu numbers in %zu classes", samples->count, samples->columns,
             samples->classes);
    return record;
}

static ond_status put_state(const void *context, ond_tensors *tensors)
{
    const ond_checkpoint *c = context;
    uint64_t numbers[NUMBERS] = {c->epochs, c->best_epoch};
    memcpy(&numbers[2], &c->best_error, sizeof numbers[2]);
    OND_TRY(ond_record_put(tensors, state_key, numbers, NUMBERS));
    OND_TRY(ond_record_put_row(tensors, "best", c->best, c->network->parameter_count));
    OND_TRY(ond_network_to_tensors(c->network, "network", tensors));
    return ond_trainer_to_tensors(c->trainer, "trainer", tensors);
}

ond_status ond_checkpoint_write(const ond_checkpoint *checkpoint, const char *path)
{
    char kind[KIND_SIZE];
    ond_record record = record_of(checkpoint, path, kind);
    return ond_record_write(&record, put_state, checkpoint);
}

static ond_status take_network(ond_checkpoint *c, const ond_tensors *tensors)
{
    ond_network *found = NULL;
    OND_TRY(ond_network_from_tensors(tensors, "network", &found));
    const ond_architecture *is = &found->architecture, *wanted = &c->network->architecture;
    bool same = is->layers == wanted->layers && is->activation == wanted->activation
                && memcmp(is->sizes, wanted->sizes, sizeof is->sizes) == 0;
    if (same) {
        memcpy(c->network->parameters, found->parameters, found->parameter_count * sizeof(float));
    }
    ond_network_destroy(found);
    return same ? OND_OK : ond_fail(OND_ERROR_FORMAT, "the checkpoint is of another network");
}

static ond_status take(ond_checkpoint *c, const ond_tensors *tensors)
{
    uint64_t numbers[NUMBERS];
    OND_TRY(ond_record_get(tensors, state_key, numbers, NUMBERS));
    c->epochs = (size_t)numbers[0];
    c->best_epoch = (size_t)numbers[1];
    memcpy(&c->best_error, &numbers[2], sizeof numbers[2]);
    OND_TRY(take_network(c, tensors));
    OND_TRY(ond_record_get_row(tensors, "best", c->best, c->network->parameter_count));
    return ond_trainer_set(c->trainer, tensors, "trainer");
}

ond_status ond_checkpoint_read(ond_checkpoint *checkpoint, const char *path, bool *found)
{
    char kind[KIND_SIZE];
    ond_tensors *tensors = NULL;
    ond_record record = record_of(checkpoint, path, kind);
    OND_TRY(ond_record_read(&record, &tensors));
    *found = tensors != NULL;
    ond_status status = tensors ? take(checkpoint, tensors) : OND_OK;
    ond_tensors_destroy(tensors);
    return status == OND_OK ? OND_OK : ond_fail_prefix(status, "%s: ", path);
}
