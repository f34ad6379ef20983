# SPDX-License-Identifier: BSD-3-Clause
"""Convolutional basis pursuit by ADMM beside SPORCO (float32, pyfftw), by turns in one run: time of an iteration with
one and with two threads, time to a relative gap of 1e-3 (ours with everything before the first iteration, theirs
without), and peak memory. Every run is a process of its own.

usage: csc.py ROUNDS PEERS [SIZES]   (from the root of the project, as bench/run.sh calls it; needs numpy, sporco and pyfftw)
       csc.py sporco SIGNAL.npy FILTERS.npy ITERATIONS THREADS
"""
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np

SETTINGS = [(256, 32, 8), (512, 64, 11)]  # image, filters, their size
LAMBDA = 0.02
GAP = 1e-3


def problem(size, atoms, side):
    """An image with oriented and random structure, high-passed, and normalised random filters."""
    random = np.random.default_rng(size)
    y, x = np.mgrid[0:size, 0:size] / size
    image = np.sin(40 * x * (1 + y)) * (y > 0.3 * np.sin(5 * x) + 0.4) + 0.2 * random.standard_normal((size, size))
    spectrum = np.fft.rfft2(image)
    down = 2 - 2 * np.cos(2 * np.pi * np.fft.fftfreq(size))[:, None]
    across = 2 - 2 * np.cos(2 * np.pi * np.fft.rfftfreq(size))[None, :]
    spectrum *= 1 - 1 / (1 + 5 * (down + across))
    filters = random.standard_normal((atoms, side, side))
    filters /= np.sqrt((filters**2).sum((1, 2), keepdims=True))
    return 0.2 * np.fft.irfft2(spectrum, (size, size)).astype(np.float32), filters.astype(np.float32)


def peak_kilobytes():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def sporco_process(signal, filters, iterations, threads):
    """One run, as bench_csc makes it; `imports`: the memory before there is anything to solve."""
    import sporco.fft
    from sporco.admm import cbpdn

    sporco.fft.pyfftw_threads = threads
    signal, filters = np.load(signal), np.load(filters)
    imports = peak_kilobytes()
    options = cbpdn.ConvBPDN.Options({
        "Verbose": False, "MaxMainIter": iterations, "RelStopTol": 0.0, "AuxVarObj": True, "DataType": np.float32,
        "RelaxParam": 1.8, "AutoRho": {"Enabled": True}, "HighMemSolve": True, "LinSolveCheck": False,
    })
    solver = cbpdn.ConvBPDN(np.moveaxis(filters[:, 0], 0, 2), signal, LAMBDA, options, dimK=0)
    begin, wall = time.process_time(), time.monotonic()
    solver.solve()
    row = {"seconds": time.process_time() - begin, "wall": time.monotonic() - wall,
           "kilobytes": peak_kilobytes(), "imports": imports,
           "history": [float(value) for value in solver.getitstat().ObjFun]}
    print(json.dumps(row))


def run(words):
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


class Problem:
    def __init__(self, folder, size, atoms, side):
        signal, filters = problem(size, atoms, side)
        self.paths = [f"{folder}/signal.npy", f"{folder}/filters.npy"]
        np.save(self.paths[0], signal)
        np.save(self.paths[1], filters[:, None])
        self.own_counts = (20, 60) if size <= 256 else (20, 40)  # refining in the end costs the same after both
        self.their_counts = (5, 25) if size <= 256 else (3, 11)
        self.reach = 100

    def ours(self, iterations, threads=1, *more):
        program = os.environ.get("BENCH_CSC", "build/bench/bench/bench_csc")
        return run([program, *self.paths, str(LAMBDA), str(iterations), str(threads), *more])

    def theirs(self, iterations, threads=1):
        return run([sys.executable, __file__, "sporco", *self.paths, str(iterations), str(threads)])

    def iteration(self, which, threads, clock):
        """Seconds of one iteration: what more iterations take more."""
        few, many = self.own_counts if which == self.ours else self.their_counts
        return (which(many, threads)[clock] - which(few, threads)[clock]) / (many - few)


def middle(values):
    return round(float(np.median(values)), 5)


def spread(values):
    return [round(min(values), 5), round(max(values), 5)]


def first_below(values, wanted):
    return next((i + 1 for i, value in enumerate(values) if value <= wanted), None)


def own_steps_below(p, wanted):
    """Iterations until the objective is below."""
    return next((steps for steps in range(4, p.reach, 2) if p.ours(steps)["objective"] <= wanted), p.reach)


def measure(size, atoms, side, rounds, folder):
    p = Problem(folder, size, atoms, side)
    p.ours(1, 1, "plan")
    wanted = (1 + GAP) * p.ours(3 * p.reach)["objective"]
    own_steps = own_steps_below(p, wanted)
    history = p.theirs(p.reach)
    steps = first_below(history["history"], wanted)
    times = {name: [] for name in ("ours", "theirs", "ours 2", "theirs 2", "gap")}
    for _ in range(rounds):  # one thread by processor time, two by the clock on the wall
        times["ours"].append(p.iteration(p.ours, 1, "seconds"))
        times["theirs"].append(p.iteration(p.theirs, 1, "seconds"))
        times["ours 2"].append(p.iteration(p.ours, 2, "wall"))
        times["theirs 2"].append(p.iteration(p.theirs, 2, "wall"))
        whole = p.ours(own_steps)
        times["gap"].append(whole["seconds"])
    ours, theirs = middle(times["ours"]), middle(times["theirs"])
    return {
        "benchmark": "csc", "size": size, "filters": atoms, "filter_size": side, "rounds": rounds,
        "ondelet_seconds_per_iteration": ours, "sporco_seconds_per_iteration": theirs,
        "ratio": round(theirs / ours, 2),
        "ondelet_wall_per_iteration_2_threads": middle(times["ours 2"]),
        "sporco_wall_per_iteration_2_threads": middle(times["theirs 2"]),
        "ratio_2_threads": round(theirs / middle(times["ours 2"]), 2),
        "spread": {name: spread(values) for name, values in times.items()},
        "iterations_to_gap_1e-3": {"ondelet": own_steps, "sporco": steps},
        "seconds_to_gap_1e-3": {"ondelet": middle(times["gap"]), "sporco": steps and round(steps * theirs, 3)},
        "ratio_to_gap": steps and round(steps * theirs / middle(times["gap"]), 2),
        "peak_kilobytes": {"ondelet": whole["kilobytes"], "sporco": history["kilobytes"],
                           "sporco_imports": history["imports"]},
        "machine": platform.processor() or platform.machine(),
    }


def table(rows):
    print("| image, filters | | ondelet | SPORCO | ratio |\n|---|---|---|---|---|")
    for row in rows:
        name = f"{row['size']}², {row['filters']} of {row['filter_size']} × {row['filter_size']}"
        gap, steps, peak = row["seconds_to_gap_1e-3"], row["iterations_to_gap_1e-3"], row["peak_kilobytes"]
        one = (row["ondelet_seconds_per_iteration"], row["sporco_seconds_per_iteration"])
        two = (row["ondelet_wall_per_iteration_2_threads"], row["sporco_wall_per_iteration_2_threads"])
        print(f"| {name} | iteration, one thread | {1e3 * one[0]:.1f} ms | {1e3 * one[1]:.1f} ms | {row['ratio']} |")
        print(f"| | iteration, two threads | {1e3 * two[0]:.1f} ms | {1e3 * two[1]:.1f} ms | {two[1] / two[0]:.1f}, "
              f"{row['ratio_2_threads']} to one thread |")
        print(f"| | to a gap of 1e-3 | {gap['ondelet']:.2f} s ({steps['ondelet']} iterations) | {gap['sporco']:.2f} s "
              f"({steps['sporco']}) | {row['ratio_to_gap']} |")
        print(f"| | peak memory | {peak['ondelet'] / 1024:.0f} MB | {peak['sporco'] / 1024:.0f} MB, "
              f"{peak['sporco_imports'] / 1024:.0f} of them imports | {peak['sporco'] / peak['ondelet']:.1f} |")


def main():
    if sys.argv[1] == "sporco":
        sporco_process(*sys.argv[2:4], int(sys.argv[4]), int(sys.argv[5]))
        return
    rounds = int(sys.argv[1])
    if sys.argv[2] != "yes":
        sys.exit("bench: csc compares with SPORCO: it needs the peers")
    rows = []
    sizes = [int(word) for word in sys.argv[3:]] or [size for size, _, _ in SETTINGS]
    for size, atoms, side in (setting for setting in SETTINGS if setting[0] in sizes):
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(size, atoms, side, rounds, folder))
        print(json.dumps(rows[-1]), flush=True)
        with open("bench/results/csc.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(rows[-1]) + "\n")
    table(rows)


if __name__ == "__main__":
    main()
