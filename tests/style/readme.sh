#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Every C block of a Markdown file that has a main function compiles and links against the installed library.
# usage: readme.sh MARKDOWN C_COMPILER PREFIX
set -euo pipefail
markdown=$1 compiler=$2 prefix=$3
if [[ ! -f $markdown ]]; then
    echo "skipped: no $markdown"
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
awk -v folder="$scratch" '
    /^```c$/ { count++; inside = 1; next }
    /^```/ { inside = 0; next }
    inside { print > (folder "/block" count ".c") }
' "$markdown"
pkgconfig=$(find "$prefix" -name ondelet.pc -printf '%h\n' -quit)
read -ra flags < <(PKG_CONFIG_PATH=$pkgconfig pkg-config --cflags --libs ondelet)
built=0
for block in "$scratch"/block*.c; do
    if [[ -f $block ]] && grep -q 'int main' "$block"; then
        "$compiler" -std=c11 -Wall -Wextra -Werror "$block" -o "${block%.c}" "${flags[@]}"
        built=$((built + 1))
    fi
done
echo "$built programs of $(basename "$markdown") compile and link"
