/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read_array(data, size);
    return 0;
}
