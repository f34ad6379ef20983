/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/metadata.h"

#include "unit/io_bytes.h"

static unsigned char profile[200000]; /* more than a JPEG segment holds */

static void make_profile(const char *colors)
{
    for (size_t i = 0; i < sizeof profile; i++) {
        profile[i] = (unsigned char)(i * i / 251 + i);
    }
    memcpy(profile + 16, colors, 4);
}

static ond_metadata *new_metadata(void)
{
    ond_metadata *metadata = NULL;
    const char *path = scratch_path("plain.pgm");
    float value = 0;
    ond_array image = ond_array_view(&value, 2, (size_t[]){1, 1});
    assert_ok(ond_image_write(&image, 8, path));
    assert_ok(ond_metadata_read(path, &metadata));
    assert_int_equal(metadata->count, 0);
    return metadata;
}

static void add(ond_metadata *metadata, ond_metadata_kind kind, const char *chunk, const void *data, size_t size)
{
    assert_ok(ond_metadata_add(metadata, kind, chunk, data, size));
}

/* One of each kind; the profile is for `colors`. */
static ond_metadata *make_metadata(const char *colors)
{
    static const unsigned char density[9] = {0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1}; /* 11811 per metre: 300 dpi */
    ond_metadata *metadata = new_metadata();
    make_profile(colors);
    add(metadata, OND_METADATA_PROFILE, NULL, profile, sizeof profile);
    add(metadata, OND_METADATA_DENSITY, NULL, density, sizeof density);
    add(metadata, OND_METADATA_EXIF, NULL, "MM\0*\0\0\0\10\0\0", 10);
    add(metadata, OND_METADATA_CHUNK, "tEXt", "Author\0A. N.", 12);
    add(metadata, OND_METADATA_CHUNK, "gAMA", "\0\0\261\217", 4);
    add(metadata, OND_METADATA_COMMENT, NULL, "seen", 4);
    add(metadata, OND_METADATA_XMP, NULL, "<x/>", 4);
    return metadata;
}

static void assert_item(const ond_metadata_item *item, const void *data, size_t size)
{
    assert_non_null(item);
    assert_int_equal(item->size, size);
    assert_memory_equal(item->data, data, size);
}

static const ond_metadata_item *find_chunk(const ond_metadata *metadata, const char *type, size_t nth)
{
    for (size_t i = 0; i < metadata->count; i++) {
        const ond_metadata_item *item = &metadata->items[i];
        if (item->kind == OND_METADATA_CHUNK && memcmp(item->chunk, type, 4) == 0 && nth-- == 0) {
            return item;
        }
    }
    return NULL;
}

/* Writes a picture of so many channels with the metadata and reads them back. */
static ond_metadata *pass_through(const ond_metadata *metadata, size_t channels, const char *name)
{
    static float values[4 * 5 * 6];
    ond_array image = ond_array_view(values, 3, (size_t[]){channels, 5, 6});
    ond_array read = {0};
    ond_metadata *found = NULL;
    const char *path = scratch_path(name);
    assert_ok(ond_image_write_with(&image, 8, metadata, path));
    assert_ok(ond_image_read(path, OND_GRAY, &read)); /* libpng and libjpeg agree with what was written */
    assert_ok(ond_metadata_read(path, &found));
    ond_array_free(&read);
    return found;
}

static void png_keeps_everything(void **state)
{
    (void)state;
    for (size_t channels = 1; channels <= 4; channels++) {
        ond_metadata *metadata = make_metadata(channels <= 2 ? "GRAY" : "RGB ");
        ond_metadata *found = pass_through(metadata, channels, "all.png");
        assert_int_equal(found->count, metadata->count);
        assert_item(ond_metadata_find(found, OND_METADATA_PROFILE), profile, sizeof profile);
        assert_item(ond_metadata_find(found, OND_METADATA_EXIF), "MM\0*\0\0\0\10\0\0", 10);
        assert_item(ond_metadata_find(found, OND_METADATA_DENSITY), metadata->items[1].data, 9);
        assert_item(find_chunk(found, "tEXt", 0), "Author\0A. N.", 12);
        assert_item(find_chunk(found, "tEXt", 1), "Comment\0seen", 12);
        assert_item(find_chunk(found, "gAMA", 0), "\0\0\261\217", 4);
        assert_item(find_chunk(found, "iTXt", 0), "XML:com.adobe.xmp\0\0\0\0\0<x/>", 26);
        ond_metadata *again = pass_through(found, channels, "again.png");
        assert_int_equal(again->count, found->count);
        ond_metadata_destroy(again);
        ond_metadata_destroy(found);
        ond_metadata_destroy(metadata);
    }
}

static void jpeg_keeps_what_it_can_hold(void **state)
{
    (void)state;
    ond_metadata *metadata = make_metadata("RGB ");
    ond_metadata *found = pass_through(metadata, 3, "all.jpg");
    assert_item(ond_metadata_find(found, OND_METADATA_PROFILE), profile, sizeof profile);
    assert_item(ond_metadata_find(found, OND_METADATA_EXIF), "MM\0*\0\0\0\10\0\0", 10);
    assert_item(ond_metadata_find(found, OND_METADATA_XMP), "<x/>", 4);
    assert_item(ond_metadata_find(found, OND_METADATA_DENSITY), metadata->items[1].data, 9);
    assert_item(ond_metadata_find(found, OND_METADATA_COMMENT), "Author: A. N.", 13);
    ond_metadata *as_png = pass_through(found, 3, "from_jpeg.png");
    assert_item(ond_metadata_find(as_png, OND_METADATA_PROFILE), profile, sizeof profile);
    assert_item(ond_metadata_find(as_png, OND_METADATA_EXIF), "MM\0*\0\0\0\10\0\0", 10);
    ond_metadata_destroy(as_png);
    ond_metadata_destroy(found);
    ond_metadata_destroy(metadata);
}

static void a_profile_for_other_colours_is_left_out(void **state)
{
    (void)state;
    static const char *const names[] = {"other.png", "other.jpg"};
    for (size_t i = 0; i < 2; i++) {
        ond_metadata *metadata = make_metadata("GRAY");
        ond_metadata *found = pass_through(metadata, 3, names[i]);
        assert_null(ond_metadata_find(found, OND_METADATA_PROFILE));
        assert_non_null(ond_metadata_find(found, OND_METADATA_EXIF));
        ond_metadata_destroy(found);
        ond_metadata_destroy(metadata);
    }
}

static ond_status read_metadata(const char *path)
{
    ond_metadata *metadata = NULL;
    ond_status status = ond_metadata_read(path, &metadata);
    ond_metadata_destroy(metadata);
    return status;
}

/* Damage loses pieces, never more. Sanitizers watch. */
static void damage_is_left_out(void **state)
{
    (void)state;
    static const char *const names[] = {"damaged.png", "damaged.jpg"};
    ond_metadata *metadata = make_metadata("GRAY");
    metadata->items[0].size = 300; /* a short profile: every bit of the file is flipped */
    for (size_t i = 0; i < 2; i++) {
        test_bytes whole;
        ond_metadata_destroy(pass_through(metadata, 1, names[i]));
        bytes_load(&whole, scratch_path(names[i]));
        for (size_t count = 0; count < whole.count; count++) {
            assert_ok(read_metadata(bytes_file("cut", whole.data, count)));
        }
        flip_every_bit(scratch_path(names[i]), read_metadata);
    }
    assert_fails(OND_ERROR_IO, "nowhere", read_metadata("nowhere.png"));
    ond_metadata_destroy(metadata);
}

/* Else a file of a few megabytes would take gigabytes of memory, or hours. */
static void more_than_any_editor_writes_is_left_out(void **state)
{
    (void)state;
    enum { PIECE = 1 << 24, MOST_ITEMS = 1000, MOST_PIECES = 4 };
    ond_metadata *metadata = make_metadata("GRAY");
    size_t count = metadata->count;
    add(metadata, OND_METADATA_PROFILE, NULL, "another", 7);
    add(metadata, OND_METADATA_CHUNK, "gAMA", "\0\0\0\1", 4);
    assert_int_equal(metadata->count, count);
    assert_item(find_chunk(metadata, "gAMA", 0), "\0\0\261\217", 4);
    for (size_t i = 0; i < 3 * MOST_ITEMS; i++) {
        add(metadata, OND_METADATA_CHUNK, "tEXt", "a\0b", 3);
    }
    assert_int_equal(metadata->count, MOST_ITEMS);
    ond_metadata_destroy(metadata);
    metadata = new_metadata();
    unsigned char *piece = calloc(PIECE, 1);
    assert_non_null(piece);
    for (size_t i = 0; i < 2 * MOST_PIECES; i++) {
        add(metadata, OND_METADATA_COMMENT, NULL, piece, PIECE);
    }
    assert_int_equal(metadata->count, MOST_PIECES);
    free(piece);
    ond_metadata_destroy(metadata);
}

/* A JPEG segment with a part of a profile: its number and one byte. */
static size_t put_part(unsigned char *place, int number, char byte)
{
    static const unsigned char start[16] = "\xff\xe2\0\x11ICC_PROFILE";
    memcpy(place, start, sizeof start);
    place[16] = (unsigned char)number;
    place[17] = 9;
    place[18] = (unsigned char)byte;
    return 19;
}

static void parts_of_a_profile_count_in_order(void **state)
{
    (void)state;
    static const int numbers[] = {2, 1, 3, 2, 2, 1, 3, 4, 0};
    unsigned char bytes[256] = "\xff\xd8";
    size_t size = 2;
    ond_metadata *metadata = NULL;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        size += put_part(bytes + size, numbers[i], (char)('a' + i));
    }
    assert_ok(ond_metadata_read(bytes_file("parts.jpg", bytes, size), &metadata));
    assert_int_equal(metadata->count, 1);
    assert_item(ond_metadata_find(metadata, OND_METADATA_PROFILE), "bdgh", 4);
    ond_metadata_destroy(metadata);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_keeps_everything),
        cmocka_unit_test(jpeg_keeps_what_it_can_hold),
        cmocka_unit_test(a_profile_for_other_colours_is_left_out),
        cmocka_unit_test(damage_is_left_out),
        cmocka_unit_test(more_than_any_editor_writes_is_left_out),
        cmocka_unit_test(parts_of_a_profile_count_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
