/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/scattering.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/view.h"

#include <string.h>

static ond_status check_bank(const ond_filters *filters)
{
    if (!filters) {
        return ond_fail(OND_ERROR_ARGUMENT, "the filter bank is missing");
    }
    const ond_filter_info *last = &filters->filters[filters->count - 1].info;
    if (filters->count < 2 || last->kind != OND_FILTER_LOW_PASS
        || filters->filters[filters->count - 2].info.kind != OND_FILTER_BAND_PASS) {
        return ond_fail(OND_ERROR_ARGUMENT, "the bank '%s' has no single low-pass behind its band-pass filters",
                        filters->name);
    }
    int scales = ond_filters_scales(filters);
    if (scales > 20) {
        return ond_fail(OND_ERROR_ARGUMENT, "the bank '%s' has %d scales, up to 20 are possible", filters->name,
                        scales);
    }
    return OND_OK;
}

ond_status ond_scattering_create(const ond_filters *filters, const ond_scattering_config *config,
                                 ond_scattering **scattering)
{
    ond_scattering_config used = config ? *config : ond_scattering_config_default();
    OND_TRY(ond_options_check(ond_scattering_options(), &used));
    OND_TRY(check_bank(filters));
    ond_scattering *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_path_tree_create(filters, used.order, &made->tree);
    if (status != OND_OK) {
        ond_memory_free(made);
        return status;
    }
    made->filters = ond_filters_share(filters);
    made->config = used;
    pthread_mutex_init(&made->lock, NULL);
    *scattering = made;
    return OND_OK;
}

void ond_scattering_destroy(ond_scattering *scattering)
{
    if (!scattering) {
        return;
    }
    for (int i = 0; i < OND_PLANS_KEPT; i++) {
        ond_plan_release(scattering->plans[i]);
    }
    ond_forward_room_destroy(scattering->room);
    pthread_mutex_destroy(&scattering->lock);
    ond_path_tree_free(&scattering->tree);
    ond_filters_destroy(scattering->filters);
    ond_memory_free(scattering);
}

size_t ond_scattering_paths(const ond_scattering *scattering)
{
    return scattering->tree.count;
}

ond_scattering_path ond_scattering_path_at(const ond_scattering *scattering, size_t channel)
{
    return scattering->tree.nodes[channel].path;
}

ond_status ond_scattering_describe(const ond_scattering *scattering, size_t height, size_t width,
                                   ond_scattering_geometry *geometry)
{
    int scales = ond_filters_scales(scattering->filters);
    ond_axis rows;
    ond_axis columns;
    OND_TRY(ond_axis_lay_out(height, scales, &scattering->config, &rows));
    OND_TRY(ond_axis_lay_out(width, scales, &scattering->config, &columns));
    *geometry = (ond_scattering_geometry){
        .padded_height = rows.padded,
        .padded_width = columns.padded,
        .output_height = rows.outputs,
        .output_width = columns.outputs,
        .first_row = (ptrdiff_t)rows.first - (ptrdiff_t)rows.before,
        .first_column = (ptrdiff_t)columns.first - (ptrdiff_t)columns.before,
        .stride = rows.stride,
    };
    return OND_OK;
}

/* Moves the plan in place `index` to the front. */
static void bring_to_front(ond_plan **plans, int index)
{
    ond_plan *plan = plans[index];
    memmove(plans + 1, plans, (size_t)index * sizeof *plans);
    plans[0] = plan;
}

static ond_plan *find_plan(ond_plan **plans, size_t height, size_t width)
{
    for (int i = 0; i < OND_PLANS_KEPT && plans[i]; i++) {
        if (plans[i]->height == height && plans[i]->width == width) {
            bring_to_front(plans, i);
            return plans[0];
        }
    }
    return NULL;
}

/* Plans are made under the lock, so that threads that meet at a new size make it once. */
static ond_status find_or_make(const ond_scattering *scattering, ond_plan **plans, size_t height, size_t width,
                               bool complete, ond_plan **plan)
{
    ond_plan *found = find_plan(plans, height, width);
    if (!found) {
        OND_TRY(ond_plan_create(scattering->filters, &scattering->config, height, width, &found));
        ond_plan_release(plans[OND_PLANS_KEPT - 1]);
        plans[OND_PLANS_KEPT - 1] = found;
        bring_to_front(plans, OND_PLANS_KEPT - 1);
    }
    OND_TRY(complete ? ond_plan_complete(found) : OND_OK);
    ond_plan_share(found);
    *plan = found;
    return OND_OK;
}

static ond_status take_plan(const ond_scattering *scattering, size_t height, size_t width, bool complete,
                            ond_plan **plan)
{
    union {
        const ond_scattering *given;
        ond_scattering *own;
    } object = {.given = scattering}; /* the cache of plans is the one part that changes */
    pthread_mutex_lock(&object.own->lock);
    ond_status status = find_or_make(scattering, object.own->plans, height, width, complete, plan);
    pthread_mutex_unlock(&object.own->lock);
    return status;
}

ond_status ond_scattering_plan(const ond_scattering *scattering, size_t height, size_t width, ond_plan **plan)
{
    return take_plan(scattering, height, width, false, plan);
}

ond_status ond_scattering_complete_plan(const ond_scattering *scattering, size_t height, size_t width, ond_plan **plan)
{
    return take_plan(scattering, height, width, true, plan);
}

/* Exchanges the room that is kept. */
static ond_forward_room *exchange_room(const ond_scattering *scattering, ond_forward_room *room)
{
    union {
        const ond_scattering *given;
        ond_scattering *own;
    } object = {.given = scattering};
    pthread_mutex_lock(&object.own->lock);
    ond_forward_room *kept = object.own->room;
    object.own->room = room;
    pthread_mutex_unlock(&object.own->lock);
    return kept;
}

static bool same_sharing(ond_forward_sharing a, ond_forward_sharing b)
{
    return a.workers == b.workers && a.own_image == b.own_image && a.stacks == b.stacks;
}

ond_status ond_scattering_take_room(const ond_scattering *scattering, ond_plan *plan, ond_forward_sharing sharing,
                                    ond_forward_room **room)
{
    ond_forward_room *kept = exchange_room(scattering, NULL);
    if (kept && kept->plan == plan && same_sharing(kept->sharing, sharing)) {
        *room = kept;
        return OND_OK;
    }
    ond_forward_room_destroy(kept);
    return ond_forward_room_create(plan, sharing, room);
}

void ond_scattering_keep_room(const ond_scattering *scattering, ond_forward_room *room)
{
    ond_forward_room_destroy(exchange_room(scattering, room));
}

ond_status ond_scattering_prepare(const ond_scattering *scattering, size_t height, size_t width)
{
    ond_plan *plan = NULL;
    OND_TRY(ond_scattering_plan(scattering, height, width, &plan));
    ond_plan_release(plan);
    return OND_OK;
}

ond_status ond_scattering_check_image(const ond_array *image)
{
    OND_TRY(ond_array_check_filled(image, "the image"));
    if (image->rank != 2) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, [height, width] is wanted",
                        ond_shape_text(image->rank, image->shape, text));
    }
    return ond_array_check_finite(image, "the image");
}

ond_status ond_scattering_view_images(const ond_array *images, ond_image_view *view)
{
    OND_TRY(ond_array_check_filled(images, "the array of images"));
    if (images->rank < 2 || images->rank > 4) {
        return ond_fail(OND_ERROR_SHAPE, "images have %d axes, [height, width] and up to two in front are wanted",
                        images->rank);
    }
    size_t height = images->shape[images->rank - 2];
    size_t width = images->shape[images->rank - 1];
    *view = ond_view_of_planes(images->data, ond_array_count(images) / (height * width), height, width);
    return OND_OK;
}

int ond_scattering_shape(const ond_scattering *scattering, const ond_plan *plan, int leading, const size_t *axes,
                         size_t shape[OND_MAX_RANK])
{
    memcpy(shape, axes, (size_t)leading * sizeof *shape);
    shape[leading] = scattering->tree.count;
    shape[leading + 1] = plan->rows.outputs;
    shape[leading + 2] = plan->columns.outputs;
    return leading + 3;
}

ond_status ond_scattering_check_pixels(ond_channel image)
{
    ond_view_defect defect;
    if (ond_view_find_nonfinite(image.view, image.index, &defect)) {
        return ond_fail(OND_ERROR_ARGUMENT, "image %zu holds %g at row %zu, column %zu, finite numbers are wanted",
                        image.index, (double)defect.value, defect.row, defect.column);
    }
    return OND_OK;
}
