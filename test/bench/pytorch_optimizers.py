#!/usr/bin/env python3
"""Ten steps of PyTorch's optimizers on artificial images: writes test/fixtures/pytorch-optimizers.json.

Install: apt-get install -y python3-torch   (PyTorch 1.13 for CPU, /usr/bin/python3)
Run:     /usr/bin/python3 test/bench/pytorch_optimizers.py > test/fixtures/pytorch-optimizers.json && npm run format

Pixel i of image n is (31 n + 17 i + (i² mod 251)) mod 256, and its label is n mod 10. Step t uses images 8 t to 8 t + 7.
"""
import json
import torch
from torch import nn
from pytorch_lab import MODELS

SEED, STEPS, BATCH = 42, 10, 8
OPTIMIZERS = [
    {"kind": "sgd", "learningRate": 0.05, "momentum": 0.9, "weightDecay": 0},
    {"kind": "sgd", "learningRate": 0.05, "momentum": 0, "weightDecay": 0.1},
    {"kind": "sgd", "learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.1},
    {"kind": "adam", "learningRate": 0.001, "weightDecay": 0},
    {"kind": "adam", "learningRate": 0.001, "weightDecay": 0.1},
    {"kind": "adamw", "learningRate": 0.001, "weightDecay": 0.1},
    {"kind": "adam", "learningRate": 0.001, "beta1": 0.5, "beta2": 0.9, "epsilon": 0.01, "weightDecay": 0.1},
    {"kind": "adamw", "learningRate": 0.001, "beta1": 0, "beta2": 0.99, "epsilon": 0.0001, "weightDecay": 0.1},
]


SMOOTHED = {"kind": "adamw", "learningRate": 0.001, "weightDecay": 0.01}


def optimizer(parameters, o):
    if o["kind"] == "sgd":
        return torch.optim.SGD(parameters, lr=o["learningRate"], momentum=o["momentum"], weight_decay=o["weightDecay"])
    rule = torch.optim.AdamW if o["kind"] == "adamw" else torch.optim.Adam
    betas = o.get("beta1", 0.9), o.get("beta2", 0.999)
    return rule(parameters, lr=o["learningRate"], betas=betas, eps=o.get("epsilon", 1e-8), weight_decay=o["weightDecay"])


def batch(t):
    n = torch.arange(BATCH * t, BATCH * (t + 1))
    i = torch.arange(784)
    pixels = (31 * n[:, None] + 17 * i + i * i % 251) % 256
    return pixels.reshape(-1, 1, 28, 28).float() / 255, n % 10


def run(name, o, smoothing=0.0):
    torch.manual_seed(SEED)
    model, losses = MODELS[name](), []
    opt = optimizer(model.parameters(), o)
    for t in range(STEPS):
        x, y = batch(t)
        loss = nn.functional.cross_entropy(model(x), y, label_smoothing=smoothing)
        losses.append(loss.item())
        opt.zero_grad()
        loss.backward()
        opt.step()
    weights = [{"first": p.detach().flatten()[:3].tolist(), "sum": p.detach().double().sum().item()} for p in model.parameters()]
    return {"model": name, "optimizer": o, "labelSmoothing": smoothing, "losses": losses, "weights": weights}


if __name__ == "__main__":
    runs = [run(name, o) for name in ("v1", "tinyvgg") for o in OPTIMIZERS] + [run(name, SMOOTHED, 0.1) for name in ("v1", "tinyvgg")]
    print(json.dumps({"torch": torch.__version__, "seed": SEED, "runs": runs}))
