/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/loss.h"

#include "core/parallel.h"

#include <math.h>

enum { BLOCK_ROWS = 64, MOST_BLOCKS = 64 };

typedef struct loss_task {
    ond_loss loss;
    size_t rows, columns;
    const float *outputs, *targets, *weights;
    float *gradient;
    size_t first, block_rows; /* of the blocks being done */
    double sums[MOST_BLOCKS];
} loss_task;

static double largest_of(const float *y, size_t count)
{
    float largest = y[0];
    for (size_t i = 1; i < count; i++) {
        largest = y[i] > largest ? y[i] : largest;
    }
    return (double)largest;
}

/* −Σ t (y − log Σ exp y), gradient (Σ t) softmax(y) − t */
static double softmax_row(const float *y, const float *t, double scale, float *gradient, size_t columns)
{
    double top = largest_of(y, columns), sum = 0, mass = 0, loss = 0;
    for (size_t k = 0; k < columns; k++) {
        sum += exp((double)y[k] - top);
        mass += (double)t[k];
        loss -= (double)t[k] * ((double)y[k] - top);
    }
    for (size_t k = 0; gradient && k < columns; k++) {
        double share = exp((double)y[k] - top) / sum;
        gradient[k] = (float)(scale * (mass * share - (double)t[k]));
    }
    return loss + mass * log(sum);
}

static double squared_row(const float *y, const float *t, double scale, float *gradient, size_t columns)
{
    double loss = 0;
    for (size_t k = 0; k < columns; k++) {
        double difference = (double)y[k] - (double)t[k];
        loss += 0.5 * difference * difference;
        if (gradient) {
            gradient[k] = (float)(scale * difference);
        }
    }
    return loss;
}

static double logistic_row(const float *y, const float *t, double scale, float *gradient, size_t columns)
{
    double loss = 0;
    for (size_t k = 0; k < columns; k++) {
        double x = (double)y[k], e = exp(-fabs(x));
        double probability = x >= 0 ? 1 / (1 + e) : e / (1 + e);
        loss += fmax(x, 0) + log1p(e) - (double)t[k] * x;
        if (gradient) {
            gradient[k] = (float)(scale * (probability - (double)t[k]));
        }
    }
    return loss;
}

static double loss_row(const loss_task *task, size_t row)
{
    const float *y = task->outputs + row * task->columns, *t = task->targets + row * task->columns;
    float *gradient = task->gradient ? task->gradient + row * task->columns : NULL;
    double weight = task->weights ? (double)task->weights[row] : 1, scale = weight / (double)task->rows;
    switch (task->loss) {
    case OND_LOSS_SOFTMAX:
        return weight * softmax_row(y, t, scale, gradient, task->columns);
    case OND_LOSS_SQUARED:
        return weight * squared_row(y, t, scale, gradient, task->columns);
    case OND_LOSS_LOGISTIC:
        break;
    }
    return weight * logistic_row(y, t, scale, gradient, task->columns);
}

static ond_status block_task(void *context, size_t index, int worker)
{
    (void)worker;
    loss_task *task = context;
    size_t begin = task->first + index * task->block_rows, end = begin + task->block_rows;
    double sum = 0;
    for (size_t row = begin; row < end && row < task->rows; row++) {
        sum += loss_row(task, row);
    }
    task->sums[index] = sum;
    return OND_OK;
}

double ond_loss_apply(ond_loss loss, size_t rows, size_t columns, const float *outputs, const float *targets,
                      const float *weights, float *gradient)
{
    loss_task task = {.loss = loss,
                      .rows = rows,
                      .columns = columns,
                      .outputs = outputs,
                      .targets = targets,
                      .weights = weights,
                      .gradient = gradient,
                      .block_rows = BLOCK_ROWS};
    double sum = 0;
    for (; task.first < rows; task.first += (size_t)MOST_BLOCKS * BLOCK_ROWS) {
        size_t blocks = (rows - task.first + BLOCK_ROWS - 1) / BLOCK_ROWS;
        blocks = blocks < MOST_BLOCKS ? blocks : MOST_BLOCKS;
        (void)ond_parallel_for(blocks, ond_parallel_workers(blocks), block_task, &task);
        for (size_t i = 0; i < blocks; i++) {
            sum += task.sums[i];
        }
    }
    return rows ? sum / (double)rows : 0;
}

void ond_softmax(float *rows_of_outputs, size_t rows, size_t columns)
{
    for (size_t row = 0; row < rows; row++) {
        float *y = rows_of_outputs + row * columns;
        double top = largest_of(y, columns), sum = 0;
        for (size_t k = 0; k < columns; k++) {
            sum += exp((double)y[k] - top);
        }
        for (size_t k = 0; k < columns; k++) {
            y[k] = (float)(exp((double)y[k] - top) / sum);
        }
    }
}
