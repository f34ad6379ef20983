/* SPDX-License-Identifier: BSD-3-Clause */
/* How well few terms describe a cartoon-like function: two smooth pieces (C²) that meet along a smooth closed curve.
 * example_cartoon [SIZE [CURVES.csv|CURVES.svg [CARTOON.png]]]
 *
 * Theory (Donoho 2001; Guo & Labate 2007; Kutyniok & Lim 2011): the squared error of the best N terms falls as N^-1 for
 * wavelets and as N^-2 (log N)^3 for shearlets. On a grid this holds for as long as the terms do not yet resolve single
 * pixels. Printed for doubling N: the N largest orthogonal wavelets, N undecimated wavelets found by a pursuit, the N
 * largest coefficients of a shearlet frame, and N shearlets found by the same pursuit. The coarsest band (low-pass) is
 * left alone and not counted in all four. */
#include "pursuit.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWO_PI 6.28318530717958647692

enum { SMALLEST = 64, LARGEST = 2048, SAMPLES = 8, FEWEST = 32, MOST_POINTS = 64 };

/* The pursuit's threshold falls by this factor a stage. */
static const double stage_factor = 0.7;

/* Squared errors, relative to ‖f‖², of one method. */
typedef struct curve {
    const char *name;
    size_t count;
    double terms[MOST_POINTS], error[MOST_POINTS];
} curve;

enum { WAVELETS, WAVELET_PURSUIT, SHEARLETS, SHEARLET_PURSUIT, CURVES };

/* --- the function --- */

static double smooth_background(double x, double y)
{
    return 0.4 + 0.15 * cos(TWO_PI * (x + 0.1)) * cos(TWO_PI * y) + 0.05 * sin(2 * TWO_PI * y);
}

static double smooth_object(double x, double y)
{
    return 0.35 + 0.2 * sin(TWO_PI * (0.7 * x - 0.4 * y));
}

static bool is_inside(double x, double y)
{
    double angle = atan2(y - 0.48, x - 0.5);
    double radius = 0.27 + 0.05 * cos(3 * angle) + 0.03 * sin(2 * angle) + 0.02 * cos(5 * angle + 1);
    return hypot(x - 0.5, y - 0.48) < radius;
}

/* Share of a square with this corner and side that the object covers. */
static double coverage(double x, double y, double side)
{
    int inside = is_inside(x, y) + is_inside(x + side, y) + is_inside(x, y + side) + is_inside(x + side, y + side);
    if (inside == 0 || inside == 4) {
        return inside / 4;
    }
    inside = 0;
    for (int i = 0; i < SAMPLES; i++) {
        for (int k = 0; k < SAMPLES; k++) {
            inside += is_inside(x + (k + 0.5) / SAMPLES * side, y + (i + 0.5) / SAMPLES * side);
        }
    }
    return (double)inside / (SAMPLES * SAMPLES);
}

static ond_status draw_cartoon(size_t size, ond_array *image)
{
    size_t shape[2] = {size, size};
    ond_status status = ond_array_resize(image, 2, shape);
    double side = 1 / (double)size;
    for (size_t i = 0; status == OND_OK && i < size * size; i++) {
        double x = (double)(i % size) * side;
        double y = (double)(i / size) * side;
        double middle_x = x + side / 2;
        double middle_y = y + side / 2;
        double covered = coverage(x, y, side);
        image->data[i] = (float)(smooth_background(middle_x, middle_y) + covered * smooth_object(middle_x, middle_y));
    }
    return status;
}

static double squared_norm(const ond_array *image)
{
    double sum = 0;
    for (size_t i = 0; i < ond_array_count(image); i++) {
        sum += (double)image->data[i] * (double)image->data[i];
    }
    return sum;
}

/* --- the three curves --- */

static void add_point(curve *line, double terms, double error)
{
    if (line->count < MOST_POINTS) {
        line->terms[line->count] = terms;
        line->error[line->count++] = error;
    }
}

/* Error at N terms, between the points on logarithmic scales; NaN outside of them. */
static double error_at(const curve *line, double terms)
{
    for (size_t i = 1; i < line->count; i++) {
        if (line->terms[i - 1] <= terms && terms <= line->terms[i] && line->terms[i - 1] < line->terms[i]) {
            double share = log(terms / line->terms[i - 1]) / log(line->terms[i] / line->terms[i - 1]);
            return exp((1 - share) * log(line->error[i - 1]) + share * log(line->error[i]));
        }
    }
    return (double)NAN;
}

static ond_status measure_thresholds(const ond_dwt *wavelets, const ond_filters *shearlets, const ond_array *image,
                                     curve curves[CURVES])
{
    ond_array result = {0};
    ond_threshold_report report;
    ond_threshold_config config = ond_threshold_config_default();
    config.low_pass = OND_LOW_PASS_SPARED;
    ond_status status = OND_OK;
    for (double terms = FEWEST; status == OND_OK && terms <= 4 * (double)image->shape[0]; terms *= 2) {
        config.keep = terms;
        status = ond_threshold_dwt(wavelets, image, &config, &result, &report);
        add_point(&curves[WAVELETS], terms, report.relative_error * report.relative_error);
        status = status ? status : ond_threshold(shearlets, image, &config, &result, &report);
        add_point(&curves[SHEARLETS], terms, report.relative_error * report.relative_error);
    }
    ond_array_free(&result);
    return status;
}

static ond_status measure_pursuit(const ond_filters *shearlets, const ond_array *image, curve *line)
{
    pursuit *own = NULL;
    ond_status status = pursuit_create(shearlets, image, &own);
    double norm = squared_norm(image);
    double threshold = status == OND_OK ? pursuit_largest(own) : 0;
    size_t terms = 0;
    while (status == OND_OK && threshold > 0 && terms < 4 * image->shape[0]) {
        threshold *= stage_factor;
        status = pursuit_run(own, threshold);
        terms = pursuit_terms(own);
        if (status == OND_OK && terms > 0) {
            add_point(line, (double)terms, pursuit_squared_error(own) / norm);
        }
    }
    pursuit_destroy(own);
    return status;
}

/* As many octaves as leave 16 x 16 to 31 x 31 coefficients to the coarsest wavelets, six at most. */
static int octaves_for(size_t size)
{
    int octaves = (int)log2((double)size / 16);
    return octaves < 6 ? octaves : 6;
}

static ond_status measure_wavelet_pursuit(const ond_array *image, curve *line)
{
    ond_filters *wavelets = NULL;
    ond_separable_config config = ond_separable_config_default();
    config.height = config.width = (int)image->shape[0];
    config.scales = octaves_for(image->shape[0]);
    ond_status status = ond_separable_create(&config, &wavelets);
    status = status ? status : measure_pursuit(wavelets, image, line);
    ond_filters_destroy(wavelets);
    return status;
}

static ond_status measure(const ond_array *image, curve curves[CURVES])
{
    ond_filters *shearlets = NULL;
    ond_dwt *wavelets = NULL;
    ond_shearlet_config shearlet = ond_shearlet_config_default();
    ond_dwt_config wavelet = ond_dwt_config_default();
    shearlet.height = shearlet.width = (int)image->shape[0];
    shearlet.scales = wavelet.levels = octaves_for(image->shape[0]);
    shearlet.shear_levels = 0;
    for (int scale = 0; scale < shearlet.scales; scale++) { /* 16 directions at each scale */
        shearlet.shear_levels = 10 * shearlet.shear_levels + 2;
    }
    wavelet.border = OND_DWT_PERIODIC;
    ond_status status = ond_shearlet_create(&shearlet, &shearlets);
    status = status ? status : ond_dwt_create(&wavelet, image->shape[0], image->shape[1], &wavelets);
    status = status ? status : measure_thresholds(wavelets, shearlets, image, curves);
    status = status ? status : measure_wavelet_pursuit(image, &curves[WAVELET_PURSUIT]);
    status = status ? status : measure_pursuit(shearlets, image, &curves[SHEARLET_PURSUIT]);
    ond_filters_destroy(shearlets);
    ond_dwt_destroy(wavelets);
    return status;
}

/* --- what they say --- */

/* −slope of the straight line nearest to log error over log N, N in first…last. */
static double fit_exponent(const curve *line, double first, double last)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (double terms = first; terms <= last; terms *= 2) {
        double error = error_at(line, terms);
        if (!isnan(error)) {
            n += 1;
            x += log(terms);
            y += log(error);
            xx += log(terms) * log(terms);
            xy += log(terms) * log(error);
        }
    }
    return n > 1 ? -(n * xy - x * y) / (n * xx - x * x) : (double)NAN;
}

/* N^-2 (log N)^3 as if it had been measured: over few octaves the logarithm takes half a power away. */
static curve theory_of_shearlets(void)
{
    curve line = {.name = "theory"};
    for (double terms = FEWEST; terms <= 4.0 * LARGEST; terms *= 2) {
        add_point(&line, terms, pow(log(terms), 3) / (terms * terms));
    }
    return line;
}

static void print_curves(size_t size, const curve curves[CURVES])
{
    printf("%8s", "N");
    for (int i = 0; i < CURVES; i++) {
        printf("%22s", curves[i].name);
    }
    puts("");
    for (double terms = FEWEST; terms <= 4 * (double)size; terms *= 2) {
        printf("%8.0f", terms);
        for (int i = 0; i < CURVES; i++) {
            double error = error_at(&curves[i], terms);
            isnan(error) ? printf("%22s", "-") : printf("%22.3e", error);
        }
        double wavelets = fmin(error_at(&curves[WAVELETS], terms), error_at(&curves[WAVELET_PURSUIT], terms));
        puts(error_at(&curves[SHEARLET_PURSUIT], terms) < wavelets ? "  shearlets win" : "");
    }
    double first = (double)size / 2;
    double last = 2 * (double)size;
    printf("error ~ N^-a, N = %.0f..%.0f: a = ", first, last);
    for (int i = 0; i < CURVES; i++) {
        printf("%s%.2f (%s)", i ? ", " : "", fit_exponent(&curves[i], first, last), curves[i].name);
    }
    curve theory = theory_of_shearlets();
    printf("\ntheory: 1 for wavelets; 2 for shearlets, which with its logarithms is %.2f at these N\n",
           fit_exponent(&theory, first, last));
}

static ond_status write_table(const curve curves[CURVES], const char *path)
{
    ond_file *file = NULL;
    ond_status status = ond_file_create(path, &file);
    status = status ? status : ond_file_print(file, "method,terms,squared_relative_error\n");
    for (int i = 0; i < CURVES; i++) {
        for (size_t k = 0; status == OND_OK && k < curves[i].count; k++) {
            status = ond_file_print(file, "\"%s\",%.0f,%.6e\n", curves[i].name, curves[i].terms[k], curves[i].error[k]);
        }
    }
    status = status ? status : ond_file_finish(&file);
    ond_file_destroy(file);
    return status;
}

/* --- a plot --- */

enum { PLOT_WIDTH = 640, PLOT_HEIGHT = 480, PLOT_LEFT = 70, PLOT_BOTTOM = 50, OCTAVES = 8, DECADES = 5 };

static double plot_x(double terms)
{
    return PLOT_LEFT + log2(terms / FEWEST) / OCTAVES * (PLOT_WIDTH - PLOT_LEFT - 20);
}

/* From 10^-7 to 10^-2. */
static double plot_y(double error)
{
    return PLOT_HEIGHT - PLOT_BOTTOM - (log10(error) + 2 + DECADES) / DECADES * (PLOT_HEIGHT - PLOT_BOTTOM - 20);
}

static ond_status plot_frame(ond_file *file)
{
    ond_status status = ond_file_print(
        file,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
        "font-size=\"13\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        PLOT_WIDTH, PLOT_HEIGHT);
    for (int i = 0; status == OND_OK && i <= OCTAVES; i++) {
        double x = plot_x(FEWEST * pow(2, i));
        status = ond_file_print(file,
                                "<path d=\"M%.1f 20V%d\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"%d\" "
                                "text-anchor=\"middle\">%d</text>\n",
                                x, PLOT_HEIGHT - PLOT_BOTTOM, x, PLOT_HEIGHT - PLOT_BOTTOM + 18, FEWEST << i);
    }
    for (int i = 0; status == OND_OK && i <= DECADES; i++) {
        double y = plot_y(pow(10, -2 - i));
        status = ond_file_print(file,
                                "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" "
                                "text-anchor=\"end\">1e-%d</text>\n",
                                PLOT_LEFT, y, PLOT_WIDTH - 20, PLOT_LEFT - 8, y + 4, 2 + i);
    }
    return status ? status
                  : ond_file_print(file,
                                   "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">terms N; squared relative "
                                   "error</text>\n",
                                   PLOT_WIDTH / 2, PLOT_HEIGHT - 12);
}

static ond_status plot_curve(ond_file *file, const curve *line, int index)
{
    static const char *const colors[CURVES] = {"#c0392b", "#e08e0b", "#7f8c8d", "#2060b0"};
    ond_status status
        = ond_file_print(file, "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"", colors[index]);
    for (size_t i = 0; status == OND_OK && i < line->count; i++) {
        bool shown = line->terms[i] >= FEWEST && line->error[i] > 1e-7 && line->error[i] < 1e-2
                     && line->terms[i] <= FEWEST << OCTAVES;
        if (shown) {
            status = ond_file_print(file, "%.1f,%.1f ", plot_x(line->terms[i]), plot_y(line->error[i]));
        }
    }
    return status ? status
                  : ond_file_print(file, "\"/>\n<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n", PLOT_WIDTH - 170,
                                   40 + 18 * index, colors[index], line->name);
}

static ond_status write_plot(const curve curves[CURVES], const char *path)
{
    ond_file *file = NULL;
    ond_status status = ond_file_create(path, &file);
    status = status ? status : plot_frame(file);
    for (int i = 0; status == OND_OK && i < CURVES; i++) {
        status = plot_curve(file, &curves[i], i);
    }
    status = status ? status : ond_file_print(file, "</svg>\n");
    status = status ? status : ond_file_finish(&file);
    ond_file_destroy(file);
    return status;
}

static ond_status write_curves(const curve curves[CURVES], const char *path)
{
    size_t length = strlen(path);
    bool as_plot = length > 4 && strcmp(path + length - 4, ".svg") == 0;
    return as_plot ? write_plot(curves, path) : write_table(curves, path);
}

int main(int count, char **arguments)
{
    long size = count > 1 ? strtol(arguments[1], NULL, 10) : 256;
    if (count > 4 || size < SMALLEST || size > LARGEST) {
        fprintf(stderr, "usage: example_cartoon [SIZE %d..%d [CURVES.csv|CURVES.svg [CARTOON.png]]]\n", SMALLEST,
                LARGEST);
        return 2;
    }
    ond_array image = {0};
    curve curves[CURVES]
        = {{.name = "wavelets"}, {.name = "wavelets, pursuit"}, {.name = "shearlets"}, {.name = "shearlets, pursuit"}};
    bool failed = ond_threads_set(0) || draw_cartoon((size_t)size, &image) || measure(&image, curves)
                  || (count > 2 && write_curves(curves, arguments[2]))
                  || (count > 3 && ond_image_write(&image, 8, arguments[3]));
    if (failed) {
        fprintf(stderr, "example_cartoon: %s\n", ond_error_message());
    } else {
        printf("%ld x %ld pixels\n", size, size);
        print_curves((size_t)size, curves);
    }
    ond_array_free(&image);
    return failed;
}
