# SPDX-License-Identifier: BSD-3-Clause
# Odd names, inputs that are no plain files, and runs under a locale with a decimal comma.
options="--scales 2 --orientations 2 --order 1 --pool mean --quiet --force"
make_pgm a.pgm 16 16 1
expect 0 features a.pgm -o plain.csv $options

# Every name that a file can have.
names=('with space.pgm' $'new\nline.pgm' $'tab\there.pgm' 'Größe – ωψ.pgm' $'\xff\xfe not UTF-8.pgm' '-dash.pgm' '"quotes".pgm'
    "it's.pgm" '*star*.pgm' '@at.pgm' 'per%cent%s%n.pgm' '\back.pgm' '#hash.pgm' '$dollar`tick`.pgm' '.hidden.pgm'
    "$(printf 'x%.0s' {1..240}).pgm" $'\e[31mred.pgm')
mkdir -p in out truth
for name in "${names[@]}"; do
    cp a.pgm "in/$name"
    expect 0 features "in/$name" -o "out/$name.csv" $options
    expect_same plain.csv "out/$name.csv"
    expect_lines 0 stderr
    expect 0 convert "in/$name" -o "out/$name.png" --force
    expect 0 denoise "in/$name" -o "out/$name.npy" --method wavelet --sigma 9 --force
    expect 0 info "in/$name"
    expect 0 info "in/$name" --json
    expect_lines 1 stdout
    # A damaged one is named in one line without control characters.
    printf 'P2\n16' >"in/$name"
    refused 1 "ondelet: in/" info "in/$name"
    checks=$((checks + 1))
    [ "$(tr -d '\n' <stderr | LC_ALL=C grep -c '[[:cntrl:]]')" = 0 ] || fail "$last: control characters on stderr"
done
refused 1 "ondelet: ?red.png: cannot open: No such file" info $'\ered.png'
refused 1 "ondelet: ?red.png: cannot open: No such file" features $'\ered.png' -o p.npy
printf '\xef\xbb\xbfa.pgm\n' >marked.txt # as some editors write UTF-8
expect 0 features @marked.txt -o p.csv $options
expect_same plain.csv p.csv
for name in "${names[@]}"; do cp a.pgm "in/$name"; done
expect 0 features in -o folder.npy --scales 2 --pool mean --quiet
expect_shape folder.npy "($((${#names[@]} - 1)), 81)" # all but the hidden one
expect 0 denoise in -o outputs/ --method wavelet --sigma 9 --quiet
checks=$((checks + 1))
[ "$(ls outputs | tr '\n' 'n' | wc -c)" -gt 300 ] || fail "denoise of a folder leaves some out"
cp a.pgm ./-dash.pgm
expect 0 features $options -o dash.csv -- -dash.pgm
expect_same plain.csv dash.csv

# Pipes with a name, standard input by its name, descriptors.
mkfifo pipe.pgm
cat a.pgm >pipe.pgm &
expect 0 features pipe.pgm -o pipe.csv $options
expect_same plain.csv pipe.csv
for command in "convert pipe.pgm -o p.png" "info pipe.pgm" "compare pipe.pgm a.pgm" "edges pipe.pgm -o p.png" "inpaint a.pgm --mask pipe.pgm -o p.png --iterations 1" "denoise a.pgm --reference pipe.pgm --method wavelet" "threshold pipe.pgm -o p.png --value 9" "denoise pipe.pgm -o p.npy --method wavelet --sigma 9" "features pipe.pgm -o p.csv $options"; do
    cat a.pgm >pipe.pgm &
    last=$command
    checks=$((checks + 1))
    timeout 20 "$ONDELET" $command --quiet --force >stdout 2>stderr </dev/null
    found=$?
    [ $found = 0 ] || fail "$command: exit $found: $(cat stderr)"
    kill %% 2>/dev/null
    wait 2>/dev/null
done
checks=$((checks + 2))
"$ONDELET" features /dev/stdin -o stdin.csv $options <a.pgm || fail "/dev/stdin of a file"
expect_same plain.csv stdin.csv
cat a.pgm | "$ONDELET" features /dev/stdin -o stdin.csv $options || fail "/dev/stdin of a pipe"
expect_same plain.csv stdin.csv
checks=$((checks + 1))
"$ONDELET" features <(cat a.pgm) -o substituted.csv $options || fail "a substituted process"
expect_same plain.csv substituted.csv
refused 1 "holds no pictures" info truth
refused 1 "" info /dev/null

# A folder that leads in a circle, and links that lead nowhere.
mkdir -p circle/inner
cp a.pgm circle
ln -s ../.. circle/inner/up
ln -s nowhere.pgm circle/broken.pgm
expect 0 features circle -o circle.csv $options
expect_same plain.csv circle.csv

# Numbers have decimal points whatever the locale.
if command -v localedef >/dev/null && localedef -i de_DE -f UTF-8 "$PWD/de_DE.UTF-8" >stdout 2>&1; then
    export LOCPATH=$PWD
    export LC_ALL=de_DE.UTF-8 2>stderr
    expect 0 denoise a.pgm -o comma.png --sigma 12.5 --method wavelet --json --force
    expect_text stdout '"sigma": 12.5'
    expect 0 features a.pgm -o comma.csv $options
    expect_same plain.csv comma.csv
    expect 2 denoise a.pgm -o comma.png --sigma 12,5 --force
    export LC_ALL=C
    unset LOCPATH
fi
