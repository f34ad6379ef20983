# SPDX-License-Identifier: BSD-3-Clause
corpus=$here/../fuzz/corpus/png_read
make_pgm a.pgm 24 20

# By number and by value, by shearlets and by wavelets.
expect 0 threshold a.pgm --keep 1000 -o kept.png
expect_lines 1 stdout
expect_lines 0 stderr
expect_text stdout "a.pgm: kept 1000 of "
expect_text stdout " beside the low-pass band, relative error 0."
expect 0 info kept.png
expect_text stdout "24 x 20 (height x width), gray, 8 bit"
expect 0 threshold a.pgm --keep 100 --transform wavelet --border periodic --family haar --levels 2
expect_text stdout "kept 100 of 480 terms (20.83 %), relative error 0."
expect_no_file 100
expect 0 threshold a.pgm --value 0 -o same.pgm
expect 0 compare a.pgm same.pgm --json
expect_text stdout '"equal": true'
expect 0 threshold a.pgm --value 1e6 --transform wavelet -o black.npy
expect_text stdout "kept 0 of "
expect_text stdout "relative error 1, threshold 1e+06"
for rule in hard soft garrote; do
    for weights in none noise; do
        expect 0 threshold a.pgm --value 30 --rule $rule --weights $weights -o $rule$weights.npy --json
        expect_lines 1 stdout
        expect_text stdout "\"rule\": \"$rule\""
        expect_shape $rule$weights.npy "(24, 20)"
    done
done
expect_text stdout '"threshold": 30.0'
expect_text stdout '"threshold_unit": "grey levels of 255"'
expect_text stdout '"low_pass": "spared"'
expect 0 threshold a.pgm --keep 50 --padding none --json
expect_text stdout '"terms_kept": 50, "terms": 23040, '

# The threshold that is printed gives the same picture again.
expect 0 threshold a.pgm --keep 500 -o one.npy --json
value=$(sed 's/.*"threshold": \([0-9.e+-]*\),.*/\1/' stdout)
expect 0 threshold a.pgm --value "$value" --json
expect_text stdout '"terms_kept": 50'

# Any number of threads.
for threads in 1 3; do
    expect 0 threshold a.pgm --keep 500 -o threads$threads.npy --threads $threads
done
expect_same threads1.npy threads3.npy
expect_same threads1.npy one.npy

# Colour, 16 bits, alpha; float arrays have units of their own.
expect 0 threshold $corpus/basn6a08.png --keep 100 -o alpha.png
expect_text stdout "kept 300 of "
expect 0 info alpha.png
expect_text stdout "RGB + alpha, 8 bit"
expect 0 threshold $corpus/basn0g16.png --keep 100 -o deep.png
expect 0 info deep.png
expect_text stdout "gray, 16 bit"
{ npy_header '<f4' '(2, 4)'; repeat 3 "$half$two"; printf "$one$one"; } >f4.npy
expect 0 threshold f4.npy --value 0 -o f4back.npy --json
expect_text stdout '"threshold_unit": "input"'
expect 0 compare f4.npy f4back.npy --json
expect_text stdout '"relative_error": '
expect 0 threshold f4.npy --value 0 -o f4.png
expect_text stderr "were clipped to 0..1"
expect 0 threshold a.pgm --keep 9 -o - --quiet
expect_same <(head -c 4 stdout) <(printf '\x89PNG')

# Several inputs.
make_pgm b.pgm 7 5 2
expect 0 threshold a.pgm b.pgm --keep 10 -o out/
expect_lines 2 stdout
expect_file out/a.png
expect_file out/b.png
refused 1 "out/a.png exists" threshold a.pgm --keep 10 -o out/
expect 0 threshold a.pgm --keep 10 -o out/ --force

# Tiny pictures.
for size in "1 1" "1 9" "5 1"; do
    make_pgm tiny.pgm $size
    expect 0 threshold tiny.pgm --keep 3 -o tiny.png --force
    expect 0 threshold tiny.pgm --keep 3 --transform wavelet -o tiny.png --force
done

# What makes no sense is refused.
misused "no threshold given: --value T or --keep N" threshold a.pgm
misused "--value T or --keep N" threshold a.pgm --value 3 --keep 3
misused "keep = 2.5" threshold a.pgm --keep 2.5
misused "keep = -2" threshold a.pgm --keep -2
misused "--value T or --keep N" threshold a.pgm --keep -1
misused "value = -3" threshold a.pgm --value -3
misused "keep" threshold a.pgm --keep some
misused "no input given" threshold --keep 3
misused "--levels goes with --transform wavelet" threshold a.pgm --keep 3 --levels 2
misused "--scales goes with --transform shearlet" threshold a.pgm --keep 3 --transform wavelet --scales 2
misused "unknown option --one-sided" threshold a.pgm --keep 3 --one-sided
misused "both want standard output" threshold a.pgm --keep 3 --json -o -
misused "output 'x.gif'" threshold a.pgm --keep 3 -o x.gif
refused 1 "ondelet: missing.png: " threshold missing.png --keep 3
{ npy_header '<f4' '(2, 2)'; repeat 3 "$one"; printf "$nan"; } >nan.npy
refused 1 "ondelet: nan.npy: " threshold nan.npy --keep 3 -o n.npy
expect_no_file n.npy
{ npy_header '<f4' '(4)'; repeat 4 "$one"; } >line.npy
refused 1 "ondelet: line.npy: " threshold line.npy --keep 3
