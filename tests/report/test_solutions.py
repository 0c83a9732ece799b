"""Solutions: a script that runs, and the same folded on the notebook's page."""

from __future__ import annotations

from pathlib import Path

from lenet_lib.report import solutions

SCRIPT = '''"""Solutions to the exercises."""

import math

n = 3

# %% 1. A sum
# The sum is **6**,
# as it should be.
assert sum(range(n + 1)) == 6

# %% 2. A comment inside
# Words.

# a comment of the code
assert math.pi > n
'''


def test_the_page_has_every_part_and_not_what_comes_before() -> None:
    page = solutions.page(SCRIPT)
    assert page.count("<details>") == page.count("</details>") == 2
    assert "<summary><b>Solution 1. A sum</b></summary>\n\nThe sum is **6**,\nas it" in page
    assert "```python\nassert sum(range(n + 1)) == 6\n```" in page
    assert "Words.\n\n```python\n# a comment of the code\nassert math.pi > n\n```" in page
    assert "import math" not in page
    assert "n = 3" not in page


def test_the_script_lies_beside_the_notebook() -> None:
    path = solutions.script_of(Path("notebooks/02-model.ipynb"))
    assert path == Path("notebooks/solutions/02-model.py")
