#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Every header compiles alone and twice in a row: the public ones in the given language, the private ones as C11.
# usage: headers.sh ROOT c|c++ COMPILER
set -euo pipefail
root=$1 language=$2 compiler=$3
flags=(-fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Werror "-I$root/include")
if [[ $language == c++ ]]; then
    if ! command -v "$compiler" >/dev/null; then
        echo "skipped: no C++ compiler"
        exit 77
    fi
    flags+=(-std=c++17)
else
    flags+=(-std=c11 -Wstrict-prototypes -D_POSIX_C_SOURCE=200809L)
fi
declare -A header_of=([hdf5-serial]=hdf5.h [ompi-c]=mpi.h)
missing=
bad=0
# alone INCLUDE [FLAG]
alone() {
    if ! printf '#include %s\n#include %s\n' "$1" "$1" | "$compiler" -x "$language" "${flags[@]}" "${@:2}" -; then
        echo "$1 does not compile alone as $language"
        bad=1
    fi
}
for header in "$root"/include/ondelet/*.h; do
    alone "<ondelet/${header##*/}>"
done
if [[ $language == c ]]; then
    read -ra outside < <(pkg-config --cflags fftw3f libpng jansson openblas lapacke cairo)
    for optional in hdf5-serial ompi-c; do # not on every machine
        if pkg-config --exists $optional; then
            read -ra found < <(pkg-config --cflags $optional)
            outside+=("${found[@]}")
        else
            missing+=" ${header_of[$optional]}"
        fi
    done
    while IFS= read -r header; do
        wanted=$(sed -n 's|^#include <\(.*\)>.*|\1|p' "$root/src/$header")
        for absent in $missing; do
            [[ $'\n'$wanted$'\n' != *$'\n'$absent$'\n'* ]] || continue 2
        done
        alone "\"$header\"" "-I$root/src" "${outside[@]}"
    done < <(cd "$root/src" && find . -name '*.h' | sed 's|^\./||' | sort)
fi
exit $bad
