/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs a fuzz target over the files of the folders named on the command line: what compilers without libFuzzer can do.
 */
#include "fuzz/fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096, LARGEST_INPUT = 1 << 20 };

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(LARGEST_INPUT);
    bool ready = file && data;
    if (ready) {
        size_t size = fread(data, 1, LARGEST_INPUT, file);
        /* Exactly as many bytes as the input has, so that sanitizers see a read past its end. */
        uint8_t *input = malloc(size ? size : 1);
        if (input) {
            memcpy(input, data, size);
            LLVMFuzzerTestOneInput(input, size);
        }
        free(input);
    }
    free(data);
    if (file) {
        fclose(file);
    }
    return ready;
}

/* Number of inputs done, −1 when one cannot be read. */
static int replay_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    int done = entries ? 0 : -1;
    const struct dirent *entry = NULL;
    while (done >= 0 && (entry = readdir(entries))) {
        char path[PATH_SIZE];
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        done = replay_file(path) ? done + 1 : -1;
    }
    if (entries) {
        closedir(entries);
    }
    return done;
}

int main(int count, char **folders)
{
    for (int i = 1; i < count; i++) {
        int done = replay_folder(folders[i]);
        printf("%s: %d inputs\n", folders[i], done);
        if (done < 1) {
            return 1;
        }
    }
    return 0;
}
