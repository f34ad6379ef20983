/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_REPORT_PAGE_H
#define OND_CLI_REPORT_PAGE_H

#include "cli/command.h"
#include "cli/picture.h"

/* The pictures of the page. */
typedef enum shown_picture {
    SHOWN_IMAGE,
    SHOWN_DISKS,
    SHOWN_MOSAIC,
    SHOWN_DENOISING,
    SHOWN_EDGES,
    SHOWN_RESIDUALS,
    SHOWN_TRAINING,
    SHOWN_CONFUSION,
    SHOWN_SPLINE,
    SHOWN_SHEARLETS,
    SHOWN_PICTURES
} shown_picture;

/* A web page that carries its pictures: one file, nothing to load. */
typedef struct report_page {
    ond_file *file;
    const char *folder;  /* where every picture also goes, as .png and as .svg; NULL: nowhere */
    shown_picture shown; /* the next one */
    ond_status status;   /* of the first failure; all later calls do nothing */
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
picture_sink page_picture(report_page *html, shown_picture shown);
/* The folder is made, and no picture is in it yet (or may be replaced); else false after a complaint. */
bool page_folder_is_free(const cli_request *request, const char *folder);
ond_status page_end(report_page *html);

#endif
