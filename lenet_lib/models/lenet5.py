"""``LeNet5``, the network of LeCun, Bottou, Bengio & Haffner 1998."""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import Tensor, nn

# LeCun et al. 1998, table I: which of S2's six maps each of C3's sixteen maps sees.
C3_TABLE = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 0), (5, 0, 1),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (3, 4, 5, 0), (4, 5, 0, 1), (5, 0, 1, 2),
    (0, 1, 3, 4), (1, 2, 4, 5), (2, 3, 5, 0),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip

# F6's 84 targets are a 7×12 picture of each digit. Drawn here in the manner of the paper's
# figure 3, which shows the idea for the whole of ASCII; the exact pixels of 1998 are not known.
_GLYPHS = """
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
..###..  ...#...  ..###..  .#####.  ....#..  .#####.  ..####.  .#####.  ..###..  ..###..
.#...#.  ..##...  .#...#.  .....#.  ...##..  .#.....  .#.....  .....#.  .#...#.  .#...#.
#.....#  .#.#...  #.....#  ....#..  ...##..  .#.....  #......  .....#.  #.....#  #.....#
#.....#  ...#...  ......#  ...#...  ..#.#..  .#.....  #......  ....#..  .#...#.  #.....#
#.....#  ...#...  .....#.  ..###..  ..#.#..  .####..  #.###..  ....#..  ..###..  .#...##
#.....#  ...#...  ....#..  .....#.  .#..#..  .....#.  ##...#.  ...#...  .#...#.  ..###.#
#.....#  ...#...  ...#...  ......#  .#..#..  ......#  #.....#  ...#...  #.....#  ......#
#.....#  ...#...  ..#....  ......#  #######  ......#  #.....#  ..#....  #.....#  ......#
.#...#.  ...#...  .#.....  #....#.  ....#..  #....#.  .#...#.  ..#....  .#...#.  .....#.
..###..  .#####.  #######  .####..  ....#..  .####..  ..###..  ..#....  ..###..  .####..
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
"""


def digit_codes() -> Tensor:
    """Give F6's fixed targets, float32 10×84: a 7×12 picture of each digit, ink +1, paper −1."""
    rows = [line.split() for line in _GLYPHS.split("\n") if line]
    pictures = ["".join(row[digit] for row in rows) for digit in range(10)]
    return torch.tensor([[1.0 if pixel == "#" else -1.0 for pixel in p] for p in pictures])


class ScaledTanh(nn.Module):
    """f(a) = 1.7159 tanh(2a/3), so that f(±1) = ±1 (LeCun et al. 1998, appendix A)."""

    def forward(self, x: Tensor) -> Tensor:
        """Squash each element."""
        return 1.7159 * torch.tanh(x * (2 / 3))


class Subsampling(nn.Module):
    """Sum each 2×2 block, times one trainable coefficient a map, plus one trainable bias."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((maps,), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, x: Tensor) -> Tensor:
        """Halve height and width."""
        sums = 4 * F.avg_pool2d(x, 2)
        return sums * self.coefficient[:, None, None] + self.bias[:, None, None]


class PartialConv2d(nn.Module):
    """A convolution whose output maps each see only some of the input maps."""

    def __init__(self, table: tuple[tuple[int, ...], ...], kernel_size: int) -> None:
        super().__init__()
        self.table = table
        self.convs = nn.ModuleList(nn.Conv2d(len(maps), 1, kernel_size) for maps in table)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve each output map's own choice of input maps, all in one convolution."""
        convs = [cast(nn.Conv2d, conv) for conv in self.convs]
        bias = torch.cat([cast(Tensor, conv.bias) for conv in convs])
        weight = x.new_zeros(len(convs), x.shape[1], *convs[0].kernel_size)
        to = torch.tensor([row for row, maps in enumerate(self.table) for _ in maps])
        seen = torch.tensor([column for maps in self.table for column in maps])
        kernels = torch.cat([conv.weight[0] for conv in convs])
        return F.conv2d(x, weight.index_put((to, seen), kernels), bias)


class LeNet5(nn.Module):
    """LeNet-5 as published (LeCun, Bottou, Bengio & Haffner 1998, section II.B).

    Input float32 N×1×28×28, pixels 0 (paper) to 1 (ink), which is framed to 32×32 and rescaled to
    −0.1 … 1.175 as in the paper. The ten outputs are the paper's Euclidean RBF units with their
    sign turned, −‖F6 − code‖², so that the largest wins and cross-entropy can train them.
    """

    competitor = -1.0
    """A constant eleventh output in the loss, −j of the paper's equation 9 (it names no value): it
    pulls a digit to its code, where plain cross-entropy is content to be far from the others."""

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = Subsampling(6)
        self.c3 = PartialConv2d(C3_TABLE, 5)
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.squash = ScaledTanh()
        self.codes: Tensor
        self.register_buffer("codes", digit_codes())
        self._initialise()
        assert sum(p.numel() for p in self.parameters()) == 60_000  # the paper's count
        assert sum(self.connections().values()) == 340_908  # the paper's count

    def forward(self, x: Tensor) -> Tensor:
        """Compute the negative distances to the ten codes."""
        x = F.pad(x, (2, 2, 2, 2)) * 1.275 - 0.1
        x = self.squash(self.s2(self.squash(self.c1(x))))
        x = self.squash(self.s4(self.squash(self.c3(x))))
        x = self.squash(self.f6(self.squash(self.c5(x)).flatten(1)))
        return -torch.cdist(x, self.codes, compute_mode="donot_use_mm_for_euclid_dist").square()

    def _initialise(self) -> None:
        """Draw weights from ±2.4 / fan-in, biases too (LeCun et al. 1998, section II.B)."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                bound = 2.4 / module.weight[0].numel()
                nn.init.uniform_(module.weight, -bound, bound)
                if module.bias is not None:
                    nn.init.uniform_(module.bias, -bound, bound)

    def connections(self) -> dict[str, int]:
        """Count each layer's connections as the paper does: every use of a weight or a bias."""
        subsample = 4 + 1  # four inputs and a bias for each output
        return {
            "C1": 28 * 28 * 6 * (25 + 1),
            "S2": 14 * 14 * 6 * subsample,
            "C3": 10 * 10 * sum(25 * len(maps) + 1 for maps in C3_TABLE),
            "S4": 5 * 5 * 16 * subsample,
            "C5": 120 * (16 * 25 + 1),
            "F6": 84 * (120 + 1),
            "Output": 10 * 84,
        }
