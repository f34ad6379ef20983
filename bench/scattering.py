"""Scattering, images per second: ondelet, Kymatio's NumPy and PyTorch backends and the FFT bound, by turns in one run.

Order 2, L = 8, Kymatio's geometry, one thread; ondelet also with two. Prints a table and appends JSON lines to
bench/results/scattering.jsonl.   usage: scattering.py ROUNDS yes|no (peers)
"""
import sys
import time

from common import Results, ondelet, summarise

SETTINGS = [(32, 2, 128), (128, 3, 16), (256, 4, 4), (512, 5, 1)]


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


def measure(size, scales, batch, rounds, peers):
    found = {}
    build = None
    functions = {}
    if peers:
        functions, build = kymatio_peers(size, scales, batch)
    for _ in range(rounds):
        ours = ondelet("bench_scattering", size, scales, batch, 3, 1)
        two = ondelet("bench_scattering", size, scales, batch, 3, 2)
        turn = {"ondelet": ours["ondelet"], "fft_bound": ours["fft_bound"], "ondelet_2_threads": two["ondelet"]}
        turn.update({name: rate(function, batch) for name, function in functions.items()})
        for name, value in turn.items():
            found.setdefault(name, []).append(value)
    row = {"size": size, "scales": scales, "batch": batch, "rounds": rounds, **summarise(found)}
    if build is not None:
        row["kymatio_bank_seconds"] = float(f"{build:.4g}")
    return row


def main():
    rounds, peers = int(sys.argv[1]), sys.argv[2] == "yes"
    results = Results("scattering")
    print("images per second, medians of", rounds, "rounds;", results.about["machine"])
    print(f"{'setting':>12} {'ondelet':>9} {'2 threads':>9} {'Kymatio np':>10} {'torch':>8} {'ratio':>6} {'FFT bound':>9} {'of it':>6}")
    for size, scales, batch in SETTINGS:
        row = measure(size, scales, batch, rounds, peers)
        best = max(row.get("kymatio_numpy", 0), row.get("kymatio_torch", 0))
        ratio = row["ondelet"] / best if best else float("nan")
        print(f"{size:>7}² J={scales} {row['ondelet']:>9.4g} {row['ondelet_2_threads']:>9.4g} "
              f"{row.get('kymatio_numpy', float('nan')):>10.4g} {row.get('kymatio_torch', float('nan')):>8.4g} "
              f"{ratio:>6.3g} {row['fft_bound']:>9.4g} {row['ondelet'] / row['fft_bound']:>6.0%}", flush=True)
        results.add(row)


if __name__ == "__main__":
    main()
