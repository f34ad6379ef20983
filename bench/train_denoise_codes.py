#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains models/denoise_codes.safetensors, the convolutional sparse coding model of `denoise --method csc`, with PyTorch.

    python bench/train_denoise_codes.py PICTURES MODEL.safetensors [--minutes M] [--start EARLIER.safetensors] ...

PICTURES is a folder. Wants numpy, pillow and torch. The length is given in minutes of one thread, so that another machine makes
another model of about the same worth. An earlier model that has fewer iterations repeats its last thresholds.

Simon & Elad, Rethinking the CSC model for natural images, NeurIPS 2019: steps z <- soft(z + A (y - B z), thresholds) with
strided operators A, B and a third, D, that makes the picture of the codes; the pictures of several shifts are averaged. Here y is
the noisy picture in units of its noise without its blurred part, patches are two strides wide (so that a stride of the picture is
a vector of 64 samples and a patch four of them), and one model serves all noise levels.
"""
import argparse
import glob
import json
import os
import struct
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as functional
from PIL import Image

STRIDE, CODES = 8, 192
ROWS = 11  # codes of a crop's side
CROP = STRIDE * (ROWS + 1) + STRIDE - 1
NOISE_LOW, NOISE_HIGH = 5, 75
BLUR_PX, BLUR_REACH = 8, 24


def gather(blocks):
    """[n, rows + 1, columns + 1, 64] to the patches [n, rows, columns, 256]: four blocks each."""
    return torch.cat((blocks[:, :-1, :-1], blocks[:, :-1, 1:], blocks[:, 1:, :-1], blocks[:, 1:, 1:]), -1)


def spread(patches):
    """The adjoint of gather."""
    parts = patches.split(STRIDE**2, -1)
    corners = ((0, 1, 0, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 0, 1, 0))
    return sum(functional.pad(part, (0, 0, *corner)) for part, corner in zip(parts, corners))


class CodesNetwork(nn.Module):
    """Pictures are [n, rows + 1, columns + 1, 64]: blocks of a stride's side as vectors. Weights are [256, codes]."""

    def __init__(self, iterations):
        super().__init__()
        self.iterations = iterations
        atoms = torch.randn(4 * STRIDE**2, CODES)
        z = torch.randn(1, 16, 16, CODES)
        for _ in range(50):  # the largest eigenvalue of the synthesis' Gram operator
            z = gather(spread(z / z.norm() @ atoms.T)) @ atoms
        atoms = atoms / z.norm().sqrt()
        self.analysis = nn.Parameter(atoms.clone())
        self.synthesis = nn.Parameter(atoms.clone())
        self.dictionary = nn.Parameter(atoms.clone())
        size = atoms.norm(dim=0)
        self.thresholds = nn.Parameter(torch.cat([size.view(1, -1), 0.3 * size.expand(iterations, -1)]))

    def shrink(self, z, step):
        most = functional.relu(self.thresholds[step])
        return functional.relu(z - most) - functional.relu(-z - most)

    def forward(self, y):
        z = self.shrink(gather(y) @ self.analysis, 0)
        for step in range(self.iterations):
            rest = y - spread(z @ self.synthesis.T)
            z = self.shrink(z + gather(rest) @ self.analysis, step + 1)
        return spread(z @ self.dictionary.T)


def to_blocks(planes):
    return functional.pixel_unshuffle(planes, STRIDE).permute(0, 2, 3, 1).contiguous()


def from_blocks(blocks):
    return functional.pixel_shuffle(blocks.float().permute(0, 3, 1, 2), STRIDE)


def blur(planes):
    k = torch.exp(-0.5 * (torch.arange(-BLUR_REACH, BLUR_REACH + 1).float() / BLUR_PX) ** 2)
    k = k / k.sum()
    planes = functional.pad(planes, 4 * (BLUR_REACH,), mode="reflect")
    return functional.conv2d(functional.conv2d(planes, k.view(1, 1, 1, -1)), k.view(1, 1, -1, 1))


def estimate(network, planes, shifts):
    """Mean over shifts of what the network makes of [n, 1, CROP, CROP]; valid from 2 strides - 1 to ROWS strides."""
    side = STRIDE * (ROWS + 1)
    total = 0
    for row, column in shifts:
        part = to_blocks(planes[:, :, row : row + side, column : column + side])
        made = from_blocks(network(part))
        first = 2 * STRIDE - 1
        total = total + made[:, :, first - row : ROWS * STRIDE - row, first - column : ROWS * STRIDE - column]
    return total / len(shifts)


def read_pictures(folder):
    files = sorted(f for e in ("jpg", "png") for f in glob.glob(os.path.join(folder, "*." + e)))
    images = [Image.open(file).convert("L") for file in files]
    small = [i.resize((round(i.width * 0.7), round(i.height * 0.7)), Image.BICUBIC) for i in images]
    return [np.asarray(image, np.float32) for image in images + images + small]


def draw_batch(pictures, count, random):
    """Crops in units of their noise, noise, and the logarithms of the noise levels."""
    crops = np.empty((count, 1, CROP, CROP), np.float32)
    levels = np.exp(random.uniform(np.log(NOISE_LOW), np.log(NOISE_HIGH), count))
    for crop, level in zip(crops, levels):
        picture = pictures[random.integers(len(pictures))]
        row = random.integers(picture.shape[0] - CROP + 1)
        column = random.integers(picture.shape[1] - CROP + 1)
        sample = picture[row : row + CROP, column : column + CROP] / np.float32(level)
        turn = random.integers(8)
        sample = sample[::-1] if turn & 1 else sample
        sample = sample[:, ::-1] if turn & 2 else sample
        crop[0] = sample.T if turn & 4 else sample
    noise = random.standard_normal(crops.shape, np.float32)
    return torch.from_numpy(crops), torch.from_numpy(noise), np.log(levels)


def train(pictures, options):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    random = np.random.default_rng(options.seed)
    network = CodesNetwork(options.iterations)
    if options.start:
        read(network, options.start)
    mean = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.Adam(network.parameters(), lr=options.rate)
    usual, shown = np.array([-0.9, -0.9]), 0.0  # log error ~ slope * log level + offset, learned on the way
    start, step = time.process_time(), 0
    inner = slice(2 * STRIDE - 1, ROWS * STRIDE)
    seen = []
    while (share := (time.process_time() - start) / 60 / options.minutes) < 1:
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, step / 300 + 0.05) * (0.5 * (1 + np.cos(np.pi * share)) * 0.99 + 0.01)
        clean, noise, levels = draw_batch(pictures, options.batch, random)
        low = blur(clean + noise)
        grid = range(0, STRIDE, STRIDE // options.shifts)
        a, b = random.integers(STRIDE // options.shifts, size=2)
        shifts = [(a + i, b + k) for i in grid for k in grid]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            made = estimate(network, clean + noise - low, shifts)
        errors = ((made + (low - clean)[:, :, inner, inner]) ** 2).mean((1, 2, 3))
        seen = (seen + list(zip(levels, np.log(errors.detach().numpy()))))[-4000:]
        if step < 200 or step % 100 == 0:
            usual = np.polyfit(*np.array(seen).T, 1)
        loss = (errors * torch.from_numpy(np.exp(-np.polyval(usual, levels)).astype(np.float32))).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        keep = min(0.999, 1 - 1 / (1 + step / 4))
        with torch.no_grad():
            for name, value in network.state_dict().items():
                mean[name].mul_(keep).add_(value, alpha=1 - keep)
        if step % 250 == 0:
            psnr = [10 * np.log10(255**2 / level**2) - 10 / np.log(10) * np.polyval(usual, np.log(level)) for level in (15, 25, 50)]
            print(f"step {step}, {100 * share:.0f} %, dB at noise 15, 25, 50: " + " ".join(f"{p:.2f}" for p in psnr), flush=True)
    network.load_state_dict(mean)
    return network


def as_patches(weight):
    """[256, codes] to [16, 16, 1, codes]."""
    patches = weight.detach().view(2, 2, STRIDE, STRIDE, CODES).permute(0, 2, 1, 3, 4)
    return patches.reshape(2 * STRIDE, 2 * STRIDE, 1, CODES).numpy()


def write(network, path):
    tensors = {name: as_patches(getattr(network, name)) for name in ("analysis", "synthesis", "dictionary")}
    tensors["thresholds"] = functional.relu(network.thresholds).detach().numpy()
    header = {"__metadata__": {"format": "ondelet denoise codes 1", "stride": str(STRIDE), "blur_px": str(BLUR_PX)}}
    data = b""
    for name, values in tensors.items():
        block = np.ascontiguousarray(values, np.float16).tobytes()
        header[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(block)]}
        data += block
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read(network, path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    for name, parameter in network.named_parameters():
        values = np.frombuffer(data[slice(*header[name]["data_offsets"])], np.float16).reshape(header[name]["shape"])
        if values.ndim == 4:
            values = values.reshape(2, STRIDE, 2, STRIDE, CODES).transpose(0, 2, 1, 3, 4).reshape(-1, CODES)
        else:
            values = np.concatenate([values] + [values[-1:]] * (len(parameter) - len(values)))
        parameter.data.copy_(torch.from_numpy(values.astype(np.float32)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures")
    parser.add_argument("model")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start")
    parser.add_argument("--iterations", type=int, default=12)
    parser.add_argument("--shifts", type=int, default=2, choices=(1, 2, 4, 8), help="of each axis; the program has two grids of 4")
    parser.add_argument("--batch", type=int, default=8, help="crops of a mini-batch")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    pictures = read_pictures(options.pictures)
    print(len(pictures), "pictures", flush=True)
    write(train(pictures, options), options.model)


if __name__ == "__main__":
    main()
