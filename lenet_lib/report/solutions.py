"""The exercises' solutions: scripts that run, and their text on the notebook's page.

``notebooks/solutions/02-model.py`` is the one source for notebook ``02-model.ipynb``. It begins
with a docstring and what the solutions share (imports, the data); the page leaves that out, since
the notebook has it. Then one part an exercise::

    # %% 1. A larger kernel
    # One line or several of Markdown, as comments, say what comes out.
    larger = nn.Conv2d(1, 6, kernel_size=5, padding=2)
    assert larger(image).shape[-1] == 28

``lenet execute`` writes the parts, folded by ``<details>``, into the notebook's Markdown
cell tagged ``solutions``. Whatever a solution's words say, its code asserts; the tests run the
scripts, and hold the pages to them.
"""

from __future__ import annotations

import re
from pathlib import Path

_PART = re.compile(r"^# %% (?P<title>.+)\n(?P<words>(?:#.*\n)*)(?P<code>(?:(?!# %%).*\n?)*)", re.M)
_FOLDED = """<details>
<summary><b>Solution {title}</b></summary>

{words}

```python
{code}
```

</details>"""


def script_of(notebook: Path) -> Path:
    """Name the script with the solutions to a notebook's exercises."""
    return notebook.parent / "solutions" / f"{notebook.stem}.py"


def page(script: str) -> str:
    r"""Turn a script of solutions into the Markdown of a notebook's cell.

    >>> print(page("import math\n\n# %% 1. A sum\n# It is **3**.\nassert 1 + 2 == 3\n"))
    <details>
    <summary><b>Solution 1. A sum</b></summary>
    <BLANKLINE>
    It is **3**.
    <BLANKLINE>
    ```python
    assert 1 + 2 == 3
    ```
    <BLANKLINE>
    </details>
    """
    return "\n\n".join(
        _FOLDED.format(
            title=part["title"].strip(),
            words=re.sub(r"^# ?", "", part["words"], flags=re.M).strip(),
            code=part["code"].strip(),
        )
        for part in _PART.finditer(script)
    )
