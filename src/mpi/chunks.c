/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/signals.h"

#include "mpi/run.h"
#include <stdlib.h>
#include <string.h>

static bool put_row(void *context, const ond_array *row, const row_facts facts)
{
    shared_run *run = context;
    size_t image = run->map.before[facts[ROW_INPUT]] + (size_t)facts[ROW_ITEM];
    if (!table_put(run->table, image, row, facts)) {
        return false;
    }
    run->is_in[image - run->first] = 1;
    return true;
}

static void walk(shared_run *run, image_place from, image_place to)
{
    feature_job *job = &run->job;
    ond_array image = {0};
    image_event event = image_stream_go(&run->stream, from) ? IMAGE_READY : IMAGE_FAILED;
    job->after = image_stream_place(&run->stream);
    while (!job->output.broken && !stop_signal() && event != IMAGE_END && is_before(job->after, to)) {
        job->before = job->after;
        event = image_stream_next(&run->stream, &image);
        job->after = image_stream_place(&run->stream);
        if (event == IMAGE_READY) {
            batch_take(job, &run->stream.origin, &image);
        }
    }
    if (!job->output.broken && !stop_signal()) {
        batch_flush(job, job->after);
    }
    ond_array_free(&image);
}

static bool put_on_record(shared_run *run)
{
    return run->own.used == 0 || (table_sync(run->table) && ledger_write(&run->own));
}

static void do_chunk(shared_run *run, size_t chunk)
{
    size_t last = (chunk + 1) * run->chunk, count = 0;
    last = last < run->images ? last : run->images;
    run->first = chunk * run->chunk;
    memset(run->is_in, 0, run->chunk);
    walk(run, map_place(&run->map, run->first), map_place(&run->map, last));
    if (run->job.output.broken || stop_signal()) {
        return;
    }
    for (size_t image = run->first; image < last; image++) {
        if (!run->is_in[image - run->first]) {
            run->missing[count++] = image;
        }
    }
    ledger_add(&run->own, chunk, run->missing, count);
    if (ledger_is_due(&run->own)) {
        run->broken = !put_on_record(run);
    }
}

/* A chunk that is not done and that no other process has; `chunks` at the end. */
static size_t next_chunk(shared_run *run)
{
    static const long one = 1;
    long turn = 0;
    MPI_Win_lock(MPI_LOCK_SHARED, 0, 0, run->window);
    MPI_Fetch_and_op(&one, &turn, MPI_LONG, 0, 0, MPI_SUM, run->window);
    MPI_Win_unlock(0, run->window);
    return (size_t)turn < run->open_count ? run->open_chunks[turn] : run->chunks;
}

/* Chunks that earlier runs have not done; the same list in every process. */
static void list_open_chunks(shared_run *run)
{
    run->open_chunks = allocate(run->chunks, sizeof *run->open_chunks);
    for (size_t chunk = 0; chunk < run->chunks; chunk++) {
        if (!run->before.is_done[chunk]) {
            run->open_chunks[run->open_count++] = chunk;
        }
    }
}

void run_chunks(shared_run *run)
{
    long *counter = NULL;
    MPI_Aint bytes = run->rank == 0 ? (MPI_Aint)sizeof *counter : 0;
    MPI_Win_allocate(bytes, sizeof *counter, MPI_INFO_NULL, MPI_COMM_WORLD, &counter, &run->window);
    if (run->rank == 0) {
        *counter = 0;
    }
    MPI_Barrier(MPI_COMM_WORLD);
    run->job.output.take = put_row;
    run->job.output.take_context = run;
    run->is_in = allocate(run->chunk, 1);
    run->missing = allocate(run->chunk, sizeof *run->missing);
    run->stream = open_images(run->request, &run->inputs);
    list_open_chunks(run);
    size_t chunk = next_chunk(run);
    while (chunk < run->chunks && !run->broken && !run->job.output.broken && !stop_signal()) {
        do_chunk(run, chunk);
        chunk = next_chunk(run);
    }
    run->broken = !put_on_record(run) || run->broken;
    image_stream_close(&run->stream);
    batch_free(&run->job);
    free(run->open_chunks);
    free(run->is_in);
    free(run->missing);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_free(&run->window);
}
