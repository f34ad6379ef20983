# SPDX-License-Identifier: BSD-3-Clause
# Dictionaries learned from pictures, and codes in them.
mkdir pictures
for seed in 1 2 3; do
    make_pgm pictures/$seed.pgm 30 26 $seed
done
tiny="--atoms 6 --filter 4 --code-iterations 20"
expect 0 train dictionary pictures -o one.safetensors $tiny --epochs 2 --seed 3 --picture atoms.png
expect_lines 2 stderr
expect_text stderr "epoch 2: 3 images, objective"
expect_file atoms.png
expect 0 train dictionary pictures -o again.safetensors $tiny --epochs 2 --seed 3 --threads 1 --quiet
expect_lines 0 stderr
expect_same one.safetensors again.safetensors
expect 0 info one.safetensors
expect_text stdout "layers.0.filters  6 x 1 x 4 x 4"
expect 0 train dictionary pictures -o consensus.safetensors $tiny --method consensus --iterations 5
expect_text stderr "epoch 1: 3 images"
expect 0 train dictionary pictures -o two.safetensors --layers 4x3,5x3 --sparsity 0.001 --code-iterations 20
expect_text stderr "of the deeper dictionaries not zero"

# In batches: the last one of an epoch, and one before a picture of another size, are smaller.
make_pgm other.pgm 28 26 4
expect 0 train dictionary pictures other.pgm -o batch.safetensors --layers 4x3,5x3 --batch 2 --share 0.3 --filled 0.1 --nonnegative --code-iterations 10
expect_text stderr "epoch 1: 4 images, objective"
expect_text stderr "8.33 % of the deeper dictionaries not zero"
make_pgm small.pgm 3 3 5
expect 1 train dictionary other.pgm small.pgm -o failed.safetensors --layers 4x3,5x3 --batch 2
expect_text stderr "filters of 5 x 5 are larger than the image of 3 x 3"
expect_text stderr "epoch 1: 1 images"

expect 0 sparse pictures/1.pgm --dictionary one.safetensors --method admm --report -o codes.npy
expect_text stdout "layer 1: 6 atoms of 4 x 4, codes 6 x 30 x 26"
expect_text stdout "theorem 7.1"
expect_text stdout "residual after iteration"
expect 0 info codes.npy
expect_text stdout "6 x 30 x 26"
expect 0 sparse pictures --dictionary two.safetensors --method ml-fista --lambdas 0.01,0.02 --json --report
expect_lines 3 stdout
expect_text stdout '"theorem_7_3"'
expect 0 sparse pictures/1.pgm --dictionary one.safetensors --method fista --curve residual.svg
expect_drawing residual.svg
misused "--curve draws one image, 2 are given" sparse pictures/1.pgm pictures/2.pgm --dictionary one.safetensors --curve x.png
misused "-o takes the codes of one image, 3 are given" sparse pictures --dictionary one.safetensors -o x.npy
expect_no_file x.npy
misused "ends neither in .png nor in .svg" sparse pictures/1.pgm --dictionary one.safetensors --curve x.jpg
expect 0 sparse pictures/1.pgm --dictionary one.safetensors --method omp --terms 5
expect_text stdout "5 nonzero"

# Bad input: one line each.
make_pgm small.pgm 3 3
refused 1 "filters of 4 x 4 are larger than the image of 3 x 3" sparse small.pgm --dictionary one.safetensors
refused 1 "none.safetensors" sparse pictures/1.pgm --dictionary none.safetensors

refused 1 "stride 4 does not divide the image of 30 x 26" train dictionary pictures/1.pgm -o strided.safetensors $tiny --stride 4
printf '\x02\0\0\0\0\0\0\0{}' >codes.safetensors
refused 1 "not a dictionary" sparse pictures/1.pgm --dictionary codes.safetensors
refused 1 "exists" train dictionary pictures -o one.safetensors $tiny
misused "lambda = 0 is outside" sparse pictures/1.pgm --dictionary one.safetensors --lambda 0
misused "lambdas = '1,2', one for each of 1 layers is wanted" sparse pictures/1.pgm --dictionary one.safetensors --lambdas 1,2
misused "lambdas = '1,x' is not a list" sparse pictures/1.pgm --dictionary two.safetensors --lambdas 1,x
misused "atoms = 0 is outside" train dictionary pictures -o x.safetensors --atoms 0
misused "layers = '4y3' is not MxK" train dictionary pictures -o x.safetensors --layers 4y3
misused "no dictionary given" sparse pictures/1.pgm
misused "does not end in .safetensors" train dictionary pictures -o x.png

# What is not a number; a gray picture for a dictionary of three channels is read as a colour one.
printf '\x93NUMPY\x01\0\x46\0%-69s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4), }" >nan.npy
for ((i = 0; i < 16; i++)); do printf '\0\0\xc0\x7f'; done >>nan.npy
refused 1 "nan" sparse nan.npy --dictionary one.safetensors
expect 0 train dictionary pictures -o color.safetensors $tiny --color rgb
expect 0 sparse pictures/1.pgm --dictionary color.safetensors

# Codes as features: pooled, whole, for LIBSVM.
expect 0 features pictures --transform csc --dictionary one.safetensors --pool mean -o pooled.npy
expect_shape pooled.npy "(3, 6)"
expect_file pooled.json
expect 0 features pictures --transform csc --dictionary two.safetensors --method ml-ista --nonnegative --lambda 0.02 -o codes.npy --force
expect_shape codes.npy "(3, 5, 30, 26)"
expect 0 features pictures --transform csc --dictionary two.safetensors --effective --share 0.2 -o deepest.npy
expect_shape deepest.npy "(3, 5, 30, 26)"
misused "lambdas = '1,2', one for each of 1 layers is wanted" features pictures --transform csc --dictionary two.safetensors --effective --lambdas 1,2 -o x.npy
expect 0 features pictures --transform csc --dictionary one.safetensors --pool mean -o pooled.svm --paths atoms.csv --force
expect_lines 3 pooled.svm
expect_lines 7 atoms.csv
misused "wants --dictionary" features pictures --transform csc -o x.npy
misused "--lambda goes with --transform csc" features pictures --lambda 1 -o x.npy
refused 1 "larger than the image" features small.pgm --transform csc --dictionary one.safetensors -o x.npy
