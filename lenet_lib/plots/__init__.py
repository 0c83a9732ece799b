"""Every figure of the report, drawn in one style; each function returns the ``Figure``."""

from lenet_lib.plots.style import COLUMN, PALETTE, style

__all__ = ["COLUMN", "PALETTE", "style"]
