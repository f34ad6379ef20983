#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the code of documentation pages: C programs link with the installed library and run; shell blocks run with the program,
# Python blocks with the package, all in one folder that holds pictures; links lead somewhere.
# usage: docs.sh ROOT C_COMPILER PREFIX PROGRAM LIBRARY
set -euo pipefail
root=$1 compiler=$2 prefix=$3 program=$4 library=$5
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/work" "$scratch/work/photos" "$scratch/blocks"
ln -s "$program" "$scratch/bin/ondelet"
export PATH=$scratch/bin:$PATH XDG_CACHE_HOME=$scratch/cache ONDELET_LIBRARY=$library PYTHONPATH=$root/python
export PYTHONDONTWRITEBYTECODE=1
cd "$scratch/work"
cp "$root/examples/pictures/camera.png" photo.png
cp "$root/examples/pictures/brick.png" "$root/examples/pictures/gravel.png" photos
cp "$root/examples/pictures/camera.png" noisy.png
for set in textures more-textures; do
    for class in brick gravel; do
        mkdir -p "$set/$class"
        for i in 1 2 3; do cp "$root/examples/pictures/$class.png" "$set/$class/$i.png"; done
    done
done
# small_picture N FILE.png: 64 x 64 pixels made of the numbers of a photograph
"$program" convert photo.png -o numbers.pgm --quiet
small_picture() {
    { printf 'P5\n64 64\n255\n'; head -c $((5096 + 4096 * $1)) numbers.pgm | tail -c 4096; } >small.pgm
    "$program" convert small.pgm -o "$2" --force --quiet
    rm small.pgm
}
# npy_file DESCR "SHAPE" < BYTES
npy_file() {
    printf '\x93NUMPY\x01\x00\x76\x00'
    printf "%-117s\n" "{'descr': '$1', 'fortran_order': False, 'shape': $2, }"
    cat
}
head -c 9191 photo.png | tail -c 8192 | npy_file '|u1' '(8, 32, 32)' >images.npy
printf '\0\1\0\1\0\1\0\1' | npy_file '|u1' '(8,)' >labels.npy
pkgconfig=$(find "$prefix" -name ondelet.pc -printf '%h\n' -quit)
read -ra flags < <(PKG_CONFIG_PATH=$pkgconfig pkg-config --cflags --libs ondelet)
python=
for candidate in ${ONDELET_PYTHON:-} python3 /usr/bin/python3; do
    if [[ -z $python ]] && command -v "$candidate" >/dev/null && "$candidate" -c 'import numpy' 2>/dev/null; then
        python=$candidate
    fi
done
failures=0 ran=0

# run_block PAGE FILE COMMAND...
run_block() {
    local page=$1 file=$2
    shift 2
    ran=$((ran + 1))
    if ! "$@" >"$scratch/said" 2>&1; then
        echo "$page: this block fails:"
        cat "$file"
        tail -n 20 "$scratch/said"
        failures=$((failures + 1))
    fi
}

compile_and_run() {
    "$compiler" -std=c11 -Wall -Wextra -Werror "$1" -o "$scratch/program" "${flags[@]}" && "$scratch/program"
}

cxx=$(command -v g++ || true)
if [[ -z $cxx ]] || ! pkg-config --exists opencv4; then
    cxx=
fi

for page in "$root"/README.md "$root"/docs/README.md "$root"/docs/*/*.md; do
    name=${page#"$root/"}
    if [[ $name == README.md ]]; then # its commands are for large sets and pictures; small ones will do
        for i in 1 2 3 4 5 6 7 8; do small_picture "$i" "photos/$i.png"; done
        for picture in photo noisy known; do small_picture 1 $picture.png; done
        rm photos/brick.png photos/gravel.png
    else
        rm -f ./features.* ./table.* clean.png whole.png edges.png sparse.png contours.png part3.* textures.safetensors \
            atoms.safetensors report.html photos/?.png known.png
        cp "$root/examples/pictures/camera.png" photo.png
        cp "$root/examples/pictures/camera.png" noisy.png
        cp "$root/examples/pictures/brick.png" "$root/examples/pictures/gravel.png" photos
    fi
    rm -f "$scratch"/blocks/*
    awk -v folder="$scratch/blocks" '
        /^```(c|cpp|sh|python)$/ { kind = substr($0, 4); file = sprintf("%s/%02d.%s", folder, ++count, kind); next }
        /^```/ { file = ""; next }
        file { print > file }
    ' "$page"
    for block in "$scratch"/blocks/*; do
        case $block in
            *.c) run_block "$name" "$block" compile_and_run "$block" ;;
            *.cpp) [[ -z $cxx ]] || run_block "$name" "$block" "$cxx" -std=c++17 -Wall -Werror -fsyntax-only "$block" \
                $(pkg-config --cflags opencv4) "${flags[@]}" ;;
            *.sh) grep -q '^\./run ' "$block" || run_block "$name" "$block" bash -euo pipefail "$block" ;;
            *.python) [[ -z $python ]] || run_block "$name" "$block" "$python" "$block" ;;
        esac
    done
    while IFS= read -r link; do
        if [[ $link != http* && ! -e $(dirname "$page")/$link ]]; then
            echo "$name: the link to $link leads nowhere"
            failures=$((failures + 1))
        fi
    done < <(grep -oE '\]\([^)#]+\)' "$page" | sed 's/^](//; s/)$//')
done
echo "$ran blocks ran, $failures failures"
[[ -n $python ]] || echo "no python3 with numpy: Python blocks were left out"
exit $((failures > 0))
