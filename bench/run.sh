#!/usr/bin/env bash
# Benchmarks: ours, the peers and the bound from one run, by turns. `bench/run.sh scattering|shearlets|csc|denoise|head [ROUNDS] [--no-peers]`;
# `scattering`, `shearlets` and `csc` also take sizes behind the rounds, `denoise` and `head` how many pictures and digits.
# Peers are installed by pip into build/bench-env. A row per setting goes to bench/results/NAME.jsonl.
# `bench/run.sh compare OLD.jsonl NEW.jsonl [PERCENT]` fails where a figure became worse beside its bound.
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-scattering}
if [ "$name" = compare ]; then
  shift
  exec python3 bench/compare.py "$@"
fi
rounds=
peers=yes
sizes=()
for argument in "${@:2}"; do
  case $argument in
    --no-peers) peers=no ;;
    *) if [ -z "$rounds" ]; then rounds=$argument; else sizes+=("$argument"); fi ;;
  esac
done
rounds=${rounds:-5}
case $name in
  scattering) packages=(numpy 'scipy<1.15' kymatio torch) ;;
  shearlets) packages=(numpy 'scipy<1.15') ;;
  csc) packages=(numpy scipy pyfftw sporco) ;;
  head) packages=(numpy scikit-learn torch) ;;
  denoise) packages=(numpy scikit-image PyWavelets pillow bm3d) ;;
  *)
    echo "bench: there is no benchmark '$name', only: scattering, shearlets, csc, denoise, head, compare" >&2
    exit 2
    ;;
esac
cmake --preset bench >/dev/null
targets=(ondelet_program)
[ ! -e "bench/$name.c" ] || targets+=("bench_$name")
cmake --build build/bench --target "${targets[@]}" >/dev/null

python=python3
if [ "$peers" = yes ]; then
  python=build/bench-env/bin/python
  [ -x "$python" ] || python3 -m venv build/bench-env
  build/bench-env/bin/pip install --quiet "${packages[@]}"
fi
exec env OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$python" "bench/$name.py" "$rounds" "$peers" "${sizes[@]}"
