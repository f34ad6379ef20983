# SPDX-License-Identifier: BSD-3-Clause
# A few kills by SIGKILL of each command that lasts (tests/trust/kills.sh makes them by the hundred): under a final name
# there is nothing or the whole file, and in the end there is what an undisturbed run gives. What is killed is never seen
# at a fixed time, but once it has put something on record or, where it keeps none, at a random moment of its run.
bash "$here/../trust/kills.sh" 2 features classify folder denoise_training >kills.out 2>&1
found=$?
checks=$((checks + 1))
[ $found = 0 ] || fail "$(cat kills.out)"
