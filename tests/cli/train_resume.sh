# SPDX-License-Identifier: BSD-3-Clause
# Trainings that are killed or stopped and go on with --resume: the model is that of a training that nobody stopped.
mkdir -p pictures truth set/a set/b
for i in 1 2 3; do
    make_pgm pictures/$i.pgm 48 48 $i
    make_pgm set/a/$i.pgm 12 12 $((i + 10))
    make_pgm set/b/$i.pgm 12 12 $((i + 20))
    make_pgm mark.pgm 48 48 $((i + 30))
    expect 0 convert mark.pgm -o truth/$i.png
done

# as_long_as MS FEW WORDS...: how often FEW times the work lasts for so long on this machine; N in WORDS is the number.
as_long_as() {
    local wanted_ms=$1 few=$2 began took_ms
    shift 2
    began=$(date +%s%N)
    expect 0 ${*//N/$few} -o calibration.safetensors --force --quiet --threads 1
    took_ms=$((1 + ($(date +%s%N) - began) / 1000000))
    count=$((few * wanted_ms / took_ms))
    count=$((count < 2 * few ? 2 * few : count > 200 * few ? 200 * few : count))
}

records() {
    stat -c '%n %i %Y %s' cut.safetensors*.checkpoint 2>found
}

# cut SIGNAL EXIT WORDS...: stopped once it has put something new on record. A training that is over before that is as good.
cut() {
    local signal=$1 status=$2 found=0 i pid before
    shift 2
    before=$(records)
    last="ondelet $*"
    checks=$((checks + 1))
    "$ONDELET" "$@" >stdout 2>stderr </dev/null &
    pid=$!
    for ((i = 0; i < 3000; i++)); do
        if [ "$(records)" != "$before" ] || ! kill -0 $pid 2>found; then break; fi
        sleep 0.03
    done
    kill -"$signal" $pid 2>found
    wait $pid 2>found || found=$?
    [ $found = "$status" ] || [ $found = 0 ] || fail "$last: exit $found, $status wanted: $(cat stderr)"
    [ $found = 0 ] || [ "$signal" = KILL ] || expect_text stderr "with --resume goes on"
}

# goes_on WORDS...: killed, stopped, resumed.
goes_on() {
    rm -f cut.* whole.*
    expect 0 "$@" -o whole.safetensors --quiet --threads 1
    cut KILL 137 "$@" -o cut.safetensors --threads 1
    cut INT 130 "$@" -o cut.safetensors --threads 2 --resume --force
    expect 0 "$@" -o cut.safetensors --quiet --threads 1 --resume --force
    expect_same whole.safetensors cut.safetensors
    checks=$((checks + 1))
    ! compgen -G 'cut.safetensors?*' >found || fail "$last: left behind: $(cat found)"
}

denoise="train denoise pictures --steps N --hidden 4 --pairs 1 --batch 2 --patch 32 --pool 2"
as_long_as 400 10 $denoise
goes_on ${denoise//N/$count}
pursuit="train pursuit set --epochs N --iterations 2 --codes1 8 --side1 5 --codes2 0 --codes3 0 --batch 2"
as_long_as 400 5 $pursuit
goes_on ${pursuit//N/$count}
dictionary="train dictionary pictures --atoms 4 --filter 5 --epochs N --code-iterations 20"
as_long_as 400 1 $dictionary
goes_on ${dictionary//N/$count}
edges="train edges pictures --truth truth --colors gray --hidden 8 --samples 400 --epochs N"
as_long_as 400 20 $edges
goes_on ${edges//N/$count}

# A record of another training is named.
rm -f cut.*
cut INT 130 ${dictionary//N/2000} -o cut.safetensors --threads 1
if [ -e cut.safetensors.checkpoint ]; then
    refused 1 "cut.safetensors.checkpoint: the checkpoint is of a training with lambda" \
        ${dictionary//N/2000} -o cut.safetensors --resume --lambda 0.3
    refused 1 "is of another training" train dictionary pictures/1.pgm --atoms 4 --filter 5 -o cut.safetensors --resume \
        --code-iterations 20
    head -c 300 cut.safetensors.checkpoint >short && mv short cut.safetensors.checkpoint
    refused 1 "cut.safetensors.checkpoint: " ${dictionary//N/2000} -o cut.safetensors --resume
fi
misused "goes with --method online" train dictionary pictures -o cut.safetensors --method consensus --resume
