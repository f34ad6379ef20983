/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/checkpoint.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/train.h"
#include "cli/training_curve.h"

#include <stdlib.h>

/* A training on its way. */
typedef struct course {
    const train_request *request;
    ond_head_progress *points;
    size_t count, capacity;
    int shown; /* steps that the bar shows */
} course;

static bool watch(void *context, const ond_head_progress *progress)
{
    course *own = context;
    if (own->count == own->capacity) {
        own->capacity = 2 * own->capacity + 16;
        own->points = enlarge(own->points, own->capacity, sizeof *own->points);
    }
    if (own->count == 0) {
        progress_start((size_t)progress->steps, own->request->common.quiet);
    }
    own->points[own->count++] = *progress;
    progress_advance((size_t)(progress->step > own->shown ? progress->step - own->shown : 0));
    own->shown = progress->step;
    return !stop_signal();
}

static bool draw(const course *own)
{
    const char *path = own->request->curve;
    if (path && own->count == 0) {
        note(&own->request->common, "%s: not drawn: this classifier is not trained in steps", path);
    } else if (path && training_curve_draw(own->points, own->count, picture_to_file(&own->request->curve))) {
        complain_of(path);
        return false;
    }
    return true;
}

bool train_head(const train_request *request, const training_table *table, ond_head **head)
{
    char *checkpoint = checkpoint_of(&request->common, "", request->train.resume);
    course own = {.request = request};
    ond_head_course given = {.watch = watch, .context = &own, .checkpoint = checkpoint};
    bool fine = ond_head_fit(&table->features, &table->labels, &request->head, &given, head) == OND_OK;
    progress_hide();
    if (!fine) {
        complain("%s", ond_error_message());
    }
    if (fine && stop_signal()) {
        checkpoint_end(&request->common, checkpoint, false);
        checkpoint = NULL;
        fine = false;
    }
    fine = fine && draw(&own);
    if (!fine) {
        ond_head_destroy(*head);
        *head = NULL;
    }
    free(checkpoint);
    free(own.points);
    return fine;
}
