/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes a noisy array of a picture by the protocol of the quality tables: y = x + sigma n, x in 0…255, nothing clipped
 * or rounded; n is the top left part of a fixed field of standard normal numbers, for the second and third colour
 * turned by a third and two thirds of its rows. usage: add_noise PICTURE FIELD.npy SIGMA NOISY.npy CLEAN.npy */
#include <ondelet/ondelet.h>

#include <stdio.h>
#include <stdlib.h>

static const float white = 255;

static int complain(const char *cause)
{
    fprintf(stderr, "add_noise: %s\n", cause);
    return 1;
}

static void add(const ond_array *field, float sigma, const ond_array *clean, ond_array *noisy)
{
    const size_t *size = clean->shape + clean->rank - 2;
    size_t rows = ond_array_count(clean) / size[1];
    for (size_t i = 0; i < rows; i++) {
        size_t turn = i / size[0] * field->shape[0] / 3;
        size_t row = (i % size[0] + turn) % field->shape[0];
        for (size_t column = 0; column < size[1]; column++) {
            clean->data[i * size[1] + column] *= white;
            noisy->data[i * size[1] + column]
                = clean->data[i * size[1] + column] + sigma * field->data[row * field->shape[1] + column];
        }
    }
}

int main(int count, char **words)
{
    enum { PROGRAM, PICTURE, FIELD, SIGMA, NOISY, CLEAN, WORDS };
    ond_array clean = {0}, noisy = {0}, field = {0};
    if (count != WORDS) {
        return complain("usage: add_noise PICTURE FIELD.npy SIGMA NOISY.npy CLEAN.npy");
    }
    if (ond_image_read(words[PICTURE], OND_NATIVE, &clean) || ond_array_read(words[FIELD], &field)
        || ond_array_resize(&noisy, clean.rank, clean.shape)) {
        return complain(ond_error_message());
    }
    const size_t *size = clean.shape + clean.rank - 2;
    if (field.rank != 2 || field.shape[0] < size[0] || field.shape[1] < size[1]) {
        return complain("the picture is larger than the field");
    }
    add(&field, strtof(words[SIGMA], NULL), &clean, &noisy);
    if (ond_array_write(&noisy, words[NOISY]) || ond_array_write(&clean, words[CLEAN])) {
        return complain(ond_error_message());
    }
    ond_array_free(&clean);
    ond_array_free(&noisy);
    ond_array_free(&field);
    return 0;
}
