"""Solutions to the exercises of chapter 2, as its page has them; this file runs by itself."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from lenet_lib import models, notebook
from lenet_lib.models import summary

dataset = "mnist"
data = notebook.start(dataset)

# %% 1. A larger kernel
# `conv1` itself has (1 · 5 · 5 + 1) · 6 = 156 parameters in place of 60. Its maps have side
# 28 − 5 + 4 + 1 = 28, then pooling makes 14, `conv2` 10, and pooling 5. Before, the second
# pooling rounded 11 down to 5. The sides are the same again, so `fc1` has 400 inputs as before,
# and nothing is computed in vain.
network = models.LeNet()
network.conv1[0] = nn.Conv2d(1, 6, kernel_size=5, padding=2)
sizes = {step.name: step.size for step in summary.layers(network)}
assert [sizes[name] for name in ("conv1", "pool1")] == ["6×28×28", "6×14×14"]
assert [sizes[name] for name in ("conv2", "pool2")] == ["16×10×10", "16×5×5"]
assert sum(p.numel() for p in network.parameters()) == 62_018 - 60 + 156

# %% 2. Stride in place of pooling
# (28 − 3 + 4) / 2 + 1, rounded down, is 15: the shapes after it are those of the pooled maps.
# `conv1` now computes every other row and column only, a quarter of the multiply-adds: 12,150 in
# place of 48,600. But where pooling took the largest of four answers, the kernel is now asked at
# one place of four.
network = models.LeNet()
before = {step.name: step for step in summary.layers(network)}
network.conv1 = nn.Sequential(nn.Conv2d(1, 6, kernel_size=3, padding=2, stride=2), nn.ReLU())
after = {step.name: step for step in summary.layers(network)}
assert after["conv1"].shape == before["pool1"].shape == (6, 15, 15)
assert (before["conv1"].multiply_adds, after["conv1"].multiply_adds) == (48_600, 12_150)

# %% 3. The receptive field by experiment
# With such weights a unit is above 0 just when it sees the pixel. We ask the unit in the middle
# of the last 5 × 5: it sees rows and columns 6 to 19, which are 14 × 14 pixels.
network = models.LeNet()
with torch.no_grad():
    for convolution in (network.conv1[0], network.conv2[0]):
        convolution.weight.fill_(1)
        convolution.bias.fill_(0)
    pixels = torch.eye(28 * 28).reshape(-1, 1, 28, 28)  # one image for each pixel, lit alone
    unit = network.conv2(network.conv1(pixels))[:, 0, 2, 2]
seen = (unit > 0).reshape(28, 28).nonzero()
assert len(seen) == 14 * 14
assert (seen.amin(0).tolist(), seen.amax(0).tolist()) == ([6, 6], [19, 19])

# %% 4. Folding a batch normalisation
# In evaluation mode it is a fixed scale and shift for each unit: y = s (Wx + b − m) + t with
# s = weight / √(variance + ε). That is a linear layer with weights sW and bias s (b − m) + t.
# Programs that only predict save the batch normalisations in this way.
network = models.load_weights()
linear, normalise, _ = network.fc1
scale = normalise.weight / (normalise.running_var + normalise.eps).sqrt()
folded = copy.deepcopy(linear)
with torch.no_grad():
    folded.weight.mul_(scale[:, None])
    folded.bias.copy_(scale * (linear.bias - normalise.running_mean) + normalise.bias)
x = torch.rand(10, 400)
assert torch.allclose(folded(x), normalise(linear(x)), atol=1e-4)

# %% 5. Shifted images
# Three pixels cost less than one point, seven more than twenty. Pooling may help a little, and so
# may that the released weights were trained on images shifted at random. Nothing else makes the
# network read a digit just anywhere: its linear layers have learned where the parts belong. And
# from about four pixels on the digit itself begins to leave the image.
accuracy = []
for shift in range(8):
    shifted = F.pad(data.test.images, (shift, 0))[..., :28]
    answers = models.predict_logits(network, shifted).argmax(1)
    accuracy.append((answers == data.test.labels).double().mean().item())
assert accuracy[0] - accuracy[3] < 0.01
assert accuracy[0] - accuracy[7] > 0.2
