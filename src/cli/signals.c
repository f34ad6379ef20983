/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/signals.h"

#include "cli/spool.h"

#include <ondelet/file.h>

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_NS = 700000000, SIGNAL_BASE = 128 };

static volatile sig_atomic_t received;
static const char *volatile hint;
static timer_t patience;
static int has_timer;
static volatile sig_atomic_t seconds; /* of patience, besides */

static void receive(int signal_number)
{
    const struct itimerspec patience_ends = {.it_value = {.tv_sec = seconds, .tv_nsec = PATIENCE_NS}};
    received = signal_number;
    if (has_timer) {
        timer_settime(patience, 0, &patience_ends, NULL);
    }
}

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0) {
        return; /* there is nobody to tell */
    }
}

/* Calls nothing that a signal handler may not call. */
static void give_up(int signal_number)
{
    (void)signal_number;
    ond_files_discard();
    spool_discard();
    const char *text = hint;
    if (text) {
        say("ondelet: stopped; ");
        say(text);
        say("\n");
    }
    _exit(SIGNAL_BASE + (int)received);
}

void signals_prepare(void)
{
    struct sigaction action;
    struct sigevent event;
    memset(&action, 0, sizeof action);
    memset(&event, 0, sizeof event);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
    action.sa_handler = give_up;
    sigaction(SIGALRM, &action, NULL);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGALRM;
    has_timer = timer_create(CLOCK_MONOTONIC, &event, &patience) == 0;
    action.sa_handler = receive;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void signals_hint(const char *text)
{
    hint = text;
}

void signals_wait(int more_s)
{
    seconds = more_s;
}

int stop_signal(void)
{
    return received;
}
