"""Small executed notebooks for the report's tests, made in memory: no kernel, no data."""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from nbformat import v4
from PIL import Image

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">%s</svg>'
PROSE = (
    "A digit is a picture of 28 × 28 pixels, each a number between 0 and 255. Two hands wrote "
    "this one differently, and a network has to look past the hand. That is the whole difficulty, "
    "and it is why a method that compares pixels does worse than one that compares strokes."
)
CLASSIFICATION_REPORT = """\
              precision    recall  f1-score   support

           0     0.9919    0.9959    0.9939       980
           1     0.9947    0.9974    0.9960      1135

    accuracy                         0.9915     10000
   macro avg     0.9914    0.9914    0.9914     10000
weighted avg     0.9915    0.9915    0.9915     10000
"""


def markdown(text: str, **extra: Any) -> nbformat.NotebookNode:
    return v4.new_markdown_cell(text, **extra)


def code(
    source: str, *outputs: nbformat.NotebookNode, tags: tuple[str, ...] = (), count: int | None = 1
) -> nbformat.NotebookNode:
    return v4.new_code_cell(
        source, outputs=list(outputs), execution_count=count, metadata={"tags": list(tags)}
    )


def stream(text: str, name: str = "stdout") -> nbformat.NotebookNode:
    return v4.new_output("stream", name=name, text=text)


def display(metadata: dict[str, Any] | None = None, **data: str) -> nbformat.NotebookNode:
    """Return a displayed object; a keyword text_html stands for text/html."""
    forms = {name.replace("_", "/", 1): value for name, value in data.items()}
    return v4.new_output("display_data", data=forms, metadata=metadata or {})


def figure(**words: str) -> nbformat.NotebookNode:
    data = {"image/png": base64.b64encode(png()).decode(), "text/plain": "<Figure>"}
    return v4.new_output("display_data", data=data, metadata={"image/png": words})


def error(
    name: str = "ZeroDivisionError", value: str = "division by zero"
) -> nbformat.NotebookNode:
    traceback = [f"\x1b[31m{name}\x1b[39m: {value}"]
    return v4.new_output("error", ename=name, evalue=value, traceback=traceback)


def write(path: Path, *cells: nbformat.NotebookNode) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    node = v4.new_notebook(cells=list(cells), metadata={"language_info": {"name": "python"}})
    nbformat.write(node, path)
    return path


def curves() -> Figure:
    drawing = Figure(figsize=(6.4, 2.8), layout="constrained")
    axes = drawing.subplots()
    epochs = np.arange(1, 11)
    axes.plot(epochs, 1 / epochs, label="training")
    axes.plot(epochs, 1 / epochs + 0.05, "--", label="validation")
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend()
    return drawing


@cache
def png() -> bytes:
    buffer = io.BytesIO()
    curves().savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


@cache
def svg() -> bytes:
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "report"}):
        curves().savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def plain_png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, height), 90).save(buffer, "PNG")
    return buffer.getvalue()


def frame(columns: int = 4) -> pd.DataFrame:
    data = {f"measure {number}": [0.9915, 0.0085, 1234.5] for number in range(columns - 1)}
    index = pd.Index(["LeNet", "k-NN", "linear"], name="model")
    return pd.DataFrame({"remark": ["ours", "slow", "simple"], **data}, index=index)


DATASET = f"""\
# The data set

{PROSE}[^1] See [the network](02-model.ipynb#the-layers).

[^1]: LeCun et al. 1998.
"""
ORIGIN = f"""\
## Where it comes from

{PROSE}

- training digits: 60,000
- test digits: 10,000

> A quotation, *set apart*.
"""
LOSS = r"""
## What we assume

The loss of a digit $x$ with label $y$ is

\begin{align}
\ell(x, y) &= -\log p_y(x) \\
p_k(x) &= \frac{e^{z_k}}{\sum_j e^{z_j}}
\end{align}

with logits $z = f_\theta(x)$ and $a \odot b$.

| layer | parameters |
|---|---|
| Conv2d | 60 |
| Linear | 48,120 |
"""
REFERENCES = """\
## References

1. Y. LeCun et al., *Gradient-based learning applied to document recognition*, 1998.
   [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791)
"""
MODEL = f"""\
# 02 · LeNet

{PROSE} The curves are in [the figure](../figures/loss-curves.svg), the data in
[chapter one](01-dataset.ipynb), its sources in [its list](01-dataset.ipynb#References).
"""
FORWARD = """\
def forward(self, x):
    x = self.pool(torch.relu(self.conv1(x)))  # 6 x 15 x 15
    return self.head(x.flatten(1))"""
CAPTION = "Loss on `training` and validation digits, $n = 10$ epochs"


def book(folder: Path) -> list[Path]:
    """Write a report of two chapters with a bit of everything; return the notebooks."""
    figures = folder / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    (figures / "loss-curves.svg").write_bytes(svg())
    words = {"caption": "Four models, and what they cost"}
    table = display({"text/html": words}, text_html=frame().to_html(), text_plain="a frame")
    first = write(
        folder / "notebooks" / "01-dataset.ipynb",
        markdown(DATASET),
        markdown(ORIGIN),
        code("print(labels.bincount().tolist())", stream("[5923, 6742, 5958]\n")),
        code("summary", table),
        markdown(LOSS),
        markdown(REFERENCES),
    )
    second = write(
        folder / "notebooks" / "02-model.ipynb",
        markdown(MODEL),
        markdown("## The layers\n\n" + PROSE),
        code(FORWARD),
        code(
            "plot_curves(history)",
            figure(alt="Training loss falls below", caption=CAPTION, figure="loss-curves"),
        ),
        code("print(report)", stream(f"test loss 0.0312\n\n{CLASSIFICATION_REPORT}\nbye\n")),
        code("show(digit)", figure(alt="One digit")),
        markdown(REFERENCES),
    )
    return [first, second]


STUDENT_WORDS = ("T", "Ada", "1 My digits", "Figure 1 Curves fall", "validation")
"""What the PDF of :func:`student_folder` says."""


def student_folder(folder: Path) -> Path:
    """Make a folder as a student has it: figures, two notebooks, one not run, a report.toml."""
    (folder / "figures").mkdir(parents=True)
    (folder / "figures" / "curves.svg").write_bytes(svg())
    write(
        folder / "notebooks" / "01-mine.ipynb",
        markdown("# My digits\n\nA picture is $28 \\times 28$."),
        code("show(curves)", figure(alt="Curves fall", figure="curves")),
    )
    write(folder / "notebooks" / "02-new.ipynb", code("1 + 1", count=None))
    (folder / "notebooks" / "report.toml").write_text('title = "T"\nauthor = "Ada"\n')
    return folder
