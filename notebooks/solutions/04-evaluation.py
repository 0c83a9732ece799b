"""Solutions to the exercises of chapter 4, as its page has them; this file runs by itself."""

import numpy as np
from scipy.stats import fisher_exact

from lenet_lib import models, notebook
from lenet_lib.data import assignment
from lenet_lib.evaluation import calibration, metrics, statistics

dataset = assignment.DATASET
data = notebook.start(dataset)
test = data.test
logits = models.predict_logits(models.load_weights(), test.images)
correct = (logits.argmax(1) == test.labels).numpy()
confidence = models.softmax(logits).max(1)

# %% 1. Second guesses
# Of the 39 errors 36 are right at the second guess, so 9,997 of 10,000 images have their label
# among the first two: 99.97%, with Wilson's interval from 99.91% to 99.99%.
hits = int((logits.topk(2).indices == test.labels[:, None]).any(1).sum())
low, high = metrics.wilson_interval(hits, len(test))
assert (hits, round(100 * low, 2), round(100 * high, 2)) == (9_997, 99.91, 99.99)

# %% 2. McNemar and Fisher
# McNemar looks only at the images on which exactly one of the two networks errs. The images that
# both misread tell nothing of the difference, but Fisher counts them in both samples as noise; so
# McNemar's p value is the smaller. Neither knows that images by one writer are not independent, and
# both compare two networks, not two recipes.
wrong = notebook.results("study-mistakes.csv").query("dataset == 'mnist' and seed == 0")
one, other = (set(wrong.loc[wrong.recipe == name, "index"]) for name in ("reference", "robust"))
_, _, p_paired = statistics.mcnemar(one, other)
counts = [[len(errors), len(test) - len(errors)] for errors in (one, other)]
p_apart = fisher_exact(counts).pvalue
assert len(one & other) > 0
assert p_paired < p_apart < 1e-4

# %% 3. Two halves
# The first half, written by students, gives 99.38%; the second, by Census employees but for one
# digit, 99.84%. The second is the nicer number, and nobody would know. Publish both, or the whole:
# a test set is a mixture, and its accuracy depends on the shares in it.
first, second = (half.mean() for half in np.split(correct, 2))
assert (round(100 * first, 2), round(100 * second, 2)) == (99.38, 99.84)

# %% 4. Coverage
# With 1,000 images and about four errors the simple interval is too short and too often misses the
# truth above it, among others whenever no error is found: it holds it in less than 93% of the
# draws. Wilson's holds it in 95% or more.
n, rate = 1_000, 0.0041
draws = np.random.default_rng(0).binomial(n, rate, size=2_000)
q = draws / n
spread = 1.96 * np.sqrt(q * (1 - q) / n)
simple = (np.abs(q - rate) <= spread).mean()
bounds = {int(k): metrics.wilson_interval(int(k), n) for k in np.unique(draws)}
wilson = np.mean([bounds[int(k)][0] <= rate <= bounds[int(k)][1] for k in draws])
assert simple < 0.93
assert wilson > 0.945

# %% 5. Rejecting by margin
# Hardly: to be right on 99.9% of the rest, either way rejects about one image in a hundred. With
# two candidates left, both rank images in the same order; they differ where three classes compete.
largest = np.sort(models.softmax(logits), axis=1)[:, -2:]
margin = largest[:, 1] - largest[:, 0]
needed = [
    calibration.rejection_rate(calibration.rejection_curve(score, correct), 0.999)
    for score in (confidence, margin)
]
assert all(0.008 < rate < 0.014 for rate in needed)
