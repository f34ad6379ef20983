/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/features.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <stdio.h>

/* Sums over the images of shares of ‖x‖². */
typedef struct energy_sums {
    double averaged[OND_MAX_ORDER + 1], discarded, propagated;
    size_t done, failed;
} energy_sums;

/* The energy of all colours of an image. */
static ond_status measure(const ond_scattering *plan, const ond_array *image, ond_scattering_energy *total)
{
    size_t colors = image->rank == 3 ? image->shape[0] : 1;
    *total = (ond_scattering_energy){0};
    for (size_t color = 0; color < colors; color++) {
        ond_array plane = image->rank == 3 ? ond_array_item(image, color) : *image;
        ond_scattering_energy energy;
        ond_status status = ond_scattering_measure_energy(plan, &plane, &energy);
        if (status != OND_OK) {
            return status;
        }
        total->image += energy.image;
        total->discarded += energy.discarded;
        total->propagated += energy.propagated;
        for (int order = 0; order <= OND_MAX_ORDER; order++) {
            total->averaged[order] += energy.averaged[order];
        }
    }
    return OND_OK;
}

static bool add_image(const ond_scattering *plan, const image_origin *origin, const ond_array *image, energy_sums *sums)
{
    ond_scattering_energy energy;
    if (measure(plan, image, &energy)) {
        complain_of_image(origin, NULL);
        return false;
    }
    if (!(energy.image > 0)) {
        complain_of_image(origin, "is zero everywhere: it has no energy");
        return false;
    }
    for (int order = 0; order <= OND_MAX_ORDER; order++) {
        sums->averaged[order] += energy.averaged[order] / energy.image;
    }
    sums->discarded += energy.discarded / energy.image;
    sums->propagated += energy.propagated / energy.image;
    return true;
}

static void walk(const features_request *request, const input_list *inputs, feature_plans *plans, energy_sums *sums)
{
    image_stream stream = open_images(request, inputs);
    ond_array image = {0};
    image_event event;
    size_t size_named = 0;
    while (!stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END) {
        bool fine = event == IMAGE_READY && prepare_image(request, &stream.origin, &image, &size_named);
        const size_t *size = image.shape + image.rank - 2;
        const ond_scattering *plan = fine ? plans_choose(plans, size[0], size[1], 1) : NULL;
        fine = plan && add_image(plan, &stream.origin, &image, sums);
        sums->done += fine;
        sums->failed += !fine;
        progress_advance(1);
    }
    image_stream_close(&stream);
    ond_array_free(&image);
}

static double percent(const energy_sums *sums, double sum)
{
    return 100.0 * sum / (double)sums->done;
}

static double whole(const features_request *request, const energy_sums *sums)
{
    double sum = sums->discarded + sums->propagated;
    for (int order = 0; order <= request->scattering.order; order++) {
        sum += sums->averaged[order];
    }
    return sum;
}

static void print_text(const features_request *request, const energy_sums *sums)
{
    printf("mean share of the energy, %zu images, %s, J = %d\n", sums->done, bank_name(&request->bank),
           bank_scales(&request->bank));
    for (int order = 0; order <= request->scattering.order; order++) {
        printf("order %-8d%10.4f %%\n", order, percent(sums, sums->averaged[order]));
    }
    printf("%-14s%10.4f %%\n", "discarded", percent(sums, sums->discarded));
    printf("%-14s%10.4f %%\n", "propagated", percent(sums, sums->propagated));
    printf("%-14s%10.4f %%\n", "sum", percent(sums, whole(request, sums)));
}

static void print_json(const features_request *request, const energy_sums *sums)
{
    json_t *averaged = json_array();
    for (int order = 0; order <= request->scattering.order; order++) {
        json_array_append_new(averaged, json_number(percent(sums, sums->averaged[order])));
    }
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "features --energy");
    json_object_set_new(object, "bank", bank_json(&request->bank));
    json_object_set_new(object, "done", json_integer((json_int_t)sums->done));
    json_object_set_new(object, "failed", json_integer((json_int_t)sums->failed));
    json_object_set_new(object, "averaged_percent", averaged);
    json_object_set_new(object, "discarded_percent", json_number(percent(sums, sums->discarded)));
    json_object_set_new(object, "propagated_percent", json_number(percent(sums, sums->propagated)));
    json_object_set_new(object, "sum_percent", json_number(percent(sums, whole(request, sums))));
    json_print(object);
}

exit_status print_energy(const features_request *request, const input_list *inputs)
{
    energy_sums sums = {.failed = inputs->failed};
    feature_plans plans;
    exit_status status = plans_create(request, images_count(inputs), &plans);
    if (status == ALL_DONE) {
        progress_start(plans.expected, request->common.quiet);
        walk(request, inputs, &plans, &sums);
        progress_hide();
    }
    plans_destroy(&plans);
    if (status != ALL_DONE || sums.done == 0) {
        return status == ALL_DONE ? SOME_FAILED : status;
    }
    if (request->common.json) {
        print_json(request, &sums);
    } else {
        print_text(request, &sums);
    }
    return sums.failed ? SOME_FAILED : ALL_DONE;
}
