/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/sidecar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* FNV-1a of 64 bits (Fowler, Noll, Vo). */
static const uint64_t hash_start = 0xcbf29ce484222325u, hash_factor = 0x100000001b3u;

static void mix(uint64_t *hash, const void *bytes, size_t count)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < count; i++) {
        *hash = (*hash ^ byte[i]) * hash_factor;
    }
}

static void mix_number(uint64_t *hash, uint64_t number)
{
    enum { BYTES = 8 };
    unsigned char bytes[BYTES];
    for (int i = 0; i < BYTES; i++) {
        bytes[i] = (unsigned char)(number >> (BYTES * i));
    }
    mix(hash, bytes, sizeof bytes);
}

/* {"files": 3, "hash": "…"}: by which one sees whether two runs had the same inputs: names and sizes in order. */
static json_t *inputs_json(const input_list *inputs)
{
    uint64_t hash = hash_start;
    char text[sizeof "0123456789abcdef"];
    for (size_t i = 0; i < inputs->count; i++) {
        struct stat facts;
        bool is_there = stat(inputs->files[i].path, &facts) == 0 && S_ISREG(facts.st_mode);
        mix(&hash, inputs->files[i].shown, strlen(inputs->files[i].shown) + 1);
        mix_number(&hash, is_there ? (uint64_t)facts.st_size : 0);
    }
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    return json_pack("{s:I, s:s}", "files", (json_int_t)inputs->count, "hash", text);
}

json_t *request_json(const features_request *request, const input_list *inputs)
{
    json_t *object = json_pack("{s:i, s:s, s:s, s:s}", "schema", 1, "program", "ondelet", "version", ond_version(),
                               "command", "features");
    if (request->features.transform == FEATURES_CSC) {
        json_object_set_new(object, "dictionary", json_text(request->dictionary));
        json_object_set_new(object, "lambdas", request->lambdas ? json_text(request->lambdas) : json_null());
        json_object_set_new(object, "csc", json_options(features_code_options(), &request->csc));
        json_object_set_new(object, "pursuit", json_options(ond_pursuit_options(), &request->pursuit));
    } else {
        json_object_set_new(object, "bank", bank_json(&request->bank));
        json_object_set_new(object, "scattering", json_options(ond_scattering_options(), &request->scattering));
    }
    json_object_set_new(object, "features", json_options(features_options(), &request->features));
    json_object_set_new(object, "fit", json_options(ond_fit_options(), &request->fit));
    json_object_set_new(object, "resize", request->resize ? json_text(request->resize) : json_null());
    json_object_set_new(object, "crop", request->crop ? json_text(request->crop) : json_null());
    json_object_set_new(object, "pad", request->pad ? json_text(request->pad) : json_null());
    if (request->shard) {
        json_object_set_new(object, "shard", json_text(request->shard));
    }
    json_object_set_new(object, "inputs", inputs_json(inputs));
    return object;
}
