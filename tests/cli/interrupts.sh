# SPDX-License-Identifier: BSD-3-Clause
# Ctrl-C: every command that can last ends within about a second with exit 130, leaves nothing half-written, and says how
# to go on where it can.
make_pgm small.pgm 16 16 1
npy_header '|u1' '(200000, 32, 32)' >many.npy
truncate -s $((128 + 200000 * 1024)) many.npy
{ printf 'P5\n5000 5000\n255\n'; head -c 25000000 /dev/zero | tr '\0' 'k'; } >large.pgm
npy_header '|u1' '(200000,)' >labels.npy
for ((i = 0; i < 1000; i++)); do printf '\x00\x01'; done >two
for ((i = 0; i < 100; i++)); do cat two; done >>labels.npy
mkdir -p pictures truth folder
for i in 1 2 3; do make_pgm pictures/$i.pgm 80 80 $i; done
for i in 1 2 3; do "$ONDELET" convert pictures/$i.pgm -o truth/$i.png --quiet; done
expect 0 convert small.pgm -o mask.png
npy_header '|u1' '(5000, 5000)' >mask.npy
for ((i = 0; i < 50; i++)); do printf '\x00\x01\x01\x00\x01'; done >some
for ((i = 0; i < 100; i++)); do cat some; done >row
for ((i = 0; i < 100; i++)); do cat row; done >rows
for ((i = 0; i < 10; i++)); do cat rows; done >>mask.npy
truncate -s $((128 + 25000000)) mask.npy

# interrupted OUTPUT ARGUMENTS...: SIGINT after 0.6 s of work, or once there is $awaited
awaited=
interrupted() {
    local output=$1 found=0 began took pid before
    shift
    before=$(ls -A | sort)
    checks=$((checks + 1))
    last="ondelet $*"
    "$ONDELET" "$@" >stdout 2>stderr </dev/null &
    pid=$!
    if [ "$awaited" ]; then await_record 1 "$awaited" $pid; else sleep 0.6; fi
    began=$(date +%s%N)
    if ! kill -INT $pid 2>/dev/null; then
        fail "$last: it ended by itself: $(cat stderr)"
        return
    fi
    wait $pid 2>/dev/null || found=$?
    took=$((($(date +%s%N) - began) / 1000000))
    [ "$found" = 130 ] || fail "$last: exit $found, 130 wanted: $(head -c 300 stderr)"
    [ $took -lt 4000 ] || fail "$last: took $took ms to stop"
    [ "$output" = - ] || expect_no_file "$output"
    [ "$(ls -A | sort | grep -v '^std\|checkpoint$\|partial$\|journal$\|plans$')" = "$(grep -v '^std' <<<"$before")" ] ||
        fail "$last: left behind: $(ls -A)"
}

common="--threads 1"
awaited=f.npy.journal
interrupted f.npy features many.npy -o f.npy --scales 2 $common
expect_text stderr "--resume"
awaited=
rm -f f.*
interrupted f.npy features large.pgm -o f.npy --scales 5 --orientations 16 $common
rm -f f.*
interrupted - features many.npy --energy --scales 2 $common
interrupted d.png denoise large.pgm -o d.png --sigma 20 $common
interrupted d.npy denoise many.npy -o d.npy --sigma 20 $common
interrupted t.png threshold large.pgm -o t.png --transform shearlet --keep 1000 $common
interrupted i.png inpaint large.pgm --mask mask.npy -o i.png $common
interrupted e.png edges large.pgm -o e.png --method measure $common
expect 0 train dictionary pictures --atoms 4 --filter 5 -o dictionary.safetensors $common --quiet
interrupted s.npy sparse large.pgm -o s.npy --dictionary dictionary.safetensors $common
interrupted m.safetensors train classify many.npy labels.npy -o m.safetensors --kind network $common
interrupted m.safetensors train dictionary large.pgm -o m.safetensors $common
interrupted m.safetensors train pursuit many.npy labels.npy -o m.safetensors $common
interrupted m.safetensors train edges pictures --truth truth -o m.safetensors --epochs 10000 $common

# A training that keeps what it reached does so.
steps="--hidden 4 --pairs 1 --patch 32 --batch 1 --pool 1"
"$ONDELET" train denoise pictures -o kept.safetensors --steps 1000000 $steps $common >stdout 2>stderr </dev/null &
pid=$!
for ((i = 0; i < 3000; i++)); do
    [ ! -e kept.safetensors.checkpoint ] && kill -0 $pid 2>/dev/null || break
    sleep 0.02
done
began=$(date +%s%N)
kill -INT $pid
wait $pid
found=$?
checks=$((checks + 2))
[ "$found" = 130 ] || fail "train denoise: exit $found, 130 wanted"
[ $((($(date +%s%N) - began) / 1000000)) -lt 4000 ] || fail "train denoise: took long to stop"
expect 0 info kept.safetensors
