/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_IMAGE_H
#define ONDELET_IMAGE_H

#include <ondelet/array.h>
#include <ondelet/option.h>
#include <ondelet/planes.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a picture file is turned into. */
typedef enum ond_color {
    OND_GRAY,  /**< [height, width]; colour becomes luminance 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) */
    OND_RGB,   /**< [3, height, width]; gray is repeated */
    OND_NATIVE /**< [height, width] for gray files, [3, height, width] for colour files; a palette counts as colour */
} ond_color;

typedef enum ond_image_format { OND_FORMAT_PNG, OND_FORMAT_JPEG, OND_FORMAT_PNM } ond_image_format;

/** What a picture file says about itself. */
typedef struct ond_image_info {
    ond_image_format format;
    size_t height, width;
    int channels;     /**< as stored: 1 gray or palette, 2 gray + alpha, 3 RGB, 4 RGB + alpha */
    int bit_depth;    /**< bits per sample as stored: 1, 2, 4, 8, 16 */
    bool palette;     /**< samples are palette indices */
    bool interlaced;  /**< PNG Adam7 or progressive JPEG */
    bool transparent; /**< has an alpha channel or PNG tRNS chunk */
} ond_image_info;

/** Reads a picture as floats 0…1 (sample / largest sample of its depth). Palettes are resolved, alpha is dropped.
 *  PNG of every depth and kind, baseline and progressive JPEG, binary and plain PGM/PPM/PBM, PAM; told apart by
 * content.
 *  @param[in]  path   "-" is standard input
 *  @param[out] image  see ond_color
 *  @retval OND_ERROR_IO           cannot be opened or read
 *  @retval OND_ERROR_FORMAT       no picture, damaged or truncated: the message names the cause
 *  @retval OND_ERROR_UNSUPPORTED  more pixels than ond_image_limit allows, CMYK JPEG */
OND_CHECKED ond_status ond_image_read(const char *path, ond_color color, ond_array *image);

/** The same for pictures that are larger than memory, row by row.
 *  @param[out] planes  of the picture's size: one for OND_GRAY, three for OND_RGB, and maybe one more for its alpha
 *  @retval OND_ERROR_SHAPE  the planes have another size or number; otherwise as ond_image_read. They are unspecified
 *          after a failure. Memory: some rows; the whole file for interlaced PNG and progressive JPEG. */
OND_CHECKED ond_status ond_image_read_planes(const char *path, ond_color color, const ond_planes *planes);

/** Reads the samples exactly as stored: no scaling, gamma, palette or transparency applied (in PBM, 1 is black). JPEG
 *  stores no samples: these are its decoded gray or RGB values.
 *  @param[out] samples  [height, width, channels], integers 0…65535; same failures as ond_image_read */
OND_CHECKED ond_status ond_image_read_samples(const char *path, ond_array *samples);

/** Reads the header alone. */
OND_CHECKED ond_status ond_image_inspect(const char *path, ond_image_info *info);

/** True when the file starts like a PNG, JPEG or PNM picture; false also when it cannot be read. Looking takes nothing
 *  away from standard input or a pipe: the bytes wait for the next call that opens the same path. */
OND_API bool ond_image_recognize(const char *path);

/** Writes a picture, beside its place and renamed when complete. Values are clipped to 0…1 and rounded.
 *  @param[in] image      [height, width], [1, height, width] or [3, height, width]; for PNG also
 *                        [2, height, width], gray + alpha, and [4, height, width], RGB + alpha
 *  @param     bit_depth  8 or 16
 *  @param[in] path       ending .png, .pgm (gray), .ppm, .pam (8 or 16 bit) or .jpg (8 bit, quality 95); "-" is PNG on
 *                        standard output
 *  @retval OND_ERROR_ARGUMENT  unknown ending, a non-finite sample
 *  @retval OND_ERROR_SHAPE     not a picture, or one that this kind of file cannot hold
 *  @retval OND_ERROR_IO        cannot be written; an older file is left as it was */
OND_CHECKED ond_status ond_image_write(const ond_array *image, int bit_depth, const char *path);

/** What a picture file says besides its samples: colour profile (ICC), gamma and primaries, pixel density, Exif, XMP,
 *  texts. Nothing of it changes how samples are read. */
typedef struct ond_metadata ond_metadata;

/** Of PNG and JPEG files; other files have none. Damaged pieces and those above 16 MB are left out.
 *  @param[in]  path      "-" is standard input
 *  @param[out] metadata  for ond_image_write_with; may be empty, never NULL
 *  @retval OND_ERROR_IO  cannot be opened or read; OND_ERROR_MEMORY */
OND_CHECKED ond_status ond_metadata_read(const char *path, ond_metadata **metadata);
/** Accepts NULL. */
OND_API void ond_metadata_destroy(ond_metadata *metadata);

/** ond_image_write with metadata. PNG holds all kinds. JPEG holds profile, Exif, XMP, density and plain texts, as far
 * as each fits into a segment of 64 kB (profiles into 255 of them); PNM holds none. What does not fit, and a profile
 * for gray in a colour picture or the other way round, is left out.
 *  @param[in] metadata  may be NULL */
OND_CHECKED ond_status ond_image_write_with(const ond_array *image, int bit_depth, const ond_metadata *metadata,
                                            const char *path);

/** The same row by row, from planes that need not lie in memory.
 *  @param[in] planes  1 to 4 of them, see ond_image_write */
OND_CHECKED ond_status ond_image_write_planes(const ond_planes *planes, int bit_depth, const ond_metadata *metadata,
                                              const char *path);

/** Brings an image to another size with the cubic kernel of Keys (a = −1/2), widened where the image shrinks so that
 * nothing aliases; at the border the kernel is cut and its weights still add up to one.
 *  @param[in]  image    [height, width] or [channels, height, width], finite
 *  @param      height, width  of the result, ≥ 1
 *  @param[out] resized  may overshoot the range of the input slightly
 *  @retval OND_ERROR_SHAPE  not an image, or a size of 0
 *  Cost: about 4 multiplications per sample of the larger side of each axis.
 *  Source: Keys, Cubic convolution interpolation for digital image processing, IEEE ASSP 29(6), 1981. */
OND_CHECKED ond_status ond_image_resize(const ond_array *image, size_t height, size_t width, ond_array *resized);

/** Kernels of ond_image_fit. */
typedef enum ond_interpolation {
    OND_CUBIC, /**< that of ond_image_resize: sharp, may overshoot slightly */
    OND_LINEAR /**< the hat: smoother, stays in the range of the input */
} ond_interpolation;

/** How pictures of many sizes become pictures of one. Presets leave them as they are. */
typedef struct ond_fit_config {
    int height, width;               /**< size that they are brought to, proportions or not; 0: not */
    int short_side;                  /**< or: pixels of the shorter side, the longer in proportion; 0: not */
    ond_interpolation interpolation; /**< preset OND_CUBIC */
    int crop_height, crop_width;     /**< then the middle of this size is kept; 0: all is */
} ond_fit_config;

/** The option table of ond_fit_config. */
OND_API const ond_option *ond_fit_options(void);
/** Presets. */
OND_API ond_fit_config ond_fit_config_default(void);

/** Brings an image to a size and keeps the middle.
 *  @param[in]  image   [height, width] or [channels, height, width]
 *  @param[in]  config  NULL: presets
 *  @param[out] fitted  never the image itself
 *  @retval OND_ERROR_SHAPE     not an image, or smaller than the crop
 *  @retval OND_ERROR_ARGUMENT  options that contradict each other
 *  Cost: as ond_image_resize. */
OND_CHECKED ond_status ond_image_fit(const ond_array *image, const ond_fit_config *config, ond_array *fitted);

/** Puts an image in the middle of zeros; of an odd number of rows or columns to add, the last one comes after it. What
 * the extractor's `pad_height` and `pad_width` do.
 *  @param[in]  image   [height, width] or [channels, height, width], finite
 *  @param      height, width  of the result, not less than those of the image
 *  @param[out] padded  never the image itself
 *  @retval OND_ERROR_SHAPE     not an image, or larger than the size
 *  @retval OND_ERROR_ARGUMENT  a non-finite sample
 *  Cost: a copy. */
OND_CHECKED ond_status ond_image_pad(const ond_array *image, size_t height, size_t width, ond_array *padded);

/** Refuses to decode pictures and arrays that declare more pixels, before any memory is taken. Preset 2^28.
 *  @param pixels  ≥ 1 */
OND_CHECKED ond_status ond_image_limit_set(size_t pixels);
OND_API size_t ond_image_limit(void);

#ifdef __cplusplus
}
#endif

#endif
