"""Numbers in a notebook's prose, each with the expression that it comes from.

    The network errs on <!-- = errors.sum() -->41<!-- / --> of 10,000 images
    (<!-- = accuracy:.2% -->99.59%<!-- / -->).

Code hosts, JupyterLab, the web edition and the PDF all leave the HTML comments out. What stands
between them is filled in by ``lenet execute`` and checked by the notebook's last cell
(:func:`lenet_lib.notebook.check_prose`). The expression is Python, evaluated where the notebook's
cells were; a format specification may follow its last colon, as in an f-string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lenet_lib.errors import LenetError

MARK = re.compile(r"<!-- = (?P<expression>.+?) -->(?P<shown>.*?)<!-- / -->", re.DOTALL)
"""One checked number."""

WORDS = ("caption", "alt")
"""What a cell's metadata says in words, of a figure or a table."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z*`<])|\n\s*\n|\n(?=\s*[|#*-])")


def texts(book: Mapping[str, Any]) -> Iterator[str]:
    """Go through everything that a notebook says: its Markdown, captions, alternative texts."""
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            yield "".join(cell["source"])
        yield from (str(cell["metadata"][key]) for key in WORDS if key in cell["metadata"])


def expressions(text: str) -> list[str]:
    """List the expressions in a text, in its order."""
    return [mark["expression"] for mark in MARK.finditer(text)]


def compute(expression: str, names: Mapping[str, Any]) -> str:
    """Evaluate an expression, with or without a format specification, and format its value.

    Raises:
        LenetError: It can't be evaluated or formatted; the message names the expression and the
            reason.
    """
    try:
        return str(eval(f"f'''{{ {expression}}}'''", dict(names)))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise LenetError(f"`{expression}` can't be computed ({reason}).") from None


def fill(text: str, values: Mapping[str, str]) -> str:
    """Write the value of every expression where the text shows it.

    >>> fill("about <!-- = n -->?<!-- / --> images", {"n": "7"})
    'about <!-- = n -->7<!-- / --> images'
    """
    return MARK.sub(
        lambda mark: f"<!-- = {mark['expression']} -->{values[mark['expression']]}<!-- / -->", text
    )


def plain(text: str) -> str:
    """Give a text as a reader sees it, without the comments.

    >>> plain("about <!-- = n -->7<!-- / --> images")
    'about 7 images'
    """
    return MARK.sub(lambda mark: mark["shown"], text)


def stale(text: str, values: Mapping[str, str]) -> list[str]:
    """Quote each sentence that shows another value than its expression has, and say which.

    >>> stale("All is well. We saw <!-- = n -->7<!-- / --> images.", {"n": "8"})
    ['“We saw 7 images.”: 7 is now 8']
    """
    found = []
    for sentence in _SENTENCE_END.split(text):
        changes = [
            f"{mark['shown']} is now {values[mark['expression']]}"
            for mark in MARK.finditer(sentence)
            if mark["shown"] != values[mark["expression"]]
        ]
        if changes:
            found.append(f"“{' '.join(plain(sentence).split())}”: {', '.join(changes)}")
    return found
