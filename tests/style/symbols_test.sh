#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Tests the symbol test on libraries with one name too many, one that is private, and one that is missing.
# usage: symbols_test.sh C_COMPILER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
compiler=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/include/ondelet"
cat >"$scratch/include/ondelet/thing.h" <<'H'
#define OND_API __attribute__((visibility("default")))
/* OND_API int ond_only_a_comment(void); */
/** Text; with a semicolon. */
OND_API int ond_thing_count(
    int start);
OND_API const char *ond_thing_name(void);
H
# library CODE: makes libthing.a and libthing.so of the code.
library() {
    printf '#include <ondelet/thing.h>\n%s\n' "$1" >"$scratch/thing.c"
    (cd "$scratch" && rm -f libthing.a && "$compiler" -fPIC -fvisibility=hidden -Iinclude -c thing.c && ar rc libthing.a thing.o \
        && "$compiler" -shared -o libthing.so thing.o)
}
check() { bash "$here/symbols.sh" "$scratch" "$scratch/libthing.a" "$scratch/libthing.so" 2>&1; }
failures=0
good='int ond_thing_count(int start) { return start; } const char *ond_thing_name(void) { return ""; } int ond_private(void) { return 1; }'
library "$good"
check || failures=1
# breaks WORDS CODE: the library of this code fails with WORDS.
breaks() {
    local said
    library "$2"
    if said=$(check) || [[ $said != *"$1"* ]]; then
        echo "wanted '$1', got '$said' for: $2"
        failures=1
    fi
}
breaks 'does not start with ond_: helper' "$good int helper(void) { return 1; }"
breaks 'no public header declares it: ond_extra' "$good OND_API int ond_extra(void) { return 1; }"
breaks 'but not exported: ond_thing_name' 'int ond_thing_count(int start) { return start; }'
exit $failures
