# SPDX-License-Identifier: BSD-3-Clause
make_pgm a.pgm 6 9
expect 0 convert a.pgm -o a.npy
expect_lines 0 stdout
expect_lines 0 stderr
expect_shape a.npy "(6, 9)"
expect 0 convert a.npy -o back.pgm
expect 0 compare a.pgm back.pgm
expect_text stdout "inf dB"
expect 0 convert a.pgm -o raw.npy --raw
expect_shape raw.npy "(6, 9, 1)"
expect 0 info raw.npy
expect_text stdout "values"
expect 0 convert a.pgm -o color.png --color rgb --depth 16
expect 0 info color.png
expect_text stdout "RGB, 16 bit"
expect 0 convert color.png -o copy.png
expect 0 info copy.png
expect_text stdout "RGB, 16 bit"
expect 0 convert color.png -o shallow.png --depth 8
expect 0 info shallow.png
expect_text stdout "RGB, 8 bit"
expect 0 convert raw.npy -o from-raw.png --quiet
expect 0 info from-raw.png
expect_text stdout "6 x 9 (height x width), gray, 8 bit"
expect 0 convert color.png -o color.npy
expect_shape color.npy "(3, 6, 9)"
expect 0 convert color.npy -o color.ppm
expect 0 convert color.ppm -o gray.npy --color gray
expect_shape gray.npy "(6, 9)"
expect 0 convert color.npy -o gray2.npy --color gray
expect 0 compare gray.npy gray2.npy --json
expect 0 convert color.npy -o color.jpg
expect 0 info color.jpg
expect_text stdout "jpeg"
expect 0 convert a.npy -o repeated.npy --color rgb
expect_same repeated.npy color.npy

# Integer arrays become 0..1 unless --raw; float arrays are taken as they are.
{ npy_header '|u1' '(2, 2)'; printf '\x00\xff\x33\x66'; } >u1.npy
expect 0 convert u1.npy -o f.npy
expect 0 info f.npy
expect_text stdout "values 0..1"
expect 0 convert u1.npy -o f.npy --raw --force
expect 0 info f.npy
expect_text stdout "values 0..255"
{ npy_header '<f4' '(1, 2)'; printf "$half$two"; } >f4.npy
expect 0 convert f4.npy -o f.npy --force
expect_same f.npy f4.npy
expect 0 convert f4.npy -o f.png
expect_lines 1 stderr
expect_text stderr "1 values of 0.5..2 were clipped to 0..1"
expect 0 convert f4.npy -o f.png --force --quiet
expect_lines 0 stderr

{ npy_header '<f4' '(2, 2, 2)'; repeat 8 "$one"; } >two.npy
refused 1 "ondelet: two.npy: has the shape 2 x 2 x 2; a picture is height x width or 3 x height x width" \
    convert two.npy -o two.png
expect 0 convert two.npy -o copy.npy
expect_same two.npy copy.npy
{ npy_header '<f4' '()'; printf "$one"; } >scalar.npy
expect 0 convert scalar.npy -o copy.npy --force
refused 1 "ondelet: scalar.npy: has the shape a single number" convert scalar.npy -o s.png
{ npy_header '<f4' '(2, 2)'; repeat 3 "$one"; printf "$nan"; } >nan.npy
refused 1 "ondelet: n.png: " convert nan.npy -o n.png
expect_no_file n.png
expect 0 convert a.pgm -o j.npy --json
expect_text stdout '"command": "convert"'
