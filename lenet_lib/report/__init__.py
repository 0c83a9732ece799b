"""Notebooks to one PDF, without LaTeX and without a browser.

The way a notebook takes, one module a step:

``notebooks`` reads it and checks that it is finished, ``outputs`` picks what each cell has to
show, ``pandoc`` parses the Markdown and the HTML, ``clean`` makes the result harmless and joins
the chapters, ``formulas``, ``images`` and ``tables`` look after their own, and ``pages`` lets
Typst set it all with ``lenet_lib/templates/report.typ``.
"""

from lenet_lib.report.build import build_report, report_pdf
from lenet_lib.report.settings import Settings, read_settings

__all__ = ["Settings", "build_report", "read_settings", "report_pdf"]
