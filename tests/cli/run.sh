#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs one test script in a fresh folder, with the functions of support.sh.
# usage: ONDELET=path/of/the/program run.sh SCRIPT
set -uo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
script=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
folder=$(mktemp -d)
# Not in a child that a signal meets before it has become the program: there bash runs this trap as well.
trap '[ $BASHPID != $$ ] || { chmod -R u+w "$folder"; rm -rf "$folder"; }' EXIT
export XDG_CACHE_HOME=$folder/.cache
export TMPDIR=$folder/.tmp
mkdir -p "$XDG_CACHE_HOME" "$TMPDIR" "$folder/work"
cd "$folder/work" || exit 1
. "$here/support.sh"
. "$script"
if [ -n "$(ls -A "$TMPDIR")" ]; then
    fail "left in the temporary folder: $(ls -A "$TMPDIR")"
fi
printf '%s: %d checks, %d failed\n' "$(basename "$script")" "$checks" "$failures"
[ "$failures" -eq 0 ]
