#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# FFmpeg with the frei0r plugin gives the pixels of the command on the same frames.
# usage: frei0r.sh PROGRAM PLUGIN_FOLDER
set -euo pipefail
program=$1 folder=$2
if ! command -v ffmpeg >/dev/null || ! ffmpeg -hide_banner -filters 2>/dev/null | grep ' frei0r ' >/dev/null; then
    echo "skipped: no ffmpeg with frei0r"
    exit 77
fi
export FREI0R_PATH=$folder
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
mkdir noisy clean
ffmpeg -v error -f lavfi -i testsrc2=size=96x72:rate=5:duration=0.6 -vf noise=alls=30:allf=t,format=rgb24 noisy/%d.png

failures=0
# same_as FILTER_PARAMETERS COMMAND_OPTIONS...
same_as() {
    local parameters=$1 frame
    rm -f clean/* filtered*.png
    ffmpeg -v error -i noisy/%d.png -vf "format=rgba,frei0r=ondelet_denoise:$parameters,format=rgb24" filtered%d.png
    "$program" denoise noisy/*.png -o clean --quiet "${@:2}" >/dev/null
    for frame in 1 2 3; do
        "$program" compare "filtered$frame.png" "clean/$frame.png" --json >figures
        if ! grep -qE '"relative_error": *0(\.0*)?[,}]' figures; then
            echo "frame $frame with '$parameters' differs from the command: $(cat figures)"
            failures=1
        fi
        if cmp -s "clean/$frame.png" "noisy/$frame.png"; then
            echo "frame $frame was not changed"
            failures=1
        fi
    done
}
same_as '0.1|wavelet' --sigma 25.5 --method wavelet
same_as '0|local' --method local

# A wrong method is named, and the frame passes unchanged.
ffmpeg -v error -i noisy/1.png -vf "format=rgba,frei0r=ondelet_denoise:0|best,format=rgb24" unchanged.png 2>said
grep -q "none of: auto" said || { echo "a wrong method is not named: $(cat said)"; failures=1; }
"$program" compare unchanged.png noisy/1.png --json | grep -E '"relative_error": *0(\.0*)?[,}]' >/dev/null || failures=1
exit $failures
