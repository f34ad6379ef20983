#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What is built is as SECURITY.md says: position-independent, relocations bound at start and then read-only, no executable
# stack, checked functions of the C library, stack protectors, no library is looked for in the current folder, and those that
# are needed are in its list.
# usage: hardened.sh SECURITY.md FILE...
set -euo pipefail
export LC_ALL=C
bad=0

# wants FILE WHAT FLAGS PATTERN: readelf FLAGS says it
wants() {
    readelf "$3" -W "$1" >"$scratch/facts"
    grep -qE "$4" "$scratch/facts" || {
        echo "$1: no $2"
        bad=1
    }
}

# An empty entry, or one that is no full path, is looked up in the current folder.
check_library_folders() {
    local paths folder
    readelf -dW "$1" | sed -nE 's/.*R(UN)?PATH.*\[(.*)\]$/\2/p' >"$scratch/paths"
    while IFS= read -r paths; do
        while IFS= read -r folder; do
            # shellcheck disable=SC2016
            [[ $folder == /* || $folder == '$ORIGIN'* ]] || {
                echo "$1: libraries are looked for in '$folder'"
                bad=1
            }
        done < <(tr ":" "\n" <<<"$paths")
    done <"$scratch/paths"
}

# What the list calls them.
declare -A names=([libc]="GNU C library" [libm]="GNU C library" [libfftw3f]="FFTW 3"
    [libpng16]=libpng [libjpeg]=libjpeg-turbo [libz]=zlib [libopenblas]=OpenBLAS [liblapacke]=LAPACKE [libgomp]="GNU OpenMP"
    [libhdf5_serial]=HDF5 [libhdf5_openmpi]=HDF5 [libmpi]="Open MPI" [libondelet]="# Security")

check_needed() {
    local library name
    readelf -dW "$1" | sed -nE 's/.*NEEDED.*\[(.*)\.so.*\]$/\1/p' >"$scratch/needed"
    while IFS= read -r library; do
        [[ $library != ld-linux* ]] || continue # of the C library
        name=${names[$library]:-${library#lib}}
        grep -qF "$name" "$list" || {
            echo "$1: needs $library, which $list does not list"
            bad=1
        }
    done <"$scratch/needed"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
(($# > 1)) || { sed -n '6s/^# *//p' "$0" >&2; exit 2; }
list=$1
shift
for file; do
    wants "$file" "position-independent code" -h 'Type: +DYN'
    wants "$file" "relocations that become read-only" -l 'GNU_RELRO'
    wants "$file" "binding at start" -d 'BIND_NOW|FLAGS_1.*NOW'
    wants "$file" "stack without execution" -l 'GNU_STACK.* RW '
    wants "$file" "stack protectors" -s '__stack_chk_fail'
    wants "$file" "checked functions" -s '__(v?snprintf|v?fprintf|memcpy|memset|printf)_chk'
    check_library_folders "$file"
    check_needed "$file"
done
exit $bad
