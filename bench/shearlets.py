"""Shearlets, milliseconds of processor time: ondelet, two peers and the list of FFTs, by turns in one run.

The compact system of four scales, 49 bands, one thread. The peers do what is usual in Python: NumPy with complex double
spectra that are shifted to and fro for each band (as pyShearLab does), and SciPy's real FFTs in single precision. Their
spectra are random numbers, which take the same time. Prints a table and appends JSON lines to
bench/results/shearlets.jsonl.   usage: shearlets.py ROUNDS yes|no (peers)
"""
import sys
import time

from common import Results, ondelet, summarise

SIZES = [256, 512, 1024]
BANDS = 49


def milliseconds(function):
    begin = time.process_time()
    function()
    return 1000 * (time.process_time() - begin)


def numpy_peer(size):
    from numpy import conj, empty, random, real
    from numpy.fft import fft2, fftshift, ifft2, ifftshift
    numbers = random.default_rng(0)
    spectra = numbers.random((size, size, BANDS))
    weights = numbers.random((size, size)) + 1
    image = numbers.random((size, size))
    coefficients = empty((size, size, BANDS))

    def analysis():
        spectrum = fftshift(fft2(ifftshift(image)))
        for band in range(BANDS):
            product = spectrum * conj(spectra[:, :, band])
            coefficients[:, :, band] = real(fftshift(ifft2(ifftshift(product))))

    def synthesis():
        total = 0
        for band in range(BANDS):
            total = total + fftshift(fft2(ifftshift(coefficients[:, :, band]))) * spectra[:, :, band]
        return real(fftshift(ifft2(ifftshift(total / weights))))
    return analysis, synthesis


def scipy_peer(size):
    from numpy import empty, float32, random, zeros
    from scipy.fft import irfft2, rfft2
    numbers = random.default_rng(0)
    spectra = numbers.random((BANDS, size, size // 2 + 1), dtype=float32)
    image = numbers.random((size, size), dtype=float32)
    coefficients = empty((BANDS, size, size), dtype=float32)

    def analysis():
        spectrum = rfft2(image)
        for band in range(BANDS):
            coefficients[band] = irfft2(spectrum * spectra[band], s=(size, size))

    def synthesis():
        total = zeros(spectra.shape[1:], dtype="complex64")
        for band in range(BANDS):
            total += rfft2(coefficients[band]) * spectra[band]
        return irfft2(total, s=(size, size))
    return analysis, synthesis


def measure(size, rounds, peers):
    found = {}
    functions = {}
    for name, make in {"numpy": numpy_peer, "scipy": scipy_peer}.items() if peers else ():
        functions[f"{name}_analysis"], functions[f"{name}_synthesis"] = make(size)
    for function in functions.values():
        function()
    for _ in range(rounds):
        turn = ondelet("bench_shearlets", size, 5)
        turn = {name: value for name, value in turn.items() if name not in ("size", "bands")}
        turn.update({name: milliseconds(function) for name, function in functions.items()})
        for name, value in turn.items():
            found.setdefault(name, []).append(value)
    return {"size": size, "bands": BANDS, "rounds": rounds, **summarise(found)}


def main():
    rounds, peers = int(sys.argv[1]), sys.argv[2] == "yes"
    results = Results("shearlets")
    print("milliseconds of processor time, one thread, medians of", rounds, "rounds;", results.about["machine"])
    print(f"{'':>26} " + " ".join(f"{f'{size}²':>9}" for size in SIZES))
    rows = []
    for size in SIZES:
        rows.append(measure(size, rounds, peers))
        results.add(rows[-1])
    lines = [("analysis", "analysis, 49 bands"), ("synthesis", "synthesis"), ("process", "both, bands not kept"),
             ("fft_list", "their 100 FFTs alone"), ("scipy_analysis", "SciPy analysis"),
             ("scipy_synthesis", "SciPy synthesis"), ("numpy_analysis", "NumPy analysis"),
             ("numpy_synthesis", "NumPy synthesis"), ("bank", "making the bank"), ("denoise", "denoise one image"),
             ("denoise_planned", "denoise, one of many")]
    for name, text in lines:
        if name in rows[0]:
            print(f"{text:>26} " + " ".join(f"{row[name]:>9.4g}" for row in rows))
    print(f"{'analysis + synthesis / FFTs':>26} "
          + " ".join(f"{(row['analysis'] + row['synthesis']) / row['fft_list']:>9.3g}" for row in rows))


if __name__ == "__main__":
    main()
