#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The formatter has nothing to change. Other versions of it break lines elsewhere: then this is skipped.
# usage: format.sh ROOT
set -euo pipefail
wanted=14
formatter=$(command -v "clang-format-$wanted" || command -v clang-format || true)
if [[ -z $formatter ]]; then
    echo "skipped: no clang-format"
    exit 77
fi
if [[ $("$formatter" --version) != *"version $wanted."* ]]; then
    echo "skipped: clang-format $wanted is wanted, not $("$formatter" --version)"
    exit 77
fi
cd "$1"
find include src tests examples bench plugins -type f \( -name '*.c' -o -name '*.h' \) -print0 | sort -z \
    | xargs -0 -r "$formatter" --dry-run --Werror --ferror-limit=1
