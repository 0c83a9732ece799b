"""Solutions to the exercises of chapter 5, as its page has them; this file runs by itself."""

import numpy as np

from lenet_lib import notebook
from lenet_lib.evaluation import statistics

data = notebook.start("mnist")
runs = notebook.results("study.csv")
mistakes = notebook.results("study-mistakes.csv")

# %% 1. Two heads
# Every network votes for a label; where it is not in the table of mistakes, it votes for the truth.
# The vote makes fewer errors than the mean network, because errors that are a single network's own
# are outvoted. But it is no longer a network of 62,018 parameters: ten networks need ten times
# the parameters and ten forward passes.
best = mistakes[mistakes.recipe == "best"]
labels = data.test.labels.numpy()
votes = np.zeros((len(labels), 10), dtype=int)
votes[np.arange(len(labels)), labels] = best.seed.nunique()
np.add.at(votes, (best["index"], labels[best["index"]]), -1)
np.add.at(votes, (best["index"], best.predicted), 1)
together = int((votes.argmax(1) != labels).sum())
alone = len(best) / best.seed.nunique()
assert together < alone

# %% 2. Luck for sale
# The maximum of ten accuracies is above their mean by about one and a half standard deviations, and
# all of that is luck: on other images the chosen network is worth no more than the mean. Here the
# best seed has fewer errors than the average by more than a fifth.
errors = runs[(runs.recipe == "best") & (runs.train_images == 60_000)].errors
gain = errors.mean() - errors.min()
assert 1.0 < gain / errors.std() < 2.2
assert gain > 0.2 * errors.mean()

# %% 3. How many runs?
# A difference of one standard deviation is found in less than half of the trials with 5 runs a side
# (and is never claimed, since that is below the least number of runs), more often with 10, and
# mostly with 20.
random = np.random.default_rng(0)
found = {}
for count in (5, 10, 20):
    p = []
    for _ in range(40):
        groups = {"a": random.normal(0, 0.05, count), "b": random.normal(0.05, 0.05, count)}
        p.append(statistics.compare(groups, [("a", "b")], resamples=500).permutation[0])
    found[count] = np.mean(np.array(p) < 0.05)
assert found[5] < 0.6 and found[5] < found[10] < found[20] and found[20] > 0.7
