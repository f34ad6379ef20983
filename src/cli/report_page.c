/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/report_page.h"

#include "cli/outputs.h"
#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(report_page *html, const char *text)
{
    if (html->status == OND_OK) {
        html->status = ond_file_write(html->file, text, strlen(text));
    }
}

void page_quote(report_page *html, const char *text)
{
    for (; *text; text++) {
        char letter[2] = {*text, '\0'};
        put(html, *text == '<'   ? "&lt;"
                  : *text == '>' ? "&gt;"
                  : *text == '&' ? "&amp;"
                  : *text == '"' ? "&quot;"
                                 : letter);
    }
}

void page_begin(report_page *html, const char *path, const char *title)
{
    html->file = NULL;
    html->status = ond_file_create(path, &html->file);
    put(html, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>ondelet: ");
    page_quote(html, title);
    put(html, "</title>\n<style>\n"
              "body{font:16px/1.5 system-ui,sans-serif;color:#222;max-width:72rem;margin:2rem auto;padding:0 1rem}\n"
              "h1{font-size:1.7rem;margin-bottom:0}h2{margin:2.5rem 0 .3rem;font-size:1.25rem}\n"
              "p{max-width:46rem;margin:.4rem 0}img{max-width:100%;height:auto;display:block;margin:.8rem 0}\n"
              "table{border-collapse:collapse;margin:.8rem 0}td,th{padding:.15rem 1.2rem .15rem 0;text-align:right}\n"
              "td:first-child,th:first-child{text-align:left}th{border-bottom:1px solid #999}\n"
              "code{background:#f2f2f2;padding:.1rem .3rem}\n"
              "</style></head><body>\n<h1>");
    page_quote(html, title);
    put(html, "</h1>\n");
}

void page_section(report_page *html, const char *heading, const char *text)
{
    if (heading) {
        put(html, "<h2>");
        put(html, heading);
        put(html, "</h2>\n");
    }
    put(html, "<p>");
    put(html, text);
    put(html, "</p>\n");
}

void page_paragraph(report_page *html, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    page_section(html, NULL, text);
}

static void put_row(report_page *html, const char *row, const char *tag)
{
    put(html, "<tr>");
    while (row) {
        const char *end = strchr(row, '|');
        char cell[128];
        snprintf(cell, sizeof cell, "%.*s", end ? (int)(end - row) : (int)strlen(row), row);
        put(html, "<");
        put(html, tag);
        put(html, ">");
        page_quote(html, cell);
        put(html, "</");
        put(html, tag);
        put(html, ">");
        row = end ? end + 1 : NULL;
    }
    put(html, "</tr>\n");
}

void page_table(report_page *html, const char *const *rows)
{
    put(html, "<table>\n");
    for (size_t i = 0; rows[i]; i++) {
        put_row(html, rows[i], i ? "td" : "th");
    }
    put(html, "</table>\n");
}

typedef struct picture_name {
    const char *file, *text;
} picture_name;

static const picture_name picture_names[SHOWN_PICTURES] = {
    [SHOWN_IMAGE] = {"picture", "the picture"},
    [SHOWN_DISKS] = {"disks", "scattering coefficients over the disk of frequencies"},
    [SHOWN_MOSAIC] = {"mosaic", "a map for each path"},
    [SHOWN_DENOISING] = {"denoising", "noisy, denoised, the picture, and what was removed"},
    [SHOWN_EDGES] = {"edges", "contours over the picture, and edge strength"},
    [SHOWN_RESIDUALS] = {"residuals", "residuals of two pursuits against their iterations"},
    [SHOWN_TRAINING] = {"training", "loss and errors against the steps of training"},
    [SHOWN_CONFUSION] = {"confusion", "which regions are taken for which"},
    [SHOWN_SPLINE] = {"spline", "spline wavelets in space and frequency"},
    [SHOWN_SHEARLETS] = {"shearlets", "shearlets in space and frequency"},
};
static const char *const picture_endings[] = {".png", ".svg"};
enum { ENDINGS = 2 };

/* "folder/name.png": a new text. */
static char *picture_path(const char *folder, shown_picture shown, int ending)
{
    char *begun = join_text(folder, "/"), *named = join_text(begun, picture_names[shown].file);
    char *path = join_text(named, picture_endings[ending]);
    free(begun);
    free(named);
    return path;
}

bool page_folder_is_free(const cli_request *request, const char *folder)
{
    bool fine = true;
    for (int i = 0; i < SHOWN_PICTURES * ENDINGS && fine; i++) {
        char *path = picture_path(folder, (shown_picture)(i / ENDINGS), i % ENDINGS);
        fine = make_folders(path) && output_is_free(request, path);
        free(path);
    }
    return fine;
}

static ond_status write_beside(const report_page *html, const page *picture)
{
    ond_status status = OND_OK;
    for (int i = 0; i < ENDINGS && html->folder && status == OND_OK; i++) {
        char *path = picture_path(html->folder, html->shown, i);
        status = picture_write(picture, path);
        free(path);
    }
    return status;
}

static ond_status take_picture(void *context, const page *picture)
{
    report_page *html = context;
    put(html, "<img alt=\"");
    put(html, picture_names[html->shown].text);
    put(html, "\" src=\"data:image/png;base64,");
    if (html->status == OND_OK) {
        html->status = picture_embed(picture, html->file);
    }
    put(html, "\">\n");
    if (html->status == OND_OK) {
        html->status = write_beside(html, picture);
    }
    return html->status;
}

picture_sink page_picture(report_page *html, shown_picture shown)
{
    html->shown = shown;
    return (picture_sink){take_picture, html};
}

ond_status page_end(report_page *html)
{
    put(html, "</body></html>\n");
    if (html->status == OND_OK) {
        return ond_file_finish(&html->file);
    }
    ond_file_destroy(html->file);
    return html->status;
}
