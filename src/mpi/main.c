/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cli/signals.h"
#include "cli/spool.h"

#include "mpi/features.h"
#include <mpi.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_WORD = 2, SIGNAL_BASE = 128 };

/* The first process reads the words first, so that a mistake is told once. */
static exit_status parse(int rank, int count, char **words, cli_request **request)
{
    int status = ALL_DONE;
    if (rank == 0) {
        status = arguments_parse(&shared_features_command, count, words, request);
    }
    MPI_Bcast(&status, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (rank != 0 && status == ALL_DONE) {
        status = arguments_parse(&shared_features_command, count, words, request);
    }
    return (exit_status)status;
}

static exit_status run(int rank, int count, char **words)
{
    bool is_command = count > 1 && strcmp(words[1], "features") == 0;
    bool is_version = count > 1 && strcmp(words[1], "--version") == 0;
    cli_request *request = NULL;
    if (is_version && rank == 0) {
        print_version(false);
    } else if (!is_command && !is_version && rank == 0) {
        fputs("usage: mpirun -n N ondelet-mpi features INPUT... -o OUTPUT.h5 [options]\n", stderr);
    }
    if (!is_command) {
        return is_version ? ALL_DONE : WRONG_USAGE;
    }
    exit_status status = parse(rank, count - FIRST_WORD, words + FIRST_WORD, &request);
    if (status == ALL_DONE && (request->help || request->version)) {
        if (rank == 0) {
            request->help ? print_command_help(request->command) : print_version(request->json);
        }
    } else if (status == ALL_DONE) {
        /* Processes are the threads here, unless more are asked for. */
        int threads = was_given(request, "threads") ? request->threads : 1;
        if (ond_threads_set(threads) || ond_image_limit_set((size_t)request->max_pixels)) {
            status = rank == 0 ? wrong_usage(request->command, "%s", ond_error_message()) : WRONG_USAGE;
        } else {
            status = request->command->run(request);
        }
    }
    arguments_free(request);
    return status;
}

int main(int count, char **words)
{
    int rank = 0;
    MPI_Init(&count, &words);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    signals_prepare();
    exit_status status = run(rank, count, words);
    spool_remove();
    MPI_Finalize();
    return stop_signal() ? SIGNAL_BASE + stop_signal() : (int)status;
}
