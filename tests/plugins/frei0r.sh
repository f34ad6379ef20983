#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Hosts of the frei0r plugins give the pixels of the commands on the same frames.
# usage: frei0r.sh PROGRAM PLUGIN_FOLDER ffmpeg|gstreamer
set -euo pipefail
program=$1 folder=$2 host=$3
export FREI0R_PATH=$folder
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GST_REGISTRY=$scratch/registry.bin GST_REGISTRY_FORK=no
cd "$scratch"
skip() {
    echo "skipped: $1"
    exit 77
}
case $host in
    ffmpeg) command -v ffmpeg >/dev/null && ffmpeg -hide_banner -filters 2>/dev/null | grep ' frei0r ' >/dev/null \
        || skip "no ffmpeg with frei0r" ;;
    gstreamer) command -v gst-launch-1.0 >/dev/null && gst-inspect-1.0 frei0r >/dev/null 2>&1 && gst-inspect-1.0 pngdec >/dev/null 2>&1 \
        || skip "no gst-launch-1.0 with frei0r and PNG (Debian: gstreamer1.0-tools, -plugins-bad, -plugins-good)" ;;
esac

# Three frames: a ramp, a disk and noise.
mkdir noisy clean
for frame in 1 2 3; do
    awk -v seed=$frame 'BEGIN {
        srand(seed); print "P3\n96 72\n255"
        for (y = 0; y < 72; y++) for (x = 0; x < 96; x++) {
            disk = (x - 20 * seed) ^ 2 + (y - 36) ^ 2 < 400 ? 90 : 0
            for (c = 0; c < 3; c++) print int(40 + x / 2 + disk + 20 * c + 40 * rand())
        }
    }' >frame.ppm
    "$program" convert frame.ppm -o noisy/$frame.png --quiet
done

# run_host NAME FFMPEG_PARAMETERS GSTREAMER_PROPERTIES: filtered1.png ... filtered3.png
run_host() {
    local name=$1
    rm -f filtered*.png
    if [[ $host == ffmpeg ]]; then
        ffmpeg -v error -i noisy/%d.png -vf "format=rgba,frei0r=ondelet_$name:$2,format=rgb24" filtered%d.png 2>said
    else
        read -ra properties <<<"$3"
        gst-launch-1.0 -q multifilesrc location=noisy/%d.png start-index=1 stop-index=3 caps=image/png,framerate=5/1 ! pngdec \
            ! videoconvert ! video/x-raw,format=RGBA ! "frei0r-filter-ondelet-$name" "${properties[@]}" \
            ! videoconvert ! video/x-raw,format=RGB ! pngenc ! multifilesink location=filtered%d.png index=1 2>said
    fi
}

failures=0
complain() {
    echo "$host: $*"
    failures=1
}

is_equal() {
    "$program" compare "$1" "$2" --json | grep -E '"relative_error": *0(\.0*)?[,}]' >/dev/null
}

# same_as NAME FFMPEG_PARAMETERS GSTREAMER_PROPERTIES COMMAND...
same_as() {
    local name=$1 frame
    run_host "$1" "$2" "$3"
    rm -f clean/*
    "$program" "${@:4}" noisy/*.png -o clean --quiet >/dev/null
    for frame in 1 2 3; do
        # Maps are gray files: the same numbers in three channels.
        "$program" convert "clean/$frame.png" -o colors.ppm --force --quiet
        "$program" convert colors.ppm -o "clean/$frame.png" --force --quiet
        is_equal "filtered$frame.png" "clean/$frame.png" || complain "frame $frame of $name '$2' differs from the command"
        ! cmp -s "clean/$frame.png" "noisy/$frame.png" || complain "frame $frame of $name '$2' was not changed"
    done
}
same_as denoise '0.1|wavelet' 'noise=0.1 method=wavelet' denoise --sigma 25.5 --method wavelet
same_as denoise '0|local' 'noise=0 method=local' denoise --method local
same_as edges 'gradient|strength' 'method=gradient map=strength' edges --method gradient
same_as edges 'measure|binary' 'method=measure map=binary' edges --method measure --map binary

# What is wrong is named, and the frames pass unchanged.
run_host denoise '0|best' 'method=best'
grep -q "none of: auto" said || complain "a wrong method is not named: $(cat said)"
is_equal filtered1.png noisy/1.png || complain "a wrong method changes the frame"
run_host edges 'gradient|thick' 'map=thick'
grep -q "none of: strength, binary" said || complain "a wrong map is not named: $(cat said)"
is_equal filtered1.png noisy/1.png || complain "a wrong map changes the frame"
run_host edges 'learned' 'method=learned'
grep -q "ondelet edges: " said || complain "a missing model is not named: $(cat said)"
exit $failures
