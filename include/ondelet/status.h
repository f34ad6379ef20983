/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_STATUS_H
#define ONDELET_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exported from the shared library. */
#define OND_API __attribute__((visibility("default")))
/* Exported, and its status must not be ignored. */
#define OND_CHECKED OND_API __attribute__((warn_unused_result))
#define OND_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))

/** Result of every fallible call. Success is zero, so that calls chain with `||`. */
typedef enum ond_status {
    OND_OK = 0,
    OND_ERROR_ARGUMENT,    /**< a value outside its range, a NULL that is not allowed, a non-finite sample */
    OND_ERROR_SHAPE,       /**< array shapes that do not fit each other or the plan */
    OND_ERROR_MEMORY,      /**< an allocation failed or its size overflows */
    OND_ERROR_IO,          /**< the operating system refused to open, read, write or rename */
    OND_ERROR_FORMAT,      /**< a file is damaged, truncated or not what its name says */
    OND_ERROR_UNSUPPORTED, /**< valid, but not handled by this build */
    OND_ERROR_INTERNAL     /**< a fault in the library */
} ond_status;

/** One line about the last failure in this thread: the value found and the value wanted. Valid only right after a call
 *  that did not return OND_OK, until the next call into the library from the same thread. Never NULL. */
OND_API const char *ond_error_message(void);

/** The status as a word: "argument", "shape", … */
OND_API const char *ond_status_name(ond_status status);

#ifdef __cplusplus
}
#endif

#endif
