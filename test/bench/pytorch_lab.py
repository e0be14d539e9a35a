#!/usr/bin/env python3
"""The lab in PyTorch, for comparison of training speed and training results.

Install: apt-get install -y python3-torch python3-torchvision   (PyTorch 1.13 for CPU, /usr/bin/python3)
Run:     /usr/bin/python3 pytorch_lab.py --data DIR --loader tensor|notebook --models v0,v1,tinyvgg [--epochs 3]
         /usr/bin/python3 pytorch_lab.py --golden 42

--loader tensor    the whole data set in memory as one float tensor: the fastest plain PyTorch, for comparison of speed
--loader notebook  DataLoader + ToTensor image by image, as in the lab, for comparison of the printed numbers
DIR holds the four official idx .gz files. Each epoch prints one JSON line.
"""
import argparse, gzip, json, os, struct, time
import torch
from torch import nn

H = 10


def v0():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, H), nn.Linear(H, 10))


def v1():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, H), nn.ReLU(), nn.Linear(H, 10))


def tinyvgg():
    def block(i):
        return [nn.Conv2d(i, H, 3, padding=1), nn.ReLU(), nn.Conv2d(H, H, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*block(1), *block(H), nn.Flatten(), nn.Linear(H * 49, 10))


MODELS = {"v0": v0, "v1": v1, "tinyvgg": tinyvgg}


def idx(path):
    raw = gzip.open(path).read()
    dims = struct.unpack(">" + "I" * raw[3], raw[4:4 + 4 * raw[3]])
    return torch.frombuffer(bytearray(raw[4 + 4 * raw[3]:]), dtype=torch.uint8).reshape(dims)


class TensorLoader:
    """Draws the same random numbers as torch's DataLoader, without its work for each image."""

    def __init__(self, x, y, size, shuffle):
        self.x, self.y, self.size, self.shuffle = x, y, size, shuffle

    def __len__(self):
        return (len(self.x) + self.size - 1) // self.size

    def __iter__(self):
        torch.empty((), dtype=torch.int64).random_()
        order = torch.arange(len(self.x))
        if self.shuffle:
            g = torch.Generator()
            g.manual_seed(int(torch.empty((), dtype=torch.int64).random_().item()))
            order = torch.randperm(len(self.x), generator=g)
        for i in range(0, len(self.x), self.size):
            j = order[i:i + self.size]
            yield self.x[j], self.y[j]


def loaders(data, kind):
    f = lambda n: idx(os.path.join(data, n))
    sets = [(f("train-images-idx3-ubyte.gz"), f("train-labels-idx1-ubyte.gz").long()), (f("t10k-images-idx3-ubyte.gz"), f("t10k-labels-idx1-ubyte.gz").long())]
    if kind == "tensor":
        return [TensorLoader(x[:, None].float() / 255, y, 32, s) for (x, y), s in zip(sets, (True, False))]
    from torchvision.transforms import ToTensor
    from PIL import Image

    class Images(torch.utils.data.Dataset):
        def __init__(self, x, y):
            self.x, self.y, self.t = x, y, ToTensor()

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            return self.t(Image.fromarray(self.x[i].numpy(), mode="L")), int(self.y[i])

    return [torch.utils.data.DataLoader(Images(x, y), batch_size=32, shuffle=s) for (x, y), s in zip(sets, (True, False))]


def train(name, train_loader, test_loader, epochs, seed, steps=None):
    torch.manual_seed(seed)
    model, loss_fn = MODELS[name](), nn.CrossEntropyLoss()
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    torch.manual_seed(seed)
    start, first = time.perf_counter(), []
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for x, y in train_loader:
            loss = loss_fn(model(x), y)
            total += loss.item()
            opt.zero_grad()
            loss.backward()
            opt.step()
            if steps is not None:
                first.append(loss.item())
                if len(first) == steps:
                    return model, first
        model.eval()
        test_loss = lab_acc = correct = n = 0.0
        with torch.inference_mode():
            for x, y in test_loader:
                p = model(x)
                test_loss += loss_fn(p, y).item()
                hit = (p.argmax(1) == y).sum().item()
                lab_acc += 100 * hit / len(y)
                correct += hit
                n += len(y)
        print(json.dumps({"model": name, "epoch": epoch, "trainLoss": total / len(train_loader), "testLoss": test_loss / len(test_loader),
                          "labAccuracy": lab_acc / len(test_loader), "testAccuracy": correct / n, "seconds": time.perf_counter() - start}), flush=True)
    return model, first


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--data", default=os.environ.get("FASHION_MNIST_DIR"))
    p.add_argument("--loader", choices=["tensor", "notebook"], default="tensor")
    p.add_argument("--models", default="v0,v1,tinyvgg")
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--seed", type=int, default=42)
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--golden", type=int, help="print initial weights, epoch orders and the first 20 losses for this seed")
    a = p.parse_args()
    if a.threads:
        torch.set_num_threads(a.threads)
    if a.golden is not None:
        out = {"torch": torch.__version__, "seed": a.golden, "init": {}, "epochOrder": [], "firstLosses": {}}
        for name in MODELS:
            torch.manual_seed(a.golden)
            out["init"][name] = [{"name": n, "shape": list(t.shape), "first": t.detach().flatten()[:4].tolist(), "last": t.detach().flatten()[-1].item(),
                                  "sum": t.detach().double().sum().item()} for n, t in MODELS[name]().named_parameters()]
        torch.manual_seed(a.golden)
        for _ in range(3):
            torch.empty((), dtype=torch.int64).random_()
            g = torch.Generator()
            g.manual_seed(int(torch.empty((), dtype=torch.int64).random_().item()))
            order = torch.randperm(60000, generator=g)
            torch.empty((), dtype=torch.int64).random_()
            out["epochOrder"].append({"first": order[:8].tolist(), "last": order[-4:].tolist()})
        tr, te = loaders(a.data, "tensor")
        for name in MODELS:
            model, first = train(name, tr, te, 1, a.golden, steps=20)
            out["firstLosses"][name] = first
        print(json.dumps(out, indent=1))
    else:
        tr, te = loaders(a.data, a.loader)
        for name in a.models.split(","):
            train(name, tr, te, a.epochs, a.seed)
