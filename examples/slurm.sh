#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Features of a large set of pictures as a Slurm array: each task computes one share.
#   sbatch --array=0-63 examples/slurm.sh @list.txt features --scales 4
#   ondelet merge features-*.npy -o features.npy        when all tasks are done
# A task that was killed or requeued goes on where it was: send the same command again.
#SBATCH --cpus-per-task=1
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@60
set -euo pipefail
inputs=$1 name=$2
shift 2
first=${SLURM_ARRAY_TASK_MIN:-0}
share=$((SLURM_ARRAY_TASK_ID - first)) shares=$SLURM_ARRAY_TASK_COUNT
exec ondelet features "$inputs" -o "$name-$share.npy" --shard "$share/$shares" --resume \
    --threads "${SLURM_CPUS_PER_TASK:-1}" "$@"
