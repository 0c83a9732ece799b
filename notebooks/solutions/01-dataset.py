"""Solutions to the exercises of chapter 1, as its page has them; this file runs by itself."""

import hashlib
import struct

import numpy as np
import torch

from lenet_lib import notebook
from lenet_lib.data import download, handwriting, neighbours, writers
from lenet_lib.training import augment

dataset = "mnist"
data = notebook.start(dataset)
train, test = data.train, data.test
who = writers.load_writers()
assert who is not None

# %% 1. A file by hand
# Two zero bytes, 8 for "one byte a value", 1 for "one axis", and the axis's length, 60,000, in
# four bytes with the largest first. With one label changed the digest has nothing left of the
# published one; that is what makes it a proof.
header = struct.pack(">HBBI", 0, 8, 1, len(train))
assert header.hex(" ") == "00 00 08 01 00 00 ea 60"
values = train.labels.to(torch.uint8).numpy()
published = download.SHA256["train-labels-idx1-ubyte"]
assert hashlib.sha256(header + values.tobytes()).hexdigest() == published
values[0] += 1
assert hashlib.sha256(header + values.tobytes()).hexdigest()[:4] != published[:4]

# %% 2. The tail of the training file
# 305 people wrote the last 10,000 digits, and 251 of them wrote some of the others, too: such a
# validation set leaks like a random one. Only 40.5% of its digits are by students, because the
# students run out before the file ends.
tail, rest = who.writer[-10_000:], who.writer[:-10_000]
assert len(set(tail)) == 305
assert len(set(tail) & set(rest)) == 251
assert round(who.student[-10_000:].mean(), 3) == 0.405

# %% 3. The nearest mean
# 82.0% of the test images are right with ten examples, the means. The means of 4 and 9 are the
# closest two.
means = torch.stack([train.images[train.labels == k].double().mean(0) for k in range(10)])
distance = torch.cdist(test.images.double().flatten(1), means.flatten(1))
accuracy = (distance.argmin(1) == test.labels).double().mean().item()
apart = torch.cdist(means.flatten(1), means.flatten(1)).fill_diagonal_(torch.inf)
assert round(accuracy, 3) == 0.820
assert divmod(int(apart.argmin()), 10) == (4, 9)


# %% 4. Straightened digits
# The error falls from 3.2% to 2.7% of 2,000 images. (The distances are between whole grey levels,
# so the sheared images are rounded.)
def straighten(images):
    """Shear each image so that its ink stands upright."""
    lean = torch.from_numpy(handwriting.moments(images)[:, 2]).deg2rad().float()
    matrices = torch.eye(2, 3).repeat(len(images), 1, 1)
    matrices[:, 0, 1] = -lean.tan()
    return augment.warp(images.float(), matrices).round().to(torch.uint8)


asked = test[torch.arange(0, len(test), 5)]
found, _ = neighbours.nearest(asked.images, train.images)
upright, _ = neighbours.nearest(straighten(asked.images), straighten(train.images))
before, after = (
    float(np.mean(train.labels.numpy()[near[:, 0]] != asked.labels.numpy()))
    for near in (found, upright)
)
assert (round(before, 3), round(after, 3)) == (0.032, 0.027)
