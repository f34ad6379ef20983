/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read_picture(data, size);
    return 0;
}

#ifdef OND_FUZZING
#include "fuzz/mutate.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    char start[3] = {'P', (char)('1' + seed / 16 % 7), '\n'};
    if (size > 1 && data[1] >= '1' && data[1] <= '7') {
        start[1] = (char)data[1];
    }
    return fuzz_mutate(data, size, most, seed, start, sizeof start);
}
#endif
