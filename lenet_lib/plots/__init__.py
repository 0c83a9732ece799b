"""Every figure of the report, drawn in one style; each function returns the ``Figure``."""

from lenet_lib.plots.style import COLUMN, PALETTE, use_style

__all__ = ["COLUMN", "PALETTE", "use_style"]
