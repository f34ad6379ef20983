/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include "unit/io_bytes.h"
#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void assert_content(const char *path, const char *wanted)
{
    test_bytes bytes;
    bytes_load(&bytes, path);
    assert_int_equal(bytes.count, strlen(wanted));
    assert_memory_equal(bytes.data, wanted, bytes.count);
}

static size_t entries_of(const char *folder)
{
    DIR *entries = opendir(folder);
    size_t count = 0;
    assert_non_null(entries);
    while (readdir(entries)) {
        count++;
    }
    closedir(entries);
    return count;
}

static void nothing_is_seen_before_the_end(void **state)
{
    (void)state;
    const char *path = scratch_path("new.txt");
    ond_file *file = NULL;
    assert_ok(ond_file_create(path, &file));
    assert_ok(ond_file_print(file, "%s %d\n", "line", 1));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(ond_file_finish(&file));
    assert_null(file);
    assert_content(path, "line 1\n");
}

static void older_file_stays_until_the_new_one_is_complete(void **state)
{
    (void)state;
    const char *path = bytes_file("old.txt", "old", 3);
    ond_file *file = NULL;
    assert_ok(ond_file_create(path, &file));
    assert_ok(ond_file_write(file, "new!", 4));
    assert_content(path, "old");
    assert_ok(ond_file_finish(&file));
    assert_content(path, "new!");
}

static void giving_up_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(mkdir(scratch_path("folder"), 0777), 0);
    size_t before = entries_of(scratch_path("folder"));
    ond_file *file = NULL;
    assert_ok(ond_file_create(scratch_path("folder/never.txt"), &file));
    assert_ok(ond_file_write(file, "x", 1));
    assert_int_equal(entries_of(scratch_path("folder")), before + 1); /* beside its place */
    ond_file_destroy(file);
    ond_file_destroy(NULL);
    assert_int_equal(entries_of(scratch_path("folder")), before);
}

static void what_was_begun_goes_on(void **state)
{
    (void)state;
    const char *path = scratch_path("long.txt");
    ond_file *file = NULL;
    size_t bytes = 0;
    assert_ok(ond_file_continue(path, 0, &file));
    assert_ok(ond_file_print(file, "first\n"));
    assert_ok(ond_file_commit(file, &bytes));
    assert_int_equal(bytes, 6);
    assert_ok(ond_file_print(file, "lost\n"));
    ond_file_destroy(file); /* as when the process is killed */
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(ond_file_continue(path, bytes, &file));
    assert_ok(ond_file_print(file, "second\n"));
    assert_ok(ond_file_finish(&file));
    assert_content(path, "first\nsecond\n");
    assert_fails(OND_ERROR_IO, "long.txt: cannot open what was begun: No such file", ond_file_continue(path, 1, &file));
    bytes_file("long.txt" OND_PARTIAL_ENDING, "abc", 3);
    assert_fails(OND_ERROR_FORMAT, "holds 3 bytes, 4 wanted", ond_file_continue(path, 4, &file));
    assert_ok(ond_file_continue(path, 0, &file)); /* 0: from the beginning */
    assert_ok(ond_file_finish(&file));
    assert_content(path, "");
    assert_fails(OND_ERROR_ARGUMENT, "path", ond_file_continue(NULL, 0, &file));
    assert_fails(OND_ERROR_ARGUMENT, "file", ond_file_commit(NULL, &bytes));
}

/* Somebody may have put a link there, to a file that we must not touch. */
static void a_link_is_not_what_was_begun(void **state)
{
    (void)state;
    ond_file *file = NULL;
    const char *precious = bytes_file("precious", "keep", 4);
    assert_int_equal(symlink(precious, scratch_path("linked.txt" OND_PARTIAL_ENDING)), 0);
    assert_fails(OND_ERROR_IO, "cannot open what was begun", ond_file_continue(scratch_path("linked.txt"), 0, &file));
    assert_content(scratch_path("precious"), "keep");
}

static void permissions_follow_the_umask(void **state)
{
    (void)state;
    struct stat found;
    ond_file *file = NULL;
    mode_t before = umask(027);
    assert_ok(ond_file_create(scratch_path("mode.txt"), &file));
    assert_ok(ond_file_finish(&file));
    umask(before);
    assert_int_equal(stat(scratch_path("mode.txt"), &found), 0);
    assert_int_equal(found.st_mode & 0777, 0640);
}

static void symbolic_link_stays_one(void **state)
{
    (void)state;
    struct stat found;
    ond_file *file = NULL;
    const char *target = bytes_file("target.txt", "old", 3);
    const char *link = scratch_path("link.txt");
    assert_int_equal(symlink(target, link), 0);
    assert_ok(ond_file_create(link, &file));
    assert_ok(ond_file_write(file, "new", 3));
    assert_ok(ond_file_finish(&file));
    assert_int_equal(lstat(link, &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_content(target, "new");
}

static void long_content_is_complete(void **state)
{
    (void)state;
    static unsigned char data[300000];
    ond_file *file = NULL;
    size_t total = 0;
    const char *path = scratch_path("long.bin");
    assert_ok(ond_file_create(path, &file));
    for (size_t count = 0; total + count <= sizeof data; total += count, count = count * 2 + 1) {
        for (size_t i = 0; i < count; i++) {
            data[total + i] = (unsigned char)((total + i) * 31 >> 3);
        }
        assert_ok(ond_file_write(file, data + total, count));
    }
    assert_ok(ond_file_finish(&file));
    FILE *again = fopen(path, "rb");
    assert_non_null(again);
    for (size_t i = 0; i < total; i++) {
        assert_int_equal(fgetc(again), data[i]);
    }
    assert_int_equal(fgetc(again), EOF);
    fclose(again);
}

static void long_lines_are_printed_whole(void **state)
{
    (void)state;
    static char line[5000];
    ond_file *file = NULL;
    memset(line, 'x', sizeof line - 1);
    assert_ok(ond_file_create(scratch_path("line.txt"), &file));
    assert_ok(ond_file_print(file, "%s", line));
    assert_ok(ond_file_finish(&file));
    assert_content(scratch_path("line.txt"), line);
}

static void failures_name_path_and_cause(void **state)
{
    (void)state;
    ond_file *file = NULL;
    assert_fails(OND_ERROR_IO, "/nosuch/x.txt: cannot create: No such file", ond_file_create("/nosuch/x.txt", &file));
    assert_fails(OND_ERROR_IO, "cannot create", ond_file_create("", &file));
    assert_fails(OND_ERROR_IO, "/tmp: cannot create: a folder has this name", ond_file_create("/tmp", &file));
    assert_fails(OND_ERROR_IO, "/dev/null/x: cannot create: Not a directory", ond_file_create("/dev/null/x", &file));
    assert_fails(OND_ERROR_ARGUMENT, "path", ond_file_create(NULL, &file));
    assert_null(file);
    assert_fails(OND_ERROR_ARGUMENT, "file", ond_file_finish(&file));
    assert_fails(OND_ERROR_ARGUMENT, "file", ond_file_write(NULL, "x", 1));
    assert_fails(OND_ERROR_ARGUMENT, "file", ond_file_print(NULL, "x"));
}

static void full_device_is_an_error(void **state)
{
    (void)state;
    static unsigned char data[100000];
    ond_file *file = NULL;
    assert_ok(ond_file_create("/dev/full", &file));
    assert_ok(ond_file_write(file, "x", 1));
    assert_fails(OND_ERROR_IO, "/dev/full: cannot write: No space left", ond_file_finish(&file));
    assert_ok(ond_file_create("/dev/full", &file));
    assert_fails(OND_ERROR_IO, "cannot write", ond_file_write(file, data, sizeof data));
    assert_fails(OND_ERROR_IO, "No space left", ond_file_write(file, "x", 1)); /* it stays failed */
    assert_fails(OND_ERROR_IO, "No space left", ond_file_finish(&file));
    assert_ok(ond_file_create("/dev/null", &file));
    assert_ok(ond_file_write(file, data, sizeof data));
    assert_ok(ond_file_finish(&file));
}

static void read_only_file_is_kept(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        skip(); /* nothing is read-only for root */
    }
    ond_file *file = NULL;
    const char *path = bytes_file("kept.txt", "kept", 4);
    assert_int_equal(chmod(path, 0444), 0);
    assert_fails(OND_ERROR_IO, "kept.txt: cannot replace: Permission denied", ond_file_create(path, &file));
    assert_content(path, "kept");
}

static void a_file_without_a_name_is_written_in_place(void **state)
{
    (void)state;
    char path[64];
    test_bytes bytes;
    const char *name = bytes_file("nameless", "what was there", 14);
    ond_file *file = NULL;
    int descriptor = open(name, O_RDWR);
    assert_true(descriptor >= 0);
    assert_int_equal(unlink(name), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    if (access(path, W_OK) != 0) {
        close(descriptor);
        skip(); /* a system without /proc */
    }
    assert_ok(ond_file_create(path, &file));
    assert_ok(ond_file_print(file, "new"));
    assert_ok(ond_file_finish(&file));
    bytes_load(&bytes, path);
    assert_int_equal(bytes.count, 3);
    assert_memory_equal(bytes.data, "new", 3);
    assert_int_not_equal(access(name, F_OK), 0);
    close(descriptor);
}

static void dash_is_standard_output(void **state)
{
    (void)state;
    int kept = dup(STDOUT_FILENO);
    ond_file *file = NULL;
    int place = open(scratch_path("stdout.txt"), O_WRONLY | O_CREAT, 0666);
    fflush(stdout);
    dup2(place, STDOUT_FILENO);
    ond_status status = ond_file_create("-", &file);
    if (status == OND_OK) {
        status = ond_file_print(file, "hello\n");
    }
    if (status == OND_OK) {
        status = ond_file_finish(&file);
    }
    int still_open = fcntl(STDOUT_FILENO, F_GETFD);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(place);
    assert_ok(status);
    assert_true(still_open >= 0);
    assert_content(scratch_path("stdout.txt"), "hello\n");
}

static void decimal_point_is_a_point_in_every_locale(void **state)
{
    (void)state;
    const char *commas[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8", "de_DE", "fr_FR"};
    bool found = false;
    for (size_t i = 0; i < sizeof commas / sizeof commas[0] && !found; i++) {
        found = setlocale(LC_ALL, commas[i]) != NULL;
    }
    if (!found) {
        skip();
    }
    ond_file *file = NULL;
    assert_ok(ond_file_create(scratch_path("point.txt"), &file));
    assert_ok(ond_file_print(file, "%g %.3f", 0.5, 1234.5));
    assert_ok(ond_file_finish(&file));
    char text[16];
    snprintf(text, sizeof text, "%g", 0.5); /* the caller's locale is as it was */
    setlocale(LC_ALL, "C");
    assert_string_equal(text, "0,5");
    assert_content(scratch_path("point.txt"), "0.5 1234.500");
}

static void make_old(const char *path, long age_s)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - age_s}, {.tv_sec = time(NULL) - age_s}};
    int descriptor = open(path, O_WRONLY | O_CREAT, 0666);
    assert_true(descriptor >= 0);
    close(descriptor);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Beside a new file: what a killed process left goes, all else stays. */
static void leftovers_of_the_dead_are_removed(void **state)
{
    static const struct {
        const char *name;
        long age_s;
        bool is_held, stays;
    } cases[] = {
        {"swept/.ondelet-0123456789abcdef", 7200, false, false},
        {"swept/.ondelet-fedcba9876543210", 60, false, true},  /* young */
        {"swept/.ondelet-00000000000000aa", 7200, true, true}, /* its process lives */
        {"swept/.ondelet-00000000000000a", 7200, false, true}, /* no name of ours */
        {"swept/.ondelet-00000000000000-b", 7200, false, true},
        {"swept/.ondelex-0123456789abcdef", 7200, false, true},
        {"swept/ondelet-0123456789abcdef0", 7200, false, true},
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    (void)state;
    int held = -1;
    assert_int_equal(mkdir(scratch_path("swept"), 0777), 0);
    for (size_t i = 0; i < CASES; i++) {
        make_old(scratch_path(cases[i].name), cases[i].age_s);
        if (cases[i].is_held) {
            held = open(scratch_path(cases[i].name), O_RDONLY);
            assert_int_equal(flock(held, LOCK_EX | LOCK_NB), 0);
        }
    }
    assert_int_equal(symlink("nowhere", scratch_path("swept/.ondelet-00000000000000cc")), 0);
    ond_file *file = NULL;
    assert_ok(ond_file_create(scratch_path("swept/new.txt"), &file));
    assert_ok(ond_file_finish(&file));
    for (size_t i = 0; i < CASES; i++) {
        assert_int_equal(access(scratch_path(cases[i].name), F_OK) == 0, cases[i].stays);
    }
    size_t others = 4; /* ".", "..", the link and the new file */
    assert_int_equal(entries_of(scratch_path("swept")), CASES - 1 + others);
    close(held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leftovers_of_the_dead_are_removed),
        cmocka_unit_test(nothing_is_seen_before_the_end),
        cmocka_unit_test(older_file_stays_until_the_new_one_is_complete),
        cmocka_unit_test(giving_up_leaves_nothing),
        cmocka_unit_test(what_was_begun_goes_on),
        cmocka_unit_test(a_link_is_not_what_was_begun),
        cmocka_unit_test(permissions_follow_the_umask),
        cmocka_unit_test(symbolic_link_stays_one),
        cmocka_unit_test(long_content_is_complete),
        cmocka_unit_test(long_lines_are_printed_whole),
        cmocka_unit_test(failures_name_path_and_cause),
        cmocka_unit_test(full_device_is_an_error),
        cmocka_unit_test(read_only_file_is_kept),
        cmocka_unit_test(a_file_without_a_name_is_written_in_place),
        cmocka_unit_test(dash_is_standard_output),
        cmocka_unit_test(decimal_point_is_a_point_in_every_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
