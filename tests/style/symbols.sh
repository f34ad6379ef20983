#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What the linker sees: the archive defines only ond_ names; the shared library exports exactly what include/ondelet declares.
# usage: symbols.sh ROOT ARCHIVE [SHARED]
set -euo pipefail
export LC_ALL=C
root=$1 archive=$2 shared=${3:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0

complain() {
    local text=$1 names=$2 name
    [[ -n $names ]] || return 0
    while IFS= read -r name; do
        echo "$text: $name"
    done <<<"$names"
    bad=1
}

# Functions declared with OND_API or OND_CHECKED, one a line: comments and directives dropped, then statement by statement.
declared() {
    awk '{
            while ((start = index($0, "/*")) || inside) {
                if (!inside) { printf "%s ", substr($0, 1, start - 1); $0 = substr($0, start + 2); inside = 1 }
                if (!(end = index($0, "*/"))) { $0 = ""; break }
                $0 = substr($0, end + 2); inside = 0
            }
            sub(/\/\/.*/, "")
            if ($0 !~ /^[ \t]*#/) printf "%s ", $0
        }' "$root"/include/ondelet/*.h \
        | tr ';' '\n' | grep -E '(OND_API|OND_CHECKED)[ ]' | grep -oE 'ond_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u
}

nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 && $2 !~ /[Nn]/ { print $3 }' | sort -u >"$scratch/archive"
[[ -s $scratch/archive ]] || complain "no symbols in" "$archive"
# OpenMP names the lock of a critical section after it.
complain "a global name of the archive does not start with ond_" \
    "$(grep -vE '^(\.gomp_critical_user_)?ond_' "$scratch/archive" || true)"

if [[ -n $shared ]]; then
    nm -D --defined-only "$shared" | awk '{ print $NF }' | sed 's/@.*//' | sort -u >"$scratch/shared"
    declared >"$scratch/declared"
    [[ -s $scratch/declared ]] || complain "no functions declared in" "$root/include/ondelet"
    complain "exported, but no public header declares it" "$(comm -23 "$scratch/shared" "$scratch/declared")"
    complain "declared in a public header, but not exported" "$(comm -13 "$scratch/shared" "$scratch/declared")"
fi
exit $bad
