/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/image_file.h"
#include "cli/spool.h"

#include <math.h>
#include <string.h>

typedef enum convert_format { FORMAT_AUTO, FORMAT_NPY, FORMAT_PICTURE } convert_format;

typedef struct convert_config {
    int color; /* OND_GRAY, OND_RGB, OND_NATIVE */
    int depth; /* of depths[] */
    int raw;
    convert_format format;
} convert_config;

typedef struct convert_request {
    cli_request common;
    convert_config convert;
} convert_request;

static const char *const colors[] = {"gray", "rgb", "native", NULL};
static const char *const depths[] = {"auto", "8", "16", NULL};
enum { DEPTH_AUTO, DEPTH_8, DEPTH_16 };
static const char *const formats[] = {"auto", "npy", "png", NULL};

_Static_assert(OND_GRAY == 0 && OND_RGB == 1 && OND_NATIVE == 2, "colors[] is in the order of ond_color");

static const ond_option own_options[] = {
    CHOICE_ROW(convert_config, color, OND_NATIVE, colors, "native: as the file has it"),
    CHOICE_ROW(convert_config, depth, DEPTH_AUTO, depths,
               "bits per sample of a written picture; auto: as the input, 8 of floats and for .jpg"),
    BOOL_ROW(convert_config, raw, 0, "samples as stored, to .npy: [height, width, channels] for a picture"),
    CHOICE_ROW(convert_config, format, FORMAT_AUTO, formats, "of standard output; auto: npy"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"convert", options, offsetof(convert_request, convert), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "FILE", offsetof(cli_request, output),
     ".npy, .png, .pgm, .ppm, .pam or .jpg; - is standard output"},
    {NULL, 0, NULL, 0, NULL},
};

static convert_format format_of(const convert_request *request)
{
    static const char *const pictures[] = {".png", ".pgm", ".ppm", ".pam", ".jpg", ".jpeg"};
    const char *output = request->common.output;
    if (strcmp(output, "-") == 0) {
        return request->convert.format == FORMAT_AUTO ? FORMAT_NPY : request->convert.format;
    }
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        if (has_ending(output, pictures[i])) {
            return FORMAT_PICTURE;
        }
    }
    return has_ending(output, ".npy") ? FORMAT_NPY : FORMAT_AUTO;
}

static exit_status check_request(const convert_request *request)
{
    const cli_command *command = request->common.command;
    const char *output = request->common.output;
    if (request->common.input_count != 1) {
        return wrong_usage(command, "%zu inputs given, one wanted", request->common.input_count);
    }
    if (!output) {
        return wrong_usage(command, "no output given: -o FILE");
    }
    if (format_of(request) == FORMAT_AUTO) {
        return wrong_usage(command, "output '%s' ends neither in .npy, .png, .pgm, .ppm, .pam nor .jpg", output);
    }
    if (request->convert.raw && format_of(request) != FORMAT_NPY) {
        return wrong_usage(command, "--raw goes with a .npy output");
    }
    if (request->convert.depth == DEPTH_16 && (has_ending(output, ".jpg") || has_ending(output, ".jpeg"))) {
        return wrong_usage(command, "a .jpg picture has 8 bits per sample, not 16");
    }
    if (strcmp(output, "-") == 0 && request->common.json) {
        return wrong_usage(command, "--json and -o - both want standard output");
    }
    return ALL_DONE;
}

static bool change_color(file_name name, ond_color color, ond_array *array)
{
    array_layout layout;
    char text[SHAPE_TEXT];
    if (!array_layout_of(array->rank, array->shape, true, &layout) || layout.count > 1) {
        complain("%s: has the shape %s; a picture is height x width, 3 x height x width or height x width x 3",
                 name.shown, shape_text(array->rank, array->shape, text));
        return false;
    }
    if (array_layout_take(&layout, array) || array_color(array, color)) {
        complain_of_file(name);
        return false;
    }
    return true;
}

static void note_clipping(const convert_request *request, file_name name, const ond_array *array)
{
    float lowest = INFINITY, highest = -INFINITY;
    size_t count = ond_array_count(array), outside = 0;
    for (size_t i = 0; i < count; i++) {
        lowest = fminf(lowest, array->data[i]);
        highest = fmaxf(highest, array->data[i]);
        outside += array->data[i] < 0 || array->data[i] > 1;
    }
    if (outside) {
        note(&request->common, "ondelet: %s: %zu values of %g..%g were clipped to 0..1", name.shown, outside,
             (double)lowest, (double)highest);
    }
}

static int depth_for(const convert_request *request, bool is_deep)
{
    const char *output = request->common.output;
    bool is_jpeg = has_ending(output, ".jpg") || has_ending(output, ".jpeg");
    return request->convert.depth == DEPTH_16 || (request->convert.depth == DEPTH_AUTO && is_deep && !is_jpeg) ? 16 : 8;
}

/* An array file of any size, item by item. */
static ond_status copy_items(ond_array_reader *reader, const char *path, double maximum)
{
    size_t shape[OND_MAX_RANK];
    int rank = ond_array_reader_shape(reader, shape);
    ond_array_writer *writer = NULL;
    ond_array item = {0};
    bool end = false;
    ond_status status = ond_array_writer_create(path, rank - 1, shape + 1, &writer);
    while (status == OND_OK && !end) {
        status = ond_array_reader_next(reader, &item, &end);
        if (status == OND_OK && !end) {
            array_divide(&item, maximum);
            status = ond_array_writer_append(writer, &item);
        }
    }
    if (status == OND_OK) {
        status = ond_array_writer_finish(&writer);
    }
    ond_array_writer_destroy(writer);
    ond_array_free(&item);
    return status;
}

static bool stream_array(const convert_request *request, file_name name)
{
    const char *output = request->common.output;
    bool to_stdout = strcmp(output, "-") == 0;
    ond_array_reader *reader = NULL;
    ond_status status = ond_array_reader_create(name.path, &reader);
    if (status == OND_OK) {
        const char *path = to_stdout ? spool_output() : output;
        double maximum = request->convert.raw ? 0 : ond_array_reader_maximum(reader);
        status = path ? copy_items(reader, path, maximum) : OND_ERROR_IO;
    }
    ond_array_reader_destroy(reader);
    if (status != OND_OK) {
        complain_of_file(name);
        return false;
    }
    return !to_stdout || spool_deliver();
}

static bool write_array(const convert_request *request, const ond_array *array)
{
    if (ond_array_write(array, request->common.output)) {
        complain_of(request->common.output);
        return false;
    }
    return true;
}

/* Whether an array file can be copied item by item: it has an axis, and no colour is to be changed. */
static bool can_stream(const convert_request *request, file_name name)
{
    ond_array_reader *reader = NULL;
    size_t shape[OND_MAX_RANK];
    if (request->convert.color != OND_NATIVE || !ond_array_recognize(name.path)
        || ond_array_reader_create(name.path, &reader)) {
        return false;
    }
    int rank = ond_array_reader_shape(reader, shape);
    ond_array_reader_destroy(reader);
    return rank > 0;
}

static bool convert_to_array(const convert_request *request, file_name name)
{
    if (can_stream(request, name)) {
        return stream_array(request, name);
    }
    whole_file file = {0};
    bool is_raw = request->convert.raw, fine;
    if (is_raw && !ond_array_recognize(name.path)) {
        fine = ond_image_read_samples(name.path, &file.array) == OND_OK;
        if (!fine) {
            complain_of_file(name);
        }
    } else {
        ond_color color = (ond_color)request->convert.color;
        fine = file_read(name, color, is_raw, &file)
               && (file.is_picture || color == OND_NATIVE || change_color(name, color, &file.array));
    }
    fine = fine && write_array(request, &file.array);
    ond_array_free(&file.array);
    return fine;
}

static bool take_color(const convert_request *request, image_file *source, ond_array *image)
{
    int rank = image->rank;
    if (array_color(image, (ond_color)request->convert.color)) {
        complain_of_file(source->name);
        return false;
    }
    if (image->rank != rank) { /* a colour profile would no longer fit */
        ond_metadata_destroy(source->metadata);
        source->metadata = NULL;
    }
    return true;
}

static bool write_picture(const convert_request *request, image_file *source, ond_array *image)
{
    image_file_writer writer;
    bool is_deep = source->is_picture ? source->bit_depth == 16 : source->maximum > 255;
    if (!image_file_writer_open(source, request->common.output, depth_for(request, is_deep), &writer)) {
        return false;
    }
    writer.as_picture = true;
    bool fine = image_file_next(source, image) == IMAGE_READY && take_color(request, source, image)
                && image_file_writer_take(&writer, image);
    if (fine) {
        note_clipping(request, source->name, image);
        image_file_note_loss(source, request->common.output, &request->common);
    }
    return image_file_writer_close(&writer, fine);
}

static bool convert_to_picture(const convert_request *request, file_name name)
{
    image_file source;
    ond_array image = {0};
    if (!image_file_open(name, &source)) {
        return false;
    }
    bool fine = write_picture(request, &source, &image);
    ond_array_free(&image);
    image_file_close(&source);
    return fine;
}

static exit_status run_convert(cli_request *common)
{
    const convert_request *request = (const convert_request *)common;
    exit_status status = check_request(request);
    if (status != ALL_DONE) {
        return status;
    }
    if (!output_is_free(common, common->output)) {
        return SOME_FAILED;
    }
    const char *input = common->inputs[0];
    file_name name = {input, strcmp(input, "-") == 0 ? spool_input() : input};
    bool fine
        = name.path
          && (format_of(request) == FORMAT_NPY ? convert_to_array(request, name) : convert_to_picture(request, name));
    if (fine && common->json) {
        json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "convert");
        json_object_set_new(object, "input", json_text(input));
        json_object_set_new(object, "output", json_text(common->output));
        json_print(object);
    }
    return fine ? ALL_DONE : SOME_FAILED;
}

const cli_command convert_command = {
    .name = "convert",
    .summary = "Pictures and arrays into .npy arrays or pictures",
    .usage = "INPUT -o OUTPUT [options]",
    .details
    = "8- and 16-bit samples become 0..1, [height, width] or [3, height, width]; float arrays are taken as they are.\n"
      "A written picture is clipped to 0..1; it keeps alpha and, unless gray becomes colour or colour gray, profile "
      "and\n"
      "description where its format has room for them. Arrays hold the colours alone.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(convert_request),
    .run = run_convert,
};
