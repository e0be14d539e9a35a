#!/usr/bin/env python3
"""Temperature scaling of random logits in PyTorch: writes test/fixtures/pytorch-calibration.json.

Install: apt-get install -y python3-torch   (PyTorch 1.13 for CPU, /usr/bin/python3)
Run:     /usr/bin/python3 test/bench/pytorch_calibration.py > test/fixtures/pytorch-calibration.json && npm run format

LBFGS finds the temperature that minimizes cross_entropy(logits / temperature). The expected calibration error is defined by Guo et al.,
ICML 2017, section 2; each bin excludes its lower border and includes its upper one, as in their code. The fixture holds integers, which
`scale` divides.
"""
import json
import torch
from torch.nn.functional import cross_entropy, softmax

IMAGES, CLASSES, BINS = 240, 10, 15
SCALES = [20, 100, 400]


def fit(logits, labels):
    log_t = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    lbfgs = torch.optim.LBFGS([log_t], max_iter=500, tolerance_grad=1e-14, tolerance_change=1e-16, line_search_fn="strong_wolfe")

    def loss():
        lbfgs.zero_grad()
        value = cross_entropy(logits / log_t.exp(), labels)
        value.backward()
        return value

    lbfgs.step(loss)
    return log_t.exp().item()


def ece(logits, labels):
    confidence, prediction = softmax(logits, 1).max(1)
    right, total = (prediction == labels).double(), 0.0
    borders = torch.linspace(0, 1, BINS + 1, dtype=torch.float64)
    for low, high in zip(borders[:-1], borders[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.double().mean() * (right[inside].mean() - confidence[inside].mean()).abs()
    return float(total)


if __name__ == "__main__":
    torch.manual_seed(42)
    whole = (200 * torch.randn(IMAGES, CLASSES, dtype=torch.float64)).round()
    labels = torch.multinomial(softmax(whole / 130, 1), 1).flatten()
    cases = []
    for scale in SCALES:
        logits = whole / scale
        t = fit(logits, labels)
        cases.append({"scale": scale, "temperature": t, "eceBefore": ece(logits, labels), "eceAfter": ece(logits / t, labels)})
    out = {"torch": torch.__version__, "bins": BINS, "cases": cases, "labels": labels.tolist(), "logits": whole.int().flatten().tolist()}
    print(json.dumps(out))
