# SPDX-License-Identifier: BSD-3-Clause
# The page that shows what is seen in a picture.
make_pgm picture.pgm 70 90
expect 0 report picture.pgm -o page.html
[[ $(grep -c '<img alt="" src="data:image/png;base64,iVBORw0KGgo' page.html) == 5 ]] || fail "$last: not five pictures"
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
    "$ONDELET" info embedded.png | grep -q 'picture' || echo "damaged"
done >damaged
expect_lines 0 damaged

expect 0 report picture.pgm -o -
cmp -s stdout page.html || fail "$last: standard output is another page"
"$ONDELET" report - -o piped.html <picture.pgm || fail "a picture from standard input"
expect_text piped.html "<h1>standard input</h1>"
cp picture.pgm 'a <b> & "c".pgm'
expect 0 report 'a <b> & "c".pgm' -o quoted.html --scales 2
expect_text quoted.html '<h1>a &lt;b&gt; &amp; &quot;c&quot;.pgm</h1>'
refused 1 "exists" report picture.pgm -o page.html
misused "does not end in .html" report picture.pgm -o page.png
misused "one picture is wanted" report -o page.html
misused "no output" report picture.pgm
refused 1 "missing.png" report missing.png -o other.html
expect_no_file other.html
make_pgm tiny.pgm 3 3
refused 1 "larger than the image" report tiny.pgm -o tiny.html
expect_no_file tiny.html
