# SPDX-License-Identifier: BSD-3-Clause
"""Convolutional basis pursuit by ADMM beside SPORCO (float32, pyfftw, one thread), by turns in one run.

usage: csc.py ROUNDS PEERS   (from the root of the project, as bench/run.sh calls it; needs numpy, sporco and pyfftw)
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


def sporco_run(signal, filters, iterations):
    from sporco.admm import cbpdn

    options = cbpdn.ConvBPDN.Options({
        "Verbose": False, "MaxMainIter": iterations, "RelStopTol": 0.0, "AuxVarObj": True, "DataType": np.float32,
        "RelaxParam": 1.8, "AutoRho": {"Enabled": True}, "HighMemSolve": True, "LinSolveCheck": False,
    })
    solver = cbpdn.ConvBPDN(np.moveaxis(filters, 0, 2), signal, LAMBDA, options, dimK=0)
    begin = time.process_time()
    solver.solve()
    elapsed = time.process_time() - begin
    return elapsed, [float(value) for value in solver.getitstat().ObjFun]


def our_run(program, folder, signal, filters, iterations):
    np.save(f"{folder}/signal.npy", signal)
    np.save(f"{folder}/filters.npy", filters[:, None])
    words = [program, f"{folder}/signal.npy", f"{folder}/filters.npy", str(LAMBDA), str(iterations)]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def main():
    rounds = int(sys.argv[1])
    if sys.argv[2] != "yes":
        sys.exit("bench: csc compares with SPORCO: it needs the peers")
    program = os.environ.get("BENCH_CSC", "build/bench/bench/bench_csc")
    output = "bench/results/csc.jsonl"
    import sporco.fft

    sporco.fft.pyfftw_threads = 1
    for size, atoms, side in SETTINGS:
        signal, filters = problem(size, atoms, side)
        short, long = (5, 25) if size <= 256 else (3, 11)
        ours, theirs = [], []
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(rounds):
                quick, full = (our_run(program, folder, signal, filters, n) for n in (short, long))
                ours.append((full["seconds"] - quick["seconds"]) / (long - short))
                quick, full = (sporco_run(signal, filters, n)[0] for n in (short, long))
                theirs.append((full - quick) / (long - short))
            reach = 400 if size <= 256 else 150
            minimum = our_run(program, folder, signal, filters, 3 * reach)["objective"]
            history = sporco_run(signal, filters, reach)[1]
            steps = next(i + 1 for i, value in enumerate(history) if value <= (1 + 1e-3) * minimum)
            own_steps = next(n for n in range(4, reach, 4)
                             if our_run(program, folder, signal, filters, n)["objective"] <= (1 + 1e-3) * minimum)
        row = {
            "benchmark": "csc", "size": size, "filters": atoms, "filter_size": side, "rounds": rounds,
            "ondelet_seconds_per_iteration": round(float(np.median(ours)), 5),
            "sporco_seconds_per_iteration": round(float(np.median(theirs)), 5),
            "ratio": round(float(np.median(theirs) / np.median(ours)), 2),
            "spread": {"ondelet": [round(min(ours), 5), round(max(ours), 5)],
                       "sporco": [round(min(theirs), 5), round(max(theirs), 5)]},
            "iterations_to_gap_1e-3": {"ondelet": own_steps, "sporco": steps},
            "machine": platform.processor() or platform.machine(),
        }
        print(json.dumps(row), flush=True)
        with open(output, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
