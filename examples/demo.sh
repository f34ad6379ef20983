#!/usr/bin/env bash
# What ondelet does, on the pictures beside this file. `./run demo` builds the program and calls this; results go to build/demo.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../build/demo
mkdir -p "$out"
out=$(cd "$out" && pwd)
pictures=$here/pictures
steps=()

# step LINES NAME ARGUMENTS: runs a command, shows it and the first lines it says, and remembers how long it took.
step() {
    local lines=$1 name=$2 begin end
    shift 2
    printf '\n$ ondelet %s\n' "$(printf '%s ' "$@" | sed "s|$here/|examples/|g; s|$out/|build/demo/|g")"
    begin=$(date +%s%N)
    ondelet "$@" >"$out/said.txt"
    end=$(date +%s%N)
    head -n "$lines" "$out/said.txt"
    steps+=("$(printf '%-42s %6d ms' "$name" $(((end - begin) / 1000000)))")
}

echo "ondelet: wavelet scattering features of real pictures"

step 20 "features of one picture" \
    features "$pictures/astronaut.png" -o "$out/astronaut.npy" --scales 4 --paths "$out/paths.csv" --force
step 20 "features of a folder, one row per picture" \
    features "$pictures"/*.png -o "$out/pictures.csv" --scales 4 --pool mean --log --force
step 20 "what the feature file holds" info "$out/astronaut.npy"
step 2 "gallery of the Morlet bank" \
    filters --bank morlet --scales 3 --size 128x128 -o "$out/morlet.png" --force
step 2 "gallery of the unitary spline bank" \
    filters --bank spline --scales 3 --size 128x128 -o "$out/spline.png" --force
printf '\nWhere the energy of the pictures goes (unitary bank: the rows add up to 100 %%):\n'
step 20 "energy per order" features "$pictures"/*.png --bank spline --scales 4 --order 3 --standardize --energy

step 20 "a noisy photograph denoised" \
    denoise "$pictures/noisy/astronaut.png" -o "$out/clean.png" --reference "$pictures/noisy/astronaut_clean.png" \
    --compare "$out/denoised.png" --force

photographs=("$pictures/astronaut.png" "$pictures/camera.png" "$pictures/coffee.png" "$pictures/gravel.png")
step 4 "edges of four photographs" \
    edges "${photographs[@]}" -o "$out/edges/" --overlay "$out/contours/" --svg "$out/contours/" --force
step 4 "boundaries that a trained model sees" \
    edges "${photographs[@]}" --method learned -o "$out/boundaries/" --overlay "$out/outlines/" --force

step 2 "a web page of all that is seen in a picture" \
    report "$pictures/astronaut.png" -o "$out/report.html" --pictures "$out/seen" --force

printf '\nWhere the time went:\n'
printf '  %s\n' "${steps[@]}"
printf '\nOpen build/demo/report.html in a browser. Look at build/demo/denoised.png, morlet.png and spline.png, and into the folders contours, outlines and seen (every picture of the report, also as SVG); the features are in build/demo/astronaut.npy and pictures.csv.\n'
