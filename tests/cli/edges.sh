# SPDX-License-Identifier: BSD-3-Clause
# A bright square on dark ground.
square() { # FILE SIDE MAXIMUM
    local row column
    {
        printf 'P2\n%d %d\n%d\n' "$2" "$2" "$3"
        for ((row = 0; row < $2; row++)); do
            for ((column = 0; column < $2; column++)); do
                if ((row >= $2 / 4 && row < 3 * $2 / 4 && column >= $2 / 4 && column < 3 * $2 / 4)); then
                    printf '%d ' $(($3 * 4 / 5))
                else
                    printf '%d ' $(($3 / 5))
                fi
            done
            printf '\n'
        done
    } >"$1"
}
square a.pgm 64 255
square deep.pgm 64 65535

expect 0 edges a.pgm -o strength.png
expect_lines 1 stdout
expect_lines 0 stderr
expect_text stdout "a.pgm: "
expect_text stdout " contours of "
expect 0 info strength.png
expect_text stdout "64 x 64 (height x width), gray, 8 bit"

# The map does not depend on the depth of the samples.
expect 0 edges a.pgm -o a.npy --thin
expect 0 edges deep.pgm -o deep.npy --thin
expect_shape a.npy "(64, 64)"
expect 0 edges a.pgm -o a8.pgm --map binary
expect 0 edges deep.pgm -o deep8.pgm --map binary
expect_same a8.pgm deep8.pgm
expect 0 convert a.pgm -o f4.npy
expect 0 edges f4.npy -o f4.pgm --map binary
expect_same a8.pgm f4.pgm
for threads in 1 3; do
    expect 0 edges a.pgm -o threads$threads.npy --threads $threads
done
expect_same threads1.npy threads3.npy

# Other maps and drawings.
expect 0 edges a.pgm -o turn.png --map orientation
expect 0 info turn.png
expect_text stdout "RGB, 8 bit"
expect 0 edges a.pgm -o turn.npy --map orientation
expect_shape turn.npy "(64, 64)"
expect 0 edges a.pgm -o a.svg
expect_text a.svg '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"'
expect_text a.svg '<path d="M'
expect_text a.svg '</svg>'
expect 0 edges a.pgm --overlay over.svg
expect_drawing over.svg
expect_text over.svg "<image"
expect 0 edges a.pgm --overlay over.png --svg b.svg --json
expect_lines 1 stdout
expect_text stdout '"command": "edges"'
expect_text stdout '"method": "measure"'
expect_text stdout '"contours": [{"closed": '
expect_text stdout '"curvature": ['
expect_same a.svg b.svg
expect_same <(head -c 4 over.png) <(printf '\x89PNG')
for method in measure gradient coshrem; do
    expect 0 edges a.pgm --method $method --low 0.1 --high 0.2 -o $method.png
    expect_text stdout "thresholds 0.1 and 0.2"
done
expect 0 edges a.pgm --kind ridges -o ridges.png
expect 0 edges a.pgm -o - --quiet
expect_same <(head -c 4 stdout) <(printf '\x89PNG')

# Folders.
mkdir in in/sub
cp a.pgm in/a.pgm
cp a.pgm in/sub/b.pgm
expect 0 edges in -o out/ --svg lines/ --overlay drawn/
expect_lines 2 stdout
for file in out/a.png out/sub/b.png lines/a.svg lines/sub/b.svg drawn/a.png; do expect_file $file; done
refused 1 "out/a.png exists" edges in/a.pgm -o out/
expect 0 edges in -o out/ --force

# Odd pictures.
for size in "1 1" "1 40" "33 2"; do
    make_pgm tiny.pgm $size
    expect 0 edges tiny.pgm -o tiny.png --force
done

# A model: trained on next to nothing, and used.
mkdir truth
printf 'P2\n64 64\n255\n' >truth/a.pgm
for ((row = 0; row < 64; row++)); do
    for ((column = 0; column < 64; column++)); do
        if ((row >= 16 && row < 48 && (column == 16 || column == 48) || (row == 16 || row == 48) && column >= 16 && column <= 48)); then
            printf '255 '
        else
            printf '0 '
        fi
    done
done >>truth/a.pgm
expect 0 train edges a.pgm --truth truth -o m.safetensors --samples 500 --epochs 2 --hidden 12 --colors gray
expect_text stderr "gray: second network: epochs 2 of 2, loss "
expect_lines 0 stdout
expect 0 train edges a.pgm --truth truth -o again.safetensors --samples 500 --epochs 2 --hidden 12 --colors gray --quiet --threads 2
expect_same m.safetensors again.safetensors
expect 0 info m.safetensors
expect 0 edges a.pgm --method learned --model m.safetensors -o learned.png
for threads in 1 3; do
    expect 0 edges a.pgm --method learned --model m.safetensors -o learned$threads.npy --threads $threads
done
expect_same learned1.npy learned3.npy
expect 0 convert a.pgm -o a.png

# A gray picture that is stored as colour has the edges of the gray one, also by a model that knows colours.
expect 0 train edges a.pgm --truth truth -o both.safetensors --samples 500 --epochs 1 --hidden 12 --quiet
expect 0 convert a.pgm -o a.ppm --color rgb
for method in learned measure; do
    model=$([ $method = measure ] || echo "--model both.safetensors")
    expect 0 edges a.pgm --method $method $model -o of-gray.npy --force
    expect 0 edges a.ppm --method $method $model -o of-color.npy --force
    expect_same of-gray.npy of-color.npy
done

refused 1 "m.safetensors exists" train edges a.pgm --truth truth -o m.safetensors
misused "no --truth DIR given" train edges a.pgm -o n.safetensors
misused "no pictures given" train edges --truth truth -o n.safetensors
misused "does not end in .safetensors" train edges a.pgm --truth truth -o n.npy
refused 1 "holds neither" train edges deep.pgm --truth truth -o n.safetensors --quiet
expect_no_file n.safetensors

# What makes no sense is refused.
misused "no input given" edges
misused "--model goes with --method learned" edges a.pgm --model m.safetensors
misused "both name a drawing" edges a.pgm -o a.svg --svg b.svg
misused "both want standard output" edges a.pgm --json -o -
misused "method = 'canny' is none of: measure, learned, gradient, coshrem" edges a.pgm --method canny
misused "high = 2 is outside" edges a.pgm --high 2
refused 1 "low = 0.5 is above high = 0.2" edges a.pgm --low 0.5 --high 0.2
refused 1 "finds no ridges" edges a.pgm --kind ridges --method gradient
refused 1 "missing.safetensors" edges a.pgm --method learned --model missing.safetensors
refused 1 "ondelet: missing.png: " edges missing.png
{ npy_header '<f4' '(2, 2)'; repeat 3 "$one"; printf "$nan"; } >nan.npy
refused 1 "ondelet: nan.npy: " edges nan.npy
{ npy_header '<f4' '(2, 2, 2)'; repeat 8 "$one"; } >stack.npy
refused 1 "holds 2 images" edges stack.npy -o stack.png

# Arrays of several images.
{ npy_header '<f4' '(2, 16, 16)'; repeat 512 "$one"; } >two.npy
expect 0 edges two.npy -o maps.npy --quiet
expect_shape maps.npy "(2, 16, 16)"
expect_lines 2 stdout
expect_text stdout "two.npy: image 1: 0 contours"
expect 0 edges two.npy -o turns.npy --map orientation --json
expect_text stdout '"item": 1'
refused 1 "holds 2 images" edges two.npy --svg two.svg
refused 1 "holds 2 images" edges two.npy -o two.png
expect_no_file two.png
