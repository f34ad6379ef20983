#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Long fuzzing: every target in turn, a round at a time, until each has had so many executions. One process, lowest
# priority; may be stopped and started again. Counts are kept in FOLDER/TARGET.count, new inputs in FOLDER/TARGET.
#   tests/trust/fuzz.sh BUILD FOLDER [EXECUTIONS [TARGET…]]      (BUILD: build/fuzz of `./run check fuzz`)
set -euo pipefail
(($# >= 2)) || { sed -n '3,5s/^# *//p' "$0" >&2; exit 2; }
build=$(cd "$1" && pwd)/tests/fuzz
mkdir -p "$2"
folder=$(cd "$2" && pwd)
wanted=${3:-10000000}
shift $(($# < 3 ? $# : 3))
source=$(cd "$(dirname "$0")/.." && pwd)
round=${ONDELET_FUZZ_ROUND:-250000}

# The checks that slow inputs down most are left to the short runs.
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:detect_stack_use_after_return=0:strict_string_checks=1
ASAN_OPTIONS+=:quarantine_size_mb=8:malloc_context_size=4
export LSAN_OPTIONS=suppressions=$source/../cmake/leaks.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1 OMP_NUM_THREADS=1

count_of() {
    cat "$folder/$1.count" 2>/dev/null || echo 0
}

# One round of a target; adds what it executed to the count. A finding stays in FOLDER and ends the script.
run_round() {
    local target=$1 largest=$2 log=$folder/$1.log status=0 done_here
    mkdir -p "$folder/$target"
    nice -n 19 "$build/fuzz_$target" -runs="$round" -max_len="$largest" -timeout=60 -rss_limit_mb=2048 \
        -close_fd_mask=2 -print_final_stats=1 -artifact_prefix="$folder/$target-" "$folder/$target" "$source/fuzz/corpus/$target" \
        >"$log" 2>&1 || status=$?
    done_here=$(awk '/stat::number_of_executed_units/ {print $2}' "$log")
    echo $(($(count_of "$target") + ${done_here:-0})) >"$folder/$target.count"
    if ((status)); then
        echo "$target: ended with $status; see $log" >&2
        exit 1
    fi
}

again=true
while $again; do
    again=false
    while read -r target largest; do
        (($# == 0)) || [[ " $* " == *" $target "* ]] || continue
        (($(count_of "$target") < wanted)) || continue
        run_round "$target" "$largest"
        again=true
    done <"$build/targets"
done
while read -r target largest; do
    echo "$target $(count_of "$target")"
done <"$build/targets"
