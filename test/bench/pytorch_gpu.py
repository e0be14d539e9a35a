#!/usr/bin/env python3
"""A training step of TinyVGG in eager PyTorch on a CUDA GPU, with the data set in its memory, for comparison in gpu.bench.ts.

Run: python3 pytorch_gpu.py --card | --batch N    Prints the GPU and its driver, or the milliseconds of one step.
"""
import argparse, subprocess, sys, time
import torch
from torch import nn
from pytorch_lab import tinyvgg

WARM, STEPS, IMAGES = 50, 300, 60_000

parser = argparse.ArgumentParser()
parser.add_argument("--card", action="store_true")
parser.add_argument("--batch", type=int)
args = parser.parse_args()
if not torch.cuda.is_available():
    sys.exit("PyTorch finds no CUDA GPU")
if args.card:
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    print(torch.__version__, subprocess.check_output(query, text=True).splitlines()[0])
    sys.exit()

torch.manual_seed(42)
model = tinyvgg().cuda()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()
images = torch.rand(IMAGES, 1, 28, 28, device="cuda")
labels = torch.randint(10, (IMAGES,), device="cuda")
order = torch.randperm(IMAGES, device="cuda")


def steps(count):
    for i in range(count):
        first = i * args.batch % (IMAGES - args.batch + 1)
        at = order[first:first + args.batch]
        loss = criterion(model(images[at]), labels[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.cuda.synchronize()


steps(WARM)
start = time.perf_counter()
steps(STEPS)
print(1000 * (time.perf_counter() - start) / STEPS)
