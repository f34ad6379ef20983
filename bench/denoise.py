"""Denoising of real pictures: ondelet's methods, scikit-image's wavelets and non-local means, and BM3D, by turns in one run.

The pictures of 512 x 512 of Set12 with white noise of sigma 25 grey levels, which all are told. Seconds of processor time
a picture and PSNR (clipped to 0...255), medians over pictures and rounds. Ours are whole processes: start, model, bank,
reading and writing; with two threads the time on the clock. Prints a table and appends JSON lines to
bench/results/denoise.jsonl.   usage: denoise.py ROUNDS yes|no (peers) [PICTURES]
"""
import glob
import os
import sys
import tempfile
import time

import numpy as np

from common import Results, print_table, process_seconds, summarise

PICTURES = "../shared/data/denoise/set12/*.png"
SIGMA = 25
METHODS = ["learned", "csc", "union", "wavelet"]


def psnr(clean, found):
    error = np.clip(found.astype(np.float64), 0, 255) - clean
    return float(10 * np.log10(255**2 / np.mean(error**2)))


def skimage_wavelet(noisy):
    from skimage.restoration import denoise_wavelet
    return 255 * denoise_wavelet(noisy / 255, sigma=SIGMA / 255, method="BayesShrink", mode="soft", rescale_sigma=True)


def skimage_nlm(noisy):
    from skimage.restoration import denoise_nl_means
    return 255 * denoise_nl_means(noisy / 255, sigma=SIGMA / 255, h=0.6 * SIGMA / 255, patch_size=5, patch_distance=6,
                                  fast_mode=True)


def bm3d(noisy):
    import bm3d as package
    return package.bm3d(noisy, SIGMA)


PEERS = {"skimage_wavelet": skimage_wavelet, "skimage_nlm": skimage_nlm, "bm3d": bm3d}


def ours(noisy, method, threads, folder):
    """Processor time, time on the clock, result."""
    given, result = f"{folder}/noisy.npy", f"{folder}/clean.npy"
    np.save(given, noisy.astype(np.float32))
    used, elapsed, _ = process_seconds("denoise", given, "-o", result, "--sigma", SIGMA, "--method", method, "--threads",
                                    threads, "--force", "--quiet")
    return used, elapsed, np.load(result)


def measure(clean, noisy, peers, folder, found):
    def note(name, value):
        found.setdefault(name, []).append(value)

    for method in METHODS:
        used, _, result = ours(noisy, method, 1, folder)
        note(f"ondelet_{method}", used)
        note(f"ondelet_{method}_psnr_db", psnr(clean, result))
        note(f"ondelet_{method}_2_threads", ours(noisy, method, 2, folder)[1])
    for name, function in PEERS.items() if peers else ():
        begin = time.process_time()
        result = function(noisy)
        note(name, time.process_time() - begin)
        note(f"{name}_psnr_db", psnr(clean, result))


def main():
    from PIL import Image
    rounds, peers = int(sys.argv[1]), sys.argv[2] == "yes"
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    pictures = [np.asarray(Image.open(path), dtype=np.float64) for path in sorted(glob.glob(PICTURES))]
    pictures = [picture for picture in pictures if picture.shape == (512, 512)][:most]
    if not pictures:
        sys.exit(f"bench: no pictures of 512 x 512 in {os.path.dirname(PICTURES)}")
    results = Results("denoise")
    random = np.random.default_rng(5)
    found = {}
    if peers:
        for function in PEERS.values():
            function(pictures[0][:64, :64])  # what is loaded at the first call
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for clean in pictures:
                measure(clean, clean + SIGMA * random.standard_normal(clean.shape), peers, folder, found)
    row = {"size": 512, "sigma": SIGMA, "pictures": len(pictures), "rounds": rounds, **summarise(found)}
    results.add(row)
    names = [f"ondelet_{method}" for method in METHODS] + list(PEERS if peers else ())
    columns = {"CPU s": "", "2 threads s": "_2_threads", "PSNR dB": "_psnr_db"}
    print_table(f"{len(pictures)} pictures of 512², sigma {SIGMA}, {rounds} rounds", names, columns, row, results)


if __name__ == "__main__":
    main()
