/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "scattering/backward.h"

#include <string.h>

/* A call of ond_scattering_adjoint. */
typedef struct batch {
    const ond_scattering *scattering;
    const ond_plan *plan;
    const ond_image_view *images; /* each image is a channel */
    const float *cotangent;
    float *gradient;
    size_t image_size, feature_size; /* floats of one image and of its features */
    ond_backward_scratch *scratch;
} batch;

static ond_status do_image(const batch *call, size_t index, int workers, ond_backward_scratch *scratch)
{
    ond_channel image = {call->images, index};
    float *gradient = call->gradient + index * call->image_size;
    OND_TRY(ond_scattering_check_pixels(image));
    ond_backward one = {call->scattering, call->plan, call->cotangent + index * call->feature_size};
    OND_TRY(ond_backward_image(&one, image, workers, scratch, gradient));
    size_t bad = ond_vector_find_nonfinite(gradient, call->image_size);
    if (bad < call->image_size) {
        return ond_fail(OND_ERROR_ARGUMENT, "the gradient of image %zu overflows at row %zu, column %zu", index,
                        bad / call->plan->width, bad % call->plan->width);
    }
    return OND_OK;
}

static ond_status do_whole_image(void *context, size_t index, int worker)
{
    const batch *call = context;
    return do_image(call, index, 1, &call->scratch[worker]);
}

/* Images are shared out or, when there are fewer of them than threads, the first-order paths of each. */
static ond_status do_batch(batch *call, size_t count)
{
    bool over_images = count >= (size_t)ond_threads();
    int workers = ond_parallel_workers(over_images ? count : call->scattering->tree.nodes[0].child_count);
    call->scratch = ond_memory_allocate_zero((size_t)workers, sizeof *call->scratch);
    void *memory
        = call->scratch ? ond_backward_allocate_scratch(call->plan, workers, over_images, call->scratch) : NULL;
    ond_status status = memory ? OND_OK : OND_ERROR_MEMORY;
    if (memory && over_images) {
        status = ond_parallel_for(count, workers, do_whole_image, call);
    }
    for (size_t index = 0; memory && !over_images && index < count && status == OND_OK; index++) {
        status = do_image(call, index, workers, call->scratch);
    }
    ond_memory_free(memory);
    ond_memory_free(call->scratch);
    return status;
}

static ond_status check_cotangent(const ond_scattering *scattering, const ond_plan *plan, const ond_array *images,
                                  const ond_array *cotangent)
{
    size_t shape[OND_MAX_RANK];
    int rank = ond_scattering_shape(scattering, plan, images->rank - 2, images->shape, shape);
    OND_TRY(ond_array_check_filled(cotangent, "the cotangent"));
    if (cotangent->rank != rank || memcmp(cotangent->shape, shape, (size_t)rank * sizeof *shape) != 0) {
        char found[OND_SHAPE_TEXT_SIZE];
        char wanted[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the cotangent is %s, the features are %s",
                        ond_shape_text(cotangent->rank, cotangent->shape, found), ond_shape_text(rank, shape, wanted));
    }
    return ond_array_check_finite(cotangent, "the cotangent");
}

static ond_status apply_plan(const ond_scattering *scattering, const ond_plan *plan, const ond_array *images,
                             const ond_image_view *view, const ond_array *cotangent, ond_array *gradient)
{
    OND_TRY(check_cotangent(scattering, plan, images, cotangent));
    OND_TRY(ond_array_resize(gradient, images->rank, images->shape));
    batch call = {
        .scattering = scattering,
        .plan = plan,
        .images = view,
        .cotangent = cotangent->data,
        .gradient = gradient->data,
        .image_size = plan->height * plan->width,
        .feature_size = scattering->tree.count * plan->rows.outputs * plan->columns.outputs,
    };
    return do_batch(&call, view->channels);
}

ond_status ond_scattering_adjoint(const ond_scattering *scattering, const ond_array *images, const ond_array *cotangent,
                                  ond_array *gradient)
{
    ond_plan *plan = NULL;
    ond_image_view view;
    OND_TRY(ond_scattering_view_images(images, &view));
    OND_TRY(ond_scattering_complete_plan(scattering, view.height, view.width, &plan));
    ond_status status = apply_plan(scattering, plan, images, &view, cotangent, gradient);
    ond_plan_release(plan);
    return status;
}
