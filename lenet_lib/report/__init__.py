"""Notebooks to one PDF, without LaTeX and without a browser.

The way a notebook takes, one module a step:

- ``notebooks`` reads it, checks that it is finished, and leaves out what tags hide;
- ``cells`` turns each cell into a tree of HTML (``markup``) or into plain text (``terminal``);
- ``writer`` writes the trees' blocks as Typst (``typst_code``), with ``inlines`` within a line,
  ``figures`` (files: ``pictures``) and ``tables``;
- ``formulas`` turns TeX into MathML, and ``mathml`` that into Typst;
- ``build`` joins the chapters, and ``pages`` lets Typst set them with ``templates/report.typ``
  and the fonts of ``fonts``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
