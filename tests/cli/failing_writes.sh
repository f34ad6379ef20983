# SPDX-License-Identifier: BSD-3-Clause
# Every command that writes, where writing fails: a full disk, a file that may not grow, a folder of this name, no folder,
# a folder that one may not write to. Always one error line that names the output, exit 1, and nothing half-written.
make_pgm a.pgm 40 48 1
make_pgm b.pgm 40 48 2
mkdir -p set/a set/b truth
for i in 1 2 3; do
    make_pgm set/a/$i.pgm 16 16 $i
    make_pgm set/b/$i.pgm 16 16 $((i + 9))
done
quick="--threads 1 --quiet"
expect 0 convert a.pgm -o truth/a.png
expect 0 convert a.pgm -o mask.npy
expect 0 train classify set -o model.safetensors --kind ridge $quick
expect 0 train dictionary a.pgm --atoms 16 --filter 7 -o dictionary.safetensors $quick

# One line a command; OUT stands for the output, its ending behind a colon.
commands="npy:features a.pgm b.pgm --scales 2 -o OUT
csv:features a.pgm --scales 2 -o OUT
svm:features a.pgm b.pgm --scales 2 -o OUT
csv:features a.pgm --scales 2 -o features.npy --paths OUT
csv:features a.pgm --scales 2 -o features.npy --index OUT
npy:features a.pgm --transform csc --dictionary dictionary.safetensors -o OUT
png:denoise a.pgm --method wavelet --sigma 9 -o OUT
jpg:denoise a.pgm --method wavelet --sigma 9 -o OUT
npy:denoise mask.npy --method wavelet --sigma 9 -o OUT
png:denoise a.pgm --method wavelet --sigma 9 --compare OUT
png:threshold a.pgm --transform wavelet --value 9 -o OUT
png:inpaint a.pgm --mask mask.npy --iterations 2 -o OUT
png:edges a.pgm --method gradient -o OUT
npy:edges a.pgm --method gradient -o OUT
svg:edges a.pgm --method measure -o OUT
png:edges a.pgm --method gradient --overlay OUT
png:filters --scales 2 --size 32 -o OUT
svg:filters --scales 2 --size 32 -o OUT
npy:convert a.pgm -o OUT
png:convert a.pgm -o OUT
pgm:convert a.pgm -o OUT
jpg:convert a.pgm -o OUT
html:report a.pgm -o OUT
npy:sparse a.pgm --dictionary dictionary.safetensors -o OUT
svg:sparse a.pgm --dictionary dictionary.safetensors --iterations 5 --curve OUT
safetensors:train classify set --kind ridge -o OUT
npy:train classify set --kind ridge -o model2.safetensors --cache OUT
png:train classify set --kind network --epochs 2 -o model2.safetensors --curve OUT
safetensors:train dictionary a.pgm --atoms 16 --filter 7 -o OUT
png:train dictionary a.pgm --atoms 4 --filter 5 -o d2.safetensors --picture OUT
safetensors:train pursuit set --epochs 1 --iterations 1 --codes1 4 --side1 5 --codes2 0 --codes3 0 -o OUT
safetensors:train denoise a.pgm --steps 1 --hidden 4 --pairs 1 --patch 32 --batch 1 --pool 1 -o OUT
safetensors:train edges a.pgm --truth truth --hidden 16 --samples 100 --epochs 1 -o OUT
csv:predict model.safetensors set -o OUT
png:predict model.safetensors set/a/1.pgm --explain OUT
png:evaluate model.safetensors set --confusion OUT
png:evaluate edges truth/a.png --truth truth -o OUT
csv:evaluate edges truth/a.png --truth truth --table OUT"

# An output that cannot be written: exit 1, one line that names it and says why; nothing new lies beside it but, where
# the work took long enough, where a training stands: --resume then writes its model.
fails() { # TEXT NAME WORDS...
    local text=$1 name=$2 found=0 before after
    shift 2
    rm -f features.* model2.* d2.* *.checkpoint
    local where=.
    [[ $name != locked/* ]] || where=locked
    before=$(ls -A . $where | sort)
    checks=$((checks + 3))
    last="ondelet $*"
    # Through a pipe: the limit on files would be one on ./stderr too.
    "${with[@]}" "$ONDELET" "$@" $quick --force 2>&1 >/dev/null </dev/null | cat >stderr
    found=${PIPESTATUS[0]}
    [ "$found" = 1 ] || fail "$last: exit $found, 1 wanted: $(head -c 300 stderr)"
    grep -q "$text" stderr || fail "$last: not '$text' but: $(head -c 300 stderr)"
    # Where the command writes another file besides, that one may be the first to fail.
    [[ "$*" != *"-o $name"* ]] || grep -qF "$(basename "$name")" stderr || fail "$last: the output is not named: $(head -c 300 stderr)"
    rm -f features.* model2.* d2.* *.checkpoint
    after=$(ls -A . $where | sort)
    checks=$((checks + 1))
    [ "$before" = "$after" ] || fail "$last: left behind: $(diff <(echo "$before") <(echo "$after"))"
}

# each TEXT PATH-WITHOUT-ENDING: all commands with this output
each() {
    local ending words
    while IFS=: read -r ending words; do
        [[ ! $words =~ $but ]] || continue
        rm -f stdout stderr
        : >stdout >stderr
        "$prepare" "$2.$ending"
        # shellcheck disable=SC2086
        fails "$1" "$2.$ending" ${words//OUT/$2.$ending}
        "$tidy" "$2.$ending"
    done <<<"$commands"
}
nothing() { :; }
with=() but=^$

each_full() { ln -sf /dev/full "$1"; }
remove() { rm -rf "$1"; }
if [ -c /dev/full ]; then
    prepare=each_full tidy=remove
    each 'No space left on device' place_full
fi

# Those that write one file for each input write into a folder.
prepare=mkdir tidy=remove but='^(denoise|threshold|inpaint|edges) .*(-o|--overlay) OUT'
each 'folder\|directory' place_taken
but=^$

prepare=nothing tidy=nothing
each 'No such file or directory' nowhere/place

# A file that may not grow: the disk is full in the middle of writing.
printf '#!/bin/bash\nulimit -f 0\nexec "$@"\n' >limited.sh
with=(bash ./limited.sh)
if "${with[@]}" "$ONDELET" --version >/dev/null 2>&1; then # clang's OpenMP, of the build for tsan, wants a file at once
    each 'File too large' place
fi
with=()

# A real disk without room, where one can be made: the file can be created, and nothing written to it.
mkdir small
cat >on_full_disk.sh <<'TEXT'
mount -t tmpfs -o size=64k none small || exit 98
cat /dev/zero >small/all 2>/dev/null
"$@"
found=$?
[ "$(ls -A small)" = all ] || { echo "left behind: $(ls -A small)"; exit 99; } >&2
exit $found
TEXT
with=(unshare --user --map-root-user --mount bash ./on_full_disk.sh)
if "${with[@]}" true 2>stderr; then
    but='^(threshold|inpaint|edges|predict|filters|evaluate|train dictionary|train pursuit|train edges|report)'
    each 'No space left on device' small/place
    but=^$
fi
with=()

# A folder that one may only read. Root may write anywhere: somebody else then tries.
mkdir locked
chmod 555 locked
chmod 711 . .. "$TMPDIR"
if ((EUID == 0)); then
    with=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    "${with[@]}" "$ONDELET" --version >stdout 2>&1 || with=()
fi
if ((EUID != 0)) || ((${#with[@]})); then
    prepare=nothing
    chmod a+rX -R .
    chmod 555 locked
    each 'Permission denied' locked/place
    chmod 000 a.pgm
    checks=$((checks + 1))
    "${with[@]}" "$ONDELET" info a.pgm >stdout 2>stderr </dev/null && fail "an unreadable file is read"
    expect_text stderr "ondelet: a.pgm: cannot open: Permission denied"
    expect_lines 1 stderr
fi
