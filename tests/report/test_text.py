"""Running text: scripts, words, entities, lists, headings and links."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import typeset, typeset_all
from helpers.report_samples import code, display, markdown, stream


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


def test_arabic_and_hebrew_run_from_right_to_left(tmp_path: Path) -> None:
    result = typeset(tmp_path, markdown("## سلام\n\nسلام abc\n\n- שלום def\n\nEnglish first سلام"))
    assert result.left("abc") > 400 and result.left("def") > 400
    assert result.left("English") < 70


def test_characters_that_no_font_has(tmp_path: Path) -> None:
    drawing = display(image_svg_plus_xml="", text_plain="x")
    drawing.data = {"image/svg+xml": samples.SVG % '<text y="20">deep 🎉</text>'}
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
        assert sign * count in result.squeezed
    assert max(len(text.replace("\u200b", "")) for text, _ in result.pieces) < 200  # a line at most


def test_entities_breaks_comments_and_empty_headings(tmp_path: Path) -> None:
    text = (
        "a&nbsp;&rarr; &lt;b&gt; &copy; &#36;5\n\n<!-- one -->seen<!-- two\nlines -->\n\n"
        "first  \nsecond\n\n#\n\n## Real\n\nlast\n\n- *Hint:* `code` **bold** *word*"
    )
    result = typeset(tmp_path, markdown(text))
    for words in ("→ <b> © $5", "seen", "first second", "1 Real last • Hint: code bold word"):
        assert words in result.text
    assert result.left("first") == pytest.approx(result.left("second"), abs=0.5)
    assert not result.warnings and "lines" not in result.text


def test_links_elsewhere_lose_only_their_link(tmp_path: Path) -> None:
    text = "[gone](09-other.ipynb#x), [code](../lenet_lib/data.py), [run](javascript:alert(1))"
    result = typeset(tmp_path, markdown(f"# A\n\n{text}, [bad](http://[x)"))
    assert "gone, code, run" in result.text
    assert not result.destinations()


def test_words_in_a_list_keep_the_space_between_them(tmp_path: Path) -> None:
    items = "1. *Hint:* `np.roll`\n2. *Next:* **bold**\n   - below"
    text = typeset(tmp_path, markdown(f"# A\n\n{items}")).text
    assert "Hint: np.roll" in text
    assert "Next: bold" in text


def test_equal_headings_in_two_notebooks(tmp_path: Path) -> None:
    a = samples.write(tmp_path / "a.ipynb", markdown("# A\n\n## Limits\n\n[own](#limits)"))
    b = samples.write(
        tmp_path / "b.ipynb",
        markdown("# B\n\n## Limits\n\n## Limits\n\n[own](#limits), [second](#limits-1)"),
        markdown("[a](a.ipynb#limits)"),
    )
    text = typeset_all([a, b]).text
    assert "own (§1.1)" in text
    assert "own (§2.1), second (§2.2) a (§1.1)" in text


def test_notebook_without_title_and_with_two(tmp_path: Path) -> None:
    a = samples.write(tmp_path / "03-error-bars.ipynb", markdown("Only text."))
    b = samples.write(tmp_path / "b.ipynb", markdown("# One"), markdown("# Two\n\n#### Deep"))
    assert typeset_all([a, b]).outline == [
        ("1 Error bars", 0),
        ("2 One", 0),
        ("3 Two", 0),
        ("3.1 Deep", 1),
    ]


def test_chinese_names_are_printed(tmp_path: Path) -> None:
    name = "喆玥镕珺"
    result = typeset(tmp_path, markdown("# 手写数字\n\n**粗体** `代码`"), author=name, title="报告")
    assert name in result.text and "手写数字" in result.text and "代码" in result.text
    assert all(result.fonts().values())


def test_boxes_of_jupyter_book_and_quarto(tmp_path: Path) -> None:
    text = (
        "```{note}\n:class: dropdown\nIt is *one* $k$.\n```\n\n:::{warning} Mind\nthe step\n:::\n\n"
        "::: {.callout-tip}\n## Two\nof them\n:::\n\n```{figure} gone.png\nWords below\n```\n\n"
        "````\n```{tip}\nof code\n```\n````"
    )
    text = typeset(tmp_path, markdown(text)).text
    assert "Note. It is one 𝑘. Warning. Mind the step Tip. Two of them" in text
    assert "{figure} gone.png Words below ```{tip} of code ```" in text and ":::" not in text
