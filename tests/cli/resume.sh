# SPDX-License-Identifier: BSD-3-Clause
# Runs of features that are killed, stopped and resumed: no finished row is lost, and the files are those of a run that
# nobody stopped.
options="--scales 2 --orientations 8 --averaging global --threads 1"

# start FILE ARGUMENTS...: the program at work in the background, until something is on record. 1: it has ended by then.
start() {
    local output=$1 before
    shift
    before=$(on_record "$output.journal")
    last="ondelet $* -o $output"
    "$ONDELET" "$@" -o "$output" >stdout 2>stderr </dev/null &
    pid=$!
    await_record $((before ? before : 1)) "$output.journal" $pid
}

# stopped EXIT SIGNAL OUTPUT: the program that was started ends in this way, and soon. 1: its work was done by then.
stopped() {
    local found=0 began
    checks=$((checks + 1))
    began=$(date +%s%N)
    kill -"$2" $pid 2>/dev/null
    wait $pid 2>/dev/null || found=$?
    [ "$found" != 0 ] && [ ! -e "$3" ] || return
    [ "$found" = "$1" ] || fail "$last: exit $found, $1 wanted"
    [ $(($(date +%s%N) - began)) -lt 4000000000 ] || fail "$last: took long to stop"
}

same_files() { # NAME NAME ENDING
    expect_same "$1.$3" "$2.$3"
    expect_same "$1.index.csv" "$2.index.csv"
    checks=$((checks + 1))
    cmp -s <(grep -v '"output"' "$1.json") <(grep -v '"output"' "$2.json") || fail "$1.json and $2.json differ"
    checks=$((checks + 1))
    [ "$(ls -A | grep -c "^$2\..*\(partial\|journal\|plans\)")" = 0 ] || fail "left behind: $(ls -A)"
}

killed_stopped_resumed() { # ENDING OPTIONS...
    local ending=$1
    shift
    expect 0 features many.npy -o whole.$ending $options "$@" --force --quiet
    expect_no_file whole.$ending.journal
    start cut.$ending features many.npy $options "$@" --force || return
    stopped 137 KILL cut.$ending || return
    refused 1 "--resume goes on with it, --force starts again" features many.npy -o cut.$ending $options "$@"
    start cut.$ending features many.npy $options "$@" --resume --threads 2 || return
    stopped 130 INT cut.$ending || return
    expect_text stderr "going on after"
    expect_text stderr "the same command with --resume goes on"
    expect 0 features many.npy -o cut.$ending $options "$@" --resume
    expect_text stderr "$count done, 0 failed"
    same_files whole cut $ending
    rm -f cut.*
}

complete_already() {
    expect 0 features many.npy -o whole.npy $options --resume
    expect_text stderr "whole.npy: is complete already"
    refused 1 "was made with other parameters (oversampling)" features many.npy -o whole.npy $options --resume --oversampling 1
    refused 1 "exists; give --force" features many.npy -o whole.npy $options
}

# Another run cannot go on with it, nor can two at a time.
other_run() {
    start other.npy features many.npy $options || return
    kill -STOP $pid
    [ ! -e other.npy ] || return
    refused 1 "another process is at this run" features many.npy -o other.npy $options --resume
    stopped 137 KILL other.npy || return
    refused 1 "the run before had other parameters (order)" features many.npy -o other.npy $options --resume --order 1
    refused 1 "the run before had other parameters (files)" features many.npy many.npy -o other.npy $options --resume
    touch many.npy
    refused 1 "the run before had other parameters (time of inputs)" features many.npy -o other.npy $options --resume
    printf '{"rows":1' >>other.npy.journal
    refused 1 "time of inputs" features many.npy -o other.npy $options --resume
    expect 0 features many.npy -o other.npy $options --force --quiet
    same_files whole other npy
}

# A journal that promises more than there is, or nonsense.
wrong_journal() {
    start short.npy features many.npy $options || return
    stopped 137 KILL short.npy || return
    truncate -s 1000 short.npy.partial
    refused 1 "holds 1000 bytes" features many.npy -o short.npy $options --resume
    printf '{"rows": "many"}\n' >>short.npy.journal
    refused 1 "is damaged" features many.npy -o short.npy $options --resume
    rm short.*
}

# Killed while the files get their names.
killed_late() {
    expect 0 features many.npy -o late.npy $options --quiet
    start again.npy features many.npy $options || return
    stopped 137 KILL again.npy || return
    mv late.npy late.npy.partial
    rm late.json
    {
        head -n 1 again.npy.journal
        tail -n 1 again.npy.journal | sed "s/\"rows\":[0-9]*/\"rows\":$count/; s/\"ended\":false/\"ended\":true/; s/\"place\":[^]]*/\"place\":[1,0/"
    } >late.npy.journal
    cp again.npy.plans late.npy.plans
    expect 0 features many.npy -o late.npy $options --resume --quiet
    same_files whole late npy
    rm -f again.*
}

# Pictures that cannot be read are counted once, and named again.
bad_pictures() {
    local i
    mkdir set
    for ((i = 0; i < 40; i++)); do make_pgm set/$(printf %03d $i).pgm 64 64 $i; done
    for i in 007 023 039; do printf 'P5\n64 64\n255\n' >set/$i.pgm; done
    expect 1 features set -o good.npy --scales 3 --quiet
    expect_shape good.npy "(37, 217, 8, 8)"
    find set -name '*.pgm' | sort >names
    for ((i = 0; i < 8 + count / 500; i++)); do cat names; done >list.txt
    expect 1 features @list.txt -o whole2.npy $options --quiet --force
    start part.npy features @list.txt $options || return
    stopped 137 KILL part.npy || return
    expect 1 features @list.txt -o part.npy $options --resume --quiet
    same_files whole2 part npy
}

everything() {
    killed_stopped_resumed npy || return
    killed_stopped_resumed csv --pool mean || return
    killed_stopped_resumed svm --pool mean || return
    expect 0 features many.npy -o whole.npy $options --force --quiet
    complete_already
    other_run && wrong_journal && killed_late && bad_pictures
}
with_enough_work everything 16
