/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole program on any words, in an empty folder with one small picture. The input is the words, each ended by a
 * zero byte. Words that could name something outside the folder are left out. */
#include "fuzz/fuzz.h"
#include "fuzz/program.h"
#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_WORDS = 24, MOST_DIGITS = 2, SIDE = 8 };

/* Instead of the program's: the alarm is libFuzzer's own here, and each run would make a timer. */
void __wrap_signals_prepare(void);
void __wrap_signals_prepare(void)
{
}

static void write_picture(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file) {
        abort();
    }
    fprintf(file, "P5\n%d %d\n255\n", SIDE, SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
        fputc(i * 37 % 256, file);
    }
    fclose(file);
}

/* Nothing is read from the terminal or written to it. */
static void prepare(void)
{
    static bool done;
    int nothing = done ? -1 : open("/dev/null", O_RDWR);
    if (!done && (dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0)) {
        abort();
    }
    done = true;
    fuzz_enter_folder();
}

/* Stays in the folder, and names no count that would take minutes. */
static bool is_harmless(const char *word)
{
    int digits = 0;
    for (const char *c = word; *c; c++) {
        digits = isdigit((unsigned char)*c) ? digits + 1 : 0;
        if (*c == '/' || digits > MOST_DIGITS || (c[0] == '.' && c[1] == '.') || (c[0] == 'e' && digits)) {
            return false;
        }
    }
    return strcmp(word, "patient") != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    static char name[] = "ondelet";
    char *words[MOST_WORDS + 2] = {name};
    int count = 1;
    prepare();
    if (!text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *word = text; word < text + size && count <= MOST_WORDS; word += strlen(word) + 1) {
        if (is_harmless(word)) {
            words[count++] = word;
        }
    }
    write_picture("a.pgm");
    int status = ondelet_main(count, words);
    if (status < 0 || status > 2) {
        abort();
    }
    fuzz_empty_folder();
    free(text);
    return 0;
}
