# SPDX-License-Identifier: BSD-3-Clause
# Bad input is named in one line, exit 1; the good ones beside it are still done.
make_pgm good.pgm 16 16
make_pgm other.pgm 16 20
options="-o out.npy --scales 2 --order 1 --force --quiet"

refused 1 "ondelet: nosuch.png: cannot open: No such file" features nosuch.png $options
expect_no_file out.npy
expect 1 features good.pgm nosuch.png $options
expect_lines 1 stderr
expect_shape out.npy "(1, 17, 4, 4)"

refused 1 "ondelet: input 1 has no name" features '' $options
expect 0 convert good.pgm -o good.png
refused 1 "ondelet: @good.png: line 3 is no path: not a list of files" features @good.png $options
# Told before the work begins.
mkdir folder.safetensors set set/a set/b
for i in 1 2 3; do make_pgm set/a/$i.pgm 16 16 $i && make_pgm set/b/$i.pgm 16 16 $((i + 5)); done
for words in "classify set --kind network --epochs 100000" "denoise set --steps 1000000 --patch 16" "pursuit set --epochs 100000"; do
    refused 1 "ondelet: folder.safetensors: cannot create: a folder has this name" train $words -o folder.safetensors --force
done

mkdir empty
refused 1 "ondelet: empty: holds no pictures" features empty $options
printf 'text\n' >empty/readme.txt
refused 1 "ondelet: empty: holds no pictures" features empty $options
refused 1 "ondelet: @nosuch.txt: No such file" features @nosuch.txt $options
: >nothing.txt
refused 1 "ondelet: @nothing.txt: holds no paths" features @nothing.txt $options
refused 1 "ondelet: nothing.txt" features nothing.txt $options
printf 'text\n' >text.png
refused 1 "ondelet: text.png" features text.png $options
head -c 300 good.pgm >short.pgm
refused 1 "ondelet: short.pgm" features short.pgm $options

refused 1 "ondelet: other.pgm: is 16 x 20, the first image is 16 x 16; use --pool mean for mixed sizes" \
    features good.pgm other.pgm $options
expect_shape out.npy "(1, 17, 4, 4)"
expect 0 features good.pgm other.pgm $options --pool mean
expect_shape out.npy "(2, 17)"

rm -f out.npy
refused 1 "ondelet: good.pgm: " features good.pgm $options --scales 5
expect_text stderr "32"
expect_text stderr "16"
expect_no_file out.npy
make_pgm large.pgm 32 32
expect 1 features good.pgm large.pgm $options --scales 5
expect_lines 1 stderr
expect_shape out.npy "(1, 41, 1, 1)"

{ npy_header '<f4' '(3, 8, 8)'; repeat 64 "$half"; repeat 63 "$one"; printf "$nan"; repeat 64 "$half"; } >nan.npy
refused 1 "ondelet: nan.npy: image 1: " features nan.npy $options
expect_shape out.npy "(2, 17, 2, 2)"
expect_text out.index.csv "1,nan.npy,2,8,8"
{ npy_header '<f4' '(8, 8)'; repeat 63 "$one"; printf "$nan"; } >nan2.npy
refused 1 "ondelet: nan2.npy: " features nan2.npy $options
expect_text stderr "nan"

# What is wrong with the size of an array's images is said once.
{ npy_header '<f4' '(3, 8, 8)'; repeat 192 "$half"; } >many.npy
expect 0 features many.npy -o three.npy --scales 1
expect_text stderr "many.npy: 3 x height x width is taken as three gray images; one in colour is height x width x 3"
expect 0 features many.npy -o three.npy --scales 1 --quiet --force
expect_lines 0 stderr
{ npy_header '|u1' '(3,)'; printf '\0\1\0'; } >labels.npy
refused 1 "ondelet: many.npy: all images: 2^4 = 16 is larger" features many.npy $options --scales 4
refused 1 "ondelet: many.npy: all images: is 8 x 8, the first image is 16 x 16" features good.pgm many.npy $options
expect 1 train classify many.npy labels.npy --scales 4 -o m.safetensors --quiet
expect_lines 2 stderr
expect_text stderr "ondelet: many.npy: all images: 2^4 = 16 is larger"
npy_header '<f4' '(0, 8, 8)' >none.npy
refused 1 "ondelet: none.npy: has the shape 0 x 8 x 8: there are no pixels" features none.npy $options
refused 1 "ondelet: none.npy: has the shape 0 x 8 x 8: there are no pixels" features good.pgm none.npy $options

npy_header '<f4' '(0, 8)' >zero.npy
refused 1 "ondelet: zero.npy: has the shape 0 x 8: there are no pixels" features zero.npy $options
npy_header '<f4' '(3, 0, 8)' >zero3.npy
for channels in 2 4; do
    { npy_header '<f4' "(8, 6, $channels)"; repeat $((48 * channels)) "$half"; } >alpha.npy
    refused 1 "alpha.npy: has the shape 8 x 6 x $channels: alpha in arrays is not taken; without it they are height x width x 3, or height x width" denoise alpha.npy -o alpha_clean.npy
    refused 1 "alpha.npy: has the shape 8 x 6 x $channels: alpha in arrays is not taken" features alpha.npy -o alpha_features.npy
done
# Files of other programs are called by their names.
printf 'PK\3\4\24\0' >arrays.npz
printf 'II*\0\10\0\0\0' >picture.tif
printf 'RIFF\44\0\0\0WEBPVP8 ' >picture.webp
printf 'GIF89a' >picture.gif
refused 1 "arrays.npz: an archive, as .npz files are: PNG, JPEG or PNM is wanted" features arrays.npz -o f.npy
refused 1 "picture.tif: a TIFF picture: PNG, JPEG or PNM is wanted" denoise picture.tif -o f.png
refused 1 "picture.webp: a WebP picture: PNG, JPEG or PNM is wanted" info picture.webp
refused 1 "picture.gif: a GIF picture: PNG, JPEG or PNM is wanted" edges picture.gif -o f.png
others=('II+\0\10\0\0\0=TIFF' '\0\0\0\34ftypavif=AVIF' '\0\0\0\34ftypheic=HEIC' '\0\0\0\30ftypmif1=HEIC or AVIF' '\0\0\0\14jP  \r\n=JPEG 2000'
    '\377\12\377\12=JPEG XL' '8BPS\0\1=Photoshop' 'BM\66\0=BMP' '\166\57\61\1\2=OpenEXR')
for other in "${others[@]}"; do
    printf "${other%=*}" >other.png
    refused 1 "ondelet: other.png: a" features other.png -o f.npy
    expect_text stderr "${other#*=} picture"
    expect_text stderr ": PNG, JPEG or PNM is wanted"
done
# In a folder they are passed over, which is said in one line; what lies beside pictures otherwise is not.
mkdir -p kinds/in/deep "kinds/none "
cp good.pgm kinds
for name in kinds/{a.csv,a.json,a.npy,a.txt,a.md,.h.tif,in/deep/C.TIFF,in/b.webp}; do printf 'x\n' >"$name"; done
expect 0 features kinds/ -o f.npy --scales 2
expect_lines 2 stderr
expect_text stderr "ondelet: kinds/: passed over 2 files that are no PNG, JPEG or PNM: in/b.webp, in/deep/C.TIFF
f.npy"
: >kinds/x.dng && : >$'kinds/a\n\ea.gif' && cp good.pgm kinds/in/looks.tif
expect 0 info kinds
expect_lines 2 stdout
expect_lines 1 stderr
expect_same stderr <(echo "ondelet: kinds: passed over 4 files that are no PNG, JPEG or PNM: a??a.gif, in/b.webp, in/deep/C.TIFF, ...")
expect 0 features kinds -o f.npy --scales 2 --quiet --force
expect_lines 0 stderr
printf 'kinds\n' >kinds.txt
expect 0 info @kinds.txt
expect_lines 1 stderr
: >"kinds/none /one.heic"
refused 1 "ondelet: kinds/none : holds no PNG, JPEG or PNM, only 1 other picture: one.heic" info "kinds/none " --quiet
expect 1 features "kinds/none " good.pgm -o f.npy --scales 2 --quiet --force
expect_lines 1 stderr
refused 1 "ondelet: zero3.npy: the array is 3 x 0 x 8" features zero3.npy $options
printf 'P5\n0 4\n255\n' >zero.pgm
refused 1 "ondelet: zero.pgm: " features zero.pgm $options
{ npy_header '<f4' '(1, 2, 8, 8)'; repeat 128 "$one"; } >four.npy
refused 1 "ondelet: four.npy: has the shape 1 x 2 x 8 x 8; images are height x width, 3 x height x width, height x width x 3, or several of these" features four.npy $options
{ npy_header '<f4' '(8,)'; repeat 8 "$one"; } >one.npy
refused 1 "ondelet: one.npy: has the shape 8" features one.npy $options
{ npy_header '<f4' '(8, 8)'; repeat 60 "$one"; } >cut.npy
refused 1 "ondelet: cut.npy: " features cut.npy $options
{ npy_header '<f4' '(3, 8, 8)'; repeat 150 "$one"; } >cut3.npy
refused 1 "ondelet: cut3.npy: the file is truncated" features cut3.npy $options
# A compressed file shows its end only when it is read: what came before is done.
{ printf '\x00\x00\x08\x03\x00\x00\x00\x03\x00\x00\x00\x08\x00\x00\x00\x08'; repeat 150 '\x33'; } | gzip >cut.gz
refused 1 "ondelet: cut.gz: image 2: " features cut.gz $options
expect_shape out.npy "(2, 17, 2, 2)"
refused 1 "ondelet: good.pgm: " features good.pgm $options --max-pixels 100
{ npy_header '<f4' '(2, 8, 9)'; repeat 144 "$half"; } >pair.npy
refused 1 "ondelet: pair.npy: 8 x 9 pixels are more than the limit of 71" features pair.npy $options --max-pixels 71
refused 1 "ondelet: pair.npy: 8 x 9 pixels are more than the limit of 71" denoise pair.npy -o d.npy --sigma 9 --max-pixels 71 --quiet
expect 0 features pair.npy $options --max-pixels 72

# An output that exists stays as it is, and so does everything that belongs to it.
rm -f out.*
printf 'mine\n' >out.npy
refused 1 "ondelet: out.npy exists; give --force to replace it" features good.pgm -o out.npy --scales 2
expect_text out.npy "mine"
rm out.npy
printf 'mine\n' >out.json
refused 1 "ondelet: out.json exists; give --force to replace it" features good.pgm -o out.npy --scales 2
expect_no_file out.npy
expect 0 features good.pgm -o out.npy --scales 2 --force
expect_text out.json '"schema": 1'
refused 1 "ondelet: nofolder/out.npy: No such file or directory" features good.pgm -o nofolder/out.npy
refused 1 "is named for two outputs" features good.pgm -o both.csv --paths both.csv

# Folders are not made for what cannot be read.
for words in "edges text.png" "denoise text.png --sigma 9" "threshold text.png --value 9" "inpaint text.png --mask good.pgm"; do
    refused 1 "ondelet: text.png: not a PNG" $words -o made/deep/
    expect_no_file made
done

# A failed run leaves the old file.
cp out.npy before.npy
refused 1 "ondelet: short.pgm" features short.pgm -o out.npy --force --scales 2
expect_same out.npy before.npy

refused 1 "ondelet: nosuch.png" convert nosuch.png -o c.png
refused 1 "ondelet: good.pgm exists; give --force" convert good.pgm -o good.pgm
refused 1 "ondelet: nosuch.png" compare nosuch.png good.pgm
refused 1 "good.pgm is 16 x 16, other.pgm is 16 x 20: shapes must agree" compare good.pgm other.pgm
refused 1 "ondelet: nan2.npy: sample 63 is nan" compare nan2.npy nan2.npy
expect 1 info good.pgm nosuch.png other.pgm
expect_lines 2 stdout
expect_lines 1 stderr
