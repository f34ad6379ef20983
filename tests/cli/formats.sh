# SPDX-License-Identifier: BSD-3-Clause
# Feature files as text.
options="--scales 2 --orientations 2 --order 1 --quiet --force"
make_pgm a.pgm 8 8 1
make_pgm b.pgm 8 12 2
expect 0 features a.pgm b.pgm --pool mean -o f.csv $options
expect_lines 3 f.csv
expect_text f.csv "s0,s1_j0_l0,s1_j0_l1,s1_j1_l0,s1_j1_l1
"
expect 0 features a.pgm --color rgb -o g.csv $options
expect_lines 2 g.csv
expect_text g.csv "r_s0_y0_x0,r_s0_y0_x1,r_s0_y1_x0"
expect_text g.csv "b_s1_j1_l1_y1_x1
"
expect 0 features a.pgm b.pgm --pool mean -o f.svm $options
expect_lines 2 f.svm
expect_text f.svm "0 1:0."
expect_text f.svm " 5:"

# The locale's decimal comma changes nothing.
cp f.csv plain.csv
for locale in $(locale -a 2>/dev/null | grep -i -m 1 '^de_DE'); do
    LC_ALL=$locale expect 0 features a.pgm b.pgm --pool mean -o f.csv $options --log-floor 0.5
    expect_same f.csv plain.csv
done

# Zeros are left out of LIBSVM rows.
{ npy_header '<f4' '(8, 8)'; repeat 64 '\0\0\0\0'; } >zero.npy
expect 0 features zero.npy --pool mean -o zero.svm $options
expect_text zero.svm "0"
expect_lines 1 zero.svm
