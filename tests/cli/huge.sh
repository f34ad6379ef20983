# SPDX-License-Identifier: BSD-3-Clause
# Pictures that as floats are larger than the memory that there is: they go through the disk, row by row and tile by
# tile. Instrumented programs need more than is given here.
make_pgm good.pgm 16 16
limited() { (ulimit -v 400000 && OPENBLAS_NUM_THREADS=1 exec "$ONDELET" "$@" --threads 1 </dev/null); }
if ! limited info good.pgm >stdout 2>stderr; then
    echo "the program does not run in 400 MB of address space"
    exit 77
fi

# expect_limited ARGUMENTS...
expect_limited() {
    checks=$((checks + 1))
    last="ondelet $*"
    limited "$@" --force >stdout 2>stderr || fail "$last: exit $?, 0 wanted: $(head -c 500 stderr)"
}

# text COUNT: so many bytes of no period that is a power of 2
text() { yes 'abcdefghijklmnopqrstuvwxyz0123456789' | head -c "$1"; }

# 12000 x 1000: the cascade on the whole takes 2 GB
{ printf 'P5\n1000 12000\n255\n'; text 12000000; } >tall.pgm
expect_limited features tall.pgm -o tall.npy --order 1 --scales 2
expect_limited info tall.npy
expect_text stdout "17 x 3000 x 250"
expect_limited features tall.pgm -o mean.npy --order 1 --scales 2 --averaging global
expect_limited info mean.npy
expect_text stdout "17 x 1 x 1"
expect_limited features tall.pgm -o tall.npy --order 0 --scales 2 --standardize
expect_limited features tall.pgm -o mean.npy --order 0 --scales 2 --averaging global --standardize
checks=$((checks + 1)) # the mean of a standardised image: nothing but rounding
value=$(tail -c 4 mean.npy | od -An -t f4)
awk -v value="$value" 'BEGIN { exit !(value < 1e-6 && value > -1e-6) }' || fail "$last: a standardised image has the mean $value"
[ -z "$(find . -name '*.partial')" ] || fail "a partial file is left"
# two of them are rows of one file
{ npy_header '|u1' '(2, 9000, 1000)'; text 18000000; } >stack.npy
expect_limited features stack.npy -o stack.features.npy --order 0 --scales 3 --pool mean
expect_limited info stack.features.npy
expect_text stdout "2 x 1"
expect_limited features stack.npy -o stack.features.npy --order 0 --scales 3
expect_limited info stack.features.npy
expect_text stdout "2 x 1 x 1125 x 125"

# a strip as wide as a panorama: what samples its rows is a band, not a square
{ printf 'P5\n30000 9\n255\n'; text 270000; } >wide.pgm
expect_limited features wide.pgm -o wide.npy --scales 2
expect_limited info wide.npy
expect_text stdout "81 x 3 x 7500"

# 8000 x 8000: 256 MB of floats. With so little noise all samples stay as they are.
{ printf 'P5\n8000 8000\n255\n'; text 64000000; } >large.pgm
expect_limited denoise large.pgm -o copy.pgm --method wavelet --sigma 1e-9
expect_same large.pgm copy.pgm
expect_limited denoise large.pgm -o copy.npy --method wavelet --sigma 1e-9
expect_limited denoise copy.npy -o again.npy --method wavelet --sigma 1e-9
expect_same copy.npy again.npy
rm -f large.pgm copy.pgm copy.npy again.npy tall.npy
# alpha goes along, or is left out where the output has none
{ printf 'P7\nWIDTH 3000\nHEIGHT 3000\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n'; text 18000000; } >alpha.pam
expect_limited denoise alpha.pam -o alpha.png --method wavelet --sigma 1e-9
expect_limited info alpha.png
expect_text stdout "alpha"
expect_limited denoise alpha.pam -o gray.pgm --method wavelet --sigma 1e-9
expect_text stderr "alpha"
# what is wrong is named, and nothing is left
{ npy_header '|u1' '(9000, 1000)'; text 8000000; } >short.npy
for words in "denoise short.npy -o out.npy" "features short.npy -o out.npy"; do
    checks=$((checks + 1))
    # shellcheck disable=SC2086
    ! limited $words >stdout 2>stderr || fail "$words: a truncated file is taken"
    expect_text stderr "truncated"
    [ ! -e out.npy ] || fail "$words: leaves a file"
done
checks=$((checks + 1))
(export TMPDIR=$PWD/nowhere && ! limited denoise tall.pgm -o out.pgm >stdout 2>stderr) || fail "no place for the disk's part is no failure"
expect_text stderr "nowhere: cannot create a temporary file"
