"""Further kinds of other people's notebooks: old formats, odd metadata, other scripts, lost parts.

Each test looks at the PDF's text, or at where its words stand on the page.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import Result, typeset, typeset_all
from helpers.report_samples import code, display, markdown, stream
from nbformat import v4

from lenet_lib.errors import LenetError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">%s</svg>'


def _json(folder: Path, notebook: Any, **options: Any) -> Result:
    """Typeset a notebook as a file holds it, whether or not a program of today would write it."""
    path = folder / "kind.ipynb"
    path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return typeset_all([path], **options)


def _squeezed(result: Result) -> str:
    return re.sub(r"[\s\u200b]", "", result.text)


def _left(result: Result, words: str) -> float:
    """Return where a text begins, in points from the page's left edge."""
    return next(place for text, place in result.pieces if words in text)


# ---- Files -----------------------------------------------------------------------------------


def test_format_3_with_its_heading_cells(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Old title"]},
        {"cell_type": "heading", "level": 2, "metadata": {}, "source": "Old part"},
        {
            "cell_type": "code",
            "input": ["print 1+1"],
            "language": "python",
            "metadata": {},
            "outputs": [
                {"output_type": "stream", "stream": "stdout", "text": ["two\n"]},
                {"output_type": "pyout", "prompt_number": 1, "text": ["[3]"], "metadata": {}},
            ],
            "prompt_number": 1,
        },
    ]
    book = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}
    result = _json(tmp_path, book | {"worksheets": [{"cells": cells, "metadata": {}}]}, title=None)
    assert result.text.startswith("Old title Ada") and "1 Old part print 1+1 two [3]" in result.text


def test_keys_that_are_missing_or_null(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": "no metadata"},
        {"cell_type": "markdown", "source": None, "metadata": None},
        {"cell_type": "code", "source": "y", "outputs": [{"output_type": "stream", "text": "s"}]},
        {"cell_type": "code", "source": "z", "outputs": [{"output_type": "error"}]},
        {
            "cell_type": "code",
            "source": "v",
            "metadata": {"tags": None, "jupyter": None, "transient": []},
            "outputs": [{"output_type": "display_data", "data": {"text/plain": ["sh", "own"]}}],
        },
        {"cell_type": "code", "source": "w", "outputs": [{"output_type": "clear_output"}]},
        {"cell_type": "chart", "metadata": {"tags": "hide-input"}, "source": "a kind unknown"},
    ]
    book = {"nbformat": 4, "nbformat_minor": 2, "cells": cells}
    result = _json(tmp_path, "\ufeff" + json.dumps(book), allow_errors=True)
    assert "no metadata y s z v shown w a kind unknown" in result.text


@pytest.mark.parametrize(
    ("metadata", "first", "title"),
    [
        ({"title": "Told by metadata"}, "text", "Told by metadata"),
        ({}, "---\ntitle: \"Told in front: 'x'\"\nformat: html\n---", "Told in front: 'x'"),
        ({}, "---\njupyter: python3\n---", "Kind"),
    ],
)
def test_title_outside_the_text(
    tmp_path: Path, metadata: dict[str, str], first: str, title: str
) -> None:
    book = v4.new_notebook(cells=[v4.new_raw_cell(first), markdown("Words.")], metadata=metadata)
    text = _json(tmp_path, book, title=None).text
    assert text.startswith(f"{title} Ada") and "---" not in text


def test_language_of_the_kernel_colours_the_code(tmp_path: Path) -> None:
    kernel = {"name": "ir", "language": "R", "display_name": "R"}
    colours = []
    for metadata in ({"kernelspec": kernel, "language_info": None}, {"kernelspec": None}):
        book = json.loads(json.dumps(v4.new_notebook(cells=[code("function(a) NULL")])))
        book["metadata"] = metadata
        page = _json(tmp_path, book).pdf.pages[0].get_contents().get_data()
        colours.append(set(re.findall(rb"[\d.]+ [\d.]+ [\d.]+ scn", page)))
    assert colours[0] != colours[1]  # to Python, `function` is no word of the language


# ---- Text ------------------------------------------------------------------------------------


def test_arabic_and_hebrew_run_from_right_to_left(tmp_path: Path) -> None:
    result = typeset(tmp_path, markdown("## سلام\n\nسلام abc\n\n- שלום def\n\nEnglish first سلام"))
    assert _left(result, "abc") > 400 and _left(result, "def") > 400
    assert _left(result, "English") < 70


def test_characters_that_no_font_has(tmp_path: Path) -> None:
    drawing = display(image_svg_plus_xml="", text_plain="x")
    drawing.data = {"image/svg+xml": SVG % '<text y="20">deep 🎉</text>'}
    cells = markdown("Flags 🇩🇪 and 👍🏽 and 👩‍🔬 and ที่ and \ufffe end"), code("draw()", drawing)
    result = typeset(tmp_path, *cells)
    assert "deep [party popper]" in result.text and "end" in result.text
    assert all("not accessible" not in words for words in result.warnings)
    if "[thumbs" in result.text:  # here is no font with emoji
        assert "Flags DE and [thumbs up sign] and [woman][microscope] and" in result.text


def test_words_as_long_as_the_page_are_broken(tmp_path: Path) -> None:
    table = f"<table><tr><th>k<th>v<tr><td>{'words ' * 80}<td>{'w' * 300}</table>"
    long = display(text_html=table, text_plain="x"), stream("-" * 400)
    result = typeset(
        tmp_path, markdown(f"Then {'b' * 500} http://x.org/{'a' * 200}"), code("t", *long)
    )
    for sign, count in (("b", 500), ("a", 200), ("w", 300), ("-", 400)):
        assert sign * count in _squeezed(result)
    assert max(len(text.replace("\u200b", "")) for text, _ in result.pieces) < 200  # a line at most


def test_entities_breaks_comments_and_empty_headings(tmp_path: Path) -> None:
    text = (
        "a&nbsp;&rarr; &lt;b&gt; &copy; &#36;5\n\n<!-- one -->seen<!-- two\nlines -->\n\n"
        "first  \nsecond\n\n#\n\n## Real\n\nlast\n\n- *Hint:* `code` **bold** *word*"
    )
    result = typeset(tmp_path, markdown(text))
    for words in ("→ <b> © $5", "seen", "first second", "1 Real last • Hint: code bold word"):
        assert words in result.text
    assert _left(result, "first") == pytest.approx(_left(result, "second"), abs=0.5)
    assert not result.warnings and "lines" not in result.text


def test_dollars_of_money_and_of_names_are_no_formulas(tmp_path: Path) -> None:
    text = r"Cost $5 and $10, `$x` and `$y`, $HOME and $PATH, about $100 or $x$, 28$\times$28."
    result = typeset(tmp_path, markdown(text))
    assert "Cost $5 and $10, $x and $y, $HOME and $PATH, about $100 or 𝑥, 28×28." in result.text


# ---- What was printed ------------------------------------------------------------------------


def test_a_terminal_s_signs(tmp_path: Path) -> None:
    printed = "10%\b\b\b20%\b\b\b30%\n\x1b]0;title\x07a\tfar\nlonger\taway\n"
    result = typeset(tmp_path, code("run()", stream(printed)))
    assert "run() 30% a far longer away" in result.text
    assert [
        len(text.partition(word)[0])
        for word in ("far", "away")
        for text, _ in result.pieces
        if word in text
    ] == [8, 8]


def test_outputs_of_other_kinds(tmp_path: Path) -> None:
    shown = [
        {"application/json": {"key": ["json value"]}, "text/plain": "<JSON object>"},
        {"text/latex": r"Words, $x^2$ and more", "text/plain": "<Latex object>"},
        {"text/latex": "\\begin{align}p &= q\\end{align}", "text/plain": "<Latex object>"},
        {"text/latex": "\\begin{tabular}{l}cell\\end{tabular}", "text/plain": "plain table"},
        {"text/html": "<p hidden>secret</p><p>open</p>", "text/plain": "x"},
        {"text/html": r"<p>as $$y = 7$$ says</p>", "text/plain": "x"},
        {"application/vnd.bokehjs_load.v0+json": "", "application/javascript": "load()"},
    ]
    lost = [
        {"audio/wav": "AAAA", "text/plain": "<Audio object>"},
        {"text/html": "<div id='1'></div>", "application/vnd.holoviews_exec.v0+json": ""},
        {"text/html": "<img id='frame'><label>Once</label><script>go()</script>"},
        {"text/html": "<iframe src='https://youtube.com/embed/x'></iframe>"},
        {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Output()"},
    ]
    cells = [
        code(f"cell{n}", v4.new_output("display_data", data=data)) for n, data in enumerate(shown)
    ]
    result = typeset(
        tmp_path, *cells, code("all", *(v4.new_output("display_data", data=d) for d in lost))
    )
    for words in ('"json value"', "Words, 𝑥2 and more", "plain table", "open", "says"):
        assert words in result.text, words
    assert "𝑝=𝑞(1)" in _squeezed(result) and "𝑦=7" in _squeezed(result)
    for words in ("object>", "secret", "Once", "cell6 An"):
        assert words not in result.text, words
    what: tuple[str, ...] = (
        "an output of the kind audio/wav",
        "an interactive chart",
        "an animation",
    )
    what += ("a web page's iframe (https://youtube.com/embed/x)", "an interactive widget")
    assert result.warnings == [
        f"01-sample, cell 8: {words} cannot be printed and is left out." for words in what
    ]


def test_update_of_a_display_is_shown(tmp_path: Path) -> None:
    update = {"output_type": "update_display_data", "data": {"text/plain": "new"}, "metadata": {}}
    cell = {"cell_type": "code", "source": "u", "metadata": {}, "execution_count": 1}
    cells = [cell | {"outputs": [update]}]
    book = {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": cells}
    assert "u new" in _json(tmp_path, book).text


# ---- Tables, formulas, pictures --------------------------------------------------------------


def test_tables_that_markdown_writes_carelessly(tmp_path: Path) -> None:
    text = (
        "Right after:\n| a | b |\n|---|---|\n| `x|y` | $P(A|B)$ |\n| short |\n| 1 | 2 | extra |\n\n"
        "1. item\n\n   | t | u |\n   |---|---|\n   | 3 | 4 |\n\n"
        "```\n| v |\n|---|\n| 5 | 6 |\n```\n\n"
        "> | y | z |\n> |---|---|\n> | 7 | 8 |\n\nEnd[^n].\n\n[^n]: Opens\n\n    and goes on"
    )
    text = typeset(tmp_path, markdown(text)).text
    assert "Right after: a b x|y 𝑃 (𝐴|𝐵) short 1 2 extra 1. item t u 3 4" in text
    assert "| v | |---| | 5 | 6 | y z 7 8 End1." in text
    assert "1Opensandgoeson" in text.replace(" ", "")


def test_commands_that_nobody_knows_keep_the_formula(tmp_path: Path) -> None:
    text = r"""$\softmax(z) + \d x$ and $\left<a\right>$, $\color{red}{r} s$.

$$\text{a \$5 note, $n$ of them} \tag{7}$$

$$\begin{tikzpicture}
\draw;
\end{tikzpicture}$$"""
    result = typeset(tmp_path, markdown(text))
    squeezed = _squeezed(result)
    assert "softmax(𝑧)+d𝑥and⟨𝑎⟩,𝑟𝑠." in squeezed and "a$5note,𝑛ofthem(7)" in squeezed
    assert r"\begin{tikzpicture}\draw;" in squeezed
    assert [words.partition(": ")[2][:42] for words in result.warnings] == [
        "a formula has an unknown command, \\softmax",
        "a formula has an unknown command, \\d.",
        "a formula cannot be set and is printed as ",
    ]


def test_captions_numbered_by_hand_are_numbered_once(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "p.png").write_bytes(samples.png())
    html = '<figure><img src="p.png"><figcaption><b>Fig. 8</b> boxed</figcaption></figure>'
    text = f"![Figure 3: LeNet](p.png)\n\n![plain](p.png)\n\n![图2 网络](p.png)\n\n{html}"
    text = typeset(tmp_path, markdown(text)).text
    assert "Figure 3: LeNet Figure 1 plain" in text and "Fig. 8 boxed" in text
    assert "Figure 2" not in text


def test_drawings_and_addresses_of_every_kind(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks" / "images"
    folder.mkdir(parents=True)
    (folder / "p.png").write_bytes(samples.png())
    flat = SVG.replace('"200"', '"0"') % ""
    words = SVG % '<text y="20">a&nbsp;b</text>'
    uri = f'<img alt="uri" src="data:image/svg+xml;utf8,{words.replace(chr(34), chr(39))}">'
    text = f"![back](images\\p.png)\n\n{uri}\n\n<img src='images/p.png' style='width: 5cm'>"
    drawings = [
        code("draw()", v4.new_output("display_data", data={"image/svg+xml": svg}))
        for svg in (words, flat)
    ]
    result = typeset(tmp_path, markdown(text), *drawings)
    assert _squeezed(result).count("ab") >= 2 and "Figure 1 back" in result.text
    assert result.warnings == ["01-sample, cell 3: a figure was left out: it has no size."]


def test_a_notebook_without_anything_to_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(LenetError, match="is empty"):
        _json(tmp_path, {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": []})


# ---- Pages -----------------------------------------------------------------------------------


def test_a_table_in_parts_is_shared_out_evenly(tmp_path: Path) -> None:
    head = "".join(f"<th>a long column {n}</th>" for n in range(11))
    row = "".join(f"<td>value {n}</td>" for n in range(11))
    table = f"<table><tr><th></th>{head}</tr><tr><th>name</th>{row}</tr></table>"
    text = typeset(tmp_path, code("t", display(text_html=table, text_plain="x"))).text
    assert [part.count("value") for part in text.split("name")[1:]] == [6, 5]


def test_a_folded_part_s_line_stays_with_what_it_folds(tmp_path: Path) -> None:
    folded = "<details><summary>Solution {}</summary>\n\n```\nx = 1\ny = 2\n```\n\n</details>"
    for lines in range(24, 40):  # one of these ends a page with the line
        text = "\n\n".join([*["line"] * lines, *map(folded.format, range(9))])
        for page in typeset(tmp_path, markdown(text)).pdf.pages:
            assert not re.search(r"Solution \d\s*\d+ / \d+\s*$", page.extract_text())


def test_the_list_of_works_fits_a_page_or_is_broken(tmp_path: Path) -> None:
    works = "".join(
        f"- Author {n:02}. A work with a title of some length, {n}.\n" for n in range(40)
    )
    text = "\n\n".join(["line"] * 20)  # the list begins low on the second page
    for name, end in (("a", text), ("b", f"{text}\n\n## References\n\n{works}")):
        samples.write(tmp_path / f"{name}.ipynb", markdown(f"# {name}\n\n{end}"))
    result = typeset_all([tmp_path / "a.ipynb", tmp_path / "b.ipynb"])
    pages = [page.extract_text() for page in result.pdf.pages]
    on = [n for n, page in enumerate(pages) if "Author" in page]
    assert len(on) == 1 and pages[on[0]].count("A work") == 40
