# SPDX-License-Identifier: BSD-3-Clause
# Classifiers by unrolled pursuits: bars against columns.
# make_bars FILE rows|columns PLACE
make_bars() {
    local row column at
    {
        printf 'P2\n8 8\n255\n'
        for ((row = 0; row < 8; row++)); do
            for ((column = 0; column < 8; column++)); do
                if [ "$2" = rows ]; then at=$row; else at=$column; fi
                if [ "$at" = "$3" ]; then echo 255; else echo $(((row * 5 + column * 3 + $3) % 40)); fi
            done
        done
    } >"$1"
}
mkdir -p bars/rows bars/columns
for place in 0 1 2 3 4 5 6 7; do
    make_bars bars/rows/$place.pgm rows $place
    make_bars bars/columns/$place.pgm columns $place
done
tiny="--codes1 6 --side1 3 --stride1 1 --codes2 4 --side2 2 --codes3 0 --iterations 2 --batch 4 --epochs 40 --rate 0.01"
for pursuit in forward layered ml-ista ml-fista; do
    expect 0 train pursuit bars -o $pursuit.safetensors --pursuit $pursuit $tiny --seed 3
    expect_text stderr "epoch 40 of 40: loss "
    expect 0 evaluate pursuit $pursuit.safetensors bars
    expect_text stdout "of 16 wrong: error 0.00 %"
done
expect 0 train pursuit bars -o again.safetensors --pursuit ml-fista $tiny --seed 3 --quiet --threads 1
expect_lines 0 stderr
expect_same again.safetensors ml-fista.safetensors
expect 0 info again.safetensors
expect_text stdout "ondelet unrolled pursuit 1"
expect 0 evaluate pursuit again.safetensors bars --json
expect_text stdout '"wrong": 0'

expect 0 train pursuit bars -o moved.safetensors $tiny --shift 1 --seed 3 --quiet
refused 1 "the training diverged" train pursuit bars -o x.safetensors $tiny --iterations 6 --rate 1 --quiet
misused "shift = -1 is outside" train pursuit bars -o x.safetensors --shift -1
misused "does not end in .safetensors" train pursuit bars -o model.png
misused "MODEL and DATA" evaluate pursuit again.safetensors
refused 1 "exists" train pursuit bars -o again.safetensors $tiny
refused 1 "patches of layer 1 are 9 x 9, what they lie in is 8 x 8" train pursuit bars -o x.safetensors --side1 9 --quiet
refused 1 "none.safetensors" evaluate pursuit none.safetensors bars
head -c 200 again.safetensors >cut.safetensors
refused 1 "cut.safetensors" evaluate pursuit cut.safetensors bars
expect_no_file x.safetensors
printf 'text\n' >bars/rows/bad.pgm
expect 1 train pursuit bars -o rest.safetensors $tiny --quiet
expect_text stderr "bad.pgm"
expect_file rest.safetensors
