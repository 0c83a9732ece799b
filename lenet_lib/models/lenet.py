"""``LeNet``, the report's network: the assignment's class, module for module."""

from __future__ import annotations

from torch import Tensor, nn


class LeNet(nn.Module):
    """The assignment's LeNet: two convolutions, then three linear layers, 62,018 parameters.

    Input float32 N×1×28×28, pixels 0 (paper) to 1 (ink); output logits, float32 N×10.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=3, padding=2), nn.ReLU(), nn.MaxPool2d(2)
        )
        self.conv2 = nn.Sequential(nn.Conv2d(6, 16, kernel_size=5), nn.ReLU(), nn.MaxPool2d(2))
        self.fc1 = nn.Sequential(nn.Linear(16 * 5 * 5, 120), nn.BatchNorm1d(120), nn.ReLU())
        self.fc2 = nn.Sequential(nn.Linear(120, 84), nn.BatchNorm1d(84), nn.ReLU())
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits."""
        x = self.conv1(x)  # N×1×28×28 → N×6×30×30 → N×6×15×15
        x = self.conv2(x)  # → N×16×11×11 → N×16×5×5
        x = self.fc1(x.flatten(1))  # N×400 → N×120
        x = self.fc2(x)  # → N×84
        return self.fc3(x)  # type: ignore[no-any-return]  # → N×10
