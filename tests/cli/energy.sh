# SPDX-License-Identifier: BSD-3-Clause
make_pgm a.pgm 16 16 1
make_pgm b.pgm 16 24 2
options="--energy --bank spline --scales 2 --orientations 4 --order 2 --padding periodic --quiet"
expect 0 features a.pgm b.pgm $options
expect_lines 7 stdout
expect_text stdout "order 2"
expect_text stdout "100.0000 %"
expect 0 features a.pgm b.pgm $options --standardize --color rgb --json
expect_lines 1 stdout
expect_text stdout '"done": 2, "failed": 0, "averaged_percent": ['
expect_text stdout '"propagated_percent": '
{ npy_header '<f4' '(2, 8, 8)'; repeat 64 "$half"; repeat 32 "$one"; repeat 32 "$half"; } >flat.npy
expect 1 features flat.npy $options --standardize
expect_lines 1 stderr
expect_text stderr "ondelet: flat.npy: image 0: is constant"
expect_text stdout "1 images"
{ npy_header '<f4' '(8, 8)'; repeat 64 '\0\0\0\0'; } >zero.npy
refused 1 "ondelet: zero.npy: is zero everywhere" features zero.npy $options
