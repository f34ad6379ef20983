"""Scattering, images per second: ondelet, Kymatio's NumPy and PyTorch backends and the FFT bound, by turns in one run.

Order 2, L = 8, Kymatio's geometry, one thread; ondelet also with two. Prints a table and appends JSON lines to
bench/results/scattering.jsonl.   usage: scattering.py ROUNDS yes|no (peers)
"""
import json
import os
import platform
import statistics
import subprocess
import sys
import time

SETTINGS = [(32, 2, 128), (128, 3, 16), (256, 4, 4), (512, 5, 1)]
PROGRAM = "build/bench/bench/bench_scattering"


def ondelet(size, scales, batch, threads):
    text = subprocess.run([PROGRAM, str(size), str(scales), str(batch), "3", str(threads)], check=True,
                          capture_output=True, text=True).stdout
    return json.loads(text)


def rate(function, batch, least_seconds=1.0):
    turns, begin = 0, time.perf_counter()
    while turns == 0 or time.perf_counter() - begin < least_seconds:
        function()
        turns += 1
    return batch * turns / (time.perf_counter() - begin)


def kymatio_peers(size, scales, batch):
    import numpy
    import torch
    from kymatio.numpy import Scattering2D as NumpyScattering
    from kymatio.torch import Scattering2D as TorchScattering
    torch.set_num_threads(1)
    images = numpy.random.default_rng(0).random((batch, size, size), dtype=numpy.float32)
    begin = time.perf_counter()
    with_numpy = NumpyScattering(scales, (size, size), L=8)
    build = time.perf_counter() - begin
    with_torch = TorchScattering(scales, (size, size), L=8)
    tensor = torch.from_numpy(images)

    def run_torch():
        with torch.no_grad():
            with_torch(tensor)
    return {"kymatio_numpy": lambda: with_numpy(images), "kymatio_torch": run_torch}, build


def machine():
    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return {"machine": f"{model}, {os.cpu_count()} cores", "compiler": compiler, "commit": commit}


def measure(size, scales, batch, rounds, peers):
    found = {}
    build = None
    functions = {}
    if peers:
        functions, build = kymatio_peers(size, scales, batch)
    for _ in range(rounds):
        ours = ondelet(size, scales, batch, 1)
        two = ondelet(size, scales, batch, 2)
        turn = {"ondelet": ours["ondelet"], "fft_bound": ours["fft_bound"], "ondelet_2_threads": two["ondelet"]}
        turn.update({name: rate(function, batch) for name, function in functions.items()})
        for name, value in turn.items():
            found.setdefault(name, []).append(value)
    row = {"benchmark": "scattering", "size": size, "scales": scales, "batch": batch, "rounds": rounds}
    row.update({name: float(f"{statistics.median(values):.5g}") for name, values in found.items()})
    row["spread"] = {name: [float(f"{min(v):.4g}"), float(f"{max(v):.4g}")] for name, v in found.items()}
    if build is not None:
        row["kymatio_bank_seconds"] = float(f"{build:.4g}")
    return row


def main():
    rounds, peers = int(sys.argv[1]), sys.argv[2] == "yes"
    about = machine()
    print("images per second, medians of", rounds, "rounds;", about["machine"])
    print(f"{'setting':>12} {'ondelet':>9} {'2 threads':>9} {'Kymatio np':>10} {'torch':>8} {'ratio':>6} {'FFT bound':>9} {'of it':>6}")
    os.makedirs("bench/results", exist_ok=True)
    with open("bench/results/scattering.jsonl", "a") as results:
        for size, scales, batch in SETTINGS:
            row = measure(size, scales, batch, rounds, peers)
            best = max(row.get("kymatio_numpy", 0), row.get("kymatio_torch", 0))
            ratio = row["ondelet"] / best if best else float("nan")
            print(f"{size:>7}² J={scales} {row['ondelet']:>9.4g} {row['ondelet_2_threads']:>9.4g} "
                  f"{row.get('kymatio_numpy', float('nan')):>10.4g} {row.get('kymatio_torch', float('nan')):>8.4g} "
                  f"{ratio:>6.3g} {row['fft_bound']:>9.4g} {row['ondelet'] / row['fft_bound']:>6.0%}", flush=True)
            results.write(json.dumps({**row, **about}) + "\n")
            results.flush()


if __name__ == "__main__":
    main()
