# SPDX-License-Identifier: BSD-3-Clause
# The page that shows what is seen in a picture.
make_pgm picture.pgm 70 90
expect 0 report picture.pgm -o page.html --threads 1
[[ $(grep -cE '<img alt="[a-z, ]+" src="data:image/png;base64,iVBORw0KGgo' page.html) == 10 ]] || fail "$last: not ten pictures"
checks=$((checks + 1))
! grep -E '(src|href)="[^d]' page.html || fail "$last: the page needs other files"
expect_text page.html "70 × 90 pixels, gray"
expect_text page.html "σ = 25.0 grey levels added"
# A unitary bank: the shares add up to 100 %, each rounded to 0.001.
sum=$(grep -oE '<td>[0-9.]+ %</td>' page.html | tr -dc '0-9.\n' | awk '{ sum += $1 } END { print sum }')
checks=$((checks + 1))
awk -v sum="$sum" 'BEGIN { exit !(sum > 99.99 && sum < 100.01) }' || fail "$last: the shares of the energy add up to $sum"
# Every picture is whole.
grep -oE 'base64,[^"]*' page.html | while IFS= read -r line; do
    printf '%s' "${line#base64,}" | base64 -d >embedded.png
    "$ONDELET" info embedded.png | grep 'picture' >/dev/null || echo "damaged"
done >damaged
expect_lines 0 damaged

expect_text page.html "contours of"
expect_text page.html "of the codes are not zero"

# Pictures of the page for themselves; a larger one has pieces to tell apart.
make_pgm large.pgm 96 192
expect 0 report large.pgm -o large.html --threads 1 --pictures seen/all --scales 2
expect_text large.html "of 480 pieces are recognised"
for name in picture disks mosaic denoising edges residuals training confusion spline shearlets; do
    expect_drawing seen/all/$name.svg
    expect 0 info seen/all/$name.png
    checks=$((checks + 1))
    base64 -w 0 seen/all/$name.png >wanted
    grep -qFf wanted large.html || fail "$name.png is not the picture of the page"
done
refused 1 "seen/all/picture.png exists" report picture.pgm -o more.html --pictures seen/all
refused 1 "picture.pgm" report large.pgm -o more.html --pictures picture.pgm
expect_no_file more.html

make_pgm small.pgm 24 30
expect 0 report small.pgm -o small.html
! grep -q "What was done" small.html || fail "$last: half of the picture has no piece"
# What was done to a photograph is recognised: noise and blocks by nearly all pieces.
expect 0 report "$here/../../examples/pictures/astronaut.png" -o photograph.html --side 96 --scales 2
right=$(grep -oE '[0-9]+ % of 480 pieces' photograph.html)
checks=$((checks + 1))
[ "${right%% *}" -ge 80 ] || fail "$last: only $right are recognised"
expect 0 report small.pgm -o -
cmp -s stdout small.html || fail "$last: standard output is another page"
"$ONDELET" report - -o piped.html <small.pgm || fail "a picture from standard input"
expect_text piped.html "<h1>standard input</h1>"
cp small.pgm 'a <b> & "c".pgm'
expect 0 report 'a <b> & "c".pgm' -o quoted.html --scales 2
expect_text quoted.html '<h1>a &lt;b&gt; &amp; &quot;c&quot;.pgm</h1>'
refused 1 "exists" report picture.pgm -o page.html
misused "does not end in .html" report picture.pgm -o page.png
misused "one picture is wanted" report -o page.html
misused "no output" report picture.pgm
refused 1 "missing.png" report missing.png -o other.html
expect_no_file other.html
make_pgm tiny.pgm 3 3
refused 1 "ondelet: tiny.pgm: 2^4 = 16 is larger than the image" report tiny.pgm -o tiny.html
expect_no_file tiny.html
