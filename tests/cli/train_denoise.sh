# SPDX-License-Identifier: BSD-3-Clause
# The learned denoiser: trained on a folder, used, refused when it is not one.
mkdir pictures
for seed in 1 2 3; do
    make_pgm pictures/$seed.pgm 40 36 $seed
done
tiny="--steps 3 --hidden 4 --pairs 1 --batch 2 --patch 32 --pool 2"
expect 0 train denoise pictures -o tiny.safetensors $tiny --seed 5
expect_lines 2 stderr
expect_text stderr "3 pictures"
expect_text stderr "step 3 of 3: "
expect 0 train denoise pictures -o again.safetensors $tiny --seed 5 --threads 1 --quiet
expect_lines 0 stderr
expect_same tiny.safetensors again.safetensors
expect 0 info tiny.safetensors
expect_text stdout "layer0.weight"

# Used by name, and as the one that comes with the program.
expect 0 denoise pictures/1.pgm --model tiny.safetensors --sigma 20 -o named.png --json
expect_text stdout '"method": "learned"'
mkdir models
cp tiny.safetensors models/denoise.safetensors
ONDELET_MODELS=$PWD/models expect 0 denoise pictures/1.pgm --method learned --sigma 20 -o shipped.png
expect_same named.png shipped.png
expect 0 denoise pictures/1.pgm --method union --sigma 20 -o union.png
ONDELET_MODELS=$PWD/pictures expect 0 denoise pictures/1.pgm --sigma 20 -o auto.png
expect_same union.png auto.png

# The model that comes with the program.
expect 0 denoise pictures/1.pgm --method learned --sigma 20 -o comes.png
expect 0 denoise pictures/1.pgm --sigma 20 -o default.png
expect_same comes.png default.png

# A picture that is too small is named, the others are learned from.
make_pgm pictures/small.pgm 20 36
expect 1 train denoise pictures -o rest.safetensors $tiny
expect_text stderr "small.pgm: is 20 x 36, at least 32 x 32 is wanted"
expect_text stderr "3 pictures"
expect_file rest.safetensors

refused 1 "exists" train denoise pictures/1.pgm -o tiny.safetensors $tiny
misused "does not end in .safetensors" train denoise pictures -o model.png
misused "no pictures given" train denoise -o model.safetensors
misused "--model is for --method learned and csc" denoise pictures/1.pgm --method local --model tiny.safetensors -o x.png
refused 1 "none.safetensors" denoise pictures/1.pgm --model none.safetensors -o x.png
head -c 100 tiny.safetensors >cut.safetensors
refused 1 "cut.safetensors" denoise pictures/1.pgm --model cut.safetensors -o x.png
ONDELET_MODELS=$PWD/pictures refused 1 "no model denoise.safetensors was found" denoise pictures/1.pgm \
    --method learned -o x.png
expect_no_file x.png
