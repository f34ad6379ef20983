/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_FIT_H
#define OND_TASKS_EDGE_FIT_H

#include "io/record.h"
#include "learn/network.h"

#include <ondelet/edges.h>

#include <stdint.h>

/* Inputs of many pixels, in 16 bits. */
typedef struct ond_edge_table {
    size_t rows, columns;
    int16_t *values;
} ond_edge_table;

ond_status ond_edge_table_create(size_t rows, size_t columns, ond_edge_table *table);
void ond_edge_table_destroy(ond_edge_table *table);
void ond_edge_table_put(const ond_edge_table *table, size_t row, const float *values);

/* What a network is fitted to. */
typedef struct ond_edge_fitting {
    const ond_edge_training *training;
    const ond_edge_table *table;
    const uint32_t *rows; /* of the table, that are learned from */
    size_t row_count;
    const float *labels, *weights; /* [rows of the table] */
    const size_t *mirror;          /* places of the columns in mirrored pictures; NULL: none are learned from */
    size_t hidden;
    const char *stage; /* for the watch */
    ond_edge_watch watch;
    void *watch_context;
    /* Where the training is kept after its epochs, together with what `put_others` adds; and where it goes on from. */
    ond_record *record;
    ond_status (*put_others)(const void *others, ond_tensors *tensors);
    const void *others;
    const ond_tensors *from; /* NULL: from the beginning */
} ond_edge_fitting;

/* A network from the table's columns to log-odds: two hidden layers, the second a third as wide as the first. */
ond_status ond_edge_fit(const ond_edge_fitting *fitting, ond_network **network);

#endif
