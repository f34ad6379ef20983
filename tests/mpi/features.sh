# SPDX-License-Identifier: BSD-3-Clause
# Any number of processes, killed or not, write the file of one process, byte for byte.
# Called by tests/cli/run.sh with ONDELET and ONDELET_MPI set.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_plm_rsh_agent=false HDF5_USE_FILE_LOCKING=FALSE
command -v mpirun >/dev/null || exit 77
timeout 60 mpirun -n 2 true 2>stderr || exit 77 # no processes can be started here
options="--scales 3 --orientations 6"

count=500
make_images many.npy 24 $count
mkdir set
for i in 1 2 3 4 5; do make_pgm set/$i.pgm 24 24 $i; done
printf 'P5\n24 24\n255\n' >set/3b.pgm
make_pgm set/4b.pgm 20 24 9

# mpi EXIT PROCESSES ARGUMENTS...
mpi() {
    local wanted=$1 processes=$2 found=0
    shift 2
    checks=$((checks + 1))
    last="mpirun -n $processes ondelet-mpi $*"
    timeout 200 mpirun -n "$processes" "$ONDELET_MPI" "$@" >stdout 2>stderr </dev/null || found=$?
    [ "$found" -eq "$wanted" ] || { fail "$last: exit $found, $wanted wanted"; head -c 2000 stderr; }
}

expect 0 features many.npy -o serial.h5 $options --planning estimate --quiet
for processes in 1 2; do
    mpi 0 $processes features many.npy -o p$processes.h5 $options
    expect_text stderr "$count done, 0 failed, $count x 127 x 3 x 3"
    expect_same serial.h5 p$processes.h5
    if command -v h5diff >/dev/null; then
        checks=$((checks + 1))
        h5diff serial.h5 p$processes.h5 || fail "h5diff sees differences with $processes processes"
    fi
done
checks=$((checks + 1))
[ "$(ls -A | grep -c '^p.*h5\.')" = 0 ] || fail "left behind: $(ls -A)"

# What cannot be read has no row, as with one process.
expect 1 features set many.npy set -o mixed.h5 $options --planning estimate --quiet
mpi 1 2 features set many.npy set -o mixed2.h5 $options
expect_same mixed.h5 mixed2.h5
expect_text stderr "set/3b.pgm"
expect_text stderr "the first image is 24 x 24"

# One process is killed, or all: nothing is seen under the name, and any number of processes goes on.
killed_and_resumed() {
    local processes before job victim
    for processes in 2 3; do
        before=$(on_record 'cut.h5.journal.*')
        last="mpirun -n $processes ondelet-mpi features many.npy -o cut.h5"
        mpirun -n $processes "$ONDELET_MPI" features many.npy -o cut.h5 $options --resume >stdout 2>stderr </dev/null &
        job=$!
        await_record "$before" 'cut.h5.journal.*' $job || return
        victim=$(ps -o pid= --ppid $job | tail -n 1)
        [ "$victim" ] && kill -KILL $victim || return
        wait $job 2>/dev/null && return 1
        [ ! -e cut.h5 ] || return
    done
    refused 1 "a run before was stopped" features many.npy -o cut.h5 $options --planning estimate
    refused 1 "had other parameters" features many.npy -o cut.h5 $options --planning estimate --resume
    mpi 1 2 features many.npy -o cut.h5 $options --resume --order 1
    expect_text stderr "the run before had other parameters (order)"
    mpi 0 2 features many.npy -o cut.h5 $options --resume
    expect_text stderr "going on after"
    expect 0 features many.npy -o long.h5 $options --planning estimate --quiet
    expect_same long.h5 cut.h5
    mpi 0 2 features many.npy -o cut.h5 $options --resume
    expect_text stderr "is complete already"
    mpi 1 2 features many.npy -o cut.h5 $options
    expect_text stderr "cut.h5 exists"
}
with_enough_work killed_and_resumed 24

# Mistakes are told once.
mpi 2 2 features many.npy -o wrong.npy
expect_text stderr "ondelet-mpi writes one .h5 file"
checks=$((checks + 1))
[ "$(grep -c 'writes one' stderr)" = 1 ] || fail "$last: says it more than once"
mpi 2 2 features many.npy -o wrong.h5 --scalse 3
expect_text stderr "did you mean"
mpi 1 2 features nothing.pgm -o wrong.h5
expect_text stderr "none of the images can be computed"
expect_no_file wrong.h5.partial
expect_no_file wrong.h5.journal
