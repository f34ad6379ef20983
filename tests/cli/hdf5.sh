# SPDX-License-Identifier: BSD-3-Clause
# Feature files in HDF5: the numbers of the .npy file, whole or from shards, killed or not.
options="--scales 2 --orientations 8 --averaging global --threads 1"
make_pgm a.pgm 16 24 1
"$ONDELET" features a.pgm -o a.h5 $options --quiet 2>stderr || { grep -q "built without" stderr && exit 77; }

# raw FILE.h5 DATASET: its raw bytes on stdout
raw() {
    h5dump -d "/$2" -b LE -o raw.bin "$1" >/dev/null && cat raw.bin
}
same_numbers() { # FILE.h5 FILE.npy
    checks=$((checks + 1))
    cmp -s <(raw "$1" features) <(tail -c +129 "$2") || fail "$1 and $2 hold other numbers"
}
has_tools=
command -v h5dump >/dev/null && has_tools=yes

# Damaged files: one line each, whatever is cut off or changed.
damaged() {
    local size length
    size=$(stat -c %s a.h5)
    for length in 8 96 600 2000 4500 $((size / 2)) $((size - 1)); do
        head -c $length a.h5 >cut.h5
        refused 1 "cut.h5: " info cut.h5
        refused 1 "cut.h5: " merge cut.h5 a.h5 -o m.h5
    done
    LC_ALL=C sed 's/{/x/' a.h5 >changed.h5 # the first brace is that of the parameters
    refused 1 "changed.h5: its parameters cannot be read" info changed.h5
    refused 1 "changed.h5: its parameters cannot be read" merge changed.h5 -o m.h5
    refused 1 "changed.h5: its parameters cannot be read" features a.pgm -o changed.h5 $options --resume --quiet
    LC_ALL=C sed 's/features/featurez/g' a.h5 >changed.h5
    refused 1 "changed.h5: HDF5: object 'features' doesn't exist" info changed.h5
    # 16 x 24 pixels in the index: the two numbers before are the item and the input.
    local place
    place=$(grep -obUaP '\x10\0{7}\x18\0{7}' a.h5 | tail -n 1)
    cp a.h5 changed.h5
    printf '\1' | dd of=changed.h5 bs=1 seek=$((${place%%:*} - 16)) conv=notrunc status=none
    refused 1 "the index is damaged: row 0 is of input 1, there are 1" merge a.h5 changed.h5 -o m.h5
    expect_no_file m.h5
}
damaged

# A share all of whose images fail is a part without rows.
empty_share() {
    printf 'P5\n16 16\n255\n' >bad.pgm
    expect 1 features a.pgm bad.pgm -o whole.h5 $options --quiet --planning estimate
    expect 0 features a.pgm bad.pgm -o part0.h5 $options --quiet --shard 0/2
    expect 1 features a.pgm bad.pgm -o part1.h5 $options --quiet --shard 1/2
    expect 0 info part1.h5
    expect_text stdout "part1.h5: features (hdf5), 0 x 0, of 2 inputs"
    expect 0 merge part1.h5 part0.h5 -o all.h5
    expect_same whole.h5 all.h5
    rm whole.h5 part?.h5 all.h5
}
empty_share

whole_runs() {
    expect 0 features many.npy -o whole.h5 $options --quiet --planning estimate
    expect 0 features many.npy -o whole.npy $options --quiet --planning estimate
    expect_no_file whole.h5.partial
    expect_no_file whole.h5.journal
    if [ $has_tools ]; then
        same_numbers whole.h5 whole.npy
        h5dump -H whole.h5 >stdout
        expect_text stdout "( $count, 81, 1, 1 )"
        expect_text stdout "( $count, 4 )"
        h5dump -d /index -s 7,0 -c 1,4 whole.h5 >stdout
        expect_text stdout "(7,0): 0, 7, 16, 16"
        h5dump -d /inputs whole.h5 >stdout
        expect_text stdout '(0): "many.npy"'
        h5dump -a /parameters whole.h5 >stdout
        expect_text stdout '"family": "morlet"'
    fi
    expect 0 info whole.h5
    expect_text stdout "whole.h5: features (hdf5), $count x 81 x 1 x 1, of 1 inputs"
    expect_text stdout '  bank: {"family": "morlet", "scales": 2'
    expect 0 info whole.h5 --json
    expect_text stdout '"kind": "features", "format": "hdf5", "shape": ['$count', 81, 1, 1], "inputs": 1, "parameters": {"schema": 1'
    head -c 300 whole.h5 >damaged.h5
    refused 1 "damaged.h5: HDF5: " info damaged.h5
    rm damaged.h5
    expect 0 features many.npy -o again.h5 $options --quiet --planning estimate --threads 3
    expect_same whole.h5 again.h5
    expect 0 features many.npy -o whole.h5 $options --planning estimate --resume
    expect_text stderr "whole.h5: is complete already"
    refused 1 "was made with other parameters (order)" features many.npy -o whole.h5 $options --order 1 --planning estimate --resume
    refused 1 "whole.h5 exists" features many.npy -o whole.h5 $options
}

killed_and_stopped() {
    local signal before
    for signal in KILL INT; do
        before=$(on_record cut.h5.journal)
        last="features many.npy -o cut.h5"
        "$ONDELET" features many.npy -o cut.h5 $options --planning estimate --resume --quiet >stdout 2>stderr </dev/null &
        pid=$!
        await_record $((before ? before : 1)) cut.h5.journal $pid || return
        kill -$signal $pid
        wait $pid 2>/dev/null && return 1
        [ ! -e cut.h5 ] || return
    done
    expect 0 features many.npy -o cut.h5 $options --planning estimate --resume --quiet
    expect_same whole.h5 cut.h5
    checks=$((checks + 1))
    [ "$(ls -A | grep -c '^cut')" = 1 ] || fail "left behind: $(ls -A)"
}

everything() {
    cp ../a.h5 .
    whole_runs
    killed_and_stopped && parts
}

# Shards, and pictures that cannot be read: they have no row.
parts() {
    mkdir set
    for i in 1 2 3 4 5; do make_pgm "set/$i ü.pgm" 16 16 $i; done
    printf 'P5\n16 16\n255\n' >set/3b.pgm
    expect 1 features set many.npy -o mixed.h5 $options --quiet --planning estimate
    expect 1 features set many.npy -o mixed.npy $options --quiet --planning estimate
    [ $has_tools ] && same_numbers mixed.h5 mixed.npy
    for i in 2 0 1; do "$ONDELET" features set many.npy -o part$i.h5 $options --quiet --shard $i/3 2>stderr; done
    expect 0 merge part2.h5 part0.h5 part1.h5 -o merged.h5
    expect_text stderr "3 parts, $((count + 5)) rows"
    expect_same mixed.h5 merged.h5
    refused 1 "shard 1/3 is missing" merge part2.h5 part0.h5 -o m.h5
    expect 0 merge a.h5 a.h5 -o twice.h5
    if [ $has_tools ]; then
        h5dump -d /index twice.h5 >stdout
        expect_text stdout "(1,0): 1, 0, 16, 24"
    fi
    printf 'mine\n' >victim
    ln -s victim linked.h5.partial
    expect 0 features many.npy -o linked.h5 $options --quiet --force
    [ "$(cat victim)" = mine ] || fail "$last: wrote through a link"
    expect 0 merge linked.h5 -o linked_too.h5
    printf 'no HDF5' >wrong.h5
    refused 1 "wrong.h5: HDF5: file signature not found" merge a.h5 wrong.h5 -o m.h5
    refused 1 "wrong.h5: HDF5: " features many.npy -o wrong.h5 $options --resume
    expect_no_file m.h5
    expect_no_file m.h5.partial
}
with_enough_work everything 16
