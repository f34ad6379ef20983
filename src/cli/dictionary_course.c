/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/dictionary_course.h"

#include "cli/report.h"
#include "cli/signals.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NOTE_SIZE = 2 * COURSE_TEXT, NUMBERS = 8 };

void course_begin(dictionary_course *course, const input_list *inputs, const char *settings)
{
    static const uint64_t prime = 0x100000001b3u; /* FNV-1a */
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < inputs->count; i++) {
        for (const char *c = inputs->files[i].shown; *c; c++) {
            sum = (sum ^ (unsigned char)*c) * prime;
        }
        sum *= prime;
    }
    snprintf(course->of, sizeof course->of, "%zu inputs (%016llx), %.128s", inputs->count, (unsigned long long)sum,
             settings);
    course->began_s = course->kept_s = seconds_now();
    course->epoch = 0;
    course_next_epoch(course);
}

void course_next_epoch(dictionary_course *course)
{
    course->epoch++;
    course->images = course->seen = 0;
    course->objective = course->residual = course->density = 0;
}

/* As records of other trainings: a minute of work at most is not kept, and writing takes a hundredth of the time. */
static bool is_due(const dictionary_course *course)
{
    static const double least_s = 0.2, most_s = 60, share_of_work = 0.05, share_of_time = 0.01;
    double now = seconds_now(), since = now - course->kept_s;
    return since >= fmin(most_s, fmax(least_s, share_of_work * (now - course->began_s)))
           && share_of_time * since >= course->keeping_s;
}

bool course_keep(dictionary_course *course, const ond_learner *learner)
{
    if (!course->checkpoint || (!stop_signal() && !is_due(course))) {
        return true;
    }
    char text[NOTE_SIZE];
    double started = seconds_now();
    snprintf(text, sizeof text, "%s; %d %zu %zu %zu %a %a %a %a", course->of, course->epoch, course->seen,
             course->images, course->failed, course->objective, course->residual, course->density, course->filled);
    bool fine = ond_learner_write(learner, text, course->checkpoint) == OND_OK;
    if (!fine) {
        complain_of(course->checkpoint);
    }
    course->kept_s = seconds_now();
    course->keeping_s = course->kept_s - started;
    return fine;
}

bool course_take_up(dictionary_course *course, ond_learner *learner)
{
    char found[NOTE_SIZE];
    if (!course->checkpoint || access(course->checkpoint, F_OK) != 0) {
        return true;
    }
    if (ond_learner_read(learner, course->checkpoint, found, sizeof found)) {
        complain_of(course->checkpoint);
        return false;
    }
    char *numbers = strstr(found, "; ");
    if (numbers) {
        *numbers = '\0';
        numbers += 2;
    }
    if (!numbers || strcmp(found, course->of) != 0) {
        complain("%s: is of another training: of %s, not of %s", course->checkpoint, found, course->of);
        return false;
    }
    if (sscanf(numbers, "%d %zu %zu %zu %la %la %la %la", &course->epoch, &course->seen, &course->images,
               &course->failed, &course->objective, &course->residual, &course->density, &course->filled)
        != NUMBERS) {
        complain("%s: its note '%s' is damaged", course->checkpoint, numbers);
        return false;
    }
    return true;
}
