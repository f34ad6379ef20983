# SPDX-License-Identifier: BSD-3-Clause
# The body of the Slurm array, run for each of its tasks as Slurm would, and one of them twice.
recipe=$(dirname "$script")/../../examples/slurm.sh
mkdir bin set
ln -s "$ONDELET" bin/ondelet
for i in 1 2 3 4 5 6 7; do make_pgm set/$i.pgm 24 24 $i; done
ls set/*.pgm >list.txt
# task ID: one task of an array of three whose numbers start at 5
task() {
    checks=$((checks + 1))
    PATH=$PWD/bin:$PATH SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_COUNT=3 SLURM_CPUS_PER_TASK=2 \
        bash "$recipe" @list.txt part --scales 2 --quiet 2>stderr || fail "task $1: $(head -c 500 stderr)"
}
for i in 6 5 7 6; do task $i; done
expect 0 merge part-*.npy -o whole.npy
expect 0 features @list.txt -o one.npy --scales 2 --quiet --planning estimate
expect_same whole.npy one.npy
expect_same whole.index.csv one.index.csv
