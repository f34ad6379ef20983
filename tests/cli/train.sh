# SPDX-License-Identifier: BSD-3-Clause
# Training, deciding and measuring on small pictures made on the spot: stripes across, stripes down, and squares.
options="--quiet --threads 1 --kind ridge"

# stripe FILE KIND SEED: 24 x 24 with noise; KIND 0 stripes across, 1 down, 2 a chequered board.
stripe() {
    local state=$3 row column
    {
        printf 'P2\n24 24\n255\n'
        for ((row = 0; row < 24; row++)); do
            for ((column = 0; column < 24; column++)); do
                state=$(((state * 1103515245 + 12345) & 0x7fffffff))
                case $2 in
                0) printf '%d ' $((((row + $3) / 3 % 2) * 150 + (state >> 16) % 60)) ;;
                1) printf '%d ' $((((column + $3) / 3 % 2) * 150 + (state >> 16) % 60)) ;;
                *) printf '%d ' $((((row / 3 + column / 3 + $3) % 2) * 150 + (state >> 16) % 60)) ;;
                esac
            done
            printf '\n'
        done
    } >"$1"
}

mkdir -p set/across set/down "set/a board" test/across test/down "test/a board"
kinds=(across down "a board")
for kind in 0 1 2; do
    for i in 1 2 3 4 5 6; do stripe "set/${kinds[kind]}/$i.pgm" $kind $i; done
    for i in 1 2 3; do stripe "test/${kinds[kind]}/$i.pgm" $kind $((i + 20)); done
done

# Training, deciding, measuring; the same bytes again, on any number of threads.
expect 0 train classify set -o model.safetensors $options
expect_file model.safetensors
expect_lines 0 stdout
expect_lines 0 stderr
expect 0 train classify set -o again.safetensors --quiet --threads 3 --kind ridge
expect_same model.safetensors again.safetensors
refused 1 "model.safetensors exists" train classify set -o model.safetensors $options
expect 0 evaluate model.safetensors test --confusion matrix.png
expect_text stdout "error 0.000 % (0 of 9)"
expect_text stdout "a board"
expect_file matrix.png
expect 0 evaluate model.safetensors test --confusion matrix.svg
expect_drawing matrix.svg
expect 0 evaluate model.safetensors test --json
expect_text stdout '"wrong": 0'
expect_text stdout '"confusion": [[3, 0, 0], [0, 3, 0], [0, 0, 3]]'
expect 0 predict model.safetensors test/across/1.pgm test/down
expect_lines 5 stdout
expect_text stdout "input,item,label,score"
expect_text stdout "test/across/1.pgm,0,across,"
expect_text stdout "test/down/3.pgm,0,down,"
expect 0 predict model.safetensors test --json -o decisions.jsonl
expect_lines 9 decisions.jsonl
expect_text decisions.jsonl '"label":"a board"'
expect_text decisions.jsonl '{"schema":1,"command":"predict","input":"test/across/1.pgm"'
expect 0 predict model.safetensors test/down --explain why.png
expect_file why.png
expect 0 predict model.safetensors test/down --explain how.svg --rule sensitivity
expect_drawing how.svg
expect 0 info model.safetensors
expect_text stdout "format: ondelet classifier"

# A network: its course, its checkpoint, the same bytes again.
network="--kind network --epochs 6 --hidden1 16 --quiet --threads 1"
expect 0 train classify set -o network.safetensors $network --curve curve.png
expect_file curve.png
expect_no_file network.safetensors.checkpoint
expect 0 train classify set -o network2.safetensors $network --curve curve.svg
expect_drawing curve.svg
expect_same network.safetensors network2.safetensors
expect 0 train classify set -o network3.safetensors $network --seed 5
checks=$((checks + 1))
cmp -s network.safetensors network3.safetensors && fail "another seed gives the same network"
expect 0 evaluate network.safetensors test
expect 0 predict network.safetensors test --explain network.png
expect 0 train classify set -o fresh.safetensors --kind network --epochs 2 --resume --threads 1
expect_text stderr "fresh.safetensors.checkpoint: not there"

# Cached features give the same model; other settings do not take them.
expect 0 train classify set -o cached.safetensors --cache set.npy $options
expect_same model.safetensors cached.safetensors
expect 0 train classify set -o cached.safetensors --cache set.npy --force --threads 1 --kind ridge
expect_text stderr "set.npy: features of 18 images"
expect_same model.safetensors cached.safetensors
expect 0 train classify set -o cached.safetensors --cache set.npy --force --scales 1 --threads 1 --kind ridge
expect_lines 1 stderr
printf 'mine\n' >notes.npy
refused 1 "notes.npy exists" train classify set -o cached2.safetensors --cache notes.npy $options

# Error on random splits, without and with a model.
expect 0 train classify set --splits 3 --per-class 4 $options
expect_text stdout "3 splits, 4 training images a class: error 0.000 %"
expect 0 train classify set --splits 2 --json $options
expect_text stdout '"per_class": 3'
refused 1 "6 training images a class" train classify set --splits 2 --per-class 6 $options

# Images of mixed sizes are pooled or brought to one size; pixels instead of scattering.
mkdir -p mixed
cp -r set/across set/down mixed
make_pgm mixed/across/7.pgm 40 30 3
make_pgm mixed/down/7.pgm 30 40 4
expect 0 train classify mixed -o pooled.safetensors $options
expect 0 info pooled.safetensors
expect_text stdout "image.pool: mean"
expect 0 predict pooled.safetensors mixed/across/7.pgm test/down
expect 0 train classify mixed -o sized.safetensors --resize 16x16 $options
expect 0 info sized.safetensors
expect_text stdout "image.pool: none"
expect 1 train classify mixed -o places.safetensors --pool none $options
expect_text stderr "with --resize or --pool mean sizes may be mixed"
expect 0 train classify set -o pixels.safetensors --features pixels $options
expect 0 predict pixels.safetensors test --explain pixels.png
expect 1 predict model.safetensors mixed/across/7.pgm
expect_text stderr "a model trained with --resize or --pool mean takes any size"
expect_text stderr "is 40 x 30 and gives"

# Arrays: features and labels, images and labels, class names as text.
expect 0 features set -o features.npy --scales 2 --pool mean --quiet
printf '%s\n' board board board board board board across across across across across across down down down down down \
    down >labels.txt
expect 0 train classify features.npy labels.txt -o features.safetensors $options
expect 0 evaluate features.safetensors features.npy labels.txt
expect_text stdout "(0 of 18)"
expect_text stdout "board"
expect 0 predict features.safetensors features.npy
expect_text stdout "features.npy,17,down,"
refused 1 "the model was trained on features" predict features.safetensors test/down/1.pgm
refused 1 "there are no pixels to explain" predict features.safetensors features.npy --explain no.png
{ npy_header '|u1' '(18,)'; repeat 6 '\x07'; repeat 6 '\x02'; repeat 6 '\x09'; } >labels.npy
expect 0 train classify features.npy labels.npy -o numbers.safetensors $options
expect 0 predict numbers.safetensors features.npy
expect_text stdout "features.npy,0,7,"
expect 0 predict numbers.safetensors features.npy --first 2
expect_lines 3 stdout
{ npy_header '|u1' '(18, 24, 24)'; for i in set/*/*.pgm; do
    for value in $(tail -n +4 "$i"); do printf "\\x$(printf %02x "$value")"; done; done; } >images.npy
expect 0 train classify images.npy labels.npy -o images.safetensors $options
expect 0 train classify images.npy labels.npy -o first.safetensors --first 12 $options
expect 0 info first.safetensors
expect_text stdout "classes: 2"
{ printf '\x00\x00\x08\x03\x00\x00\x00\x12\x00\x00\x00\x18\x00\x00\x00\x18'; tail -c +129 images.npy; } >x-images-idx3-ubyte
{ printf '\x00\x00\x08\x01\x00\x00\x00\x12'; tail -c +129 labels.npy; } >x-labels-idx1-ubyte
expect 0 train classify x-images-idx3-ubyte -o idx.safetensors $options
expect_same idx.safetensors images.safetensors
