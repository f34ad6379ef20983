/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/checkpoint.h"

#include "cli/report.h"
#include "cli/signals.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char ending[] = ".checkpoint", hint[] = "the same command with --resume goes on";

static char *name_of(const cli_request *request, const char *kind)
{
    char *start = join_text(request->output, kind);
    char *path = join_text(start, ending);
    free(start);
    return path;
}

char *checkpoint_of(const cli_request *request, const char *kind, bool resume)
{
    char *path = name_of(request, kind);
    bool is_there = access(path, F_OK) == 0;
    if (is_there && !resume) {
        unlink(path);
    } else if (!is_there && resume) {
        note(request, "%s: not there: training starts from the beginning", path);
    }
    signals_hint(hint);
    return path;
}

bool checkpoint_frees_output(const cli_request *request, bool resume)
{
    char *path = name_of(request, "");
    bool goes_on = resume && access(path, F_OK) == 0;
    free(path);
    return goes_on || output_is_free(request, request->output);
}

void checkpoint_end(const cli_request *request, char *path, bool is_complete)
{
    signals_hint(NULL);
    if (is_complete) {
        unlink(path);
    } else if (stop_signal() && access(path, F_OK) == 0) {
        note(request, "stopped; %s", hint);
    }
    free(path);
}

void checkpoint_remove(const cli_request *request, const char *kind)
{
    char *path = name_of(request, kind);
    signals_hint(NULL);
    unlink(path);
    free(path);
}
