#!/usr/bin/env python3
"""PSNR in dB of pictures with Poisson noise: gain estimated, gain given, and treated as if the noise were Gaussian.

usage: poisson.py PROGRAM DATA   DATA is ../shared/data; needs numpy and pillow

Three pictures of Set12, scaled so that white is PEAK photons; PSNR against PEAK, of the result clipped to 0...PEAK.
"""
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

PICTURES = ["01_cameraman", "02_house", "08_lena"]
WAYS = [["--noise", "poisson"], ["--noise", "poisson", "--sigma", "1"], []]


def denoise(program, noisy, options):
    with tempfile.TemporaryDirectory() as folder:
        numpy.save(f"{folder}/noisy.npy", noisy.astype(numpy.float32))
        subprocess.run([program, "denoise", f"{folder}/noisy.npy", "-o", f"{folder}/clean.npy", "--quiet", *options],
                       check=True, stdout=subprocess.DEVNULL)
        return numpy.load(f"{folder}/clean.npy")


def main():
    program, data = sys.argv[1:3]
    random = numpy.random.default_rng(1)
    print(f"{'picture':>14} {'peak':>5} {'estimated':>10} {'given':>8} {'Gaussian':>9}")
    for picture in PICTURES:
        clean = numpy.asarray(Image.open(f"{data}/denoise/set12/{picture}.png").convert("L"), dtype=numpy.float64)
        for peak in (5, 30, 120):
            wanted = clean / 255 * peak
            noisy = random.poisson(wanted)
            row = []
            for options in WAYS:
                found = numpy.clip(denoise(program, noisy, options), 0, peak)
                row.append(10 * numpy.log10(peak ** 2 / numpy.mean((found - wanted) ** 2)))
            print(f"{picture:>14} {peak:>5} {row[0]:>10.2f} {row[1]:>8.2f} {row[2]:>9.2f}")


if __name__ == "__main__":
    sys.exit(main())
