#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains models/denoise.safetensors with PyTorch in half precision: what `ondelet train denoise` does, three times as fast.

    cmake --preset bench && cmake --build build/bench --target bench_denoise_opinions
    python bench/train_denoise.py PICTURES LIBRARY MODEL.safetensors [MINUTES]

PICTURES is a folder, LIBRARY build/bench/bench/libbench_denoise_opinions.so. Wants numpy, pillow and torch. The length is given
in minutes of one thread, so that another machine makes another model of about the same worth.
"""
import ctypes
import glob
import json
import os
import struct
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as functional
from PIL import Image

HIDDEN, PAIRS = 64, 4
PATCH, BATCH = 64, 16
NOISE_LOW, NOISE_HIGH = 5, 75
DRAWS = 6  # noisy versions of each picture; every third is of the picture at 70 % of its size


class ResidualNetwork(nn.Module):
    """src/learn/residual_network.h, on the four phases of each plane."""

    def __init__(self):
        super().__init__()

        def convolution(inputs, outputs, scale):
            layer = nn.Conv2d(inputs, outputs, 3, padding=1)
            nn.init.kaiming_normal_(layer.weight)
            layer.weight.data *= scale
            nn.init.zeros_(layer.bias)
            return layer

        self.first = convolution(12, HIDDEN, 1)
        self.a = nn.ModuleList([convolution(HIDDEN, HIDDEN, 1) for _ in range(PAIRS)])
        self.b = nn.ModuleList([convolution(HIDDEN, HIDDEN, 0.3) for _ in range(PAIRS)])
        self.last = convolution(HIDDEN, 4, 0)

    def forward(self, x):
        h = functional.relu(self.first(functional.pixel_unshuffle(x, 2)))
        for a, b in zip(self.a, self.b):
            h = h + b(functional.relu(a(h)))
        return functional.pixel_shuffle(self.last(h), 2)

    def layers(self):
        pairs = [layer for pair in zip(self.a, self.b) for layer in pair]
        return [self.first, *pairs, self.last]


def blur(planes):
    k = torch.exp(-0.5 * (torch.arange(-8, 9).float() / 3) ** 2)
    k = k / k.sum()
    planes = functional.pad(planes, (8, 8, 8, 8), mode="reflect")
    return functional.conv2d(functional.conv2d(planes, k.view(1, 1, 1, -1)), k.view(1, 1, -1, 1))


def make_planes(folder, library):
    """(picture as u8, noise level, noise, error of the shearlets, error of the sliding DCT), errors in units of the noise."""
    opinions = ctypes.CDLL(os.path.abspath(library)).denoise_opinions
    floats = np.ctypeslib.ndpointer(np.float32, flags="C")
    opinions.argtypes = [floats, ctypes.c_int, ctypes.c_int, floats, floats]
    files = sorted(f for e in ("jpg", "png") for f in glob.glob(os.path.join(folder, "*." + e)))
    for draw in range(DRAWS):
        for i, file in enumerate(files):
            random = np.random.default_rng(1000 * draw + i)
            image = Image.open(file).convert("L")
            if draw % 3 == 2:
                image = image.resize((round(image.width * 0.7), round(image.height * 0.7)), Image.BICUBIC)
            picture = np.asarray(image, np.uint8)
            level = float(np.exp(random.uniform(np.log(NOISE_LOW), np.log(NOISE_HIGH))))
            noise = random.standard_normal(picture.shape).astype(np.float32)
            clean = picture.astype(np.float32) / np.float32(level)
            noisy = np.ascontiguousarray(clean + noise)
            shearlet, local = np.empty_like(noisy), np.empty_like(noisy)
            if opinions(noisy, *noisy.shape, shearlet, local) != 0:
                raise RuntimeError(file)
            errors = [(plane - clean).astype(np.float16) for plane in (shearlet, local)]
            yield picture, level, noise.astype(np.float16), *errors


def draw_batch(planes, usual_error, random):
    """[BATCH, 4, PATCH, PATCH] of clean, noise and both errors; weights of the squared errors."""
    samples = np.empty((BATCH, 4, PATCH, PATCH), np.float32)
    weights = np.empty((BATCH, 1, 1, 1), np.float32)
    for i in range(BATCH):
        picture, level, *others = planes[random.integers(len(planes))]
        row = random.integers(picture.shape[0] - PATCH + 1)
        column = random.integers(picture.shape[1] - PATCH + 1)
        box = slice(row, row + PATCH), slice(column, column + PATCH)
        sample = np.stack([picture[box].astype(np.float32) / level] + [plane[box].astype(np.float32) for plane in others])
        turn = random.integers(8)
        sample = sample[:, ::-1] if turn & 1 else sample
        sample = sample[:, :, ::-1] if turn & 2 else sample
        sample = sample.transpose(0, 2, 1) if turn & 4 else sample
        samples[i] = sample
        weights[i] = np.exp(-np.polyval(usual_error, np.log(level)))
    return torch.from_numpy(samples), torch.from_numpy(weights)


def fit_usual_error(planes):
    levels = np.log([p[1] for p in planes])
    errors = [np.mean((0.5 * (p[3].astype(np.float32) + p[4].astype(np.float32))) ** 2) for p in planes]
    return np.polyfit(levels, np.log(errors), 2)


def train(planes, minutes):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    usual_error = fit_usual_error(planes)
    network = ResidualNetwork().to(memory_format=torch.channels_last)
    mean = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    start, step, shown = time.time(), 0, 0.0
    while (share := (time.time() - start) / 60 / minutes) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * min(1, step / 300 + 0.05) * (0.5 * (1 + np.cos(np.pi * share)) * 0.99 + 0.01)
        sample, weight = draw_batch(planes, usual_error, random)
        clean, noise, shearlet, local = sample.split(1, 1)
        united = clean + 0.5 * (shearlet + local)
        inputs = torch.cat([clean + noise - united, shearlet - local, torch.asinh(united - blur(united))], 1)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            change = network(inputs.to(memory_format=torch.channels_last))
        loss = ((change.float() + united - clean) ** 2 * weight).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        keep = min(0.999, 1 - 1 / (1 + step / 4))
        with torch.no_grad():
            for name, value in network.state_dict().items():
                mean[name].mul_(keep).add_(value, alpha=1 - keep)
        shown = 0.99 * shown + 0.01 * loss.item() if step > 1 else loss.item()
        if step % 250 == 0:
            print(f"step {step}, {100 * share:.0f} %, loss {shown:.4f}", flush=True)
    network.load_state_dict(mean)
    return network


def write(network, path):
    """safetensors, F16: weights [3, 3, inputs, outputs]."""
    header, data = {"__metadata__": {"format": "ondelet denoise 1"}}, b""
    for i, layer in enumerate(network.layers()):
        weight = layer.weight.detach().numpy().transpose(2, 3, 1, 0)
        for part, values in (("weight", weight), ("bias", layer.bias.detach().numpy())):
            block = np.ascontiguousarray(values, np.float16).tobytes()
            header[f"layer{i}.{part}"] = {
                "dtype": "F16", "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(block)]}
            data += block
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main():
    folder, library, path = sys.argv[1:4]
    planes = list(make_planes(folder, library))
    print(len(planes), "noisy pictures", flush=True)
    write(train(planes, float(sys.argv[4]) if len(sys.argv) > 4 else 92), path)


if __name__ == "__main__":
    main()
