#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The layer law: reads LAYERS and every #include of a source tree, and prints each line that breaks it.
# usage: layers.sh ROOT      (ROOT/src and ROOT/include/ondelet)
set -euo pipefail
export LC_ALL=C
cd "$1"

# Prints "file:line:text" of every #include and OpenMP pragma under the folders given.
directives() {
    find "$@" -type f \( -name '*.c' -o -name '*.h' \) -print0 | sort -z \
        | xargs -0 -r grep -HnE '^[[:space:]]*#[[:space:]]*(include|pragma[[:space:]]+omp)' || true
}

{
    sed 's/^/L /' src/LAYERS
    find src -mindepth 2 -type f \( -name '*.c' -o -name '*.h' \) | sed 's|^src/|F |'
    find src -maxdepth 1 -type f ! -name CMakeLists.txt ! -name LAYERS | sed 's|^|S |'
    find include/ondelet -type f | sed 's|^|P |'
    directives src include/ondelet | sed 's/^/I /'
} | awk '
    # One outside library, one place: the folder (for JSON two), or the file, that may know the header.
    BEGIN {
        home["fftw3.h"] = "fft"
        home["kiss_fft.h"] = "fft"
        home["png.h"] = home["jpeglib.h"] = home["jerror.h"] = home["turbojpeg.h"] = home["zlib.h"] = "io"
        home["omp.h"] = "core/parallel.c"
        home["jansson.h"] = "io cli"
        home["hdf5.h"] = "cli"
        home["mpi.h"] = "mpi"
        home["cairo.h"] = home["cairo/cairo.h"] = "cli"
        home["cblas.h"] = home["lapacke.h"] = home["lbfgs.h"] = "learn"
    }
    function complain(text) { print place ": " text; bad = 1 }

    $1 == "L" { lines++; for (i = 2; i <= NF; i++) layer[$i] = lines; next }
    $1 == "S" { place = $2; complain("a source file belongs into a folder of LAYERS"); next }
    $1 == "P" { public[substr($2, 9)] = 1; next }
    $1 == "F" {
        split($2, part, "/")
        exists[$2] = 1
        name = part[2]
        sub(/\.[ch]$/, "", name)
        if (!(name in owner) || layer[part[1]] < layer[owner[name]]) owner[name] = part[1]
        place = "src/" $2
        if (!(part[1] in layer)) complain("folder " part[1] " has no place in LAYERS")
        next
    }
    # Which folder makes what <ondelet/NAME.h> promises: the one of that name, or the lowest with a source file of it.
    function maker(header,    name) {
        name = header
        sub(/^ondelet\//, "", name)
        sub(/\.h$/, "", name)
        return name in layer ? name : name in owner ? owner[name] : ""
    }
    function check_order(from, to, header) {
        if (from == to || !(from in layer) || !(to in layer)) return
        if (layer[to] > layer[from]) complain(from " includes " header " of the later layer " to)
        if (layer[to] == layer[from]) complain(from " includes " header " of its neighbour " to)
    }
    function check_private(folder, header,    part) {
        if (header !~ /^[a-z0-9_]+\/[a-z0-9_]+\.h$/) {
            complain("private includes are written \"folder/file.h\", not \"" header "\"")
            return
        }
        split(header, part, "/")
        if (!(header in exists)) complain("\"" header "\" is not a file of src")
        else if (folder == "cli" && part[1] != "cli") complain("cli sees only <ondelet/...> and \"cli/...\", not \"" header "\"")
        else check_order(folder, part[1], "\"" header "\"")
    }
    function at_home(header, folder,    places, i, n) {
        n = split(home[header], places, " ")
        for (i = 1; i <= n; i++) if (places[i] == folder) return 1
        return 0
    }
    function check_system(file, folder, header) {
        if (header ~ /^ondelet\//) {
            if (!(header in public)) complain("<" header "> is not a public header")
            else if (header == "ondelet/ondelet.h" && folder != "cli") complain("<ondelet/ondelet.h> includes every layer: name the header")
            else check_order(folder, maker(header), "<" header ">")
        } else if (header in home && home[header] != file && !at_home(header, folder)) {
            complain("<" header "> is known to " home[header] " only")
        }
    }
    function check_public(header, quoted) {
        if (quoted) complain("a public header includes \"" header "\"")
        else if (header in home) complain("a public header includes <" header ">")
        else if (header ~ /^ondelet\// && !(header in public)) complain("<" header "> is not a public header")
    }
    $1 == "I" {
        line = substr($0, 3)
        split(line, field, ":")
        place = field[1] ":" field[2]
        text = substr(line, length(place) + 2)
        file = field[1]
        is_public = sub(/^include\//, "", file)
        sub(/^src\//, "", file)
        folder = file
        sub(/\/.*/, "", folder)
        if (text ~ /pragma/) {
            if (is_public || file != home["omp.h"]) complain("OpenMP is known to core/parallel.c only")
            next
        }
        header = text
        sub(/^[ \t]*#[ \t]*include[ \t]*/, "", header)
        quoted = header ~ /^"/
        if (header !~ /^["<][^">]+[">]/) { complain("an include that this test cannot read: " text); next }
        sub(/^["<]/, "", header)
        sub(/[">].*/, "", header)
        if (is_public) check_public(header, quoted)
        else if (quoted) check_private(folder, header)
        else check_system(file, folder, header)
    }
    END { exit bad }
'
