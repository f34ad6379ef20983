# SPDX-License-Identifier: BSD-3-Clause
# What the scripts check with. Only bash and coreutils.
checks=0
failures=0

fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n' "$1"
}

# expect EXIT ARGUMENTS...: runs the program; its output is in ./stdout and ./stderr.
expect() {
    local wanted=$1 found=0
    shift
    checks=$((checks + 1))
    last="ondelet $*"
    "$ONDELET" "$@" >stdout 2>stderr </dev/null || found=$?
    if [ "$found" -ne "$wanted" ]; then
        fail "$last: exit $found, $wanted wanted"
        head -c 2000 stderr
    fi
}

# expect_lines COUNT FILE
expect_lines() {
    local found
    found=$(wc -l <"$2")
    checks=$((checks + 1))
    if [ "$found" -ne "$1" ]; then
        fail "$last: $2 has $found lines, $1 wanted"
        head -c 2000 "$2"
    fi
}

# expect_text FILE TEXT: somewhere in the file.
expect_text() {
    checks=$((checks + 1))
    if [[ "$(tr '\0' ' ' <"$1")" != *"$2"* ]]; then
        fail "$last: $1 does not say '$2' but:"
        head -c 2000 "$1"
    fi
}

# expect_same FILE FILE
expect_same() {
    checks=$((checks + 1))
    cmp -s "$1" "$2" || fail "$last: $1 and $2 differ"
}

# refused EXIT TEXT ARGUMENTS...: fails with this exit status, one line on stderr that says TEXT, nothing on stdout.
refused() {
    local status=$1 text=$2
    shift 2
    expect "$status" "$@"
    expect_lines 1 stderr
    expect_text stderr "$text"
    expect_lines 0 stdout
}

# misused TEXT ARGUMENTS...: wrong usage: exit 2 and two lines.
misused() {
    local text=$1
    shift
    expect 2 "$@"
    expect_lines 2 stderr
    expect_text stderr "$text"
    expect_text stderr "--help"
    expect_lines 0 stdout
}

# expect_shape FILE.npy "(1, 2)"
expect_shape() {
    checks=$((checks + 1))
    local header
    header=$(head -c 128 "$1" | tail -c +11 | tr -d '\0')
    [[ "$header" == *"'shape': $2"* ]] || fail "$last: $1 is not of shape $2: $header"
}

expect_file() {
    checks=$((checks + 1))
    [ -e "$1" ] || fail "$last: $1 is missing"
}

expect_no_file() {
    checks=$((checks + 1))
    [ ! -e "$1" ] || fail "$last: $1 is there"
}

# expect_drawing FILE: a whole SVG file.
expect_drawing() {
    checks=$((checks + 1))
    head -c 200 "$1" 2>/dev/null | grep -q '<svg ' && tail -n 1 "$1" | grep -q '</svg>$' || fail "$last: $1 is no drawing"
}

# make_pgm FILE HEIGHT WIDTH [SEED]: some gray picture, 0..255.
make_pgm() {
    local height=$2 width=$3 state=${4:-1} row column
    {
        printf 'P2\n%d %d\n255\n' "$width" "$height"
        for ((row = 0; row < height; row++)); do
            for ((column = 0; column < width; column++)); do
                state=$(((state * 1103515245 + 12345) & 0x7fffffff))
                printf '%d ' $(((state >> 16) & 255))
            done
            printf '\n'
        done
    } >"$1"
}

# npy_header DESCR "SHAPE": 128 bytes on stdout.
npy_header() {
    printf '\x93NUMPY\x01\x00\x76\x00'
    printf "%-117s\n" "{'descr': '$1', 'fortran_order': False, 'shape': $2, }"
}

# make_images FILE SIDE COUNT: an array of square images with some structure, u8.
make_images() {
    local file=$1 side=$2 images=$3 i bytes
    bytes=$((128 + images * side * side))
    npy_header '|u1' "($images, $side, $side)" >"$file"
    for ((i = 0; i < 3000; i++)); do printf '%d %d %d\n' $((i * i)) $((i * 7919 % 1000)) $((i * 31 % 257)); done >"$file.text"
    while [ "$(stat -c %s "$file")" -lt $bytes ]; do cat "$file.text" >>"$file"; done
    truncate -s $bytes "$file"
    rm "$file.text"
}

# with_enough_work CHECKS SIDE: how long a run lasts is the machine's affair, so runs that are to be stopped in their midst
# get more and more images (many.npy, $count of them, in a folder of their own) until CHECKS no longer returns 1, which
# says that a run was over before it could be stopped.
with_enough_work() {
    local work="$1" side=$2 folder
    for ((count = 1024; count <= 1 << 18; count *= 4)); do
        folder=of_$count
        mkdir $folder && cd $folder || exit 1
        make_images many.npy "$side" $count
        if "$work"; then return; fi
        cd ..
        rm -r $folder
    done
    fail "$work: $((count / 4)) images are not work enough, or no run can be stopped"
}

# on_record FILES: lines of the journals of this pattern
on_record() {
    local lines=0 journal
    for journal in $1; do
        [ -e "$journal" ] && lines=$((lines + $(wc -l <"$journal")))
    done
    echo $lines
}

# await_record LINES FILES PID: until more lines than these are on record, or the program has ended: 1.
await_record() {
    local i
    for ((i = 0; i < 6000; i++)); do
        [ "$(on_record "$2")" -gt "$1" ] && return
        kill -0 "$3" 2>/dev/null || return 1
        sleep 0.01
    done
    fail "$last: nothing is put on record in a minute"
}

# repeat COUNT BYTES: as printf writes them.
repeat() {
    local i
    for ((i = 0; i < $1; i++)); do printf "$2"; done
}

# float32 constants, little-endian
one='\x00\x00\x80\x3f'
half='\x00\x00\x00\x3f'
two='\x00\x00\x00\x40'
nan='\x00\x00\xc0\x7f'
