/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/polyphase.h"

#include "core/memory.h"

static size_t divided(size_t size, size_t stride)
{
    return (size + stride - 1) / stride;
}

/* One plane [height, width] becomes stride² planes; zeros where it has no samples. */
static void split_plane(const float *plane, size_t height, size_t width, size_t stride, float *parts)
{
    size_t rows = divided(height, stride);
    size_t columns = divided(width, stride);
    for (size_t phase = 0; phase < stride * stride; phase++) {
        for (size_t i = 0; i < rows * columns; i++) {
            size_t row = i / columns * stride + phase / stride;
            size_t column = i % columns * stride + phase % stride;
            parts[phase * rows * columns + i] = row < height && column < width ? plane[row * width + column] : 0;
        }
    }
}

static float *split_planes(const float *planes, size_t count, size_t height, size_t width, size_t stride)
{
    size_t size = divided(height, stride) * divided(width, stride) * stride * stride;
    float *parts = ond_memory_allocate(count * size, sizeof *parts);
    for (size_t i = 0; parts && i < count; i++) {
        split_plane(planes + i * height * width, height, width, stride, parts + i * size);
    }
    return parts;
}

static ond_status split_dictionary(const ond_dictionary *dictionary, ond_dictionary **made)
{
    ond_dictionary_info info = dictionary->info;
    size_t stride = info.stride;
    size_t planes = info.atoms * info.channels;
    info.channels *= stride * stride;
    info.filter_height = divided(info.filter_height, stride);
    info.filter_width = divided(info.filter_width, stride);
    info.stride = 1;
    info.height = info.width = 0;
    OND_TRY(ond_dictionary_create_empty(&info, made));
    const float *from = dictionary->values;
    size_t taps = dictionary->info.filter_height * dictionary->info.filter_width;
    size_t size = stride * stride * info.filter_height * info.filter_width;
    for (size_t i = 0; i < planes; i++) {
        split_plane(from + i * taps, dictionary->info.filter_height, dictionary->info.filter_width, stride,
                    (*made)->values + i * size);
    }
    return OND_OK;
}

ond_status ond_polyphase_create(const ond_lasso *lasso, ond_planning planning, ond_polyphase *made)
{
    const ond_operator *operator_ = lasso->operator_;
    const ond_dictionary_info *info = &operator_->dictionary->info;
    *made = (ond_polyphase){.lasso = *lasso};
    OND_TRY(split_dictionary(operator_->dictionary, &made->dictionary));
    OND_TRY(ond_operator_create(made->dictionary, divided(operator_->height, info->stride),
                                divided(operator_->width, info->stride), OND_PRODUCTS_DIRECT, planning,
                                &made->operator_));
    made->signal = split_planes(lasso->signal, info->channels, operator_->height, operator_->width, info->stride);
    if (lasso->mask) {
        made->mask = split_planes(lasso->mask, info->channels, operator_->height, operator_->width, info->stride);
    }
    made->lasso.operator_ = made->operator_;
    made->lasso.signal = made->signal;
    made->lasso.mask = made->mask;
    return made->signal && (made->mask || !lasso->mask) ? OND_OK : OND_ERROR_MEMORY;
}

void ond_polyphase_free(ond_polyphase *made)
{
    ond_operator_destroy(made->operator_);
    ond_dictionary_destroy(made->dictionary);
    ond_memory_free(made->signal);
    ond_memory_free(made->mask);
}
