/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/features.h"

#include <math.h>

/* So many images of one size pay for tenths of a second of measuring. */
static const size_t many = 32;

bool takes_any_size(const features_request *request)
{
    return request->features.pool == POOL_MEAN || request->scattering.averaging == OND_AVERAGING_GLOBAL;
}

static ond_status make_plan(const features_request *request, ond_planning planning, ond_scattering **plan)
{
    ond_filters *bank = NULL;
    ond_scattering_config config = request->scattering;
    config.planning = planning;
    ond_status status = bank_create(&request->bank, 0, 0, &bank);
    if (status == OND_OK) {
        status = ond_scattering_create(bank, &config, plan);
    }
    ond_filters_destroy(bank);
    return status;
}

exit_status plans_create(const features_request *request, size_t expected, feature_plans *plans)
{
    *plans = (feature_plans){.request = request, .expected = expected};
    if (make_plan(request, request->scattering.planning, &plans->quick) == OND_OK) {
        return ALL_DONE;
    }
    return wrong_usage(request->common.command, "%s", ond_error_message());
}

bool plans_are_fixed(const features_request *request)
{
    return request->shard_count > 0 || request->is_shared
               ? !was_given(&request->common, "planning")
               : was_given(&request->common, "planning") && request->scattering.planning == OND_PLANNING_ESTIMATE;
}

static void decide(feature_plans *plans, size_t height, size_t width, size_t run)
{
    const features_request *request = plans->request;
    size_t of_this_size = takes_any_size(request) ? run : plans->expected;
    bool is_free = !plans_are_fixed(request) && !was_given(&request->common, "planning");
    plans->is_decided = true;
    if (is_free && of_this_size >= many) {
        plans->measured_size[0] = height;
        plans->measured_size[1] = width;
    }
}

const ond_scattering *plans_choose(feature_plans *plans, size_t height, size_t width, size_t run)
{
    if (!plans->is_decided) {
        decide(plans, height, width, run);
    }
    if (plans->measured_size[0] != height || plans->measured_size[1] != width) {
        return plans->quick;
    }
    if (!plans->measured && make_plan(plans->request, OND_PLANNING_MEASURE, &plans->measured)) {
        complain("%s", ond_error_message());
    }
    return plans->measured;
}

image_stream open_images(const features_request *request, const input_list *inputs)
{
    return (image_stream){
        .inputs = inputs,
        .color = (ond_color)request->features.color,
        .fit = request->fit,
    };
}

exit_status shard_bounds(const features_request *request, const image_map *map, image_place *from, image_place *to,
                         size_t *count)
{
    size_t all = map->before[map->files];
    size_t parts = request->shard_count ? (size_t)request->shard_count : 1, part = (size_t)request->shard_index;
    if (all < parts) {
        return wrong_usage(request->common.command, "%zu images cannot be shared out to %zu shards", all, parts);
    }
    /* Shares differ by one image at most; no product overflows. */
    size_t each = all / parts, rest = all % parts;
    size_t first = part * each + (part < rest ? part : rest);
    *count = each + (part < rest);
    *from = map_place(map, first);
    *to = map_place(map, first + *count);
    return ALL_DONE;
}

void plans_destroy(feature_plans *plans)
{
    ond_scattering_destroy(plans->quick);
    ond_scattering_destroy(plans->measured);
    *plans = (feature_plans){0};
}
