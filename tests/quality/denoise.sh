#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Mean PSNR and SSIM of `ondelet denoise` over a set of pictures.
# usage: denoise.sh BUILD SET METHOD SIGMA... [estimated]
#   BUILD  build folder with the program and quality_add_noise (cmake --build BUILD --target quality_add_noise)
#   SET    set12, bsd68, kodak_01-12_gray, kodak_01-12_color or set5, of ../shared/data/denoise
#   METHOD of the program; "estimated" at the end: the program is not told sigma
set -euo pipefail
build=$1 set=$2 method=$3
shift 3
data=$(cd "$(dirname "$0")/../../.." && pwd)/shared/data/denoise
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sigmas=() estimated=no
for word in "$@"; do
    if [[ $word == estimated ]]; then estimated=yes; else sigmas+=("$word"); fi
done
for sigma in "${sigmas[@]}"; do
    mkdir -p "$folder/noisy$sigma" "$folder/clean"
    for picture in "$data/$set"/*.png; do
        name=$(basename "$picture" .png).npy
        "$build/tests/quality/quality_add_noise" "$picture" "$data/noise_n01_768x768_f4.npy" "$sigma" \
            "$folder/noisy$sigma/$name" "$folder/clean/$name"
    done
    given=(--sigma "$sigma")
    if [[ $estimated == yes ]]; then given=(); fi
    printf '%s %s sigma %s %s: ' "$set" "$method" "$sigma" "$([[ $estimated == yes ]] && echo estimated || echo given)"
    "$build/ondelet" denoise "$folder/noisy$sigma"/*.npy --reference "$folder/clean" --peak 255 --method "$method" \
        "${given[@]}" --quiet | tail -n 1
done
