# SPDX-License-Identifier: BSD-3-Clause
# The features are those of the reference implementation, from file to file.
references=$ONDELET_SHARED_DATA/refs/scattering
if [ ! -d "$references" ]; then
    printf 'skipped: no %s\n' "$references"
    exit 77
fi
for input in "$references"/2d_*.in.npy; do
    case=$(basename "$input" .in.npy)
    [[ $case =~ _J([0-9]+)_L([0-9]+) ]]
    order=2
    padding=kymatio
    [[ $case == *_o1* ]] && order=1
    [[ $case == *_pp_* ]] && padding=none
    expect 0 features "$input" -o out.npy --bank morlet --scales "${BASH_REMATCH[1]}" --orientations "${BASH_REMATCH[2]}" \
        --order $order --padding $padding --quiet --force
    expect 0 compare out.npy "$references/$case.out.npy"
    error=$(grep relative stdout)
    checks=$((checks + 1))
    # below 1e-5: "1.23e-06" or smaller
    [[ $error =~ \ ([0-9.]+e-(0[6-9]|[1-9][0-9])|0)$ ]] || fail "$case: $error"
done
