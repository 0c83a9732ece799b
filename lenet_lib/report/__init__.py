"""Notebooks to one PDF, without LaTeX and without a browser.

The way a notebook takes, one module a step:

- ``notebooks`` reads it and checks that it is finished,
- ``outputs`` picks what each cell has to show,
- ``pandoc`` parses the Markdown and the HTML, and at the end writes Typst,
- ``headings`` numbers the chapters' parts for links, ``clean`` makes everything harmless;
  ``formulas``, ``images``, ``places`` and ``tables`` look after their own,
- ``pages`` lets Typst set it with ``templates/report.typ`` and the fonts of ``fonts``.
"""

from lenet_lib.report.build import build_report, report_pdf
from lenet_lib.report.settings import Settings, read_settings

__all__ = ["Settings", "build_report", "read_settings", "report_pdf"]
