#!/usr/bin/env bash
# Benchmarks: ours, the peers and the bound from one run, by turns. `bench/run.sh scattering [ROUNDS]`.
# Peers are installed by pip into build/bench-env; --no-peers leaves them out. A row per setting goes to bench/results/NAME.jsonl.
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-scattering}
rounds=${2:-5}
peers=yes
for argument in "$@"; do
  [ "$argument" = --no-peers ] && peers=no && rounds=5
done
if [ "$name" != scattering ]; then
  echo "bench: there is no benchmark '$name', only: scattering" >&2
  exit 2
fi
cmake --preset bench >/dev/null
cmake --build build/bench --target bench_scattering ondelet_program >/dev/null

python=python3
if [ "$peers" = yes ]; then
  if [ ! -x build/bench-env/bin/python ]; then
    python3 -m venv build/bench-env
    build/bench-env/bin/pip install --quiet numpy 'scipy<1.15' kymatio torch
  fi
  python=build/bench-env/bin/python
fi
exec env OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$python" bench/scattering.py "$rounds" "$peers"
