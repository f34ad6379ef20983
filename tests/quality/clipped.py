#!/usr/bin/env python3
"""Noise of photographs in 8 bits, where black and white are clipped: what is found, and what it costs.

usage: clipped.py PROGRAM DATA   DATA is ../shared/data; needs numpy and pillow

The first 40 colour pictures of BSDS500 val with white noise, rounded and clipped to 0...255, then denoised by `union`:
median and range of the estimated sigma, and the mean PSNR in dB with sigma estimated and given.
"""
import glob
import re
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

PICTURES = 40


def denoise(program, folder, options):
    done = subprocess.run([program, "denoise", f"{folder}/noisy.png", "-o", f"{folder}/clean.png", "--force",
                           "--method", "union", *options], check=True, capture_output=True, text=True)
    found = re.search(r"sigma ([0-9.]+)", done.stdout + done.stderr)
    return float(found.group(1)) if found else 0, numpy.asarray(Image.open(f"{folder}/clean.png"), dtype=numpy.float64)


def main():
    program, data = sys.argv[1:3]
    random = numpy.random.default_rng(1)
    pictures = sorted(glob.glob(f"{data}/bsds500/val/images_jpg/*.jpg"))[:PICTURES]
    print(f"{'sigma':>6} {'found':>7} {'from':>7} {'to':>7} {'estimated':>10} {'given':>7}")
    for sigma in (5, 15, 25, 50):
        found, estimated, given = [], [], []
        for picture in pictures:
            clean = numpy.asarray(Image.open(picture), dtype=numpy.float64)
            noisy = numpy.clip(clean + sigma * random.standard_normal(clean.shape), 0, 255).round()
            with tempfile.TemporaryDirectory() as folder:
                Image.fromarray(noisy.astype(numpy.uint8)).save(f"{folder}/noisy.png", compress_level=1)
                level, result = denoise(program, folder, [])
                found.append(level)
                estimated.append(10 * numpy.log10(255 ** 2 / numpy.mean((result - clean) ** 2)))
                _, result = denoise(program, folder, ["--sigma", str(sigma)])
                given.append(10 * numpy.log10(255 ** 2 / numpy.mean((result - clean) ** 2)))
        print(f"{sigma:>6} {numpy.median(found):>7.2f} {min(found):>7.2f} {max(found):>7.2f} "
              f"{numpy.mean(estimated):>10.2f} {numpy.mean(given):>7.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
