# SPDX-License-Identifier: BSD-3-Clause
make_pgm a.pgm 16 16 1
expect 0 compare a.pgm a.pgm
expect_text stdout "inf dB"
expect_text stdout "1.000000"
expect 0 compare a.pgm a.pgm --json
expect_lines 1 stdout
expect_text stdout '"psnr_db": null, "peak": 1.0, "ssim": 1.0, "relative_error": 0.0, "largest_difference": 0.0, "equal": true'

# Known numbers: halves against ones are 0.5 apart everywhere.
{ npy_header '<f4' '(12, 12)'; repeat 144 "$half"; } >half.npy
{ npy_header '<f4' '(12, 12)'; repeat 144 "$one"; } >one.npy
expect 0 compare half.npy one.npy --peak 1 --json
expect_text stdout '"psnr_db": 6.02059991, "peak": 1.0, "ssim": 0.80001599'
expect_text stdout '"relative_error": 0.5, "largest_difference": 0.5, "equal": false'
expect 0 compare half.npy one.npy --peak 2
expect_text stdout "12.0412 dB (peak 2, given)"

# Float arrays have no peak of their own: it is their larger range, and this is said.
{ npy_header '<f4' '(1, 2)'; printf "$half$two"; } >a.npy
{ npy_header '<f4' '(1, 2)'; printf "$one$two"; } >b.npy
expect 0 compare a.npy b.npy
expect_text stdout "peak 1.5, the larger range"
expect_text stdout "SSIM                -"
expect 0 compare a.npy b.npy --json
expect_text stdout '"ssim": null'
{ npy_header '<f4' '(1, 2)'; repeat 2 '\0\0\0\0'; } >zero.npy
expect 0 compare a.npy zero.npy --json
expect_text stdout '"relative_error": null'
