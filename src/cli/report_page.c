/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/report_page.h"

#include <stdarg.h>
#include <stdio.h>
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

static ond_status take_picture(void *context, const page *picture)
{
    report_page *html = context;
    put(html, "<img alt=\"\" src=\"data:image/png;base64,");
    if (html->status == OND_OK) {
        html->status = picture_embed(picture, html->file);
    }
    put(html, "\">\n");
    return html->status;
}

picture_sink page_picture(report_page *html)
{
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
