# SPDX-License-Identifier: BSD-3-Clause
# A square's outline, drawn by two people, and maps that find all or half of it.
mkdir maps truth
outline() { # FILE LEVEL FIRST_ROW: rows above are empty
    local row column
    {
        printf 'P2\n32 32\n255\n'
        for ((row = 0; row < 32; row++)); do
            for ((column = 0; column < 32; column++)); do
                if ((row >= $3 && ((row == 6 || row == 25) && column >= 6 && column <= 25 \
                    || (column == 6 || column == 25) && row >= 6 && row <= 25))); then
                    printf '%d ' "$2"
                else
                    printf '0 '
                fi
            done
            printf '\n'
        done
    } >"$1"
}
outline truth/a_1.pgm 255 0
outline truth/a_2.pgm 255 0
outline truth/b.pgm 255 0
outline maps/a.pgm 200 0
outline maps/b.pgm 200 16

expect 0 evaluate edges maps/a.pgm --truth truth
expect_lines 4 stdout
expect_text stdout "1 pictures, 99 thresholds"
# Thinning cuts the four corners off.
expect_text stdout "ODS 0.9730  recall 0.9474  precision 1.0000"
expect_text stdout "OIS 0.9730"
expect_lines 0 stderr
expect 0 evaluate edges maps --truth truth --thresholds 9 --json -o curve.png --table counts.csv
expect_lines 1 stdout
expect_text stdout '"command": "evaluate edges"'
expect_text stdout '"pictures": 2'
expect_text stdout '"recall": 0.789473684'
expect_text stdout '"precision": 1.0'
expect_same <(head -c 4 curve.png) <(printf '\x89PNG')
expect_lines 19 counts.csv
expect_text counts.csv "map,threshold,truth_matched,truth,detected_matched,detected"
expect_text counts.csv "a.pgm,0.1,144,152,72,72"
expect_text counts.csv "b.pgm,0.8,0,76,0,0"
refused 1 "curve.png exists" evaluate edges maps --truth truth -o curve.png
refused 1 "counts.csv exists" evaluate edges maps --truth truth --table counts.csv

# Bad input is named, the rest goes on.
make_pgm maps/c.pgm 32 32
make_pgm maps/d.pgm 8 8
make_pgm truth/d.pgm 8 9
expect 1 evaluate edges maps --truth truth
expect_text stdout "2 pictures"
expect_text stderr "maps/c.pgm: truth holds neither c.png nor c_0.png"
expect_text stderr "maps/d.pgm: the edge map is 8 x 8 and the truth 1 x 8 x 9"
refused 1 "missing: " evaluate edges maps/a.pgm --truth missing
misused "no --truth DIR given" evaluate edges maps
misused "no edge maps given" evaluate edges --truth truth
misused "distance = 1 is outside" evaluate edges maps --truth truth --distance 1
misused "ends neither in .png nor in .svg" evaluate edges maps --truth truth -o curve.jpg
misused "unknown option --scales" evaluate edges maps --truth truth --scales 3
expect 0 evaluate edges --help
expect_text stdout "usage: ondelet evaluate edges MAPS"
expect 0 help evaluate edges
