#!/usr/bin/env python3
"""Training steps of networks of any shape in eager PyTorch on the CPU, for comparison in shapes.bench.ts.

Reads a line of JSON per measurement: {"layers": [...], "input": [c, h, w], "batch": n, "milliseconds": t, "cpuTime": false}.
Trains for at least t milliseconds and prints the milliseconds of one step, of CPU time if asked for. A network keeps its weights between its measurements.
"""
import json, sys, time
import torch
from torch import nn

BUILD = {
    "flatten": lambda l: nn.Flatten(),
    "relu": lambda l: nn.ReLU(),
    "linear": lambda l: nn.Linear(l["inFeatures"], l["outFeatures"]),
    "conv2d": lambda l: nn.Conv2d(l["inChannels"], l["outChannels"], l["kernelSize"], stride=l["stride"], padding=l["padding"]),
    "maxPool2d": lambda l: nn.MaxPool2d(l["kernelSize"], stride=l["stride"]),
}
criterion = nn.CrossEntropyLoss()
known = {}


def prepare(line, request):
    torch.manual_seed(42)
    model = nn.Sequential(*[BUILD[layer["kind"]](layer) for layer in request["layers"]])
    images = torch.rand(request["batch"], *request["input"])
    labels = torch.randint(model(images).shape[1], (request["batch"],))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step():
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(3):
        step()
    return step


for line in sys.stdin:
    request = json.loads(line)
    step = known.setdefault(line, None) or prepare(line, request)
    known[line] = step
    clock = time.process_time if request["cpuTime"] else time.perf_counter
    count, start, end = 0, clock(), time.perf_counter() + request["milliseconds"] / 1000
    while count == 0 or time.perf_counter() < end:
        step()
        count += 1
    print(1000 * (clock() - start) / count, flush=True)
