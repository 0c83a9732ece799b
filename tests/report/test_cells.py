"""Outputs: what a terminal, a widget, a chart or a library leaves in a cell."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import typeset, typeset_json
from helpers.report_samples import code, display, stream
from nbformat import v4
from sklearn.linear_model import LogisticRegression


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


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
    assert "𝑝=𝑞(1)" in result.squeezed and "𝑦=7" in result.squeezed
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


def test_displayed_markdown_and_latex_are_set(tmp_path: Path) -> None:
    result = typeset(
        tmp_path,
        code(
            "a", display(text_markdown="It is **right** for $k$ of $n$.", text_plain="<Markdown>")
        ),
        code("b", display(text_latex="$\\displaystyle x \\otimes y$", text_plain="<Latex>")),
        code("c", display(text_latex="\\begin{align} a &= b \\end{align}")),
    )
    assert "It is right for" in result.text and "**" not in result.text
    assert "⊗" in result.text and "begin" not in result.text and "<" not in result.text


def test_estimator_shows_its_text_not_its_widget(tmp_path: Path) -> None:
    model = LogisticRegression(C=0.5)
    shown = display(text_html=model._repr_html_(), text_plain=repr(model))
    result = typeset(tmp_path, code("model", shown))
    assert "LogisticRegression(C=0.5)" in result.text
    assert "sk-" not in result.text and len(result.data) < 60_000


def test_progress_leaves_its_last_state(tmp_path: Path) -> None:
    ticks = [
        stream(f"\r {n}%|███     | {n}/100 [00:01<00:02, loss={n}]", "stderr") for n in range(100)
    ]
    bar = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": " 0%|  | 0/9 [00:00<?]"}
    result = typeset(
        tmp_path,
        code("fit()", *ticks, stream("\nUserWarning: few digits\n", "stderr")),
        code("fit()", v4.new_output("display_data", data=bar)),
        code("count()", stream("epoch 1\repoch 2\repoch 3\n")),
    )
    assert "99%|███ | 99/100 [00:01<00:02, loss=99] UserWarning: few digits" in result.text
    assert "epoch 3" in result.text and not result.warnings
    for trace in ("98%", "0/9", "epoch 1", "epoch 2"):
        assert trace not in result.text


def test_endless_line_stays_on_the_page(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("x", stream("y" * 900 + "\n")))
    lines = result.pdf.pages[0].extract_text().replace("\u200b", "").splitlines()
    runs = [line.count("y") for line in lines if "yyy" in line]
    assert sum(runs) == 900 and max(runs) < 150


def test_source_is_never_cut(tmp_path: Path) -> None:
    lines = "\n".join(f"x_{n} = {n}" for n in range(400)) + f"\ny = '{'z' * 4000}'"
    result = typeset(tmp_path, code(lines))
    text = result.text.replace("\u200b", "").replace(" ", "")
    assert all(f"x_{n}={n}" in text for n in range(400))
    assert text.count("z") == 4000


def test_widgets_whose_state_is_saved_are_printed(tmp_path: Path) -> None:
    picture = base64.b64encode(samples.plain_png(30, 30)).decode()
    kept = {"output_type": "stream", "name": "stdout", "text": "the seventh"}
    models: dict[str, tuple[str, dict[str, Any]]] = {
        "bar": ("HBoxModel", {"children": ["IPY_MODEL_a", "IPY_MODEL_b", "IPY_MODEL_c"]}),
        "a": ("HTMLModel", {"value": "<b>Epoch</b> 1:"}),
        "b": ("FloatProgressModel", {"description": "50%", "value": 4.0, "max": 8.0}),
        "c": ("HTMLModel", {"value": "4/8 [00:01&lt;00:01]"}),
        "all": ("VBoxModel", {"children": ["IPY_MODEL_slider", "IPY_MODEL_shown"]}),
        "slider": ("IntSliderModel", {"description": "digit", "value": 7}),
        "shown": ("OutputModel", {"outputs": [kept]}),
        "image": ("ImageModel", {"format": "png"}),
    }
    state: dict[str, Any] = {
        name: {"model_name": kind, "state": values} for name, (kind, values) in models.items()
    }
    state["image"]["buffers"] = [{"encoding": "base64", "path": ["value"], "data": picture}]
    live = "application/vnd.jupyter.widget-view+json"
    cells = [
        code(
            name, v4.new_output("display_data", data={live: {"model_id": name}, "text/plain": "?"})
        )
        for name in ("bar", "all", "image", "unsaved")
    ]
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    result = typeset_json(
        tmp_path, v4.new_notebook(cells=cells, metadata={"widgets": widgets}), title="T"
    )
    assert f"bar Epoch 1: 50% |{'█' * 10} | 4/8 [00:01<00:01] all" in result.text
    assert "all digit 7 the seventh image" in result.text and "?" not in result.text
    assert result.drawn_widths() == [pytest.approx(22.5, abs=0.1)]
    assert [words.partition(": ")[2][:21] for words in result.warnings] == ["an interactive widget"]


def test_html_that_is_empty_leaves_the_text(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("x", display(text_html=" \n", text_plain="the text")))
    assert "x the text" in result.text


def test_a_terminal_s_colours(tmp_path: Path) -> None:
    text = "\x1b[1;32mgreen\x1b[0m \x1b[38;5;196mcube\x1b[39m "
    text += "\x1b[38;2;0;0;255mblue\x1b[m \x1b[48;5;7mno\x1b[0m"
    result = typeset(tmp_path, code("run()", stream(text)))
    assert "run() green cube blue no" in result.text
    page = result.pdf.pages[0].get_contents().get_data()
    for colour in (rb"0\.133\d* 0\.439\d* 0\.227\d* scn", b"1 0 0 scn", b"0 0 1 scn"):
        assert re.search(colour, page), colour
