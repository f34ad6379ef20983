#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The tests of the Python package, with a shared library that was built before.
# usage: python.sh ROOT LIBRARY
set -euo pipefail
root=$1 library=$2
export ONDELET_LIBRARY=$library PYTHONPATH=$root/python PYTHONDONTWRITEBYTECODE=1
for python in ${ONDELET_PYTHON:-} python3 /usr/bin/python3; do
    if command -v "$python" >/dev/null && "$python" -c 'import numpy, pytest' 2>/dev/null; then
        exec "$python" -m pytest -q -p no:cacheprovider "$root/python/tests"
    fi
done
echo "skipped: no python3 with numpy and pytest"
exit 77
