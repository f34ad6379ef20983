#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Tests the layer test: a small good tree passes, and each way to break the law is found and named.
# usage: layers_test.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# put FILE LINE...: a file of the tree.
put() {
    mkdir -p "$tree/$(dirname "$1")"
    printf '%s\n' "${@:2}" >"$tree/$1"
}

# A tree that keeps the law.
good_tree() {
    tree=$scratch/tree
    rm -rf "$tree"
    put src/LAYERS 'core' 'io fft' 'filters' 'wavelets shearlets' 'learn' 'cli'
    put src/core/status.h '#include <stddef.h>' '#include <ondelet/status.h>'
    put src/core/parallel.c '#include "core/status.h"' '#include <omp.h>' '#pragma omp parallel for'
    put src/io/image.c '#include "core/status.h"' '#include <png.h>' '#include <ondelet/image.h>'
    put src/io/image.h ''
    put src/fft/fft.c '#include <fftw3.h>' '#include "core/status.h"'
    put src/fft/fft.h ''
    put src/filters/filters.h '#include "fft/fft.h"' '#include <ondelet/filters.h>'
    put src/wavelets/morlet.c '#include "filters/filters.h"' '#include <ondelet/wavelets.h>'
    put src/shearlets/shearlets.h ''
    put src/cli/main.c '#include "cli/cli.h"' '#include <ondelet/ondelet.h>' '#include <cairo.h>'
    put src/cli/cli.h ''
    for header in status image filters wavelets shearlets; do
        put "include/ondelet/$header.h" '#include <stddef.h>'
    done
    put include/ondelet/ondelet.h '#include <ondelet/status.h>'
}

# breaks FILE WORDS LINE...: the file with these lines makes the layer test fail with WORDS.
breaks() {
    local file=$1 words=$2 said
    good_tree
    put "$file" "${@:3}"
    if said=$(bash "$here/layers.sh" "$tree" 2>&1); then
        echo "not found: $file: ${*:3}"
        failures=$((failures + 1))
    elif [[ $said != *"$words"* ]]; then
        echo "$file: said '$said', wanted '$words'"
        failures=$((failures + 1))
    fi
}

good_tree
bash "$here/layers.sh" "$tree" || failures=$((failures + 1))

breaks src/core/array.c 'core includes "io/image.h" of the later layer io' '#include "io/image.h"'
breaks src/fft/plan.c 'fft includes "io/image.h" of its neighbour io' '#include "io/image.h"'
breaks src/fft/plan.c 'of its neighbour io' '  #  include   "io/image.h" // why'
breaks src/wavelets/spline.c 'of its neighbour shearlets' '#include <ondelet/shearlets.h>'
breaks src/core/array.c 'of the later layer io' '#include <ondelet/image.h>'
breaks src/core/array.c 'includes every layer' '#include <ondelet/ondelet.h>'
breaks src/core/array.c '<ondelet/nothing.h> is not a public header' '#include <ondelet/nothing.h>'
breaks src/filters/frame.c 'written "folder/file.h", not "filters.h"' '#include "filters.h"'
breaks src/filters/frame.c 'written "folder/file.h", not "../fft/fft.h"' '#include "../fft/fft.h"'
breaks src/filters/frame.c 'is not a file of src' '#include "fft/nothing.h"'
breaks src/filters/frame.c 'cannot read' '#include HEADER'
breaks src/cli/features.c 'cli sees only' '#include "io/image.h"'
breaks src/cli/features.c '<png.h> is known to io only' '#include <png.h>'
breaks src/io/png.c '<fftw3.h> is known to fft only' '#include <fftw3.h>'
breaks src/fft/plan.c '<zlib.h> is known to io only' '#include "core/status.h"' '#include <zlib.h>'
breaks src/core/array.c '<omp.h> is known to core/parallel.c only' '#include <omp.h>'
breaks src/fft/plan.c 'OpenMP is known to core/parallel.c only' '#pragma omp simd'
breaks src/fft/text.c '<jansson.h> is known to io cli only' '#include <jansson.h>'
breaks src/filters/frame.c '<cblas.h> is known to learn only' '#include <cblas.h>'
breaks src/other/other.c 'folder other has no place in LAYERS' ''
breaks src/loose.c 'belongs into a folder' ''
breaks include/ondelet/status.h 'a public header includes "core/status.h"' '#include "core/status.h"'
breaks include/ondelet/status.h 'a public header includes <png.h>' '#include <png.h>'

exit $((failures > 0))
