"""Other people's notebooks: each kind of thing that a PDF used to get wrong, in one notebook."""

from __future__ import annotations

import base64
import io
import re

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import Result, typeset
from helpers.report_samples import code, display, error, figure, markdown, stream
from nbformat import v4
from PIL import Image

SPANS = """<table><tr><th>key<th>name<th>score<tr><th rowspan=2>a<td>x<td>1.5<tr><td>y<td>2.5
<tr><td colspan=3>all of it<tr><td>short</table>"""
STYLED = """<style>#T_r0 {background-color: #ff0000; color: #fff} .t td.wide {color: blue}</style>
<table class=t><caption>Scores</caption><tr><th>m<tr><td id=T_r0>0.97<td class=wide>blue</table>"""
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60"><rect width="300"
height="60" fill="#eef"/><switch><foreignObject x="0" y="0" width="300" height="60"><div
xmlns="http://www.w3.org/1999/xhtml">pooling, 2 by 2, stride two</div></foreignObject><text x="9"
y="30">poolin...</text></switch></svg>"""
KERAS = "Epoch 1\n\r\x1b[1m 1/9\x1b[0m ━━ loss: 2.5\r\x1b[1m9/9\x1b[0m ━━ loss: 0.25\n"
FORMULAS = r"""Spaces $ a = \hat b $; words $P_{\text{狗}}$; a norm $\|v\|_2^2$; $a\!b$; $\vec{CD}$;
a bare $\begin{vmatrix} p & q \\ r & s \end{vmatrix}$; cost \$5, or $7 and $8.

$$f(x) = \begin{cases} 1 \quad \text{so} \\ 0 \quad \text{else} \end{cases} \tag{A3}$$

\begin{eqnarray}
u &=& v + w \label{eq:sum} \\
z &=& 7 \nonumber
\end{eqnarray}

By \eqref{eq:sum} and [equation](#eq:sum), $\newcommand{\Reals}{\mathbb{R}}$
and then $x \in \Reals$.
"""
TEXT = """Words before any title.

<div class="alert alert-info">A <b>box</b> with $k^2$ in it.</div>

<center><img src="wide.png" width="120"></center>
Words after a picture.

<font color="red">crimson</font> <mark>marked</mark> <kbd>Esc</kbd> <del>struck</del>
There are <!-- = n > 1 -->41<!-- / --> of them.

> [!WARNING]
> Mind the step.

<details><summary>Solution</summary>

It is **seven**.

</details>

[Figure](#fig:curves) and [the curves](#fig:curves), [Table](#tab:costs), see the [end](#the-end).
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A notebook with all of these, typeset once."""
    folder = tmp_path_factory.mktemp("anybody")
    (folder / "notebooks").mkdir()
    (folder / "images").mkdir()
    (folder / "notebooks" / "wide.png").write_bytes(samples.png())
    (folder / "notebooks" / "flow.svg").write_text(DRAWING)
    (folder / "images" / "beside.png").write_bytes(_photo())
    pasted = {"p.png": {"image/png": base64.b64encode(samples.png()).decode()}}
    live = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "interactive(…)"}
    plotly = {"application/vnd.plotly.v1+json": {}, "text/html": "<div></div><script>p()</script>"}
    describe = "".join(f"<th>column_{n}_mean</th>" for n in range(30))
    numbers = "".join(f"<td>{n}.250000</td>" for n in range(30))
    rows = f"<table><tr><th></th>{describe}</tr><tr><td>count</td>{numbers}</tr></table>"
    many = "".join(f"<tr><td>row {n}<td>{n * n}" for n in range(3000))
    costs = code("cost", display(text_html="<table><tr><th>c<tr><td>9</table>", text_plain="x"))
    costs.metadata |= {"caption": "What it costs", "table": "costs"}
    curves = code("draw()", figure())
    curves.metadata |= {"caption": "Loss falls", "alt": "Two curves", "figure": "curves"}
    return typeset(
        folder,
        markdown(TEXT),
        markdown("# One"),
        markdown(FORMULAS),
        markdown(SPANS),
        markdown(
            "## 1. By hand\n\n### 1.1 Within\n\n![fl](flow.svg)\n\n![b](../images/beside.png)"
        ),
        markdown('<img src="attachment:p.png" width="30%">', attachments=pasted),
        code("frame", display(text_html=STYLED, text_plain="<Styler>")),
        code("describe", display(text_html=rows, text_plain="x")),
        code("many", display(text_html=f"<table><tr><th>k<th>v{many}</table>", text_plain="x")),
        code("chart", v4.new_output("display_data", data=plotly)),
        code("live", v4.new_output("display_data", data=live)),
        code("style", display(text_html="<style>p {color: red}</style>", text_plain="<HTML obj>")),
        code("fit()", stream(KERAS)),
        code("log()", stream("".join(f"step {n}: {n}\n" for n in range(300)))),
        code("int('b')", error("ValueError", "invalid \x1b[31mliteral\x1b[0m")),
        costs,
        curves,
        markdown("# The end\n\nNothing more."),
        allow_errors=True,
        title="",
    )


def test_what_is_lost_is_named(book: Result) -> None:
    assert book.warnings == [
        "01-sample, cell 10: an interactive chart cannot be printed and is left out.",
        "01-sample, cell 11: an interactive widget cannot be printed and is left out.",
    ]
    assert "An interactive chart is not printed" in book.text
    assert "An interactive widget is not printed" in book.text
    assert "HTML obj" not in book.text and "color" not in book.text


def test_text_before_the_first_title_stays_first(book: Result) -> None:
    places = [book.text.index(words) for words in ("Words before any", "box with", "Spaces")]
    assert places == sorted(places)
    assert book.text.startswith("One")  # the report's title, and the chapter where it stands
    assert book.outline[0] == ("One", 0)


def test_numbers_typed_by_hand_are_the_only_ones(book: Result) -> None:
    titles = [title for title, _ in book.outline]
    assert titles == ["One", "1. By hand", "1.1 Within", "The end"]


def test_formulas(book: Result) -> None:
    squeezed = re.sub(r"\s", "", book.text)
    for shown in ("𝑃狗", "‖𝑣‖22", "(A3)", "𝑥∈ℝ", "cost$5,or$7and$8", "By(1)andEquation(1),"):
        assert shown in squeezed, shown
    assert "\\" not in squeezed and "&" not in squeezed


def test_boxes_colours_comments_and_folded_text(book: Result) -> None:
    for words in ("A box with", "crimson marked Esc struck There are 41 of them.", "It is seven."):
        assert words in book.text
    assert "Warning. Mind the step" in book.text and "[!" not in book.text
    page = book.pdf.pages[0].get_contents().get_data()
    assert b"1 0 0 scn" in page  # the red of <font>


def test_paragraphs_after_a_picture_are_their_own(book: Result) -> None:
    lines = [line.strip() for page in book.pdf.pages for line in page.extract_text().splitlines()]
    assert "Words after a picture." in lines


def test_references_are_numbers(book: Result) -> None:
    assert "Figure 3 and the curves (Figure 3), Table 2, see the end." in book.text
    assert "Figure 3 Loss falls" in book.text and "Table 2 What it costs" in book.text
    assert b"(Two curves)" in book.data


def test_tables(book: Result) -> None:
    assert (
        "key name score x 1.5a y 2.5 all of it short" in book.text
    )  # a: in the middle of two rows
    assert "Table 1 Scores" in book.text and "0.97 blue" in book.text and "T_r0" not in book.text
    for n in range(30):
        assert f"column_{n}_mean" in book.text and f"{n}.250000" in book.text
    assert book.text.count("count") >= 3  # the column of names stands in each part
    assert "row 0 0" in book.text and "row 2999" in book.text
    assert "… 2,970 rows left out …" in book.text


def test_pictures_from_beside_pasted_and_with_words(book: Result) -> None:
    assert "pooling, 2 by 2, stride two" in book.text
    assert b"/DCTDecode" in book.data  # a photo stays a JPEG
    widths = sorted(book.drawn_widths())
    assert widths[0] == pytest.approx(90, abs=1)  # 120 pixels
    assert widths[1] == pytest.approx(0.3 * 170 / 25.4 * 72, abs=1)  # 30 % of the column


def test_logs_keep_head_tail_and_last_states(book: Result) -> None:
    assert "Epoch 1 9/9 ━━ loss: 0.25" in book.text and "2.5 " not in book.text.split("Epoch 1")[1]
    assert "step 39: 39 … 245 lines left out … step 285: 285" in book.text
    assert "ValueError: invalid literal" in book.text


def _photo() -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((900, 300)).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()
