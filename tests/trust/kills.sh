#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Commands killed by SIGKILL at random moments: under a final name there is nothing or the whole file, what a kill leaves
# behind does not stand in the way of the next run, and what comes out in the end is what an undisturbed run gives.
#   ONDELET=path/of/the/program tests/trust/kills.sh [KILLS [CASE…]]    (200 each; all cases)
set -uo pipefail
export LC_ALL=C
kills=${1:-200}
shift $(($# < 1 ? $# : 1))
cases=("$@")
((${#cases[@]})) || cases=(features features_csv classify folder dictionary denoise_training edge_training pursuit)
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/.cache TMPDIR=$folder/.tmp
mkdir -p "$XDG_CACHE_HOME" "$TMPDIR" "$folder/work"
cd "$folder/work" || exit 1
. "$here/../cli/support.sh"
RANDOM=${SEED:-7}

# --- what the cases work on ---

noise_bytes() { # FILE BYTES: the same every time
    local i
    for ((i = 0; i < 2000; i++)); do printf '%d %d %d\n' $((i * i)) $((i * 7919 % 1000)) $((i * 31 % 257)); done >text
    while [ ! -e "$1" ] || [ "$(stat -c %s "$1")" -lt "$2" ]; do cat text >>"$1"; done
    truncate -s "$2" "$1"
}

prepare() {
    npy_header '|u1' '(4000, 16, 16)' >many.npy
    noise_bytes many.npy $((128 + 4000 * 256))
    mkdir -p set/a set/b pictures larger plain truth
    for i in 1 2 3 4 5 6 7 8; do
        make_pgm set/a/$i.pgm 16 16 $i
        make_pgm set/b/$i.pgm 16 16 $((i + 20))
        make_pgm pictures/$i.pgm 64 64 $((i + 40))
        make_pgm larger/$i.pgm 160 160 $((i + 60))
    done
    make_pgm plain/1.pgm 72 72 3
    make_pgm mark.pgm 72 72 4
    "$ONDELET" convert mark.pgm -o truth/1.png --quiet
}

# Each case: its command (the output goes to $out), the names that count, what the next try adds.
command_of() {
    case $1 in
        features) words=(features many.npy --scales 2 --orientations 4 -o "$out/f.npy") names=(f.npy f.index.csv) ;;
        features_csv) words=(features many.npy --scales 2 --orientations 4 --pool mean -o "$out/f.csv") names=(f.csv f.index.csv) ;;
        classify) words=(train classify set --kind network --scales 1 --epochs 60 --hidden1 64 -o "$out/m.safetensors") names=(m.safetensors) ;;
        folder) words=(denoise larger --sigma 20 -o "$out/") names=({1..8}.png) ;;
        dictionary) words=(train dictionary pictures --atoms 8 --filter 5 --epochs 20 --code-iterations 10 -o "$out/d.safetensors") names=(d.safetensors) ;;
        denoise_training) words=(train denoise pictures --steps 60 --hidden 4 --pairs 1 --batch 2 --patch 32 --pool 2 -o "$out/n.safetensors") names=(n.safetensors) ;;
        edge_training) words=(train edges plain --truth truth --colors gray --hidden 8 --samples 1000 --epochs 20 -o "$out/e.safetensors") names=(e.safetensors) ;;
        pursuit) words=(train pursuit set --iterations 1 --codes1 4 --side1 5 --codes2 0 --codes3 0 --epochs 150 -o "$out/p.safetensors") names=(p.safetensors) ;;
        *) echo "unknown case $1" >&2 && exit 2 ;;
    esac
    words+=(--threads 1 --quiet)
    case $1 in
        features*) again=(--resume) ;;
        folder) again=(--resume) ;;
        *) again=(--resume --force) ;;
    esac
}

# Every file has its name, and no journal says that some are still to be filled.
is_complete() {
    local name
    [ ! -e "$out/${names[0]}.journal" ] || return 1
    for name in "${names[@]}"; do
        [ -e "$out/$name" ] || return 1
    done
}

# Nothing half-written under a final name.
check_names() {
    local name
    for name in "${names[@]}"; do
        checks=$((checks + 1))
        [ ! -e "$out/$name" ] || cmp -s "$out/$name" "whole_$case/$name" || fail "$case: $name is not whole after kill $kill"
    done
}

run_case() {
    case=$1
    local began span kill survived=0 whole=0 pid extra=() delay
    out=whole_$case
    mkdir -p "$out"
    command_of "$case"
    began=$(date +%s%N)
    "$ONDELET" "${words[@]}" 2>stderr || fail "$case: $(cat stderr)"
    span=$((($(date +%s%N) - began) / 1000000))
    out=cut_$case
    mkdir -p "$out"
    command_of "$case"
    for ((kill = 1; survived < kills && kill <= 5 * kills; kill++)); do
        "$ONDELET" "${words[@]}" "${extra[@]}" 2>stderr &
        pid=$!
        delay=$(((RANDOM * 32768 + RANDOM) % (span + 20)))
        sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
        if kill -KILL $pid 2>/dev/null; then survived=$((survived + 1)); fi
        wait $pid 2>/dev/null
        check_names
        extra=("${again[@]}")
        is_complete || continue
        whole=$((whole + 1)) # from the beginning
        rm -rf "$out"
        mkdir "$out"
        extra=()
    done
    "$ONDELET" "${words[@]}" "${extra[@]}" 2>stderr || fail "$case: the last run: $(cat stderr)"
    for name in "${names[@]}"; do
        expect_same "$out/$name" "whole_$case/$name"
    done
    printf '%s: %d kills in the midst of runs of %d ms, %d runs came to their end\n' "$case" "$survived" "$span" $((whole + 1))
}

last=kills
prepare
for name_of_case in "${cases[@]}"; do
    run_case "$name_of_case" 2> >(grep -v Killed >&2)
done
printf '%d checks, %d failed\n' "$checks" "$failures"
[ "$failures" -eq 0 ]
