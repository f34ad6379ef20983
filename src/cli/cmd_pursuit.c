/* SPDX-License-Identifier: BSD-3-Clause */
/* train pursuit and evaluate pursuit. */
#include "cli/arguments.h"
#include "cli/checkpoint.h"
#include "cli/gathered.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST_SIDE = 4096 };

typedef struct pursuit_own {
    int first, resume;
} pursuit_own;

typedef struct pursuit_request {
    cli_request common;
    ond_unrolled_architecture architecture;
    ond_unrolled_training training;
    pursuit_own own;
    const char *resize;
    int height, width; /* 0: as they are */
} pursuit_request;

static const ond_option own_options[] = {
    INT_ROW(pursuit_own, first, 0, 0, INT_MAX, "use only the first N pictures of an array file; 0: all"),
    END_ROW,
};

static const ond_option train_own_options[] = {
    INT_ROW(pursuit_own, first, 0, 0, INT_MAX, "use only the first N pictures of an array file; 0: all"),
    BOOL_ROW(pursuit_own, resume, 0, "go on with a training that was interrupted"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const ond_option *train_options(void)
{
    return train_own_options;
}

static const option_group train_groups[] = {
    {"model", ond_unrolled_architecture_options, offsetof(pursuit_request, architecture), NULL, 0, 0},
    {"training", ond_unrolled_training_options, offsetof(pursuit_request, training), NULL, 0, 0},
    {"data", train_options, offsetof(pursuit_request, own), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const option_group evaluate_groups[] = {
    {"data", options, offsetof(pursuit_request, own), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option train_texts[] = {
    {"output", 'o', "MODEL.safetensors", offsetof(cli_request, output), "the trained model"},
    {"resize", 0, "MxN", offsetof(pursuit_request, resize), "bring every picture to M rows and N columns first"},
    {NULL, 0, NULL, 0, NULL},
};

static const text_option evaluate_texts[] = {
    {NULL, 0, NULL, 0, NULL},
};

typedef struct course {
    const pursuit_request *request;
    double started_s;
} course;

static bool tell(void *context, int epoch, double loss, double error)
{
    const course *c = context;
    progress_advance(1);
    progress_hide();
    note(&c->request->common, "epoch %d of %d: loss %.4f, error %.2f %%, %.0f s", epoch, c->request->training.epochs,
         loss, 100 * error, seconds_now() - c->started_s);
    return !stop_signal();
}

static exit_status train(pursuit_request *request, const gathered *all)
{
    course c = {request, seconds_now()};
    ond_unrolled_model *model = NULL;
    request->training.seed = request->common.seed;
    char *checkpoint = checkpoint_of(&request->common, "", request->own.resume);
    ond_unrolled_course given = {.watch = tell, .context = &c, .checkpoint = checkpoint};
    progress_start((size_t)request->training.epochs, request->common.quiet);
    ond_status status = ond_unrolled_model_fit(&all->pictures, &all->labels, &request->architecture, &request->training,
                                               &given, &model);
    progress_hide();
    bool is_complete = status == OND_OK && !stop_signal();
    if (is_complete) {
        status = ond_unrolled_model_write(model, request->common.output);
    }
    if (status != OND_OK) {
        complain_of(request->common.output);
    }
    is_complete = is_complete && status == OND_OK;
    checkpoint_end(&request->common, checkpoint, is_complete);
    ond_unrolled_model_destroy(model);
    return !is_complete || all->failed ? SOME_FAILED : ALL_DONE;
}

static exit_status run_train(cli_request *common)
{
    pursuit_request *request = (pursuit_request *)common;
    if (common->input_count == 0 || common->input_count > 2) {
        return wrong_usage(common->command, "DATA, and LABELS where it is an array, are wanted");
    }
    if (check_model_output(common) != ALL_DONE) {
        return WRONG_USAGE;
    }
    if (request->resize && !parse_size(request->resize, LARGEST_SIDE, &request->height, &request->width)) {
        return wrong_usage(common->command, "resize = '%s' is not MxN with M and N in 1..%d", request->resize,
                           LARGEST_SIDE);
    }
    if (!checkpoint_frees_output(common, request->own.resume)) {
        return SOME_FAILED;
    }
    gathered all;
    exit_status status = SOME_FAILED;
    if (gather_pictures(common, common->inputs, common->input_count, (size_t)request->own.first, request->height,
                        request->width, &all)) {
        status = train(request, &all);
    }
    gathered_free(&all);
    return status;
}

static exit_status print_error(const pursuit_request *request, const ond_array *shares, const ond_array *labels)
{
    size_t count = shares->shape[0];
    size_t classes = shares->shape[1];
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        const float *row = shares->data + i * classes;
        size_t best = 0;
        for (size_t k = 1; k < classes; k++) {
            best = row[k] > row[best] ? k : best;
        }
        wrong += (float)best != labels->data[i];
    }
    double error = 100 * (double)wrong / (double)count;
    if (request->common.json) {
        json_t *object = json_pack("{s:i, s:s, s:I, s:I}", "schema", 1, "command", "evaluate pursuit", "pictures",
                                   (json_int_t)count, "wrong", (json_int_t)wrong);
        json_object_set_new(object, "error_percent", json_number(error));
        json_print(object);
    } else {
        printf("%zu of %zu wrong: error %.2f %%\n", wrong, count, error);
    }
    return ALL_DONE;
}

static exit_status evaluate(const pursuit_request *request, const ond_unrolled_model *model)
{
    ond_unrolled_architecture a = ond_unrolled_model_architecture(model);
    gathered all;
    ond_array shares = {0};
    exit_status status = SOME_FAILED;
    if (gather_pictures(&request->common, request->common.inputs + 1, request->common.input_count - 1,
                        (size_t)request->own.first, a.height, a.width, &all)) {
        if (ond_unrolled_model_predict(model, &all.pictures, &shares)) {
            complain_of(request->common.inputs[1]);
        } else {
            status = print_error(request, &shares, &all.labels);
        }
    }
    status = all.failed ? SOME_FAILED : status;
    ond_array_free(&shares);
    gathered_free(&all);
    return status;
}

static exit_status run_evaluate(cli_request *common)
{
    const pursuit_request *request = (const pursuit_request *)common;
    ond_unrolled_model *model = NULL;
    if (common->input_count < 2 || common->input_count > 3) {
        return wrong_usage(common->command, "MODEL and DATA, and LABELS where it is an array, are wanted");
    }
    if (ond_unrolled_model_read(common->inputs[0], &model)) {
        complain_of(common->inputs[0]);
        return SOME_FAILED;
    }
    exit_status status = evaluate(request, model);
    ond_unrolled_model_destroy(model);
    return status;
}

const cli_command train_pursuit_command = {
    .name = "train pursuit",
    .summary = "A classifier by sparse codes: dictionaries learned through a pursuit",
    .usage = "DATA [LABELS] -o MODEL.safetensors [options]",
    .details = "DATA is a folder of one folder per class, or an array of pictures with a file of LABELS (an IDX file "
               "finds\n"
               "its own). Up to three layers of convolutional dictionaries, their thresholds and steps, and a linear "
               "head\n"
               "are trained together through all steps of the pursuit. --pursuit forward is the convolutional network "
               "of\n"
               "the same parameters.",
    .groups = train_groups,
    .texts = train_texts,
    .request_size = sizeof(pursuit_request),
    .run = run_train,
};

const cli_command evaluate_pursuit_command = {
    .name = "evaluate pursuit",
    .summary = "Error of a classifier by sparse codes on other pictures",
    .usage = "MODEL.safetensors DATA [LABELS]",
    .groups = evaluate_groups,
    .texts = evaluate_texts,
    .request_size = sizeof(pursuit_request),
    .run = run_evaluate,
};
