/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_REPORT_PAGE_H
#define OND_CLI_REPORT_PAGE_H

#include "cli/picture.h"

/* A web page that carries its pictures: one file, nothing to load. */
typedef struct report_page {
    ond_file *file;
    ond_status status; /* of the first failure; all later calls do nothing */
} report_page;

void page_begin(report_page *html, const char *path, const char *title);
/* Text as it is, with a heading before; NULL for none. */
void page_section(report_page *html, const char *heading, const char *text);
void page_paragraph(report_page *html, const char *format, ...) OND_PRINTF(2, 3);
/* Text of the user's: what HTML would read as its own is written out. */
void page_quote(report_page *html, const char *text);
/* Rows of a table: cells are separated by |, the first row is its head. */
void page_table(report_page *html, const char *const *rows);
/* Takes the next picture into the page. */
picture_sink page_picture(report_page *html);
ond_status page_end(report_page *html);

#endif
