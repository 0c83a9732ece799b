"""Solutions to the exercises of chapter 3, as its page has them; this file runs by itself."""

import math
import os
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from lenet_lib import notebook
from lenet_lib.data import scale
from lenet_lib.models import LeNet

dataset = "mnist"
data = notebook.start(dataset)
images, labels = scale(data.train.images[:64]), data.train.labels[:64]
folder = os.environ.get("LENET_DATA") or Path(__file__).parents[2] / "data"

# %% 1. Momentum
# The velocity b remembers old gradients: along a long slope the steps add up, across a valley they
# cancel. On a constant gradient the steps grow towards 1 / (1 − 0.9) = 10 times the first.
w = torch.tensor([3.0, -2.0], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
ours, b = w.detach().clone(), torch.zeros(2)
for _ in range(5):
    optimizer.zero_grad()
    (w**2).sum().backward()
    b = 0.9 * b + 2 * ours  # the gradient of the sum of squares is 2w
    ours = ours - 0.1 * b
    optimizer.step()
    assert torch.allclose(ours, w)

# %% 2. One batch by heart
# Sixty steps on the same 64 images: all are answered correctly, and the loss is below 0.05. If it
# stayed near 2.3, one would look for a missing `zero_grad`, shuffled labels or a dead network.
torch.manual_seed(0)
network = LeNet()
optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
for _ in range(60):
    loss = F.cross_entropy(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
assert loss < 0.05
assert (network(images).argmax(1) == labels).all()

# %% 3. Label smoothing
# The true class should get 0.91 and each other class 0.01. The cross-entropy is least where the
# network gives just these probabilities, and then it is their entropy, 0.500 and not 0.
logits = network(images)
target = 0.9 * F.one_hot(labels, 10) + 0.1 / 10
by_hand = -(target * logits.log_softmax(1)).sum(1).mean()
assert torch.allclose(by_hand, nn.CrossEntropyLoss(label_smoothing=0.1)(logits, labels))
least = -0.91 * math.log(0.91) - 9 * 0.01 * math.log(0.01)
assert round(least, 3) == 0.5
assert by_hand > least

# %% 4. Weight decay
# AdamW first takes the share `rate · decay` of each weight away, then steps as Adam does. Adam
# with `weight_decay` adds `decay · w` to the gradient instead; the root of v divides it away
# again, so that here both weights move by the same 0.01, the large one no more than the small.
rate, decay = 0.01, 0.1
start, gradient = torch.tensor([2.0, 0.5]), torch.tensor([1.0, 0.1])
moved = {}
for kind in (torch.optim.Adam, torch.optim.AdamW):
    w = start.clone().requires_grad_()
    w.grad = gradient.clone()
    kind([w], lr=rate, weight_decay=decay).step()
    moved[kind.__name__] = (start - w).detach()
first_step = rate * gradient.sign()  # m/(1 − β₁) is g, and the root of v/(1 − β₂) is |g|
assert torch.allclose(moved["AdamW"], rate * decay * start + first_step, atol=1e-6)
assert torch.allclose(moved["Adam"], first_step, atol=1e-6)

# %% 5. From an empty notebook
# One epoch in batches of 100 reads more than 95% of the last 10,000 training images. (`folder` is
# where the data are or go to; the imports are `torch`, `torchvision`, `nn` and `F`.)
digits = torchvision.datasets.MNIST(folder, download=True)
x, y = digits.data[:, None].float() / 255, digits.targets  # N×1×28×28
network = nn.Sequential(
    nn.Conv2d(1, 6, 3, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.Linear(400, 120), nn.BatchNorm1d(120), nn.ReLU(),
    nn.Linear(120, 84), nn.BatchNorm1d(84), nn.ReLU(), nn.Linear(84, 10),
)  # fmt: skip
optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
for batch in torch.randperm(50_000).split(100):
    loss = F.cross_entropy(network(x[batch]), y[batch])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
network.eval()
with torch.no_grad():
    answers = network(x[50_000:]).argmax(1)
assert (answers == y[50_000:]).float().mean() > 0.95
