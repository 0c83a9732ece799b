"""The report as a reader sees it: what of a notebook arrives on the page, and how."""

from __future__ import annotations

import base64
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import DAY, Result, typeset, typeset_all
from helpers.report_samples import code, display, error, figure, frame, markdown, stream
from nbformat import v4
from PIL import Image
from pypdf import PdfReader
from sklearn.linear_model import LogisticRegression
from typer.testing import CliRunner

from lenet_lib.cli import app
from lenet_lib.errors import LenetError
from lenet_lib.report import build_report, read_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The two chapters of the samples, with a whole title block."""
    folder = tmp_path_factory.mktemp("book")
    paths = samples.book(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        words = {"student_id": "2205", "course": "Vision", "abstract": "Why."}
        return typeset_all(paths, title="On digits", **words)


def test_title_block_contents_and_running_header(book: Result) -> None:
    assert not book.warnings
    first, second = (book.pdf.pages[page].extract_text() for page in (0, 1))
    for words in ("On digits", "Ada", "2205", "Vision", "22 November 2026", "Why.", "Contents"):
        assert words in first
    assert "1.1 Where it comes from" in " ".join(first.split())
    assert "On digits" in second and "The data set" in second
    assert f"2 / {len(book.pdf.pages)}" in second


def test_the_command_takes_the_title_block(tmp_path: Path) -> None:
    (path, *_) = samples.book(tmp_path)
    words = {
        **{"--title": "On ones", "--author": "张三", "--student-id": "22051001"},
        **{"--course": "Vision", "--abstract": "Why not.", "--date": DAY, "--output": "o/r.pdf"},
    }
    flat = [word for pair in words.items() for word in pair]
    result = CliRunner().invoke(app, ["report", str(path), *flat])
    assert result.exit_code == 0, result.output
    first = PdfReader("o/r.pdf").pages[0].extract_text()
    for said in ("On ones", "张三", "22051001", "Vision", "Why not.", "22 November 2026"):
        assert said in first
    with_code = "".join(page.extract_text() for page in PdfReader("o/r.pdf").pages)
    assert CliRunner().invoke(app, ["report", str(path), *flat, "--no-code"]).exit_code == 0
    without = "".join(page.extract_text() for page in PdfReader("o/r.pdf").pages)
    assert len(without) < len(with_code)


def test_one_section_per_notebook_numbered_through(book: Result) -> None:
    outline = [(entry.title, depth) for entry, depth in _flat(book.pdf.outline)]
    assert [title for title, depth in outline if depth == 0] == [
        "1 The data set",
        "2 LeNet",  # the notebook says "02 · LeNet": its own number is not printed twice
        "References",
    ]
    assert ("2.1 The layers", 1) in outline


def test_figures_and_tables_are_numbered_with_captions(book: Result) -> None:
    assert "Figure 1 Loss on training and validation digits" in book.text
    assert "Figure 2 One digit" in book.text  # no caption: its alternative text
    assert "Table 1 Four models, and what they cost" in book.text


def test_links_lead_to_other_chapters_and_figures(book: Result) -> None:
    assert "See the network (§2.1)" in book.text
    assert "in the figure (Figure 1), the data in chapter one (§1), its sources in" in book.text
    assert "its list" in book.text  # one for all, without a number
    assert len(book.destinations()) >= 4


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
    titles = [(e.title, depth) for e, depth in _flat(typeset_all([a, b]).pdf.outline)]
    assert titles == [("1 Error bars", 0), ("2 One", 0), ("3 Two", 0), ("3.1 Deep", 1)]


def test_pandas_frame_becomes_a_table(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("t", display(text_html=frame().to_html(), text_plain="raw")))
    assert "raw" not in result.text
    assert "model remark measure 0 measure 1" in result.text  # pandas' two header lines are one
    assert "linear simple 1234.5000" in result.text
    assert b"/S/TH" in result.data


def test_styler_becomes_a_table_with_its_caption(tmp_path: Path) -> None:
    styled = frame().style.format(precision=2).set_caption("Styled").background_gradient()
    shown = display(text_html=styled.to_html(), text_plain="<Styler at 0x7f>")
    result = typeset(tmp_path, code("t", shown))
    assert "Table 1 Styled" in result.text
    assert "LeNet ours 0.99" in result.text
    assert "Styler" not in result.text and "background" not in result.text


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


def test_tags_and_no_code(tmp_path: Path) -> None:
    cells = [
        code("shown_source = 1", stream("shown output\n")),
        code("hidden_source = 1", stream("kept output\n"), tags=("hide-input",)),
        code("kept_source = 1", stream("hidden output\n"), tags=("hide-output",)),
        code("removed_source = 1", error(), tags=("remove-cell",)),
    ]
    text = typeset(tmp_path, *cells).text
    assert "shown_source" in text and "kept_source" in text and "kept output" in text
    for hidden in ("hidden_source", "hidden output", "removed_source", "ZeroDivisionError"):
        assert hidden not in text
    text = typeset(tmp_path, *cells, code=False).text
    assert "_source" not in text and "shown output" in text


def test_bare_align_and_formulas_over_lines(tmp_path: Path) -> None:
    source = (
        "Let\n\\begin{align}\na &= b \\\\\n- c &= d\n\\end{align}\nand\n\n$$\n= z_k % why\n+ 1\n$$"
    )
    result = typeset(tmp_path, markdown(source + "\n\n```\n\\begin{align}kept\\end{align}\n```"))
    assert not result.warnings
    assert result.text.count("align") == 2  # those in the block of code
    assert "$" not in result.text and "why" not in result.text
    assert "\\begin{align}kept\\end{align}" in result.text


def test_one_bad_formula_costs_only_itself(tmp_path: Path) -> None:
    result = typeset(tmp_path, markdown(r"Good $\hat y$, bad $x^2^3$, other $\frac{1}$, end."))
    assert r"bad x^2^3, other \frac{1}, end." in result.text
    assert [warning.split(" as TeX")[0] for warning in result.warnings] == [
        "01-sample, cell 1: a formula cannot be set and is printed"
    ] * 2


def test_picture_is_never_enlarged_nor_wider_than_the_column(tmp_path: Path) -> None:
    small = base64.b64encode(_png(28, 28)).decode()
    large = base64.b64encode(_png(3000, 300)).decode()
    for data, low, high in ((small, 20, 22), (large, 481, 483)):
        result = typeset(tmp_path, code("x", display(image_png=data)), code=False)
        assert low < _drawn_width(result) < high


def test_figure_for_print_is_the_vector_file(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "curves.svg").write_bytes(samples.svg())
    vector = typeset(tmp_path, code("x", figure(alt="Curves", figure="curves")))
    bitmap = typeset(tmp_path, code("x", figure(alt="Curves", figure="other")))
    assert "validation" in vector.text and any("DejaVuSans" in name for name in vector.fonts())
    assert "validation" not in bitmap.text
    assert b"/Subtype/Image" not in vector.data.replace(b" ", b"")


def test_pictures_in_markdown(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "scale.svg").write_bytes(samples.svg())
    attached = {"image.png": {"image/png": base64.b64encode(samples.png()).decode()}}
    result = typeset(
        tmp_path,
        markdown("![The network, to scale](../figures/scale.svg)"),
        markdown("A small one ![dot](attachment:image.png) here.", attachments=attached),
        markdown('<img src="../figures/scale.svg" alt="again" width="300">'),
    )
    assert not result.warnings
    assert "Figure 1 The network, to scale" in result.text
    assert result.text.count("validation") == 2


def test_wide_table_stays_on_the_page(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("t", display(text_html=frame(18).to_html())))
    edges = [place for _, place in result.pieces]
    assert max(edges) < 595 - 40
    assert "1234.5000" in result.text


def test_endless_line_stays_on_the_page(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("x", stream("y" * 900 + "\n")))
    lines = result.pdf.pages[0].extract_text().replace("\u200b", "").splitlines()
    runs = [line.count("y") for line in lines if "yyy" in line]
    assert sum(runs) == 900 and max(runs) < 150


def test_long_code_lines_and_blocks_are_whole(tmp_path: Path) -> None:
    lines = "\n".join(f"value_{n} = {n}  # " + "word " * 16 for n in range(80))
    result = typeset(tmp_path, code(lines))
    assert all(f"value_{n} = {n}" in result.text for n in range(80))
    assert len(result.pdf.pages) > 1


def test_a_short_output_stays_with_its_cell(tmp_path: Path) -> None:
    shown = "\n".join("abcdef")
    cells = [code(f"value_{n}", display(text_plain=f"{shown}\nresult {n}.")) for n in range(40)]
    pages = [page.extract_text() for page in typeset(tmp_path, *cells).pdf.pages]
    assert len(pages) > 2
    for n in range(40):
        assert [f"value_{n}\n" in page for page in pages] == [
            f"result {n}." in page for page in pages
        ], n


def test_no_heading_is_left_alone_at_the_foot(tmp_path: Path) -> None:
    cells = [markdown("# A")]
    cells += [markdown(f"## H{n}\n\n" + samples.PROSE * (n % 4 + 1)) for n in range(40)]
    for page in typeset(tmp_path, *cells).pdf.pages:
        lines = page.extract_text().strip().splitlines()
        last = lines[-2] if lines[-1].count("/") == 1 else lines[-1]
        assert not last.startswith(tuple("123456789")), last


def test_no_page_is_half_empty(tmp_path: Path) -> None:
    tall = display(
        {"image/png": {"alt": "Tall"}}, image_png=base64.b64encode(_png(640, 400)).decode()
    )
    cells = [markdown("# A\n\n" + samples.PROSE)]
    for n in range(12):
        cells += [markdown(f"## S{n}\n\n" + samples.PROSE * (n % 3 + 1)), code("d()", tall)]
    lowest = _lowest_inks(typeset(tmp_path, *cells))
    assert len(lowest) > 6
    assert max(lowest[:-1]) < 842 / 3, lowest  # where its cell is, each would leave that much


def test_chinese_names_are_printed(tmp_path: Path) -> None:
    name = "喆玥镕珺"
    result = typeset(tmp_path, markdown("# 手写数字\n\n**粗体** `代码`"), author=name, title="报告")
    assert name in result.text and "手写数字" in result.text and "代码" in result.text
    assert all(result.fonts().values())


def test_settings_from_file_and_options(tmp_path: Path) -> None:
    (tmp_path / "report.toml").write_text('title = "T"\nstudent-id = "7"\ndate = 2026-01-02\n')
    settings = read_settings(tmp_path, title="Won", author=None)
    assert (settings.title, settings.student_id, settings.author) == ("Won", "7", "")
    assert settings.day == dt.date(2026, 1, 2)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("titel = 'x'", "unknown key 'titel'"),
        ("title = ", "cannot be read as TOML"),
        ("title = 3", "must be a text"),
        ("date = 'tomorrow'", "not written as year-month-day"),
        ("code = 'no'", "must be true or false"),
    ],
)
def test_bad_settings(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "report.toml").write_text(text)
    with pytest.raises(LenetError, match=complaint):
        read_settings(tmp_path)


def test_date_is_the_source_date_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert read_settings(tmp_path).day == dt.date(2023, 11, 14)


def test_file_is_written_whole_and_folders_are_made(tmp_path: Path) -> None:
    path = samples.write(tmp_path / "a.ipynb", markdown("# A"))
    output = tmp_path / "new" / "report.pdf"
    build_report([path], output, read_settings(tmp_path, date=DAY, author="Ada"))
    assert output.read_bytes().startswith(b"%PDF-")
    assert [file.name for file in output.parent.iterdir()] == ["report.pdf"]


def _flat(outline: list[Any], depth: int = 0) -> list[Any]:
    entries: list[Any] = []
    for item in outline:
        entries += _flat(item, depth + 1) if isinstance(item, list) else [(item, depth)]
    return entries


def _png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, height), 90).save(buffer, "PNG")
    return buffer.getvalue()


def _drawn_width(result: Result) -> float:
    """Return the width, in points, at which the only picture is drawn."""
    widths: list[float] = []

    def visit(operator: bytes, operands: list, matrix: list, _: list) -> None:  # type: ignore[type-arg]
        if operator == b"Do":
            widths.append(matrix[0])

    result.pdf.pages[0].extract_text(visitor_operand_before=visit)
    return max(widths)


def _lowest_inks(result: Result) -> list[float]:
    """Return the height of the lowest text or picture on each page, page numbers aside."""
    lowest = []
    for page in result.pdf.pages:
        heights: list[float] = []

        def text(_: str, matrix: list, own: list, *__: object, heights=heights) -> None:  # type: ignore
            heights.append(own[4] * matrix[1] + own[5] * matrix[3] + matrix[5])

        def drawn(operator: bytes, _: list, matrix: list, __: list, heights=heights) -> None:  # type: ignore
            if operator == b"Do":
                heights.append(min(matrix[5], matrix[5] + matrix[3]))

        page.extract_text(visitor_text=text, visitor_operand_before=drawn)
        lowest.append(min(height for height in heights if height > 60))
    return lowest
