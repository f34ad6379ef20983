# SPDX-License-Identifier: BSD-3-Clause
corpus=$here/../fuzz/corpus/png_read
make_pgm a.pgm 24 20
printf 'P2\n20 24\n255\n' >mask.pgm
for ((i = 0; i < 480; i++)); do echo $((i % 3 ? 255 : 0)); done >>mask.pgm
quick="--iterations 4 --scales 2"

expect 0 inpaint a.pgm --mask mask.pgm -o filled.png $quick
expect_lines 1 stdout
expect_lines 0 stderr
expect_text stdout "a.pgm: filled 160 of 480 pixels (33.33 %)"
expect 0 info filled.png
expect_text stdout "24 x 20 (height x width), gray, 8 bit"
expect 0 inpaint a.pgm -m mask.pgm -o filled.npy $quick --json --threads 2
expect_text stdout '"mask": "mask.pgm", "pixels": 480, "missing": 160, "iterations": 4, '
expect_shape filled.npy "(24, 20)"

# Masks of 1 bit, of ones, of truth values; as they are in arrays.
printf 'P1\n20 24\n' >mask.pbm
for ((i = 0; i < 480; i++)); do echo $((i % 3 ? 0 : 1)); done >>mask.pbm # 1 is black
{ npy_header '|b1' '(24, 20)'; for ((i = 0; i < 480; i++)); do printf "\\x0$((i % 3 ? 1 : 0))"; done; } >mask.npy
{ npy_header '|u1' '(24, 20)'; tail -c 480 mask.npy; } >mask_u1.npy
for mask in mask.pbm mask.npy mask_u1.npy; do
    expect 0 inpaint a.pgm --mask $mask -o other.npy $quick --force
    expect_same other.npy filled.npy
done

# Nothing is missing: nothing changes.
printf 'P2\n20 24\n255\n' >all.pgm
for ((i = 0; i < 480; i++)); do echo 255; done >>all.pgm
expect 0 inpaint a.pgm --mask all.pgm -o all.png $quick
expect 0 compare a.pgm all.png --json
expect_text stdout '"equal": true'

# Colour, alpha, 16 bits; missing samples that are no numbers.
printf 'P2\n32 32\n1\n' >mask32.pgm
for ((i = 0; i < 1024; i++)); do echo $((i % 5 ? 1 : 0)); done >>mask32.pgm
for name in basn6a08 basn0g16 basn2c08; do
    expect 0 inpaint $corpus/$name.png --mask mask32.pgm -o $name.png $quick
done
expect 0 info basn6a08.png
expect_text stdout "RGB + alpha, 8 bit"
expect 0 info basn0g16.png
expect_text stdout "16 bit"
expect 0 inpaint $corpus/basn6a08.png $corpus/basn2c08.png --mask mask32.pgm -o out $quick
expect_lines 2 stdout
expect_file out/basn2c08.png
{ npy_header '<f4' '(1, 2)'; printf "$nan$two"; } >nan.npy
{ npy_header '<f4' '(1, 2)'; printf "\0\0\0\0$one"; } >second.npy
{ npy_header '<f4' '(1, 2)'; printf "$two$two"; } >twos.npy
expect 0 inpaint nan.npy --mask second.npy -o filled2.npy $quick
expect_same filled2.npy twos.npy

misused "no mask given" inpaint a.pgm -o x.png
misused "no output given" inpaint a.pgm --mask mask.pgm
misused "no input given" inpaint --mask mask.pgm -o x.png
misused "iterations = 0" inpaint a.pgm --mask mask.pgm -o x.png --iterations 0
misused "shear_levels" inpaint a.pgm --mask mask.pgm -o x.png --shear-levels 9
refused 1 "ondelet: missing.png: " inpaint a.pgm --mask missing.png -o x.png
refused 1 "the mask is 32 x 32, the image is 24 x 20" inpaint a.pgm --mask mask32.pgm -o x.png
printf 'P2\n20 24\n255\n' >none.pgm
for ((i = 0; i < 480; i++)); do echo 127; done >>none.pgm
refused 1 "all 480 pixels are missing" inpaint a.pgm --mask none.pgm -o x.png
{ npy_header '<f4' '(1, 2)'; printf "$one$one"; } >both.npy
refused 1 "known pixel 0 of the image is nan" inpaint nan.npy --mask both.npy -o x.npy
refused 1 "the mask" inpaint twos.npy --mask nan.npy -o x.npy
{ npy_header '<f4' '(2)'; printf "$one$one"; } >line.npy
refused 1 "the mask is 2, the image is 1 x 2" inpaint twos.npy --mask line.npy -o x.npy
expect_no_file x.png
expect_no_file x.npy
