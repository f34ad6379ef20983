/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/checkpoint.h"

#include <ondelet/runtime.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { TEXT_SIZE = 256 };

/* What a training is of: the samples by a checksum (FNV-1a over labels and some features) and the library's version. */
static void training_text(const ond_samples *samples, char text[TEXT_SIZE])
{
    uint64_t sum = 0xcbf29ce484222325u;
    size_t count = samples->count * samples->columns, step = count / 100000 + 1;
    for (size_t i = 0; i < samples->count; i++) {
        sum = (sum ^ samples->labels[i]) * 0x100000001b3u;
    }
    for (size_t i = 0; i < count; i += step) {
        uint32_t bits = 0;
        memcpy(&bits, &samples->features[i], sizeof bits);
        sum = (sum ^ bits) * 0x100000001b3u;
    }
    snprintf(text, TEXT_SIZE, "%zu samples of %zu numbers in %zu classes, %016llx, ondelet %s", samples->count,
             samples->columns, samples->classes, (unsigned long long)sum, ond_version());
}

static ond_status fill(const ond_checkpoint *c, ond_tensors *tensors)
{
    char text[TEXT_SIZE];
    ond_array best = ond_array_view(c->best, 1, &c->network->parameter_count);
    training_text(c->samples, text);
    OND_TRY(ond_tensors_metadata_set(tensors, "checkpoint.training", text));
    OND_TRY(ond_tensors_options_set(tensors, "checkpoint.config", ond_head_options(), c->config));
    uint64_t bits = 0; /* of the error, which no locale spells differently */
    memcpy(&bits, &c->best_error, sizeof bits);
    snprintf(text, sizeof text, "%zu %zu %016llx", c->epochs, c->best_epoch, (unsigned long long)bits);
    OND_TRY(ond_tensors_metadata_set(tensors, "checkpoint.state", text));
    OND_TRY(ond_tensors_add(tensors, "best", &best));
    OND_TRY(ond_network_to_tensors(c->network, "network", tensors));
    return ond_trainer_to_tensors(c->trainer, "trainer", tensors);
}

ond_status ond_checkpoint_write(const ond_checkpoint *checkpoint, const char *path)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_create(&tensors));
    ond_status status = fill(checkpoint, tensors);
    if (status == OND_OK) {
        status = ond_tensors_write(tensors, path);
    }
    ond_tensors_destroy(tensors);
    return status;
}

static ond_status check_config(const ond_checkpoint *c, const ond_tensors *tensors)
{
    ond_head_config found;
    OND_TRY(ond_tensors_options_get(tensors, "checkpoint.config", ond_head_options(), &found));
    for (const ond_option *option = ond_head_options(); option->name; option++) {
        double is = ond_option_value(option, &found), wanted = ond_option_value(option, c->config);
        if (is != wanted) {
            return ond_fail(OND_ERROR_FORMAT, "the checkpoint is of a training with %s = %g, not %g", option->name, is,
                            wanted);
        }
    }
    return OND_OK;
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
    char wanted[TEXT_SIZE];
    const ond_array *best = NULL;
    const char *training = ond_tensors_metadata(tensors, "checkpoint.training");
    const char *state = ond_tensors_metadata(tensors, "checkpoint.state");
    training_text(c->samples, wanted);
    if (!training || !state) {
        return ond_fail(OND_ERROR_FORMAT, "not a checkpoint of a training");
    }
    if (strcmp(training, wanted) != 0) {
        return ond_fail(OND_ERROR_FORMAT, "the checkpoint is of another training: %.120s, not %.120s", training,
                        wanted);
    }
    OND_TRY(check_config(c, tensors));
    unsigned long long bits = 0;
    if (sscanf(state, "%zu %zu %llx", &c->epochs, &c->best_epoch, &bits) != 3) {
        return ond_fail(OND_ERROR_FORMAT, "the checkpoint's state '%.40s' is damaged", state);
    }
    uint64_t error = bits;
    memcpy(&c->best_error, &error, sizeof error);
    OND_TRY(take_network(c, tensors));
    OND_TRY(ond_tensors_get(tensors, "best", 1, &c->network->parameter_count, &best));
    memcpy(c->best, best->data, c->network->parameter_count * sizeof *c->best);
    return ond_trainer_set(c->trainer, tensors, "trainer");
}

ond_status ond_checkpoint_read(ond_checkpoint *checkpoint, const char *path, bool *found)
{
    struct stat there;
    *found = stat(path, &there) == 0;
    if (!*found && errno == ENOENT) {
        return OND_OK;
    }
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_read(path, &tensors));
    ond_status status = take(checkpoint, tensors);
    ond_tensors_destroy(tensors);
    return status == OND_OK ? OND_OK : ond_fail_prefix(status, "%s: ", path);
}
