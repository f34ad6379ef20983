/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/fuzz.h"
#include <stdlib.h>

/* What was read can be written, and every tensor is found under its name. */
static void use_tensors(const ond_tensors *tensors)
{
    fuzz_check_status(ond_tensors_write(tensors, "/dev/null"));
    for (size_t i = 0; i < ond_tensors_count(tensors); i++) {
        const ond_array *array = NULL;
        const char *name = ond_tensors_name(tensors, i);
        if (!name || ond_tensors_find(tensors, name) != ond_tensors_array(tensors, i)) {
            abort();
        }
        fuzz_check_status(ond_tensors_get(tensors, name, 1, NULL, &array));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ond_tensors *tensors = NULL;
    const char *path = fuzz_file(data, size);
    bool known = ond_tensors_recognize(path);
    ond_status status = ond_tensors_read(path, &tensors);
    fuzz_check_status(status);
    if (status == OND_OK && !known) {
        abort();
    }
    if (status == OND_OK) {
        ond_scattering_config config;
        fuzz_check_status(ond_tensors_options_get(tensors, "scattering", ond_scattering_options(), &config));
        use_tensors(tensors);
    }
    ond_tensors_destroy(tensors);
    return 0;
}
