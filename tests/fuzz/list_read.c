/* SPDX-License-Identifier: BSD-3-Clause */
/* The input as a list of paths (@list), without what would lead out of its folder. */
#include "cli/inputs.h"

#include "fuzz/fuzz.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *lines = malloc(size + 1);
    fuzz_enter_folder();
    if (!lines) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) { /* no absolute paths, no folders but this file's own */
        bool leads_away = data[i] == '/' || (data[i] == '.' && i + 1 < size && data[i + 1] == '.');
        lines[i] = leads_away ? '_' : data[i];
    }
    char word[128] = "@";
    strncat(word, fuzz_file(lines, size), sizeof word - 2);
    const char *words[1] = {word};
    input_list list = inputs_expand(words, 1);
    for (size_t i = 0; i < list.count; i++) {
        if (!list.files[i].path || !list.files[i].path[0] || !list.files[i].shown) {
            abort();
        }
    }
    if (list.count == 0 && list.failed == 0) {
        abort();
    }
    inputs_free(&list);
    free(lines);
    return 0;
}
