"""Solutions to the exercises of chapter 6, as its page has them; this file runs by itself."""

import io

import numpy as np
from PIL import Image, ImageDraw

import lenet_lib
from lenet_lib import notebook, photo
from lenet_lib.photo.verifier import NONE, opinions

data = notebook.start("mnist")
classifier = photo.Classifier()
digits, labels = data.test.images[::5, 0].numpy(), data.test.labels[::5].numpy()

# %% 1. Out of the middle
# Two pixels to the right cost nothing that one could tell from chance: the training images were
# moved by up to 1.5 themselves. Six cost nearly ten points: the kernels are the same everywhere,
# but `fc1` has learned where a stroke is. That is why the centre of mass goes to the middle.
# (`np.roll` brings what leaves on the right back on the left.)
right = {
    moved: (classifier.probabilities(np.roll(digits, moved, axis=2)).argmax(1) == labels).mean()
    for moved in (0, 2, 6)
}
assert abs(right[2] - right[0]) < 0.005
assert right[6] < right[0] - 0.08

# %% 2. An eleventh answer
# The verifier calls fewer than one test digit in a hundred *none of these*. The products still name
# the right digit of nine in ten of these, but with a confidence below 0.5.
refused = opinions(digits).argmax(1) == NONE
assert 0.003 < refused.mean() < 0.01
chances = classifier.probabilities(digits[refused])
assert (chances.argmax(1) == labels[refused]).mean() > 0.85
assert chances.max() < 0.5

# %% 3. Two digits, one picture
# A second digit of the same height is no part of the first: the picture is refused, and the message
# says so. Cut in the middle, both halves are read.
sheet = Image.new("L", (400, 240), "white")
pen = ImageDraw.Draw(sheet)
for left in (60, 240):
    pen.line([(left, 50), (left + 90, 50), (left + 40, 190)], fill="black", width=14, joint="curve")
refusal = ""
try:
    photo.explain(np.asarray(sheet))
except photo.RefusedError as error:
    refusal = str(error)
assert "several digits" in refusal
for half in ((0, 0, 200, 240), (200, 0, 400, 240)):
    file = io.BytesIO()
    sheet.crop(half).save(file, "PNG")
    assert lenet_lib.predict(file.getvalue()).digit == 7
