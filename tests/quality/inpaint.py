#!/usr/bin/env python3
"""PSNR in dB of filling in missing pixels: ondelet, and scikit-image's biharmonic and total-variation fillings.

usage: inpaint.py PROGRAM DATA [PICTURES...]   DATA is ../shared/data; needs numpy, scikit-image, pillow

The five pictures of Set12 with 512 x 512 pixels, masks of DATA/inpaint. What is not known is set to 0 before the program
sees it. PSNR is over all pixels, clipped to 0...255 and not rounded. The total-variation filling repeats Chambolle's
denoising with a weight that falls from 0.3 to 0.02 in 60 steps, known pixels being put back after each.
"""
import os
import subprocess
import sys
import tempfile
import time

import numpy
from PIL import Image
from skimage.restoration import denoise_tv_chambolle, inpaint_biharmonic

PICTURES = ["08_lena", "09_barbara", "10_boat", "11_man", "12_couple"]
MASKS = ["keep50", "keep20", "text"]


def read(path):
    return numpy.asarray(Image.open(path).convert("L"), dtype=numpy.float64)


def psnr(clean, found):
    return 10 * numpy.log10(255 ** 2 / numpy.mean((clean - numpy.clip(found, 0, 255)) ** 2))


def ours(program, image, mask_path):
    with tempfile.TemporaryDirectory() as folder:
        numpy.save(f"{folder}/in.npy", image.astype(numpy.float32))
        subprocess.run([program, "inpaint", f"{folder}/in.npy", "--mask", mask_path, "-o", f"{folder}/out.npy",
                        "--quiet", "--threads", "1"], check=True, stdout=subprocess.DEVNULL)
        return numpy.load(f"{folder}/out.npy").astype(numpy.float64)


def total_variation(image, known):
    steps = 60
    found = numpy.where(known, image, image[known].mean()) / 255
    for weight in numpy.geomspace(0.3, 0.02, steps):
        found = numpy.where(known, image / 255, denoise_tv_chambolle(found, weight=weight, max_num_iter=30))
    return 255 * found


def main():
    program, data = sys.argv[1:3]
    pictures = sys.argv[3:] or PICTURES
    print(f"{'mask':>8} {'picture':>12} {'ondelet':>8} {'biharmonic':>10} {'TV':>8}   seconds of each")
    for mask in MASKS:
        mask_path = f"{data}/inpaint/mask_{mask}_512.png"
        known = read(mask_path) > 0
        rows = []
        for picture in pictures:
            clean = read(f"{data}/denoise/set12/{picture}.png")
            damaged = numpy.where(known, clean, 0)
            row, spent = [], []
            for fill in (lambda: ours(program, damaged, mask_path),
                         lambda: 255 * inpaint_biharmonic(damaged / 255, ~known),
                         lambda: total_variation(damaged, known)):
                begin = time.perf_counter()
                row.append(psnr(clean, fill()))
                spent.append(time.perf_counter() - begin)
            rows.append(row)
            print(f"{mask:>8} {picture:>12} {row[0]:>8.2f} {row[1]:>10.2f} {row[2]:>8.2f}   "
                  + " ".join(f"{s:.1f}" for s in spent), flush=True)
        mean = numpy.mean(rows, axis=0)
        print(f"{mask:>8} {'mean':>12} {mean[0]:>8.2f} {mean[1]:>10.2f} {mean[2]:>8.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
