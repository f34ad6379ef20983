#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Commands of every kind under valgrind's memcheck: nothing is read that was not written, nothing is lost.
#   ONDELET=path/of/the/program tests/trust/valgrind.sh
set -uo pipefail
export LC_ALL=C OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/.cache
cd "$folder" || exit 1
. "$here/../cli/support.sh"
mkdir -p set/a set/b truth
make_pgm a.pgm 24 28 1
make_pgm b.pgm 40 40 2
for i in 1 2 3; do
    make_pgm set/a/$i.pgm 16 16 $i
    make_pgm set/b/$i.pgm 16 16 $((i + 9))
done
printf 'P2\n16' >cut.pgm
cat >fonts.supp <<'TEXT'
{
    caches of the font library
    Memcheck:Leak
    ...
    obj:*/libfontconfig.so*
}
TEXT

# checked EXIT WORDS...
checked() {
    local wanted=$1 found=0
    shift
    checks=$((checks + 1))
    valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
        --errors-for-leak-kinds=definite,indirect --suppressions=fonts.supp --log-file=found \
        "$ONDELET" "$@" --threads 1 --quiet --force >stdout 2>stderr </dev/null || found=$?
    [ "$found" = "$wanted" ] || fail "ondelet $*: exit $found, $wanted wanted: $(head -30 found stderr)"
}

checked 0 info a.pgm
checked 1 info cut.pgm
checked 0 convert a.pgm -o a.png
checked 0 convert a.png -o a.jpg
checked 0 convert a.jpg -o a.npy
checked 0 convert b.pgm -o truth/b.png
checked 0 compare a.pgm a.png --json
checked 0 features a.pgm a.png -o f.npy --scales 2
checked 0 features set -o f.csv --pool mean --bank spline --scales 1 --paths p.csv
checked 0 features a.pgm -o f.svm --bank shearlet --scales 2
checked 0 features a.npy --energy --scales 2
checked 0 denoise a.pgm -o d.png --method wavelet --compare strip.png
checked 0 denoise a.pgm -o d.npy --method shearlet --sigma 20
checked 0 threshold a.pgm -o t.png --transform wavelet --keep 50
checked 0 threshold a.pgm -o t.png --value 20 --scales 2
checked 0 inpaint a.pgm --mask a.npy -o i.png --iterations 3
checked 0 edges b.pgm -o e.png --method gradient
checked 0 edges b.pgm -o e.svg --method measure
checked 0 filters --scales 2 --size 24 -o g.png
checked 0 train classify set -o ridge.safetensors --kind ridge
checked 0 train classify set -o network.safetensors --kind network --epochs 2 --curve curve.png
checked 0 predict ridge.safetensors set -o p.csv
checked 0 evaluate network.safetensors set --confusion c.png
checked 0 train dictionary a.pgm -o d.safetensors --atoms 4 --filter 5
checked 0 sparse a.pgm --dictionary d.safetensors -o s.npy
checked 0 info ridge.safetensors d.safetensors
small="--steps 2 --hidden 4 --pairs 1 --patch 32 --batch 1 --pool 1"
pursuit="--epochs 1 --iterations 2 --codes1 4 --side1 5 --codes2 0 --codes3 0"
models=$here/../../models
checked 0 features a.pgm -o f.npy --transform csc --dictionary d.safetensors
checked 0 features set -o p0.npy --scales 2 --shard 0/2
checked 0 features set -o p1.npy --scales 2 --shard 1/2
checked 0 merge p0.npy p1.npy -o all.npy
if grep -q HDF5 <<<"$("$ONDELET" --version)"; then
    checked 0 features set -o f.h5 --scales 2
    checked 0 merge f.h5 f.h5 -o all.h5
fi
checked 0 denoise a.pgm -o d.png
checked 0 denoise a.pgm -o d.png --model "$models/denoise_codes.safetensors" --sigma 20
checked 0 denoise a.pgm -o d.png --model "$models/denoise.safetensors" --sigma 20
checked 0 edges b.pgm -o e.npy --method learned --model "$models/edges.safetensors"
checked 0 evaluate edges b.pgm --truth truth
checked 0 report a.pgm -o r.html
checked 0 train denoise b.pgm -o n.safetensors $small
checked 0 train edges b.pgm --truth truth --hidden 8 --samples 50 --epochs 1 -o l.safetensors
checked 0 train pursuit set -o u.safetensors $pursuit
checked 0 evaluate pursuit u.safetensors set
checked 0 predict ridge.safetensors set/a/1.pgm --explain x.png
checked 2 features
printf '%d commands, %d with findings\n' "$checks" "$failures"
[ "$failures" -eq 0 ]
