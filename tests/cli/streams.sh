# SPDX-License-Identifier: BSD-3-Clause
# Standard input, standard output, closed pipes and full disks.
options="--scales 2 --orientations 2 --order 1 --quiet --force"
make_pgm a.pgm 8 8 1
make_pgm b.pgm 8 8 2
expect 0 features a.pgm -o a.npy $options
expect 0 features a.pgm b.pgm -o ab.npy $options

check() {
    checks=$((checks + 1))
    eval "$1" || fail "$1"
}
check '"$ONDELET" features - -o in.npy $options <a.pgm'
expect_same a.npy in.npy
expect_text in.index.csv "0,-,0,8,8"
check '"$ONDELET" convert a.pgm -o - | "$ONDELET" features - -o - $options >out.npy'
expect_same a.npy out.npy
check '"$ONDELET" features a.pgm b.pgm -o - $options >out.npy'
expect_same ab.npy out.npy
check 'printf "a.pgm\nb.pgm\n" | "$ONDELET" features @- -o out.npy $options'
expect_same ab.npy out.npy
check '"$ONDELET" convert a.pgm -o - --format png | "$ONDELET" compare - a.pgm >stdout'
expect_text stdout "inf dB"
check '"$ONDELET" convert - -o b2.npy --force <ab.npy && cmp ab.npy b2.npy'
check '"$ONDELET" convert - -o - <ab.npy | cmp - ab.npy'
check '"$ONDELET" info - <ab.npy | grep "2 x 5 x 2 x 2" >/dev/null'
check '"$ONDELET" filters -o - >g.png && "$ONDELET" info g.png >stdout'

# A reader that has gone away: an error status, not a signal.
# shellcheck disable=SC2034
for words in "filters --orientations 64 --scales 12 --size 16" "features a.pgm b.pgm -o - $options" "info a.pgm" "--help"; do
    checks=$((checks + 1))
    found=$({
        { sleep 0.2; "$ONDELET" $words 2>stderr; printf '%d\n' $? >&3; } | :
    } 3>&1)
    [ "$found" = 1 ] || fail "$words into a closed pipe: exit $found"
done
if [ -c /dev/full ]; then
    checks=$((checks + 1))
    "$ONDELET" info a.pgm >/dev/full 2>stderr && fail "a full disk goes unnoticed"
    expect_text stderr "No space left on device"
fi

# Stopped in the middle: the old file stays, and what was done so far.
npy_header '|u1' '(40000000, 8, 8)' >many.npy
truncate -s $((128 + 40000000 * 64)) many.npy
printf 'old\n' >slow.npy
"$ONDELET" features many.npy -o slow.npy --scales 3 --quiet --force 2>stderr &
pid=$!
sleep 0.7
kill -TERM $pid
wait $pid
found=$?
checks=$((checks + 1))
[ "$found" = 143 ] || fail "stopped by a signal: exit $found"
expect_text slow.npy "old"
checks=$((checks + 1))
[ "$(ls -A | grep -c '^\.')" = 0 ] || fail "left behind: $(ls -A)"

# Killed while it spools its input or its output: no file stays behind.
mkdir spooled
mkfifo feed
TMPDIR=$PWD/spooled "$ONDELET" features - -o - $options <feed >out.npy 2>stderr &
pid=$!
exec 7>feed
head -c 300000 /dev/zero >&7 # more than a pipe holds: when all is written, the program has begun to spool it
kill -KILL $pid
wait $pid 2>/dev/null
exec 7>&-
checks=$((checks + 1))
[ -z "$(ls -A spooled)" ] || fail "a killed process left behind: $(ls -A spooled)"

# Nor after its end; its name never appears in messages.
checks=$((checks + 1))
head -c 5000 /dev/zero | TMPDIR=$PWD/spooled "$ONDELET" features - -o out.npy $options 2>stderr && fail "zeros are read"
expect_text stderr "-: not a PNG"
grep -q 'proc\|spooled' stderr && fail "a message names the spooled file: $(cat stderr)"
[ -z "$(ls -A spooled)" ] || fail "left behind: $(ls -A spooled)"
TMPDIR=$PWD/missing "$ONDELET" features - -o out.npy $options <a.pgm 2>stderr && fail "a missing TMPDIR is no error"
expect_text stderr "missing/ondelet-"
