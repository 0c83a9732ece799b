"""Sphinx's settings for the web edition; `web/build.py` lays its sources out and calls Sphinx."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "notebooks" / "report.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def of_readme(begin: str, end: str) -> str:
    """Give what stands in the README between two marks, with links as they are here."""
    found = re.search(f"{begin}(.*?){end}", README, re.DOTALL)
    assert found, f"the README has no {begin} … {end}"
    return found[1].replace("(notebooks/", "(")


project = SETTINGS["title"]
language = SETTINGS["language"]
extensions = ["myst_nb", "edition"]
myst_enable_extensions = ["dollarmath", "substitution"]
myst_substitutions = {
    "abstract": SETTINGS["abstract"],
    "results": of_readme("<!-- results -->", "<!-- /results -->"),
    "chapters": of_readme("## Read\n\n", "\n\n"),
}
nb_execution_mode = "off"  # what is shown are the outputs that the notebooks were committed with
nb_render_markdown_format = "myst"
nb_code_prompt_show, nb_code_prompt_hide = "Show the code", "Hide the code"
nb_ipywidgets_js: dict[str, Any] = {}  # they would come from the network
numfig = True
numfig_format = {"figure": "Figure %s.", "table": "Table %s."}

html_theme = "furo"
html_title = "LeNet on MNIST"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_copyright = html_show_sphinx = False
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"
