# SPDX-License-Identifier: BSD-3-Clause
# Wrong usage is exit 2, two lines on stderr, nothing on stdout.
make_pgm a.pgm 16 16
misused "no command given"
misused "unknown command 'featuers'; did you mean 'features'?" featuers a.pgm
misused "unknown command 'zzz'" zzz
misused "'train' wants a second word, which 'ondelet train --help' lists" train
misused "'train' wants a second word" train a.pgm
for words in "train --help" "help train" "train help"; do
    expect 0 $words
    expect_text stdout "train classify"
    expect_text stdout "train pursuit"
    expect_lines 0 stderr
done
expect 0 help --help
expect_text stdout "usage: ondelet COMMAND"
misused "the command comes first" --quiet features a.pgm
misused "unknown option --scale; did you mean --scales?" features a.pgm -o a.npy --scale 3
misused "unknown option --log-flor; did you mean --log-floor?" features a.pgm -o a.npy --log-flor=3
misused "unknown option --qqqqqq" features a.pgm -o a.npy --qqqqqq
misused "unknown option -x" features a.pgm -x
misused "unknown option --height" features a.pgm -o a.npy --height 3
misused "scales = 99 is outside 1..12" features a.pgm -o a.npy --scales 99
misused "scales = 'two' is not a number" features a.pgm -o a.npy --scales two
misused "scales = 1.5 is not a whole number" features a.pgm -o a.npy --scales 1.5
misused "threads = -1 is outside 0..1024" features a.pgm -o a.npy --threads -1
misused "max_pixels = 0 is outside" features a.pgm -o a.npy --max-pixels 0
misused "bank = 'haar' is none of: morlet, spline, shearlet" features a.pgm -o a.npy --bank haar
misused "--parameters goes with --bank morlet" features a.pgm -o a.npy --bank spline --parameters kymatio
misused "unknown option --one-sided" features a.pgm -o a.npy --bank shearlet --one-sided
misused "--scales wants a value" features a.pgm -o a.npy --scales
misused "neither true nor false" features a.pgm -o a.npy --log=maybe
misused "no input given" features -o a.npy
misused "no output given" features a.pgm
misused "ends neither in .npy, .csv, .svm nor .h5" features a.pgm -o a.txt
misused "--energy prints a table" features a.pgm --energy -o a.npy
misused "both want standard output" features a.pgm -o - --json
misused "one wanted" convert a.pgm a.pgm -o b.png
misused "no output given" convert a.pgm
misused "ends neither in" convert a.pgm -o b.gif
misused "--raw goes with a .npy output" convert a.pgm -o b.png --raw
misused "8 bits per sample" convert a.pgm -o b.jpg --depth 16
misused "two wanted" compare a.pgm
misused "no input given" info
misused "takes no input" filters a.pgm
misused "size = '0x3' is not MxN" filters --size 0x3
misused "size = '12y3' is not MxN" filters --size 12y3
misused "size = '5000' is not MxN" filters --size 5000
misused "ends neither in .png nor in .svg" filters -o a.jpg
for file in a.npy a.csv b.png; do expect_no_file $file; done

# Help and versions are results.
for words in --help -h help "help features" "features --help" "filters -h" "convert --help" "compare --help" "info --help"; do
    # shellcheck disable=SC2086
    expect 0 $words
    expect_text stdout "usage: ondelet"
    expect_lines 0 stderr
done
expect 0 features --help
expect_text stdout "(1..12, default 3)"
expect_text stdout "--bank morlet|spline|shearlet"
expect_text stdout "--shear-levels N"
expect 0 --version
expect_text stdout "ondelet 0."
expect_text stdout "fft"
expect_text stdout "png"
expect 0 --version --json
expect_lines 1 stdout
expect_text stdout '"libraries": ['
misused "unknown command 'zzz'" help zzz

# Every way to write an option; what follows -- is an input.
cp a.pgm ./-a.pgm
expect 0 features -oa.npy --scales=2 --no-log --order 1 --quiet -- -a.pgm
expect_lines 0 stderr
expect_shape a.npy "(17, 4, 4)"
expect 0 features a.pgm --output b.npy --scales 5 --scales 2 --order=1 -q --log=no --log-floor 1e-3
expect_same a.npy b.npy
