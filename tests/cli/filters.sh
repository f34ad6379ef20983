# SPDX-License-Identifier: BSD-3-Clause
expect 0 filters --bank spline --scales 3 --orientations 4 --size 64x48 --json
expect_lines 1 stdout
expect_text stdout '"bank": "spline", "count": 13, "lower_bound": 0.99999'
expect_text stdout '"upper_bound": 1.0'
expect_text stdout '"build_seconds": '
expect_text stdout '"height": 64, "width": 48, "scales": 3, "orientations": 4, "filters": [{"filter": 0'
expect 0 filters --size 32
expect_text stdout "morlet: 25 filters, J = 3, L = 8, on 32 x 32"
expect_lines 29 stdout
expect 0 filters --size 32 --no-table
expect_lines 2 stdout

expect 0 filters --bank morlet --scales 2 --orientations 4 --size 64 -o gallery.png
expect 0 info gallery.png
expect_text stdout "picture (png)"
expect 0 filters --bank morlet --scales 2 --orientations 4 --size 64 -o gallery.svg
expect_drawing gallery.svg
expect_text gallery.svg "<symbol" # letters, not pixels
refused 1 "ondelet: gallery.png exists; give --force" filters -o gallery.png
for size in 1x1 3x7 600x20; do
    expect 0 filters --bank spline --scales 1 --orientations 20 --size $size -o gallery.png --force
done

expect 0 filters --bank shearlet --size 50x33
expect_text stdout "shearlet: 49 filters, J = 4, L = 16, 16, 8, 8, on 50 x 33"
expect_text stdout "frame bounds A = 0.99999"
expect_lines 53 stdout
expect 0 filters --bank shearlet --no-parseval --one-sided --scales 2 --size 32 --json
expect_text stdout '"bank": "shearlet", "count": 17, "lower_bound": 0.'
expect_text stdout '"scales": 2, "orientations": 8, "filters": [{"filter": 0'
expect_text stdout '"one_sided": true'
expect 0 filters --bank shearlet --system meyer --scales 3 --size 64
expect_text stdout "meyer shearlet: 29 filters, J = 3, L = 16, 8, 4, on 64 x 64"
refused 1 "ondelet: shear_levels = 111 has more digits than the 2 scales" \
    filters --bank shearlet --scales 2 --shear-levels 111
for options in "--size 40x64 --scales 3 --full" "--system meyer --size 32" "--shear-levels 1234 --size 9x6"; do
    # shellcheck disable=SC2086
    expect 0 filters --bank shearlet $options -o gallery.png --force
done
