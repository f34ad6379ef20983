/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_VIEW_H
#define ONDELET_VIEW_H

#include <ondelet/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How samples are stored. Integers stand for 0…1 (sample / largest sample), floats for themselves. */
typedef enum ond_sample_type { OND_SAMPLE_U8, OND_SAMPLE_U16, OND_SAMPLE_F32 } ond_sample_type;

/** An image in somebody else's memory: a region of a cv::Mat, a NumPy slice, a plane of a video frame. Nothing is
 *  copied to make one, and nothing needs to be contiguous or aligned.
 *
 *  Strides are in bytes and may be negative (bottom-up rows; BGR as RGB: `data` at the last channel and
 *  channel_stride = −1). A stride of 0 stands for the packed one: channel_stride is the size of a sample, pixel_stride
 *  the channels of a pixel, row_stride the pixels of a row. Separate planes: pixel_stride is the size of a sample and
 *  channel_stride a plane. */
typedef struct ond_image_view {
    void *data; /**< sample [0, 0] of channel 0; written to by ond_image_view_write alone */
    ond_sample_type type;
    size_t height, width; /**< ≥ 1 */
    size_t channels;      /**< ≥ 1, or 0 for 1 */
    ptrdiff_t row_stride, pixel_stride, channel_stride;
} ond_image_view;

/** Takes an image from a view.
 *  @param[out] image  [height, width] when there is one channel, else [channels, height, width]
 *  @retval OND_ERROR_ARGUMENT  no data, an unknown type; OND_ERROR_SHAPE  an empty side; OND_ERROR_MEMORY
 *  Cost: one pass. */
OND_CHECKED ond_status ond_image_view_read(const ond_image_view *view, ond_array *image);

/** Puts an image into a view. For integer views values are clipped to 0…1 and rounded, as ond_image_write does.
 *  @param[in] image  [height, width] or [channels, height, width] of the view's sizes
 *  @retval OND_ERROR_SHAPE     sizes differ
 *  @retval OND_ERROR_ARGUMENT  a non-finite sample for an integer view; nothing was written */
OND_CHECKED ond_status ond_image_view_write(const ond_array *image, const ond_image_view *view);

#ifdef __cplusplus
}
#endif

#endif
