"""Scattering, images per second: ondelet, Kymatio's NumPy and PyTorch backends and the FFT bound, by turns in one run.

Order 2, L = 8, Kymatio's geometry and, where that pads to a size FFTs dislike, ondelet's own. One thread, per second of
processor time; ondelet also with two, per second (gain: over one by the same clock), and as two processes at once: what
the machine allows. Prints a table and appends JSON lines to bench/results/scattering.jsonl.   usage: scattering.py ROUNDS yes|no (peers) [SIZE...]
"""
import sys
import time

from common import Results, ondelet, summarise

SETTINGS = [(32, 2, 128, "kymatio"), (128, 3, 16, "kymatio"), (256, 4, 4, "kymatio"), (512, 5, 1, "kymatio"),
            (1024, 6, 1, "kymatio"), (1024, 5, 1, "kymatio"), (1024, 5, 1, "reflect")]
LARGE = 1024


def rate(function, batch, clock=time.process_time, least_seconds=1.0):
    turns, begin = 0, clock()
    while turns == 0 or clock() - begin < least_seconds:
        function()
        turns += 1
    return batch * turns / (clock() - begin)


def make_banks_once(size):
    """Both backends make the same bank, which takes minutes: the second gets a copy of the first's. From LARGE on it would
    take an hour of a benchmark: noise instead of Morlet filters gives filters of the same shapes and so the same speed."""
    from copy import deepcopy
    from functools import lru_cache
    import numpy
    from kymatio.scattering2d import filter_bank
    from kymatio.scattering2d.frontend import base_frontend
    if size >= LARGE:
        noise = numpy.random.default_rng(1)
        filter_bank.morlet_2d = filter_bank.gabor_2d = lambda height, width, *_: noise.random(
            (height, width), dtype=numpy.float32).astype(numpy.complex64)
    make = lru_cache(maxsize=1)(filter_bank.filter_bank)
    base_frontend.filter_bank = lambda *arguments: deepcopy(make(*arguments))


def kymatio_peers(size, scales, batch):
    import numpy
    import torch
    from kymatio.numpy import Scattering2D as NumpyScattering
    from kymatio.torch import Scattering2D as TorchScattering
    make_banks_once(size)
    images = numpy.random.default_rng(0).random((batch, size, size), dtype=numpy.float32)
    begin = time.process_time()
    with_numpy = NumpyScattering(scales, (size, size), L=8)
    build = time.process_time() - begin
    with_torch = TorchScattering(scales, (size, size), L=8)
    tensor = torch.from_numpy(images)

    def run_torch(threads):
        torch.set_num_threads(threads)
        with torch.no_grad():
            with_torch(tensor)
    functions = {"kymatio_numpy": (lambda: with_numpy(images), time.process_time),
                 "kymatio_torch": (lambda: run_torch(1), time.process_time)}
    if size < LARGE:  # two threads are slower than one there, by minutes
        functions["kymatio_torch_2_threads"] = (lambda: run_torch(2), time.perf_counter)
    return functions, build if size < LARGE else None


def measure(size, scales, batch, padding, rounds, known):
    """`known` are Kymatio's functions by setting, which take minutes to make, or None."""
    found = {}
    functions, build = {}, None
    if known is not None:
        if (size, scales) not in known:
            known.clear()
            known[size, scales] = kymatio_peers(size, scales, batch)
        functions, build = known[size, scales]
    for _ in range(rounds):
        ours = ondelet("bench_scattering", size, scales, batch, 3, 1, padding)
        two = ondelet("bench_scattering", size, scales, batch, 3, 2, padding)
        turn = {"ondelet": ours["ondelet"], "fft_bound": ours["fft_bound"], "ondelet_2_threads": two["ondelet"],
                "ondelet_2_threads_gain": two["ondelet"] / two["alone"], "ondelet_2_processes": two["processes"]}
        turn.update({name: rate(function, batch, clock) for name, (function, clock) in functions.items()})
        for name, value in turn.items():
            found.setdefault(name, []).append(value)
    row = {"size": size, "scales": scales, "batch": batch, "padding": padding, "rounds": rounds, **summarise(found)}
    if build is not None:
        row["kymatio_bank_seconds"] = float(f"{build:.4g}")
    return row


def main():
    rounds, peers = int(sys.argv[1]), sys.argv[2] == "yes"
    results = Results("scattering")
    sizes = [int(size) for size in sys.argv[3:]]
    known = {} if peers else None
    print("images per second, medians of", rounds, "rounds;", results.about["machine"])
    print(f"{'setting':>20} {'ondelet':>9} {'2 threads':>9} {'gain':>5} {'2 proc.':>9} {'Kymatio np':>10} {'torch':>8} {'ratio':>6} {'FFT bound':>9} {'of it':>6}")
    for size, scales, batch, padding in SETTINGS:
        if sizes and size not in sizes:
            continue
        row = measure(size, scales, batch, padding, rounds, known)
        best = max(row.get("kymatio_numpy", 0), row.get("kymatio_torch", 0))
        ratio = row["ondelet"] / best if best else float("nan")
        print(f"{size:>7}² J={scales} {padding} {row['ondelet']:>9.4g} {row['ondelet_2_threads']:>9.4g} "
              f"{row['ondelet_2_threads_gain']:>5.3g} "
              f"{row['ondelet_2_processes']:>9.4g} "
              f"{row.get('kymatio_numpy', float('nan')):>10.4g} {row.get('kymatio_torch', float('nan')):>8.4g} "
              f"{ratio:>6.3g} {row['fft_bound']:>9.4g} {row['ondelet'] / row['fft_bound']:>6.0%}", flush=True)
        results.add(row)


if __name__ == "__main__":
    main()
