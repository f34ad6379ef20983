#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Large runs of ondelet-mpi: the first 10 000 digits of MNIST by one process of ondelet, by 1 and by 2 ranks, and by 2 ranks
# that are killed three times and resumed: h5diff must see no difference, and cmp no byte. Then 1 rank against 2 on images of
# 128 x 128: seconds, and seconds of processor, which other work on the machine does not change.
# usage: ONDELET=build/release/ondelet ONDELET_MPI=build/release/ondelet-mpi mpi.sh FOLDER [DIGITS.gz]
#        FOLDER is made, and keeps the files
set -euo pipefail
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_plm_rsh_agent=false HDF5_USE_FILE_LOCKING=FALSE
here=$(cd "$(dirname "$0")" && pwd)
ondelet=$(readlink -f "$ONDELET") program=$(readlink -f "$ONDELET_MPI")
digits=$(readlink -f "${2:-$here/../../../shared/data/mnist/t10k-images-idx3-ubyte.gz}")
mkdir -p "$1"
cd "$1"
rm -f ./*.h5*
options=(--scales 3 --planning estimate --quiet)

same() {
    h5diff serial.h5 "$1"
    cmp serial.h5 "$1"
    echo "$1: h5diff is clean, and every byte is the same"
}

"$ondelet" features "$digits" -o serial.h5 "${options[@]}" --threads 1
for ranks in 1 2; do
    mpirun -n $ranks "$program" features "$digits" -o ranks$ranks.h5 "${options[@]}"
    same ranks$ranks.h5
done

kills=0
while [[ ! -e killed.h5 ]]; do
    mpirun -n 2 "$program" features "$digits" -o killed.h5 "${options[@]}" --resume 2>>said &
    job=$!
    if ((kills < 3)); then
        before=$(cat killed.h5.journal.* 2>/dev/null | wc -l) || true
        while kill -0 $job 2>/dev/null && (($(cat killed.h5.journal.* 2>/dev/null | wc -l) <= before + 20)); do sleep 0.02; done
        victim=$(ps -o pid= --ppid $job | tail -n 1)
        if [[ -n $victim ]] && kill -KILL $victim; then
            kills=$((kills + 1))
            echo "kill $kills: rank killed after $(cat killed.h5.journal.* | wc -l) chunks"
        fi
    fi
    wait $job || true
done
((kills == 3)) || echo "only $kills kills: the machine was too fast"
same killed.h5

# 2000 images of 128 x 128, made of the digits' bytes.
{
    printf '\x93NUMPY\x01\x00\x76\x00'
    printf "%-117s\n" "{'descr': '|u1', 'fortran_order': False, 'shape': (2000, 128, 128), }"
    for _ in 1 2 3 4 5; do gzip -dc "$digits"; done | head -c $((2000 * 128 * 128))
} >large.npy || true
for turn in 1 2; do
    for ranks in 1 2; do
        rm -f large$ranks.h5
        TIMEFORMAT="turn $turn, $ranks ranks: %R s, %U s of processor"
        time mpirun -n $ranks "$program" features large.npy -o large$ranks.h5 --scales 3 --averaging global --planning estimate --quiet
    done
done
cmp large1.h5 large2.h5
