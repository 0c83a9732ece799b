"""Nearest neighbours among images, exact to the last grey level, so the same on every machine."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def nearest(
    queries: Tensor,
    references: Tensor,
    k: int = 1,
    *,
    query_group: NDArray[np.int64] | None = None,
    reference_group: NDArray[np.int64] | None = None,
    batch: int = 500,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find each image's k nearest references by Euclidean distance between pixels.

    Float products propose a few more than k; those are ranked by their exact integer distances,
    equal ones by position.

    Args:
        queries, references: uint8 N×1×H×W and M×1×H×W.
        query_group, reference_group: int64 N and M. References of the query's own group are not
            looked at: number the images to keep each from finding itself, or give writers to keep
            it from finding what the same person wrote.
        batch: Queries at a time; changes nothing but the memory used.

    Returns:
        Positions among the references, int64 N×k, nearest first; and distances in grey levels,
        float64 N×k.
    """
    flat = references.flatten(1)
    points = flat.float()
    lengths = points.square().sum(1)
    spare = min(k + 8, len(references))
    positions, distances = [], []
    for start in range(0, len(queries), batch):
        query = queries[start : start + batch].flatten(1)
        rank = torch.addmm(lengths, query.float(), points.T, alpha=-2)
        if query_group is not None and reference_group is not None:
            own = torch.from_numpy(query_group[start : start + batch])
            rank[own[:, None] == torch.from_numpy(reference_group)] = torch.inf
        near = rank.topk(spare, largest=False).indices.sort(1).values
        exact = (flat[near].long() - query[:, None].long()).square().sum(2)
        if query_group is not None:
            exact[torch.isinf(rank.gather(1, near))] = torch.iinfo(torch.int64).max
        order = exact.argsort(dim=1, stable=True)[:, :k]
        positions.append(near.gather(1, order))
        distances.append(exact.gather(1, order).double().sqrt())
    return torch.cat(positions).numpy(), torch.cat(distances).numpy()
