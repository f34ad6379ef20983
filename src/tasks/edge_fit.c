/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_fit.h"

#include "core/memory.h"
#include "core/random.h"
#include "learn/trainer.h"

#include <math.h>
#include <string.h>

/* Numbers of the table are multiples of 1/UNIT: ±16 at most, which logarithms do not exceed. */
enum { UNIT = 2048, MOST_ROWS = 2048 };

ond_status ond_edge_table_create(size_t rows, size_t columns, ond_edge_table *table)
{
    *table = (ond_edge_table){rows, columns, ond_memory_allocate(rows, columns * sizeof *table->values)};
    return table->values ? OND_OK : OND_ERROR_MEMORY;
}

void ond_edge_table_destroy(ond_edge_table *table)
{
    ond_memory_free(table->values);
    *table = (ond_edge_table){0};
}

void ond_edge_table_put(const ond_edge_table *table, size_t row, const float *values)
{
    int16_t *to = table->values + row * table->columns;
    for (size_t i = 0; i < table->columns; i++) {
        float scaled = fminf(fmaxf(values[i] * UNIT, (float)INT16_MIN), (float)INT16_MAX);
        to[i] = (int16_t)lrintf(scaled);
    }
}

typedef struct fit {
    const ond_edge_fitting *fitting;
    float *mean, *scale; /* of the columns: inputs are (x − mean) scale */
    uint32_t *order;
    ond_random random;
    size_t rows; /* of a mini-batch */
    size_t done; /* epochs */
    ond_network *network;
    ond_trainer *trainer;
} fit;

/* Mean and inverse standard deviation of every column; the same for a column and its mirror image. */
static ond_status measure(fit *own)
{
    const ond_edge_table *table = own->fitting->table;
    const size_t *mirror = own->fitting->mirror;
    double *sums = ond_memory_allocate_zero(table->columns, 2 * sizeof *sums);
    if (!sums) {
        return OND_ERROR_MEMORY;
    }
    size_t rows = own->fitting->row_count;
    for (size_t row = 0; row < rows; row++) {
        const int16_t *values = table->values + own->fitting->rows[row] * table->columns;
        for (size_t i = 0; i < table->columns; i++) {
            double value = (double)values[i] / UNIT;
            size_t other = mirror ? mirror[i] : i;
            sums[2 * i] += value / 2;
            sums[2 * i + 1] += value * value / 2;
            sums[2 * other] += value / 2;
            sums[2 * other + 1] += value * value / 2;
        }
    }
    for (size_t i = 0; i < table->columns; i++) {
        double mean = sums[2 * i] / (double)rows, square = sums[2 * i + 1] / (double)rows;
        own->mean[i] = (float)mean;
        own->scale[i] = (float)(1 / (sqrt(fmax(square - mean * mean, 0)) + 1e-3));
    }
    ond_memory_free(sums);
    return OND_OK;
}

/* Eight bits of chance for each input. */
static void drop_inputs(fit *own, float *inputs, size_t count)
{
    uint64_t bits = 0, bound = (uint64_t)lrint(256 * own->fitting->training->input_dropout);
    float kept = (float)(1 / (1 - (double)bound / 256));
    for (size_t i = 0; bound && i < count; i++) {
        bits = i % 8 ? bits >> 8 : ond_random_bits(&own->random);
        inputs[i] = (bits & 255) < bound ? 0 : inputs[i] * kept;
    }
}

static ond_status fill_batch(void *context, const ond_batch *batch)
{
    fit *own = context;
    const ond_edge_fitting *f = own->fitting;
    if (batch->index == 0) {
        ond_random_shuffle(&own->random, own->order, f->row_count);
    }
    for (size_t r = 0; r < batch->rows; r++) {
        size_t row = own->order[batch->index * own->rows + r], columns = f->table->columns;
        const int16_t *from = f->table->values + row * columns;
        float *to = batch->inputs + r * columns;
        const size_t *mirror = (r + batch->epoch) % 2 ? f->mirror : NULL;
        for (size_t i = 0; i < columns; i++) {
            to[i] = ((float)from[mirror ? mirror[i] : i] / UNIT - own->mean[i]) * own->scale[i];
        }
        drop_inputs(own, to, columns);
        batch->targets[r] = f->labels[row];
        batch->weights[r] = f->weights[row];
    }
    return OND_OK;
}

/* --- kept and taken up again --- */

static const char numbers_key[] = "now.epoch";

/* The order of the rows as two rows of numbers below 2^16, which floats hold. */
static ond_status put_order(const fit *own, ond_tensors *tensors)
{
    size_t count = own->fitting->row_count;
    float *halves = ond_memory_allocate(count, 2 * sizeof *halves);
    if (!halves) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        halves[i] = (float)(own->order[i] >> 16);
        halves[count + i] = (float)(own->order[i] & 0xffff);
    }
    ond_status status = ond_record_put_row(tensors, "now.order", halves, 2 * count);
    ond_memory_free(halves);
    return status;
}

static ond_status take_order(const fit *own, const ond_tensors *tensors)
{
    size_t count = own->fitting->row_count;
    size_t both = 2 * count;
    const ond_array *halves = NULL;
    OND_TRY(ond_tensors_get(tensors, "now.order", 1, &both, &halves));
    for (size_t i = 0; i < count; i++) {
        double row = (double)halves->data[i] * 65536 + (double)halves->data[count + i];
        if (!(row >= 0 && row < (double)own->fitting->table->rows)) {
            return ond_fail(OND_ERROR_FORMAT, "the checkpoint's order holds %g, a row below %zu is wanted", row,
                            own->fitting->table->rows);
        }
        own->order[i] = (uint32_t)row;
    }
    return OND_OK;
}

static ond_status put_state(const void *context, ond_tensors *tensors)
{
    const fit *own = context;
    uint64_t numbers[2] = {own->done, own->random.state};
    OND_TRY(ond_tensors_metadata_set(tensors, "now.stage", own->fitting->stage));
    OND_TRY(ond_record_put(tensors, numbers_key, numbers, 2));
    OND_TRY(ond_network_to_tensors(own->network, "now.network", tensors));
    OND_TRY(ond_trainer_to_tensors(own->trainer, "now.trainer", tensors));
    OND_TRY(put_order(own, tensors));
    return own->fitting->put_others(own->fitting->others, tensors);
}

/* A record of another network on its way is not for this one. */
static ond_status take_up(fit *own)
{
    const ond_tensors *from = own->fitting->from;
    const char *stage = from ? ond_tensors_metadata(from, "now.stage") : NULL;
    if (!stage || strcmp(stage, own->fitting->stage) != 0) {
        return OND_OK;
    }
    uint64_t numbers[2];
    ond_network *found = NULL;
    OND_TRY(ond_record_get(from, numbers_key, numbers, 2));
    OND_TRY(take_order(own, from));
    OND_TRY(ond_trainer_set(own->trainer, from, "now.trainer"));
    OND_TRY(ond_network_from_tensors(from, "now.network", &found));
    bool same = found->parameter_count == own->network->parameter_count;
    if (same) {
        memcpy(own->network->parameters, found->parameters, found->parameter_count * sizeof(float));
        own->done = (size_t)numbers[0];
        own->random.state = numbers[1];
    }
    ond_network_destroy(found);
    return same ? OND_OK : ond_fail(OND_ERROR_FORMAT, "the checkpoint is of another network");
}

static ond_status watch_epoch(void *context, size_t epoch, double loss, bool *stop)
{
    fit *own = context;
    const ond_edge_fitting *f = own->fitting;
    own->done = epoch + 1;
    if (f->watch) {
        f->watch(f->watch_context, f->stage, own->done, (size_t)f->training->epochs, loss, stop);
    }
    if (f->record && (ond_record_is_due(f->record) || (*stop && f->record->path))) {
        OND_TRY(ond_record_write(own->fitting->record, put_state, own));
    }
    return *stop ? ond_fail(OND_ERROR_ARGUMENT, "training was stopped after %zu of %d epochs", own->done,
                            f->training->epochs)
                 : OND_OK;
}

/* Puts the columns' scaling into the first layer. */
static void take_scaling(const fit *own, ond_network *network)
{
    size_t rows = network->architecture.sizes[1], columns = network->architecture.sizes[0];
    float *weights = ond_network_weights(network, 1), *biases = ond_network_biases(network, 1);
    for (size_t r = 0; r < rows; r++) {
        double shift = 0;
        for (size_t i = 0; i < columns; i++) {
            weights[r * columns + i] *= own->scale[i];
            shift += (double)weights[r * columns + i] * (double)own->mean[i];
        }
        biases[r] = (float)((double)biases[r] - shift);
    }
}

static ond_status run(fit *own, ond_network *network)
{
    const ond_edge_fitting *f = own->fitting;
    size_t batches = f->row_count / own->rows;
    ond_training training = ond_training_default(OND_LOSS_LOGISTIC, batches * (size_t)f->training->epochs);
    training.rate = f->training->rate;
    training.weight_decay = 1e-3;
    training.dropout = f->training->dropout;
    training.seed = (uint64_t)f->training->seed;
    ond_course course = {
        .epochs = (size_t)f->training->epochs,
        .batches = batches,
        .rows = own->rows,
        .source = fill_batch,
        .source_context = own,
        .watch = watch_epoch,
        .watch_context = own,
    };
    own->network = network;
    OND_TRY(ond_trainer_create(network, &training, own->rows, &own->trainer));
    ond_status status = take_up(own);
    course.first_epoch = own->done;
    if (status == OND_OK) {
        status = ond_trainer_run(own->trainer, &course);
    }
    ond_trainer_destroy(own->trainer);
    own->trainer = NULL;
    return status;
}

static ond_status fit_network(fit *own, ond_network **network)
{
    const ond_edge_fitting *f = own->fitting;
    size_t hidden = f->hidden, columns = f->table->columns;
    ond_architecture architecture = {3, {columns, hidden, hidden / 3, 1}, OND_ACTIVATION_RELU};
    own->mean = ond_memory_allocate(columns, sizeof *own->mean);
    own->scale = ond_memory_allocate(columns, sizeof *own->scale);
    own->order = ond_memory_allocate(f->row_count, sizeof *own->order);
    if (!own->mean || !own->scale || !own->order) {
        return OND_ERROR_MEMORY;
    }
    memcpy(own->order, f->rows, f->row_count * sizeof *own->order);
    OND_TRY(measure(own));
    ond_network *made = NULL;
    OND_TRY(ond_network_create(&architecture, &made));
    ond_network_initialize(made, (uint64_t)f->training->seed);
    ond_status status = run(own, made);
    if (status != OND_OK) {
        ond_network_destroy(made);
        return status;
    }
    take_scaling(own, made);
    *network = made;
    return OND_OK;
}

ond_status ond_edge_fit(const ond_edge_fitting *fitting, ond_network **network)
{
    size_t rows = fitting->row_count;
    fit own = {.fitting = fitting, .random = ond_random_make((uint64_t)fitting->training->seed, 1)};
    own.rows = rows < MOST_ROWS ? rows : MOST_ROWS;
    ond_status status = fit_network(&own, network);
    ond_memory_free(own.mean);
    ond_memory_free(own.scale);
    ond_memory_free(own.order);
    return status;
}
