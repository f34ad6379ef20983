"""Shearlets, milliseconds: ondelet, its peers and the list of FFTs, by turns in one run.

The compact system of four scales, 49 bands. Processor time with one thread; with two threads the time on the clock, and
beside it half the processor time of two processes at once, which is what the machine allows. The peers:

  numpy         as pyShearLab does it: spectra and coefficients are complex double arrays [height, width, bands] whose
                bands are strided slices, spectra are shifted to and fro for each band, and the coefficients are looked
                through for imaginary parts before the real ones are handed out
  scipy_stack   real FFTs in single precision of all bands in one call; two threads are two workers of SciPy
  scipy_bands   the same one band after the other, into arrays that are there already

Their spectra are random numbers, which take the same time. Prints a table and appends JSON lines to
bench/results/shearlets.jsonl.   usage: shearlets.py ROUNDS yes|no (peers) [SIZE...]
"""
import sys
import time

from common import Results, ondelet, ondelet_start, summarise

SIZES = [256, 512, 1024]
BANDS = 49
INNER_ROUNDS = 5
OURS = ["analysis", "synthesis", "process", "denoise", "denoise_planned"]


def milliseconds(function, clock=time.process_time):
    begin = clock()
    function()
    return 1000 * (clock() - begin)


def numpy_peer(size):
    from numpy import abs, complex128, conj, imag, max, random, real, zeros
    from numpy.fft import fft2, fftshift, ifft2, ifftshift
    numbers = random.default_rng(0)
    spectra = numbers.random((size, size, BANDS)).astype(complex128)
    weights = numbers.random((size, size)) + 1
    image = numbers.random((size, size))
    found = {}

    def analysis():
        found.clear()
        coefficients = zeros((size, size, BANDS), dtype=complex128)
        spectrum = fftshift(fft2(ifftshift(image)))
        for band in range(BANDS):
            product = spectrum * conj(spectra[:, :, band])
            coefficients[:, :, band] = fftshift(ifft2(ifftshift(product)))
        found["imaginary"] = max(abs(imag(coefficients)))
        found["coefficients"] = real(coefficients)

    def synthesis():
        coefficients = found["coefficients"]
        total = zeros((size, size), dtype=complex128)
        for band in range(BANDS):
            total = total + fftshift(fft2(ifftshift(coefficients[:, :, band]))) * spectra[:, :, band]
        return real(fftshift(ifft2(ifftshift(total / weights))))
    return analysis, synthesis


def scipy_peer(size):
    from numpy import float32, random
    numbers = random.default_rng(0)
    return (numbers.random((BANDS, size, size // 2 + 1), dtype=float32), numbers.random((size, size), dtype=float32))


def scipy_stack(size, workers=1):
    from numpy import empty, float32
    from scipy.fft import irfft2, rfft2
    spectra, image = scipy_peer(size)
    coefficients = empty((BANDS, size, size), dtype=float32)

    def analysis():
        return irfft2(rfft2(image) * spectra, s=(size, size), workers=workers)

    def synthesis():
        return irfft2((rfft2(coefficients, workers=workers) * spectra).sum(0), s=(size, size))
    coefficients[:] = analysis()
    return analysis, synthesis


def scipy_bands(size):
    from numpy import complex64, empty, float32, multiply, zeros
    from scipy.fft import irfft2, rfft2
    spectra, image = scipy_peer(size)
    coefficients = empty((BANDS, size, size), dtype=float32)
    product = empty(spectra.shape[1:], dtype=complex64)

    def analysis():
        spectrum = rfft2(image)
        for band in range(BANDS):
            multiply(spectrum, spectra[band], out=product)
            coefficients[band] = irfft2(product, s=(size, size), overwrite_x=True)

    def synthesis():
        total = zeros(spectra.shape[1:], dtype=complex64)
        for band in range(BANDS):
            multiply(rfft2(coefficients[band]), spectra[band], out=product)
            total += product
        return irfft2(total, s=(size, size))
    return analysis, synthesis


def ours(size):
    """One thread, two threads, two processes at once."""
    turn = ondelet("bench_shearlets", size, INNER_ROUNDS, 1)
    two = ondelet("bench_shearlets", size, INNER_ROUNDS, 2)
    pair = [ondelet_start("bench_shearlets", size, INNER_ROUNDS, 1) for _ in range(2)]
    pair = [finish() for finish in pair]
    for name in OURS:
        turn[f"{name}_2_threads"] = two[name]
        turn[f"{name}_2_processes"] = sum(one[name] for one in pair) / 4
    return {name: value for name, value in turn.items() if name not in ("size", "bands")}


def peer_functions(size):
    """By name: the function and its clock. Each analysis comes before its synthesis."""
    found = {}
    for name, made in {"numpy": numpy_peer(size), "scipy_stack": scipy_stack(size), "scipy_bands": scipy_bands(size)}.items():
        found[f"{name}_analysis"], found[f"{name}_synthesis"] = ((function, time.process_time) for function in made)
    for name, function in zip(("analysis", "synthesis"), scipy_stack(size, 2)):
        found[f"scipy_stack_{name}_2_threads"] = function, time.perf_counter
    return found


def measure(size, rounds, peers):
    found = {}
    functions = peer_functions(size) if peers else {}
    for function, _ in functions.values():
        function()
    for _ in range(rounds):
        turn = ours(size)
        turn.update({name: milliseconds(function, clock) for name, (function, clock) in functions.items()})
        for name, value in turn.items():
            found.setdefault(name, []).append(value)
    return {"size": size, "bands": BANDS, "rounds": rounds, **summarise(found)}


def both(row, name, ending=""):
    return row[f"{name}analysis{ending}"] + row[f"{name}synthesis{ending}"]


LINES = [("analysis", "analysis, 49 bands"), ("synthesis", "synthesis"), ("process", "both, bands not kept"),
         ("fft_list", "their 100 FFTs alone"), ("scipy_bands_analysis", "SciPy by bands, analysis"),
         ("scipy_bands_synthesis", "SciPy by bands, synthesis"), ("scipy_stack_analysis", "SciPy at once, analysis"),
         ("scipy_stack_synthesis", "SciPy at once, synthesis"), ("numpy_analysis", "NumPy, analysis"),
         ("numpy_synthesis", "NumPy, synthesis"), ("bank", "making the bank"), ("denoise", "denoise one image"),
         ("denoise_planned", "denoise, one of many")]


def print_rows(rows):
    def line(text, values):
        print(f"{text:>32} " + " ".join(f"{value:>9.4g}" for value in values))

    for name, text in LINES:
        if name in rows[0]:
            line(text, [row[name] for row in rows])
        for ending, what in (("_2_threads", "two threads, clock"), ("_2_processes", "two processes, half")):
            if name + ending in rows[0]:
                line(what, [row[name + ending] for row in rows])
    line("analysis + synthesis / FFTs", [both(row, "") / row["fft_list"] for row in rows])
    for name in ("scipy_bands", "scipy_stack", "numpy"):
        if f"{name}_analysis" in rows[0]:
            line(f"{name} / ondelet", [both(row, f"{name}_") / both(row, "") for row in rows])
    if "scipy_stack_analysis" in rows[0]:
        line("scipy_stack / ondelet, two threads", [both(row, "scipy_stack_", "_2_threads") / both(row, "", "_2_threads")
                                                    for row in rows])


def main():
    rounds, peers = int(sys.argv[1]), sys.argv[2] == "yes"
    sizes = [int(size) for size in sys.argv[3:]] or SIZES
    results = Results("shearlets")
    print("milliseconds, processor time with one thread where nothing else is said, medians of", rounds, "rounds;",
          results.about["machine"])
    print(f"{'':>32} " + " ".join(f"{f'{size}²':>9}" for size in sizes))
    rows = []
    for size in sizes:
        rows.append(measure(size, rounds, peers))
        results.add(rows[-1])
    print_rows(rows)


if __name__ == "__main__":
    main()
