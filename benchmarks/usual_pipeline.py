"""The usual way to train this network, as most tutorials show it, and with nothing of ours.

torchvision's MNIST, ``ToTensor`` on each item, a shuffling ``DataLoader``, ReLU before pooling, and
the assignment's settings: Adam at 0.02, batches of 1,024, 20 epochs. Prints one line of JSON.

    python benchmarks/usual_pipeline.py data --seed 0
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from resource import RUSAGE_SELF, getrusage

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms


class Net(nn.Module):
    """The assignment's LeNet."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.bn1 = nn.BatchNorm1d(120)
        self.fc2 = nn.Linear(120, 84)
        self.bn2 = nn.BatchNorm1d(84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits."""
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        x = torch.relu(self.bn1(self.fc1(x.flatten(1))))
        x = torch.relu(self.bn2(self.fc2(x)))
        return self.fc3(x)  # type: ignore[no-any-return]


def main() -> None:
    """Train, then test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", help="folder that holds MNIST/raw")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--images", type=int, help="train on the first ones only")
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    start = time.perf_counter()
    whole = datasets.MNIST(options.root, train=True, transform=transforms.ToTensor())
    train = Subset(whole, range(options.images or len(whole)))
    loader = DataLoader(train, batch_size=1024, shuffle=True)
    model, loss = Net(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loop = time.perf_counter()
    for _ in range(options.epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss(model(images), labels).backward()
            optimizer.step()
    end = time.perf_counter()

    model.eval()
    test = datasets.MNIST(options.root, train=False, transform=transforms.ToTensor())
    with torch.no_grad():
        right = sum(
            int((model(images).argmax(1) == labels).sum())
            for images, labels in DataLoader(test, batch_size=1000)
        )
    kilobytes = getrusage(RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "linux" else 1024)
    result = {
        "seconds": end - start,
        "loop_seconds": end - loop,
        "images": len(train),
        "accuracy": right / len(test),
        "peak_mb": kilobytes / 1024,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
