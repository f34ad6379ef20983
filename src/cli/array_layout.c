/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/array_layout.h"

#include <string.h>

enum { LEAST_SIDE = 5 }; /* a shorter one is rather a count or planes */

static bool has_channels_last(const size_t *sides)
{
    return (sides[2] == 1 || sides[2] == 3) && sides[0] >= LEAST_SIDE && sides[1] >= LEAST_SIDE;
}

/* Two or four channels last, of a picture with alpha rather than images two or four pixels wide. */
static bool has_alpha_last(int rank, const size_t *shape)
{
    return rank == 3 && (shape[2] == 2 || shape[2] == 4) && shape[0] >= LEAST_SIDE && shape[1] >= LEAST_SIDE;
}

/* Of an image without the axis of a stack. */
static bool image_layout(int rank, const size_t *shape, bool three_are_colors, array_layout *layout)
{
    bool planes = rank == 3 && (shape[0] == 1 || (shape[0] == 3 && three_are_colors));
    layout->channels_last = rank == 3 && !planes && has_channels_last(shape);
    if (rank != 2 && !planes && !layout->channels_last) {
        return false;
    }
    const size_t *sides = planes ? shape + 1 : shape;
    layout->colors = planes ? shape[0] : layout->channels_last ? shape[2] : 1;
    layout->height = sides[0];
    layout->width = sides[1];
    return true;
}

bool array_layout_of(int rank, const size_t *shape, bool three_are_colors, array_layout *layout)
{
    *layout = (array_layout){.count = 1};
    bool has_sides = rank >= 2 && rank <= 4;
    for (int axis = 0; axis < rank; axis++) {
        has_sides = has_sides && shape[axis] > 0;
    }
    if (!has_sides || has_alpha_last(rank, shape)) {
        return false;
    }
    bool is_one = rank == 2 || (rank == 3 && (has_channels_last(shape) || (shape[0] == 3 && three_are_colors)));
    if (is_one) {
        return image_layout(rank, shape, three_are_colors, layout);
    }
    layout->is_stack = true;
    layout->count = shape[0];
    return image_layout(rank - 1, shape + 1, true, layout);
}

static const char *fault_of_shape(int rank, const size_t *shape)
{
    for (int axis = 0; axis < rank; axis++) {
        if (shape[axis] == 0) {
            return ": there are no pixels";
        }
    }
    if (has_alpha_last(rank, shape)) {
        return ": alpha in arrays is not taken; without it they are height x width x 3, or height x width";
    }
    return "; images are height x width, 3 x height x width, height x width x 3, or several of these";
}

/* Says what is wrong with a shape of which there is no layout. */
static void complain_of_shape(file_name name, int rank, const size_t *shape)
{
    char text[SHAPE_TEXT];
    complain("%s: has the shape %s%s", name.shown, shape_text(rank, shape, text), fault_of_shape(rank, shape));
}

bool array_layout_open(file_name name, int rank, const size_t *shape, bool three_are_colors, array_layout *layout)
{
    if (!array_layout_of(rank, shape, three_are_colors, layout)) {
        complain_of_shape(name, rank, shape);
        return false;
    }
    if (layout->height > ond_image_limit() / layout->width) {
        complain("%s: %zu x %zu pixels are more than the limit of %zu", name.shown, layout->height, layout->width,
                 ond_image_limit());
        return false;
    }
    return true;
}

/* A matrix's transpose: [rows, columns] to [columns, rows]. */
static ond_status exchange(const ond_array *from, size_t rows, size_t columns, const size_t *shape, ond_array *to)
{
    ond_status status = ond_array_resize(to, 3, shape);
    for (size_t column = 0; status == OND_OK && column < columns; column++) {
        for (size_t row = 0; row < rows; row++) {
            to->data[column * rows + row] = from->data[row * columns + column];
        }
    }
    return status;
}

static ond_status rearrange(ond_array *image, size_t rows, size_t columns, const size_t *shape)
{
    ond_array made = {0};
    ond_status status = exchange(image, rows, columns, shape, &made);
    if (status != OND_OK) {
        ond_array_free(&made);
        return status;
    }
    ond_array_free(image);
    *image = made;
    return OND_OK;
}

ond_status array_layout_take(const array_layout *layout, ond_array *image)
{
    const size_t shape[3] = {layout->colors, layout->height, layout->width};
    if (layout->channels_last && layout->colors > 1) {
        return rearrange(image, layout->height * layout->width, layout->colors, shape);
    }
    image->rank = layout->colors == 1 ? 2 : 3;
    memcpy(image->shape, layout->colors == 1 ? shape + 1 : shape, (size_t)image->rank * sizeof shape[0]);
    return OND_OK;
}

ond_status array_layout_give(const array_layout *layout, ond_array *image)
{
    const size_t shape[3] = {layout->height, layout->width, layout->colors};
    bool moves = layout->channels_last && layout->colors > 1;
    return moves ? rearrange(image, layout->colors, layout->height * layout->width, shape) : OND_OK;
}
