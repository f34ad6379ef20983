/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_MPI_LEDGER_H
#define OND_MPI_LEDGER_H

#include "cli/report.h"

/* Which chunks of images are finished: every process has a file of its own, OUTPUT.journal.RANK, with a line for each
 * chunk that it has finished, [chunk, image, …], the images being those that have no row. Any number of processes can
 * go on from the files of any other number. */
typedef struct ledger {
    char *path;
    int descriptor;
    char *pending; /* lines of chunks whose rows have not been brought to the disk */
    size_t used, room;
    double written_s, interval_s, started_s;
} ledger;

bool ledger_open(const char *output, int rank, ledger *own);
/* A chunk is finished: `missing` of its images have no row. */
void ledger_add(ledger *own, size_t chunk, const size_t *missing, size_t count);
/* Whether pending lines should be written now. */
bool ledger_is_due(const ledger *own);
/* The rows are on the disk: so are the lines then. */
bool ledger_write(ledger *own);
void ledger_close(ledger *own);

/* What the files of all processes say together. */
typedef struct ledger_sum {
    unsigned char *is_done; /* of each chunk */
    size_t chunks, done;
    size_t *missing; /* images without a row, ascending */
    size_t missing_count, missing_room;
} ledger_sum;

/* False after a complaint. */
bool ledgers_read(const char *output, size_t chunks, ledger_sum *sum);
void ledgers_remove(const char *output);
void ledger_sum_free(ledger_sum *sum);

#endif
