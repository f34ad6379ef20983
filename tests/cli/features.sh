# SPDX-License-Identifier: BSD-3-Clause
# Shapes of the features, for every way to give images.
options="--scales 2 --orientations 4 --order 2 --quiet --force"
make_pgm a.pgm 16 24 1
make_pgm b.pgm 16 24 2
make_pgm c.pgm 20 20 3

expect 0 features a.pgm -o one.npy $options
expect_shape one.npy "(25, 4, 6)"
expect_lines 0 stdout
expect_lines 0 stderr
expect_lines 2 one.index.csv
expect_text one.index.csv "row,input,item,height,width"
expect_text one.index.csv "0,a.pgm,0,16,24"
expect 0 features a.pgm b.pgm -o two.npy $options
expect_shape two.npy "(2, 25, 4, 6)"
expect_lines 3 two.index.csv
expect 0 features a.pgm --pool mean -o pooled.npy $options
expect_shape pooled.npy "(25,)"
expect 0 features a.pgm c.pgm --pool mean -o pooled.npy $options
expect_shape pooled.npy "(2, 25)"
expect 0 features a.pgm c.pgm --averaging global -o global.npy $options
expect_shape global.npy "(2, 25, 1, 1)"
expect 0 features a.pgm --color rgb -o color.npy $options
expect_shape color.npy "(75, 4, 6)"
expect 0 features a.pgm --bank spline --padding periodic --oversampling 1 --log --normalize -o spline.npy $options
expect_shape spline.npy "(25, 8, 12)"
expect 0 features a.pgm --bank shearlet -o shearlet.npy --scales 2 --quiet --force
expect_shape shearlet.npy "(81, 4, 6)"
expect_text shearlet.json '"one_sided": true'
expect 0 features a.pgm --bank shearlet --system meyer -o meyer.npy --scales 2 --quiet --force
expect_shape meyer.npy "(45, 2, 3)"
expect 0 features a.pgm -o zero.npy $options --order 0
expect_shape zero.npy "(1, 4, 6)"

# Folders are walked in the order of their paths; lists are relative to their own folder.
mkdir -p set/z set/b lists
cp b.pgm set/z/1.pgm
cp a.pgm set/a.pgm
cp c.pgm set/.hidden.pgm
printf 'no picture\n' >set/readme.txt
cp set/a.pgm set/b/2.pgm
expect 0 features set -o set.npy $options
expect_shape set.npy "(3, 25, 4, 6)"
expect_text set.index.csv "0,set/a.pgm,0,16,24
1,set/b/2.pgm,0,16,24
2,set/z/1.pgm,0,16,24"
printf '../a.pgm\r\n\n%s/b.pgm\n../set\n' "$PWD" >lists/all.txt
expect 0 features @lists/all.txt -o list.npy $options
expect_shape list.npy "(5, 25, 4, 6)"
expect_text list.index.csv "1,$PWD/b.pgm,0"

# Batches of any size and any number of threads give the same bits.
expect 0 features a.pgm b.pgm a.pgm -o threads.npy $options --threads 3
expect 0 features a.pgm b.pgm a.pgm -o thread.npy $options --threads 1
expect_same threads.npy thread.npy
expect 0 features b.pgm -o single.npy $options
tail -c +129 two.npy | tail -c 2400 >from_batch
tail -c +129 single.npy >alone
expect_same from_batch alone

# The same picture as 8 bit, 16 bit, integer array, IDX and float array.
expect 0 convert a.pgm -o a16.png --depth 16
expect 0 convert a.pgm -o afloat.npy
expect 0 convert a.pgm -o a8.png
{ npy_header '|u1' '(16, 24)'; for value in $(tail -n +4 a.pgm); do printf "\\x$(printf %02x "$value")"; done; } >aint.npy
{ printf '\x00\x00\x08\x03\x00\x00\x00\x01\x00\x00\x00\x10\x00\x00\x00\x18'; tail -c +129 aint.npy; } >a.idx
expect 0 features a8.png -o 8.npy $options
for input in a16.png afloat.npy aint.npy a.pgm; do
    expect 0 features $input -o other.npy $options
    expect_same 8.npy other.npy
done
expect 0 features a.idx -o idx.npy $options
expect_shape idx.npy "(1, 25, 4, 6)"
gzip_head=$(tail -c +129 8.npy | cksum)
checks=$((checks + 1))
[ "$(tail -c +129 idx.npy | cksum)" = "$gzip_head" ] || fail "features of an IDX file differ from the picture's"

# Names with commas and quotes.
cp a.pgm 'a, "b".pgm'
expect 0 features 'a, "b".pgm' -o name.npy $options
expect_text name.index.csv '0,"a, ""b"".pgm",0,16,24'

# The parameters and the paths.
expect 0 features a.pgm -o p.npy --paths paths.csv $options --color rgb
expect_text p.json '"order": 2'
expect_text p.json '"family": "morlet"'
expect_text p.json '"channels": 75'
expect_lines 76 paths.csv
expect_text paths.csv "channel,order,scale1,orientation1,angle1_rad,scale2,orientation2,angle2_rad,color"
expect_text paths.csv "0,0,,,,,,,r"
expect 0 features a.pgm -o q.npy --index where.csv $options
expect_file where.csv
expect_no_file q.index.csv
expect 0 features a.pgm b.pgm -o p.npy --scales 2 --force
expect_lines 1 stderr
expect_text stderr "p.npy: 2 done, 0 failed, 2 x 81 x 4 x 6"
expect 0 features a.pgm b.pgm -o p.npy $options --json
expect_text stdout '"shape": [2, 25, 4, 6], "done": 2, "failed": 0'

# Images of mixed sizes, brought to one.
{ printf 'P5\n20 32\n255\n'; head -c 640 /dev/zero | tr '\0' 'z'; } >odd.pgm
expect 0 features a.pgm odd.pgm -o sized.npy $options --resize 16x32
expect_text sized.json '"done": 2'
expect_text sized.json '"resize": "16x32"'
misused "resize = '0x4' is not MxN" features a.pgm -o r.npy --resize 0x4
misused "resize = '4x' is not MxN" features a.pgm -o r.npy --resize 4x

# In the middle of zeros, as train has them: the same bits, standardized before it is padded.
mkdir -p padded/one padded/two
for i in 1 2 3; do make_pgm padded/one/$i.pgm 12 17 $i && make_pgm padded/two/$i.pgm 13 10 $((i + 3)); done
for words in " " "--resize 11x9 --color rgb"; do
    for standardize in "" --standardize; do
        expect 0 train classify padded -o padded.safetensors --kind ridge --pad 16x20 $words ${standardize:+--standardize-image} --pool none --no-log --cache taken.npy $options
        expect 0 features padded -o padded.npy --pad 16x20 $words $standardize $options
        expect_same <(tail -c +129 padded.npy) <(tail -c +129 taken.npy)
    done
done
expect_text padded.json '"pad": "16x20"'
expect_text padded.index.csv ",16,20"
refused 1 "padded.npy: was made with other parameters (pad)" features padded -o padded.npy --pad 17x20 --resize 11x9 --color rgb --standardize ${options% --force} --resume
for i in 0 1; do expect 0 features padded -o share$i.npy --pad 16x20 $options --shard $i/2; done
refused 1 "share0.npy: was made with other parameters (shard)" features padded -o share0.npy --pad 16x20 ${options% --force} --resume
expect 0 features padded -o share0.npy --pad 16x20 ${options% --force} --resume --shard 0/2
expect 0 merge share0.npy share1.npy -o shares.npy --quiet
expect 0 features padded -o padded.npy --pad 16x20 $options
expect_same shares.npy padded.npy
expect 1 features padded -o padded.npy --pad 12x20 $options
expect_lines 3 stderr
expect_text stderr "padded/two/1.pgm: an image of 13 x 10 does not fit into the padded size of 12 x 20"
expect_shape padded.npy "(3, 25, 3, 5)"
make_images several.npy 8 2
refused 1 "ondelet: several.npy: all images: an image of 8 x 8 does not fit into the padded size of 8 x 7" features several.npy -o x.npy --pad 8x7 $options
expect_no_file x.npy
{ npy_header '<f4' '(4, 8, 8)'; for item in "$half" "$nan" "$one" "$nan"; do printf "$item" && repeat 63 "$one"; done; } >nans.npy
expect 1 features nans.npy -o x.npy --pad 8x12 $options
expect_lines 2 stderr
expect_text stderr "ondelet: nans.npy: image 3: the image holds nan at row 0, column 0"
expect 0 features padded --energy --pad 16x20 --scales 2
expect_text stdout "6 images"
misused "pad = '0x4' is not MxN with M and N in 1..32768" features a.pgm -o r.npy --pad 0x4
misused "pad = '4x' is not MxN" features a.pgm -o r.npy --pad 4x

# Images of a few pixels, whose coarse levels are transformed in more stages than the fine ones.
for side in 2 3 4 5 6 7; do
    make_images tiny.npy $side 3
    expect 0 features tiny.npy -o tiny_features.npy --scales $((side < 4 ? 1 : 2)) --force --quiet
    expect_shape tiny_features.npy "(3, $((side < 4 ? 9 : 81)), "
done
