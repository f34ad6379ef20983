# SPDX-License-Identifier: BSD-3-Clause
# make_noisy FILE HEIGHT WIDTH [SEED]: gray, 100 to 163, deviation 18.5 around 131.5.
make_noisy() {
    local height=$2 width=$3 state=${4:-1} i
    {
        printf 'P2\n%d %d\n255\n' "$width" "$height"
        for ((i = 0; i < height * width; i++)); do
            state=$(((state * 1103515245 + 12345) & 0x7fffffff))
            printf '%d\n' $((100 + ((state >> 16) & 63)))
        done
    } >"$1"
}
export ONDELET_MODELS=$PWD # holds no model: auto is union
corpus=$here/../fuzz/corpus/png_read

# One picture: the estimate is a result, everything else is kept.
make_noisy n.pgm 48 40
expect 0 denoise n.pgm -o clean.png
expect_lines 1 stdout
expect_lines 1 stderr
expect_text stderr "method union: no denoise.safetensors for the better one, learned, in $PWD"
expect 0 denoise n.pgm -o said.png --quiet --json
expect_text stdout '"method": "union"'
expect_lines 0 stderr
expect 0 denoise n.pgm -o said.png --method union --force
expect_lines 0 stderr
expect_text stdout "n.pgm: sigma "
expect_text stdout "(estimated)"
expect 0 info clean.png
expect_text stdout "48 x 40 (height x width), gray, 8 bit"
expect 0 denoise n.pgm --sigma 18 -o given.png
expect_lines 0 stdout
expect 0 denoise n.pgm --sigma 18 -o deep.png --depth 16
expect 0 info deep.png
expect_text stdout "16 bit"
expect 0 compare given.png deep.png --json
for method in auto union shearlet local wavelet; do
    expect 0 denoise n.pgm -o $method.png --method $method --sigma 18
done
expect_same auto.png union.png
expect_same auto.png given.png

# The reference's figures, before and after.
expect 0 convert n.pgm -o n.npy
printf 'P2\n40 48\n255\n' >flat.pgm
for ((i = 0; i < 1920; i++)); do echo 131; done >>flat.pgm
expect 0 denoise n.pgm --sigma 18 --reference flat.pgm --json
expect_lines 1 stdout
before=$(sed 's/.*"psnr_before_db": \([0-9]*\).*/\1/' stdout)
after=$(sed 's/.*"psnr_after_db": \([0-9]*\).*/\1/' stdout)
checks=$((checks + 1))
[ "$after" -ge $((before + 9)) ] || fail "$last: $before dB became $after dB"
expect_text stdout '"sigma": 18.0, "sigma_estimated": false'
expect_text stdout '"output": null'
expect 0 denoise n.pgm --reference flat.pgm
expect_text stdout "PSNR 22.7"
expect_text stdout "SSIM 0."

# Gamma stays, and goes with the picture from file to file; JPEG cannot hold it.
expect 0 denoise $corpus/basn2c08.png -o gamma.png
checks=$((checks + 1))
grep -q gAMA gamma.png || fail "$last: the gamma is lost"

# Deep, coloured, transparent and indexed pictures.
for kind in "basn0g16 gray, 16" "basn2c08 RGB, 8" "basn6a08 RGB + alpha, 8" "basi4a08 gray + alpha, 8" "basn3p04 RGB, 8"; do
    name=${kind%% *}
    expect 0 denoise $corpus/$name.png -o $name.png --method union
    expect_lines 0 stderr
    expect 0 info $name.png
    expect_text stdout "32 x 32 (height x width), ${kind#* } bit"
done
for name in basn6a08 $corpus/basn6a08; do
    expect 0 convert $name.png -o samples.npy --raw --force
    # the fourth byte group of each pixel, after a header of 128 bytes
    tail -c +129 samples.npy | od -An -v -tx4 -w16 | awk '{ print $4 }' >$(basename $name).$([ $name = basn6a08 ] && echo new || echo old)
done
expect_same basn6a08.new basn6a08.old
expect 0 denoise $corpus/basn6a08.png -o opaque.ppm --method union
expect_lines 1 stderr
expect_text stderr "opaque.ppm cannot hold its alpha channel"
expect 0 denoise $corpus/tbbn0g04.png -o key.png
expect_text stderr "transparent colours (tRNS) are opaque"
expect 0 denoise $corpus/tbbn0g04.png -o key.png --force --quiet
expect_lines 0 stderr
expect 0 denoise $corpus/basn0g16.png -o small.jpg

# Arrays: units stay, floats are not clipped, several images are done one by one.
make_noisy m.pgm 48 40 7
tail -n +4 m.pgm | while read -r value; do printf "\\x$(printf %02x "$value")"; done >bytes
{ npy_header '|u1' '(48, 40)'; cat bytes; } >u1.npy
expect 0 denoise u1.npy -o u1_clean.npy --sigma 18
expect 0 info u1_clean.npy
expect_text stdout "48 x 40, values 1"
expect 0 denoise m.pgm -o m.npy --sigma 18
expect 0 convert u1_clean.npy -o u1_clean.png
expect_text stderr "clipped"
expect 0 info m.npy
expect_text stdout "values 0."
expect 0 denoise u1.npy -o u1.png --sigma 18
expect 0 denoise m.pgm -o m.png --sigma 18
expect_same u1.png m.png
{ npy_header '<f4' '(2, 24, 40)'; for i in 1 2; do for j in $(seq 1 240); do printf "$one$two$half$two"; done; done; } >stack.npy
expect 0 denoise stack.npy -o stack_clean.npy
expect_lines 2 stdout
expect_text stdout "stack.npy: image 1: sigma "
expect_shape stack_clean.npy "(2, 24, 40)"
expect 0 denoise stack.npy -o - --quiet
expect_same stdout stack_clean.npy
expect_lines 0 stderr
expect 0 denoise stack.npy --reference stack.npy --sigma 0.1
expect_lines 3 stdout
expect_text stdout "mean of 2: PSNR inf -> "
{ npy_header '<f4' '(3, 24, 10)'; repeat 360 "$one$half"; } >color.npy
expect 0 denoise color.npy -o color_clean.npy --sigma 0.1
expect_shape color_clean.npy "(3, 24, 10)"
{ npy_header '<f4' '(2, 3, 12, 10)'; repeat 360 "$one$half"; } >colors.npy
expect 0 denoise colors.npy -o colors_clean.npy --sigma 0.1 --noise poisson
expect_shape colors_clean.npy "(2, 3, 12, 10)"

# Several inputs go to a folder, which is made; folders in folders stay so.
mkdir -p in/deeper
cp n.pgm in/a.pgm
cp m.pgm in/deeper/b.pgm
cp $corpus/basn2c08.png in/c.png
printf 'text\n' >in/bad.png
expect 1 denoise in stack.npy -o out/here --method union
expect_lines 5 stdout
expect_lines 2 stderr
expect_text stderr "ondelet: in/bad.png: not a PNG"
expect_text stderr "4 files done, 1 failed"
for name in a.png deeper/b.png c.png stack.npy; do expect_file out/here/$name; done
expect_no_file out/here/bad.png
expect_same out/here/a.png clean.png
expect_same out/here/stack.npy stack_clean.npy
expect 1 denoise in stack.npy -o out/here --quiet
expect_text stderr "ondelet: out/here/a.png exists; give --force to replace it"
rm in/bad.png
expect 0 denoise in -o out/here --quiet --force
mkdir truth truth/deeper
cp flat.pgm truth/a.pgm
expect 0 convert flat.pgm -o truth/deeper/b.png
cp in/c.png truth
expect 0 denoise in --reference truth --json --quiet
expect_lines 4 stdout
expect_text stdout '"mean_of": 3'
cp n.pgm in/c.pgm
expect 1 denoise in -o twice --quiet
expect_text stderr "in/c.png: its output would be twice/c.png, which is that of an earlier input"
expect 0 denoise n.pgm -o folder/
expect_same folder/n.png clean.png
"$ONDELET" denoise - -o - --quiet <n.pgm >piped.png
expect_same piped.png clean.png

# The comparison strip.
expect 0 denoise n.pgm --compare strip.png --sigma 18 --reference flat.pgm
expect 0 info strip.png
expect_text stdout "RGB, 8 bit"
expect 0 denoise n.pgm --compare strip.svg --sigma 18
expect_drawing strip.svg
expect 0 denoise $corpus/basn2c08.png --compare strip2.png
expect_file strip2.png

# Bad input: named, and nothing is written.
for size in "1 1" "1 9" "40 5"; do
    make_noisy tiny.pgm $size
    expect 0 denoise tiny.pgm -o tiny.png --force --compare tiny_strip.png
    expect 0 info tiny.png
    expect_text stdout "${size/ / x } (height x width)"
done
expect 0 denoise flat.pgm -o still.pgm
expect_text stdout "sigma 0 (estimated)"
expect 0 compare flat.pgm still.pgm
expect_text stdout "inf dB"
expect 0 denoise n.pgm -o flood.npy --sigma 1e9
expect 0 info flood.npy
expect_text stdout "0 NaN, 0 infinite"
expect 0 denoise n.pgm -o trickle.npy --sigma 1e-9
expect 0 compare n.npy trickle.npy --json
expect_text stdout '"equal": true'
{ npy_header '<f4' '(8, 8)'; repeat 63 "$one"; printf "$nan"; } >nan.npy
refused 1 "ondelet: nan.npy: the image" denoise nan.npy -o nan_clean.npy --method union
expect_text stderr "nan"
expect_no_file nan_clean.npy
{ npy_header '<f4' '(2, 8, 8)'; repeat 127 "$half"; printf "$nan"; } >nan2.npy
expect 1 denoise nan2.npy -o nan_clean.npy
expect_text stderr "ondelet: nan2.npy: image 1: "
expect_no_file nan_clean.npy
{ npy_header '<f4' '(8,)'; repeat 8 "$one"; } >line.npy
refused 1 "ondelet: line.npy: has the shape 8" denoise line.npy -o l.npy
npy_header '<f4' '(0, 8)' >zero.npy
refused 1 "ondelet: zero.npy: has the shape 0 x 8" denoise zero.npy -o l.npy
refused 1 "ondelet: nosuch.png: " denoise nosuch.png -o l.png
refused 1 "ondelet: stack.npy: holds 2 images, s.png one" denoise stack.npy -o s.png
refused 1 "--compare draws one" denoise stack.npy --compare s.png
refused 1 "n.pgm is 48 x 40, tiny.pgm is 40 x 5: shapes must agree" denoise n.pgm --reference tiny.pgm
refused 1 "give the value of white by --peak" denoise n.pgm --reference trickle.npy
expect 0 denoise n.pgm --reference trickle.npy --peak 1
{ npy_header '<f4' '(8, 8)'; repeat 64 "$half"; } >flat.npy
refused 1 "ondelet: nan.npy: sample 63 is nan" denoise flat.npy --reference nan.npy
expect_no_file s.png
refused 1 "clean.png exists; give --force" denoise n.pgm -o clean.png
refused 1 "strip.png exists; give --force" denoise n.pgm --compare strip.png
misused "sigma = 0 is outside" denoise n.pgm -o x.png --sigma 0
misused "sigma = -5 is outside" denoise n.pgm -o x.png --sigma -5
misused "sigma = 'much' is not a number" denoise n.pgm -o x.png --sigma much
misused "method = 'bm3d' is none of: auto, union, shearlet, local, wavelet" denoise n.pgm -o x.png --method bm3d
misused "no output given" denoise n.pgm
misused "no input given" denoise -o x.png
misused "output 'x' ends neither in" denoise n.pgm -o x
misused "the results of several inputs want a folder" denoise n.pgm m.pgm -o x.png
misused "the results of several inputs want a folder" denoise n.pgm m.pgm -o -
misused "both want standard output" denoise n.pgm -o - --json
misused "--compare draws one image" denoise n.pgm m.pgm -o folder/ --compare x.png
misused "ends neither in .png nor in .svg" denoise n.pgm --compare x.jpg
misused "named for two outputs" denoise n.pgm -o x.png --compare x.png
misused "8 bits per sample" denoise n.pgm -o x.jpg --depth 16
expect_no_file x.png
expect 0 denoise --help
expect_text stdout "usage: ondelet denoise"
expect_text stdout "--method auto|union|shearlet|local|wavelet"

# A folder that was begun: what is there stays, the rest is done.
mkdir -p begun noisy_set
for i in 1 2 3; do make_pgm noisy_set/$i.pgm 32 32 $i; done
expect 0 denoise noisy_set -o all_done/ --sigma 20
expect 0 denoise noisy_set/1.pgm -o begun/1.png --sigma 40
cp begun/1.png before.png
expect 0 denoise noisy_set -o begun/ --sigma 20 --resume
expect_text stderr "2 files done, 1 done before, 0 failed"
expect_same begun/1.png before.png
expect_same begun/2.png all_done/2.png
expect_same begun/3.png all_done/3.png
expect 0 denoise noisy_set -o begun/ --sigma 20 --resume
expect_text stderr "0 files done, 3 done before, 0 failed"
misused "--resume leaves out what is there already" denoise noisy_set -o begun/ --resume --reference noisy_set
expect 1 denoise noisy_set -o begun/ --sigma 20
