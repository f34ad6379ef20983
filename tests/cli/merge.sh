# SPDX-License-Identifier: BSD-3-Clause
# Shards put together are the features of one run.
options="--scales 2 --orientations 4 --threads 1 --quiet"
npy_header '|u1' '(50, 16, 16)' >many.npy
for ((i = 0; i < 1100; i++)); do printf '%d %d %d\n' $((i * i)) $((i * 7919 % 1000)) $((i * 31 % 257)); done >text
cat text >>many.npy
truncate -s $((128 + 50 * 256)) many.npy
mkdir set
for ((i = 0; i < 7; i++)); do make_pgm "set/a $i.pgm" 16 16 $i; done
make_pgm 'set/b, "c"
d.pgm' 16 16 9
printf 'P5\n16 16\n255\n' >set/bad.pgm
make_pgm set/odd.pgm 20 20 3

# same_run NAME NAME ENDING: rows, index and parameters but for the name.
same_run() {
    expect_same "$1.$3" "$2.$3"
    expect_same "$1.index.csv" "$2.index.csv"
    checks=$((checks + 1))
    cmp -s <(sed 's/"[a-z]*\.[a-z]*"//' "$1.json") <(sed 's/"[a-z]*\.[a-z]*"//' "$2.json") || fail "$1.json and $2.json differ"
}

for ending in npy csv svm; do
    for shards in 1 2 3 5; do
        expect 1 features many.npy set -o whole.$ending $options --force --planning estimate
        parts=
        for ((i = shards - 1; i >= 0; i--)); do
            expected=1
            [ $i = $((shards - 1)) ] || expected=0 # the two that fail come last
            expect $expected features many.npy set -o part$i.$ending $options --shard $i/$shards --force
            parts="$parts part$i.$ending"
        done
        expect 0 merge $parts -o all.$ending --force
        expect_text stderr "all.$ending: $shards parts, 58 rows"
        same_run whole all $ending
        rm part*
    done
done

# The first image says what size all must have, in whichever shard it is.
expect 0 features many.npy set/odd.pgm -o one.npy $options --shard 0/2 --averaging global
for i in 0 1; do expect $i features set/'a 0.pgm' set/odd.pgm -o odd$i.npy $options --shard $i/2; done
expect_text stderr "set/odd.pgm: is 20 x 20, the first image is 16 x 16"

# A share all of whose images fail is a part without rows.
expect_shape odd1.npy "(0, 0)"
expect 0 merge odd1.npy odd0.npy -o odd.npy
expect 1 features set/'a 0.pgm' set/odd.pgm -o even.npy $options
same_run odd even npy
expect 1 features set/'a 0.pgm' set/odd.pgm -o odd1.npy $options --shard 1/2 --resume
expect_lines 0 stdout
refused 1 "none of the parts has a row" merge odd1.npy -o none.npy
for ending in csv svm; do
    for i in 0 1; do expect $i features set/'a 0.pgm' set/bad.pgm -o bad$i.$ending $options --shard $i/2; done
    expect 0 merge bad0.$ending bad1.$ending -o bads.$ending
    expect 1 features set/'a 0.pgm' set/bad.pgm -o even.$ending $options --force
    same_run bads even $ending
    rm even.* bads.* bad?.*
done
expect 1 features set/odd.pgm set/bad.pgm -o none.npy $options --crop 90x90
expect_no_file none.npy

# What does not belong together.
for i in 0 1 2; do expect 0 features many.npy -o p$i.npy $options --shard $i/3; done
expect 0 features many.npy -o other.npy $options --shard 1/3 --order 1
expect 0 features many.npy -o half.npy $options --shard 1/2
refused 1 "shard 1/3 is missing" merge p0.npy p2.npy -o m.npy
refused 1 "shard 2/3 is missing" merge p0.npy p1.npy -o m.npy
refused 1 "p1.npy: is the same shard as p1.npy" merge p0.npy p1.npy p1.npy -o m.npy
refused 1 "was made with other parameters than p0.npy (order)" merge p0.npy other.npy p2.npy -o m.npy
refused 1 "is not a shard of" merge p0.npy half.npy p2.npy -o m.npy
refused 1 "missing.json: its parameters cannot be read" merge p0.npy missing.npy -o m.npy
misused "part 'p0.npy' is not of the kind of the output 'm.csv'" merge p0.npy -o m.csv
misused "no output given" merge p0.npy
misused "no parts given" merge -o m.npy
misused "shard = '3/3' is not I/N" features many.npy -o m.npy --shard 3/3
misused "shard = '-1/3' is not I/N" features many.npy -o m.npy --shard -1/3
misused "50 images cannot be shared out to 51 shards" features many.npy -o m.npy --shard 0/51
head -c -4 p1.npy >cut.npy
cp p1.json cut.json
cp p1.index.csv cut.index.csv
refused 1 "cut.npy: the file is truncated" merge p0.npy cut.npy p2.npy -o m.npy
tail -n +2 p1.index.csv >cut.index.csv
cp p1.npy cut.npy
refused 1 "its columns are others" merge p0.npy cut.npy p2.npy -o m.npy
expect_no_file m.npy
expect_no_file m.json
expect_no_file m.index.csv

# Whole files in the order given.
expect 0 features set/'a 0.pgm' set/'a 1.pgm' -o a.npy $options
expect 0 features set/'a 2.pgm' set/'a 3.pgm' -o b.npy $options
expect 0 features set/'a 2.pgm' set/'a 3.pgm' set/'a 0.pgm' set/'a 1.pgm' -o ba.npy $options
expect 0 merge b.npy a.npy -o joined.npy --json
expect_text stdout '"parts": 2, "rows": 4'
expect_same joined.npy ba.npy
expect_same joined.index.csv ba.index.csv
refused 1 "joined.npy exists" merge a.npy b.npy -o joined.npy

# A shard that is stopped goes on.
expect 0 features many.npy -o p1.npy $options --shard 1/3 --resume
