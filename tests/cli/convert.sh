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
refused 1 "ondelet: two.npy: holds 2 images, two.png one: write them to .npy" convert two.npy -o two.png
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

# Channels last, as NumPy programs have pictures: one picture, or several; what gives pictures back gives them back so.
channels_last() { # SHAPE: every pixel 0x20 0x40 0x60, then 0x30 0x40 0x50, ...
    npy_header '|u1' "$1"
    repeat "$2" '\x20\x40\x60\x30\x40\x50\xa0\x90\x80'
}
planes() { # the samples of channels_last, COUNT times three pixels
    npy_header '|u1' "$1"
    repeat "$2" '\x20\x30\xa0'
    repeat "$2" '\x40\x40\x90'
    repeat "$2" '\x60\x50\x80'
}
channels_last '(12, 9, 3)' 36 >last.npy
planes '(3, 12, 9)' 36 >first.npy
{ npy_header '|u1' '(2, 12, 9, 3)'; for i in 1 2; do tail -c +129 last.npy; done; } >lasts.npy
{ npy_header '|u1' '(2, 3, 12, 9)'; for i in 1 2; do tail -c +129 first.npy; done; } >firsts.npy
expect 0 convert last.npy -o last.png
expect 0 convert first.npy -o first.png
expect_same last.png first.png
for command in "threshold --value 1" "denoise --sigma 1 --method wavelet"; do
    expect 0 $command last.npy -o last.out.npy --force
    expect_shape last.out.npy "(12, 9, 3)"
    expect 0 $command lasts.npy -o lasts.out.npy --force
    expect_shape lasts.out.npy "(2, 12, 9, 3)"
    tail -c 1296 last.out.npy >alone
    tail -c 1296 lasts.out.npy >second
    expect_same alone second
    expect 0 convert last.out.npy -o last.png --force --quiet
    expect 0 $command first.npy -o first.out.npy --force
    expect 0 convert first.out.npy -o first.png --force --quiet
    expect_same last.png first.png
done
for color in gray rgb; do
    expect 0 features last.npy -o one.npy --scales 1 --color $color --force --quiet
    expect 0 features first.png -o picture.npy --scales 1 --color $color --force --quiet
    expect 0 features lasts.npy -o more.npy --scales 1 --color $color --force --quiet
    expect 0 features firsts.npy -o planes.npy --scales 1 --color $color --force --quiet
    expect_same more.npy planes.npy
done
expect_shape one.npy "(27, 6, 5)"
expect_shape more.npy "(2, 27, 6, 5)"
expect 0 convert a.pgm -o raw.npy --raw --force
{ npy_header '<f4' '(6, 9)'; tail -c +129 raw.npy; } >plain.npy
expect 0 features raw.npy -o one.npy --scales 1 --force --quiet
expect 0 features plain.npy -o two.npy --scales 1 --force --quiet
expect_same one.npy two.npy

# Alpha goes along where the output has it.
corpus=$here/../fuzz/corpus/png_read
expect 0 convert $corpus/basn6a08.png -o alpha.png
expect_lines 0 stderr
expect 0 info alpha.png
expect_text stdout "RGB + alpha, 8 bit"
expect 0 compare alpha.png $corpus/basn6a08.png
expect_text stdout "inf dB"
expect 0 convert $corpus/basn6a08.png -o alpha.png --color gray --depth 16 --force
expect 0 info alpha.png
expect_text stdout "gray + alpha, 16 bit"
expect 0 convert $corpus/basn6a08.png -o opaque.jpg
expect_text stderr "opaque.jpg cannot hold its alpha channel"
