/* SPDX-License-Identifier: BSD-3-Clause */
/* Does the relevance map name the pixels that a decision rests on? Of each image a tenth of the pixels is made black:
 * the most relevant ones, random ones, random ones among those that are not black anyhow, and, as a bound, the
 * brightest. Prints how often the decision changes. usage: relevance MODEL IMAGES COUNT layers|sensitivity */
#include <ondelet/ondelet.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 5, CHOICES = 4 };

typedef enum choice { MOST_RELEVANT, RANDOM, RANDOM_LIT, BRIGHTEST } choice;

static const char *const names[CHOICES] = {"most relevant", "random", "random, not black", "brightest"};

static int complain(const char *cause)
{
    fprintf(stderr, "relevance: %s\n", cause);
    return 1;
}

static double next_uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

typedef struct ranked {
    double rank;
    size_t pixel;
} ranked;

static int compare(const void *a, const void *b)
{
    double x = ((const ranked *)a)->rank, y = ((const ranked *)b)->rank;
    return (x < y) - (x > y);
}

static size_t decide(const ond_array *scores, size_t row)
{
    size_t classes = scores->shape[1], best = 0;
    for (size_t k = 1; k < classes; k++) {
        best = scores->data[row * classes + k] > scores->data[row * classes + best] ? k : best;
    }
    return best;
}

/* Relevance of the image's own pixels: the padding around them is left out. */
static double relevance_at(const ond_array *relevance, size_t image, size_t height, size_t width, size_t pixel)
{
    size_t top = (relevance->shape[2] - height) / 2, left = (relevance->shape[3] - width) / 2;
    size_t place = (pixel / width + top) * relevance->shape[3] + left + pixel % width;
    return (double)relevance->data[image * relevance->shape[2] * relevance->shape[3] + place];
}

static void blacken(choice which, const ond_array *relevance, size_t index, ond_array *image, ranked *order,
                    uint64_t *state)
{
    size_t height = image->shape[0], width = image->shape[1], pixels = height * width;
    for (size_t i = 0; i < pixels; i++) {
        double uniform = next_uniform(state);
        double rank = which == MOST_RELEVANT ? relevance_at(relevance, index, height, width, i)
                      : which == BRIGHTEST   ? (double)image->data[i]
                                             : uniform;
        rank -= which == RANDOM_LIT && image->data[i] <= 0 ? 2 : 0;
        order[i] = (ranked){rank, i};
    }
    qsort(order, pixels, sizeof *order, compare);
    for (size_t i = 0; i < pixels / 10; i++) {
        image->data[order[i].pixel] = 0;
    }
}

static ond_status changes(const ond_model *model, choice which, const ond_array *images, const ond_array *relevance,
                          const ond_array *scores, uint64_t *state, size_t *changed)
{
    ond_array copy = {0}, found = {0};
    ranked *order = malloc(images->shape[1] * images->shape[2] * sizeof *order);
    ond_status status = order ? ond_array_resize(&copy, 3, images->shape) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        memcpy(copy.data, images->data, ond_array_count(images) * sizeof(float));
    }
    for (size_t i = 0; status == OND_OK && i < images->shape[0]; i++) {
        ond_array image = ond_array_item(&copy, i);
        blacken(which, relevance, i, &image, order, state);
    }
    status = status ? status : ond_model_predict(model, &copy, &found);
    for (size_t i = 0; status == OND_OK && i < images->shape[0]; i++) {
        *changed += decide(&found, i) != decide(scores, i);
    }
    free(order);
    ond_array_free(&copy);
    ond_array_free(&found);
    return status;
}

static ond_status measure(const ond_model *model, const ond_array *images, ond_relevance_rule rule)
{
    ond_array relevance = {0}, scores = {0};
    uint64_t state = 1;
    ond_status status = ond_model_explain(model, images, NULL, rule, &relevance);
    status = status ? status : ond_model_predict(model, images, &scores);
    for (int which = 0; which < CHOICES && status == OND_OK; which++) {
        int draws = which == RANDOM || which == RANDOM_LIT ? DRAWS : 1;
        size_t changed = 0;
        for (int draw = 0; draw < draws && status == OND_OK; draw++) {
            status = changes(model, (choice)which, images, &relevance, &scores, &state, &changed);
        }
        printf("%s: %.1f %% of the decisions change\n", names[which],
               100 * (double)changed / (double)(draws * (int)images->shape[0]));
    }
    ond_array_free(&relevance);
    ond_array_free(&scores);
    return status;
}

int main(int count, char **words)
{
    enum { PROGRAM, MODEL, IMAGES, COUNT, RULE, WORDS };
    ond_model *model = NULL;
    ond_array images = {0};
    if (count != WORDS) {
        return complain("usage: relevance MODEL IMAGES COUNT layers|sensitivity");
    }
    if (ond_model_read(words[MODEL], &model) || ond_array_read(words[IMAGES], &images)) {
        return complain(ond_error_message());
    }
    size_t wanted = strtoul(words[COUNT], NULL, 10);
    if (images.rank != 3 || wanted == 0 || wanted > images.shape[0]) {
        return complain("not so many images");
    }
    for (size_t i = 0; i < ond_array_count(&images); i++) {
        images.data[i] /= 255;
    }
    size_t shape[3] = {wanted, images.shape[1], images.shape[2]};
    ond_array first = ond_array_view(images.data, 3, shape);
    ond_relevance_rule rule = strcmp(words[RULE], "layers") == 0 ? OND_RELEVANCE_LAYERS : OND_RELEVANCE_SENSITIVITY;
    ond_status status = measure(model, &first, rule);
    ond_model_destroy(model);
    ond_array_free(&images);
    return status ? complain(ond_error_message()) : 0;
}
