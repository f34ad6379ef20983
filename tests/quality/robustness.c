/* SPDX-License-Identifier: BSD-3-Clause */
/* Error of a model on images that are shifted or turned before they are given to it, in per cent. A shift by s is one
 * of the eight by s pixels along rows, columns or both, image after image; a turn is to either side by turns, bilinear.
 * usage: robustness MODEL IMAGES LABELS COUNT */
#include <ondelet/ondelet.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int complain(const char *cause)
{
    fprintf(stderr, "robustness: %s\n", cause);
    return 1;
}

static double sample(const ond_array *image, double row, double column)
{
    double top = floor(row), left = floor(column), sum = 0;
    for (int i = 0; i < 4; i++) {
        double r = top + i / 2, c = left + i % 2;
        bool inside = r >= 0 && c >= 0 && r < (double)image->shape[0] && c < (double)image->shape[1];
        double weight = (1 - fabs(row - r)) * (1 - fabs(column - c));
        sum += inside ? weight * (double)image->data[(size_t)r * image->shape[1] + (size_t)c] : 0;
    }
    return sum;
}

/* What is shifted or turned out of the image is lost, what comes in is black. */
static void move(const ond_array *image, double down, double right, double angle_rad, ond_array *moved)
{
    double middle_row = ((double)image->shape[0] - 1) / 2, middle_column = ((double)image->shape[1] - 1) / 2;
    for (size_t i = 0; i < ond_array_count(image); i++) {
        double row = (double)(i / image->shape[1]) - middle_row - down;
        double column = (double)(i % image->shape[1]) - middle_column - right;
        moved->data[i] = (float)sample(image, cos(angle_rad) * row + sin(angle_rad) * column + middle_row,
                                       cos(angle_rad) * column - sin(angle_rad) * row + middle_column);
    }
}

static size_t decide(const float *scores, size_t classes)
{
    size_t best = 0;
    for (size_t k = 1; k < classes; k++) {
        best = scores[k] > scores[best] ? k : best;
    }
    return best;
}

static ond_status measure(const ond_model *model, const ond_array *images, const ond_array *labels, int shift,
                          double angle_degrees)
{
    static const int directions[8][2] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {1, 1}, {-1, -1}, {1, -1}, {-1, 1}};
    const double radians = acos(-1.0) / 180;
    ond_array moved = {0}, scores = {0};
    ond_status status = ond_array_resize(&moved, 3, images->shape);
    for (size_t i = 0; status == OND_OK && i < images->shape[0]; i++) {
        ond_array image = ond_array_item(images, i), place = ond_array_item(&moved, i);
        const int *direction = directions[i % 8];
        move(&image, shift * direction[0], shift * direction[1], (i % 2 ? 1 : -1) * angle_degrees * radians, &place);
    }
    status = status ? status : ond_model_predict(model, &moved, &scores);
    size_t wrong = 0;
    for (size_t i = 0; status == OND_OK && i < images->shape[0]; i++) {
        wrong += decide(scores.data + i * scores.shape[1], scores.shape[1]) != (size_t)labels->data[i];
    }
    printf(" %.2f", 100 * (double)wrong / (double)images->shape[0]);
    fflush(stdout);
    ond_array_free(&moved);
    ond_array_free(&scores);
    return status;
}

static ond_status measure_all(const ond_model *model, const ond_array *images, const ond_array *labels)
{
    ond_status status = OND_OK;
    printf("shift by 0 1 2 3 4 pixels:");
    for (int shift = 0; shift <= 4 && status == OND_OK; shift++) {
        status = measure(model, images, labels, shift, 0);
    }
    printf("\nturn by 5 10 15 20 degrees:");
    for (int angle = 5; angle <= 20 && status == OND_OK; angle += 5) {
        status = measure(model, images, labels, 0, angle);
    }
    printf("\n");
    return status;
}

int main(int count, char **words)
{
    enum { PROGRAM, MODEL, IMAGES, LABELS, COUNT, WORDS };
    ond_model *model = NULL;
    ond_array images = {0}, labels = {0};
    if (count != WORDS) {
        return complain("usage: robustness MODEL IMAGES LABELS COUNT");
    }
    if (ond_model_read(words[MODEL], &model) || ond_array_read(words[IMAGES], &images)
        || ond_array_read(words[LABELS], &labels)) {
        return complain(ond_error_message());
    }
    size_t wanted = strtoul(words[COUNT], NULL, 10);
    if (images.rank != 3 || wanted == 0 || wanted > images.shape[0] || wanted > ond_array_count(&labels)) {
        return complain("not so many images");
    }
    for (size_t i = 0; i < ond_array_count(&images); i++) {
        images.data[i] /= 255;
    }
    size_t shape[3] = {wanted, images.shape[1], images.shape[2]};
    ond_array first = ond_array_view(images.data, 3, shape);
    ond_status status = measure_all(model, &first, &labels);
    ond_model_destroy(model);
    ond_array_free(&images);
    ond_array_free(&labels);
    return status ? complain(ond_error_message()) : 0;
}
