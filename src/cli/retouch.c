/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/retouch.h"

#include "cli/progress.h"
#include "cli/signals.h"

#include <string.h>

json_t *retouch_json(const retouch_image *image)
{
    const cli_request *request = image->job->request;
    image_origin origin = image_file_origin(image->source);
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", request->command->name);
    json_object_set_new(object, "input", json_text(origin.file.shown));
    if (origin.is_item) {
        json_object_set_new(object, "item", json_integer((json_int_t)origin.item));
    }
    json_object_set_new(object, "output", image->output ? json_text(image->output) : json_null());
    json_object_set_new(object, "shape", json_shape(image->image.rank, image->image.shape));
    return object;
}

void retouch_name(const retouch_image *image, FILE *text)
{
    image_origin origin = image_file_origin(image->source);
    fprintf(text, "%s: ", origin.file.shown);
    if (origin.is_item) {
        fprintf(text, "image %zu: ", origin.item);
    }
}

const ond_option *retouch_shearlet_options(void)
{
    enum { MOST_ROWS = 32 };
    static ond_option rows[MOST_ROWS];
    const ond_option *all = ond_shearlet_options();
    for (size_t i = 0; all[i].name && i + 1 < MOST_ROWS; i++) {
        bool forced = strcmp(all[i].name, "parseval") == 0 || strcmp(all[i].name, "one_sided") == 0;
        rows[i] = all[i];
        rows[i].internal = all[i].internal || forced;
    }
    return rows;
}

/* Results for people: not where the output goes; NULL when they are not wanted there. */
static FILE *text_of(const cli_request *request)
{
    bool to_stdout = request->output && strcmp(request->output, "-") == 0;
    FILE *elsewhere = request->quiet ? NULL : stderr;
    return to_stdout ? elsewhere : stdout;
}

static bool change_image(const retouch_job *job, retouch_image *image)
{
    double started = seconds_now();
    ond_status status = job->change(job->context, image);
    image->elapsed_s = seconds_now() - started;
    if (status != OND_OK) {
        image_origin origin = image_file_origin(image->source);
        complain_of_image(&origin, NULL);
    }
    return status == OND_OK;
}

static bool do_images(const retouch_job *job, image_file *source, image_file_writer *writer)
{
    retouch_image image = {.job = job, .source = source, .output = writer->path};
    bool fine = true;
    image_event event = IMAGE_END;
    while (fine && !stop_signal() && (event = image_file_next(source, &image.image)) == IMAGE_READY) {
        fine = change_image(job, &image) && image_file_writer_take(writer, &image.result);
        progress_advance(1);
        if (fine) {
            progress_hide();
            job->tell(job->context, &image, text_of(job->request));
        }
    }
    ond_array_free(&image.image);
    ond_array_free(&image.result);
    return image_file_writer_close(writer, fine && event == IMAGE_END && !stop_signal());
}

/* Folders are made for what can be opened. */
static bool do_file(const retouch_job *job, const input_list *inputs, const output_list *outputs, size_t index)
{
    image_file source;
    image_file_writer writer;
    if (!image_file_open(inputs->files[index], &source)) {
        return false;
    }
    bool fine = outputs_prepare(job->request, inputs, outputs, index)
                && image_file_writer_open(&source, outputs->paths ? outputs->paths[index] : NULL, 0, &writer)
                && do_images(job, &source, &writer);
    if (fine) {
        image_file_writer_note(&writer, job->request);
    }
    image_file_close(&source);
    return fine;
}

static exit_status do_inputs(const retouch_job *job, const input_list *inputs)
{
    output_list outputs;
    size_t failed = inputs->failed;
    exit_status status = outputs_plan(job->request, inputs, &outputs);
    if (status == ALL_DONE) {
        progress_start(images_count(inputs), job->request->quiet);
        for (size_t i = 0; i < inputs->count && !stop_signal(); i++) {
            failed += !do_file(job, inputs, &outputs, i);
        }
        progress_hide();
        status = failed || stop_signal() ? SOME_FAILED : ALL_DONE;
    }
    outputs_free(&outputs);
    return status;
}

exit_status retouch_run(const retouch_job *job)
{
    const cli_request *request = job->request;
    bool to_stdout = request->output && strcmp(request->output, "-") == 0;
    if (request->input_count == 0) {
        return wrong_usage(request->command, "no input given");
    }
    if (to_stdout && request->json) {
        return wrong_usage(request->command, "--json and -o - both want standard output");
    }
    ignore(ond_wisdom_read(NULL));
    input_list inputs = inputs_expand(request, request->inputs, request->input_count);
    exit_status status = inputs.count ? do_inputs(job, &inputs) : SOME_FAILED;
    inputs_free(&inputs);
    return status;
}
