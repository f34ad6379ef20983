# SPDX-License-Identifier: BSD-3-Clause
# What can be wrong with data and models.
options="--quiet --threads 1 --kind ridge --scales 1"
mkdir -p set/a set/b
for i in 1 2 3 4; do
    make_pgm set/a/$i.pgm 16 16 $i
    make_pgm set/b/$i.pgm 16 16 $((i + 10))
done
expect 0 train classify set -o good.safetensors $options

# Usage.
misused "no data given" train classify -o m.safetensors
misused "no output given" train classify set
misused "3 inputs given" train classify a b c -o m.safetensors
misused "resize = '3x' is not MxN" train classify set -o m.safetensors --resize 3x
misused "does not end in .npy" train classify set -o m.safetensors --cache f.csv
misused "--per-class goes with --splits" train classify set -o m.safetensors --per-class 3
misused "--first goes with an array file" train classify set -o m.safetensors --first 3
misused "MODEL and IMAGES are wanted" predict good.safetensors
misused "MODEL, DATA and perhaps LABELS" evaluate good.safetensors
misused "ends neither in .png nor in .svg" evaluate good.safetensors set --confusion a.jpg
misused "kind = 'forest' is none of" train classify set -o m.safetensors --kind forest

# Data.
mkdir -p empty one/a none/a none/b
cp set/a/* one/a
refused 1 "nowhere: is no folder" train classify nowhere -o m.safetensors
refused 1 "empty: holds no folders" train classify empty -o m.safetensors
refused 1 "1 class with images, two or more are wanted" train classify one -o m.safetensors $options
expect 1 train classify none -o m.safetensors $options
expect_text stderr "none/a: holds no pictures"
expect_no_file m.safetensors
refused 1 "no labels are wanted beside" train classify set good.safetensors -o m.safetensors

# A class with one image is left out and named; the others are learned.
cp -r set single
mkdir single/c
make_pgm single/c/1.pgm 16 16 77
expect 1 train classify single -o single.safetensors $options
expect_text stderr "class 'c' has 1 image, two or more are wanted: it is left out"
expect 0 info single.safetensors
expect_text stdout "classes: 2"

# Unreadable images among good ones are named and left out.
cp -r set damaged
head -c 20 set/a/1.pgm >damaged/a/0.pgm
printf 'no picture' >damaged/b/9.png
expect 1 train classify damaged -o damaged.safetensors --cache damaged.npy $options
expect_lines 2 stderr
expect_text stderr "damaged/a/0.pgm: "
expect_text stderr "damaged/b/9.png: "
expect_same damaged.safetensors good.safetensors
expect 1 train classify damaged -o damaged.safetensors --cache damaged.npy --force $options
expect_text stderr "2 images are left out"
expect_same damaged.safetensors good.safetensors
expect 1 evaluate good.safetensors damaged
expect_text stdout "of 8)"
expect 1 predict good.safetensors damaged
expect_lines 9 stdout
# Where nothing succeeds nothing is written, and an older table stays.
for words in "" --json; do
    refused 1 "damaged/b/9.png: " predict good.safetensors damaged/b/9.png $words
    refused 1 "damaged/b/9.png: " predict good.safetensors damaged/b/9.png $words -o decisions.csv --explain why.png
    expect_no_file decisions.csv
    expect_no_file why.png
    printf 'mine\n' >older.csv
    refused 1 "damaged/b/9.png: " predict good.safetensors damaged/b/9.png $words -o older.csv --force
    expect_same older.csv <(printf 'mine\n')
done
expect 1 predict good.safetensors damaged/b/9.png set/a/1.pgm -o older.csv --force
expect_lines 2 older.csv

# Labels.
expect 0 features set -o f.npy --scales 1 --pool mean --quiet
printf 'a\na\nb\n' >short.txt
refused 1 "short.txt holds 3 labels, f.npy holds 8 rows" train classify f.npy short.txt -o m.safetensors
{ npy_header '<f4' '(8,)'; repeat 7 "$one"; printf "$half"; } >half.npy
refused 1 "label 7 is 0.5, whole numbers are wanted" train classify f.npy half.npy -o m.safetensors
{ npy_header '<f4' '(8,)'; repeat 7 "$one"; printf "$nan"; } >nan.npy
refused 1 "label 7 is nan" train classify f.npy nan.npy -o m.safetensors
{ npy_header '<f4' '(4, 2)'; repeat 8 "$one"; } >square.npy
refused 1 "labels are 4 x 2" train classify f.npy square.npy -o m.safetensors
refused 1 "nothing.txt" train classify f.npy nothing.txt -o m.safetensors
refused 1 "no labels are given" train classify f.npy -o m.safetensors

# Features that are not finite: the row is named and left out.
printf 'a\na\na\nb\nb\nb\n' >six.txt
{ npy_header '<f4' '(6, 2)'; repeat 2 "$one$two"; printf "$one$nan"; repeat 3 "$half$half"; } >holes.npy
expect 1 train classify holes.npy six.txt -o holes.safetensors --quiet --kind ridge
expect_lines 1 stderr
expect_text stderr "holes.npy: row 2: feature 1 is nan, finite numbers are wanted"
expect_file holes.safetensors

# A class that the test set lacks, and one that the model does not know.
mkdir -p lacking/a unknown/a unknown/z
cp set/a/* lacking/a
cp set/a/* unknown/a
cp set/b/* unknown/z
expect 0 evaluate good.safetensors lacking
expect_text stdout "b            0"
expect 1 evaluate good.safetensors unknown
expect_text stderr "class 'z' is none of the model's: its images are left out"
for class in v w x y; do cp -r unknown/z unknown/$class; done
expect 1 evaluate good.safetensors unknown
expect_text stderr "2 other classes are none of the model's: their images are left out"
rm -r unknown/[v-y]
expect 1 evaluate good.safetensors unknown
expect_text stdout "of 4)"

# Models: cut short, damaged, of another format or version, no model at all.
size=$(wc -c <good.safetensors)
for cut in 0 7 100 $((size - 1)); do
    head -c $cut good.safetensors >cut.safetensors
    refused 1 "cut.safetensors: " predict cut.safetensors set
done
refused 1 "set/a/1.pgm: " predict set/a/1.pgm set
refused 1 "missing.safetensors: " evaluate missing.safetensors set
sed 's/"format_version":"1"/"format_version":"9"/' good.safetensors >newer.safetensors
refused 1 "is a model of format version 9" predict newer.safetensors set
sed 's/"format":"ondelet classifier"/"format":"another classifier"/' good.safetensors >other.safetensors
refused 1 "is no model of a classifier" predict other.safetensors set
sed 's/"class.1":"b"/"class.7":"b"/' good.safetensors >nameless.safetensors
refused 1 "the name of class 1 of 2 is missing" predict nameless.safetensors set
sed 's/"morlet.scales":"1"/"morlet.scales":"3"/' good.safetensors >scales.safetensors
refused 1 "features, the head takes" predict scales.safetensors set
