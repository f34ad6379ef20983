#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The binary interface of the shared library against that of the last tag: what was there must still be there, unless the
# soname has changed. Where there is no tag yet, the symbols against the list beside this file. With a tag this builds the
# library twice, and so is no test of ctest (the list is); wants abidiff (Debian: abigail-tools).
# usage: abi.sh ROOT LIBRARY [TAG]     TAG is the last one when not given; `none`: the list alone, at once
#        abi.sh --list LIBRARY       the list, to be kept as exported.txt when functions were added on purpose
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)

exported() {
    nm -D --defined-only "$1" | awk '{ print $NF }' | sed 's/@.*//' | sort -u
}

if [[ $1 == --list ]]; then
    exported "$2"
    exit
fi
root=$1 library=$2
tag=${3:-$(git -C "$root" describe --tags --abbrev=0 2>/dev/null || true)}
if [[ -z $tag || $tag == none ]]; then
    gone=$(comm -13 <(exported "$library") "$here/exported.txt")
    new=$(comm -23 <(exported "$library") "$here/exported.txt")
    echo "$(wc -l <"$here/exported.txt") functions on the list, $(grep -c . <<<"$new" || true) more in the library"
    if [[ -n $gone ]]; then
        printf 'no longer exported: %s\n' $gone
        exit 1
    fi
    exit 0
fi
if ! command -v abidiff >/dev/null; then
    echo "skipped: no abidiff"
    exit 77
fi
scratch=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$scratch/tree" 2>/dev/null; rm -rf "$scratch"' EXIT
git -C "$root" worktree add --quiet --detach "$scratch/tree" "$tag"
for tree in "$scratch/tree" "$root"; do
    cmake -S "$tree" -B "$scratch/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_SHARED_LIBS=ON -DONDELET_PROGRAM=OFF \
        -DONDELET_TESTS=OFF -DONDELET_EXAMPLES=OFF -DONDELET_PLUGINS=OFF >/dev/null
    cmake --build "$scratch/build" --parallel 2 >/dev/null
    mkdir -p "$scratch/$([[ $tree == "$root" ]] && echo new || echo old)"
    cp -P "$scratch"/build/src/libondelet.so* "$scratch/$([[ $tree == "$root" ]] && echo new || echo old)"
    rm -rf "$scratch/build"
done
status=0
abidiff --headers-dir1 "$scratch/tree/include" --headers-dir2 "$root/include" --no-added-syms \
    "$scratch/old/libondelet.so" "$scratch/new/libondelet.so" || status=$?
# 4: types have changed; 8: functions are gone. Programs that were linked before may break by either, unless the soname is
# another one, with which they keep their old library.
soname() { readelf -d "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; }
if ((status & 12)) && [[ $(soname "$scratch/old/libondelet.so") != "$(soname "$scratch/new/libondelet.so")" ]]; then
    echo "the soname is another one: programs keep the library they were linked with"
    status=0
fi
exit "$status"
