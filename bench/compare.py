"""Is anything slower than it was? Compares two files of results as ratios to the bound measured beside each figure, so
that a busy or another machine does not matter. The last row of each setting counts.

usage: compare.py OLD.jsonl NEW.jsonl [PERCENT]   exit 1: a figure is worse by more than PERCENT (20)
"""
import json
import sys

# Of each benchmark: what the figures are measured against, which of them are ours, and whether more is better.
KINDS = {
    "scattering": ("fft_bound", ["ondelet", "ondelet_2_threads"], True),
    "shearlets": ("fft_list", ["bank", "analysis", "synthesis", "process", "denoise", "denoise_planned"], False),
    "head": ("torch_network", ["ondelet_features", "ondelet_network", "ondelet_linear"], False),
    "denoise": ("skimage_nlm", [f"ondelet_{method}" for method in ("learned", "csc", "union", "wavelet")], False),
}
SETTING = ["benchmark", "size", "scales", "padding", "batch", "bands", "sigma", "digits"]


def read(path):
    rows = {}
    with open(path) as lines:
        for line in filter(str.strip, lines):
            row = json.loads(line)
            rows[tuple((name, row[name]) for name in SETTING if name in row)] = row
    return rows


def figures(row):
    bound, names, more_is_better = KINDS[row["benchmark"]]
    for name in names:
        if name in row and bound in row:
            yield name, row[name] / row[bound] if more_is_better else row[bound] / row[name]


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    old, new = read(sys.argv[1]), read(sys.argv[2])
    allowed = 1 - float(sys.argv[3] if len(sys.argv) == 4 else 20) / 100
    common = [setting for setting in new if setting in old and new[setting]["benchmark"] in KINDS]
    worse = 0
    if not common:
        print("compare: the files have no setting in common", file=sys.stderr)
        return 2
    print(f"{'setting':>24} {'figure':>18} {'old':>7} {'new':>7} {'new/old':>8}   (speed, the bound being 1)")
    for setting in common:
        before = dict(figures(old[setting]))
        for name, speed in figures(new[setting]):
            if name not in before:
                continue
            ratio = speed / before[name]
            worse += ratio < allowed
            label = " ".join(str(value) for _, value in setting)
            print(f"{label:>24} {name:>18} {before[name]:>7.3f} {speed:>7.3f} {ratio:>8.2f}"
                  + ("   SLOWER" if ratio < allowed else ""))
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
