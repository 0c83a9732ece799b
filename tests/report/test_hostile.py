"""Notebooks that mean harm, or are merely broken: literal text or one clear sentence, no more."""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import DAY, typeset
from helpers.report_samples import code, display, error, figure, markdown, stream
from nbformat import v4

from lenet_lib.errors import LenetError
from lenet_lib.report import build_report, read_settings

SECRET = "the secret of the neighbour's folder"

# Every character that means something to Typst, in places where it would.
TYPST = (
    '#read("/etc/passwd")',
    '#include "secret.txt"',
    '#import "@preview/cetz:0.3.1": canvas',
    "#eval(1+1)",
    "#{ let x = 1 }",
    "#text(red)[red]",
    "@label <label> ~ x // comment /* block */",
    "\\#sys.version \\u{41} ] } ) ] }",
    '"; #read("/etc/passwd"); "',
    "](#read) [[ ]] // end",
    "``` #panic() ``` `#panic()`",
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.txt").write_text(SECRET)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]|[“”\"]", "", text)


def test_typst_in_texts_and_outputs_is_printed_as_it_is(tmp_path: Path) -> None:
    cells = []
    for text in TYPST:
        fence = f"`````{{=typst}}\n{text}\n`````"
        html = f"<p>{_escaped(text)}</p><table><tr><td>{_escaped(text)}</td></tr></table>"
        cells += [
            markdown(f"# Title\n\n    {text}\n\n{fence}"),
            code(text, stream(text), display(text_html=html), display(text_plain=text)),
            code("x", figure(alt=text, caption="see")),
        ]
    said = TYPST[0]
    result = typeset(tmp_path, *cells, title=said, author=said, course=said, abstract=said)
    for text in TYPST:
        assert _squeezed(result.text).count(_squeezed(text)) >= 6, text
    assert _squeezed(result.text).count(_squeezed(said)) >= 10
    assert SECRET not in result.text and "root:" not in result.text


def test_typst_in_prose_headings_captions_and_links(tmp_path: Path) -> None:
    cells = []
    for number, text in enumerate(TYPST[:6]):
        prose = text.replace("[", r"\[").replace("*", r"\*")
        cells += [
            markdown(f"# {prose}\n\n{prose} and **{prose}**\n\n- {prose}\n\n> {prose}"),
            markdown(
                f"| {prose} |\n|---|\n| {prose} |\n\n[^{number}] note\n\n[^{number}]: {prose}"
            ),
            markdown(f"[link](https://example.org/{text.split()[0]})"),
            code("x", figure(alt="a", caption=prose), display(text_markdown=prose)),
        ]
    result = typeset(tmp_path, *cells)
    for text in TYPST[:6]:
        assert _squeezed(result.text).count(_squeezed(text)) >= 9, text
    assert SECRET not in result.text and "root:" not in result.text


def test_attributes_do_not_carry_code(tmp_path: Path) -> None:
    html = (
        '<div typst:inset="read(1)"><p typst:text:fill="panic()">one</p>'
        '<table typst:stroke="panic()"><tr typst:fill="panic()">'
        '<td typst:fill="read(\'/secret.txt\')" colspan="2">two</td></tr></table>'
        '<span typst:text:fill="panic()">three</span></div>'
    )
    result = typeset(tmp_path, code("x", display(text_html=html)), markdown("A\n\n" + html))
    assert result.text.count("one") == result.text.count("two") == 2
    assert "panic" not in result.text and not result.warnings


def test_formulas_cannot_carry_code(tmp_path: Path) -> None:
    formulas = (
        r'$\text{#read("/etc/passwd")}$ $\mathrm{#panic()}$ $\mbox{#panic()}$ $"#panic()"$',
        r"$\text{$#panic()$}$ $\text{]#panic()[}$ $\href{#panic()}{x}$ $\color{#panic()}x$",
        r"$$\begin{align} \text{\"; #panic()} \end{align}$$ $\operatorname{#panic()}$",
    )
    result = typeset(tmp_path, *map(markdown, formulas))
    assert "root:" not in result.text
    assert all("a formula cannot be set" in w for w in result.warnings)


def test_html_scripts_and_styles_are_dropped(tmp_path: Path) -> None:
    html = "<script>alert('s')</script><style>p {color: red}</style><p>kept</p><iframe src=x>"
    result = typeset(tmp_path, code("x", display(text_html=html)), markdown(f"text\n\n{html}"))
    assert result.text.count("kept") == 2
    assert "alert" not in result.text and "color" not in result.text


def test_pictures_from_outside_are_left_out(tmp_path: Path) -> None:
    project = tmp_path / "project"
    notebooks = project / "notebooks"
    notebooks.mkdir(parents=True)
    (project / "figures").mkdir()
    (tmp_path / "secret.png").write_bytes(samples.png())
    (notebooks / "link.png").symlink_to(tmp_path / "secret.png")
    (notebooks / "notes.txt").write_text("no picture")
    targets = (
        *("../../secret.png", "/etc/passwd", "file:///etc/passwd", "link.png", "gone.png"),
        *("../figures/../../secret.png", "https://example.org/x.png", "notes.txt"),
        "%2e%2e/%2e%2e/secret.png",
    )
    result = typeset(
        project, *(markdown(f"See ![the secret]({target}) here.") for target in targets)
    )
    assert result.text.count("Picture left out: the secret") == len(targets)
    for cell, warning in enumerate(result.warnings, start=1):
        assert (
            warning.startswith(f"01-sample, cell {cell}: the picture") and "was left out" in warning
        )
    assert b"/Subtype/Image" not in result.data


def test_figure_names_reach_only_the_figures(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "figures").mkdir(parents=True)
    (tmp_path / "secret.svg").write_bytes(samples.svg())
    (project / "figures" / "link.svg").symlink_to(tmp_path / "secret.svg")
    names = ("../../secret", "/etc/passwd", "..", "a/b", "", "link")
    result = typeset(project, *(code("x", figure(alt="Curves", figure=name)) for name in names))
    assert "validation" not in result.text  # the bitmap of the notebook, not the file outside
    assert "Figure 6 Curves" in result.text


def test_broken_pictures_are_left_out(tmp_path: Path) -> None:
    broken = (
        ("image_png", base64.b64encode(samples.png()[:400]).decode()),
        ("image_png", base64.b64encode(b"no picture").decode()),
        ("image_png", "not base64 at all!"),
        ("image_svg+xml", "<svg><unclosed></svg>"),
        ("image_svg+xml", '<!DOCTYPE s [<!ENTITY a "aaaa">]><svg>&a;</svg>'),
        ("image_svg+xml", "<html/>"),
    )
    result = typeset(tmp_path, *(code("x", display(**{kind: data})) for kind, data in broken))
    assert result.text.count("Picture left out") == len(result.warnings) == len(broken)


def test_svg_reads_no_files(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "a.png").write_bytes(samples.png())
    links = "".join(
        f'<image width="9" height="9" href="{path}"/>'
        for path in ("a.png", tmp_path / "notebooks" / "a.png", "../../../../../etc/passwd")
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{links}</svg>'
    result = typeset(tmp_path, code("x", display(**{"image_svg+xml": svg})))
    assert b"/Subtype/Image" not in result.data
    assert "shows other files" in result.warnings[0]


def test_huge_outputs_are_cut(tmp_path: Path) -> None:
    huge = "0123456789 " * 1_000_000
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(30_000))
    start = time.process_time()
    result = typeset(
        tmp_path,
        code("a", stream(huge)),
        code("b", stream("line\n" * 300_000)),
        code("c", display(text_html=f"<table>{rows}</table>", text_plain="as text")),
    )
    assert "characters left out" in result.text and "299,945 lines left out" in result.text
    assert "29,970 rows left out" in result.text
    assert len(result.pdf.pages) < 15
    assert time.process_time() - start < 30  # work that grows with the square would take minutes


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LenetError, match=r"nested too deeply"):
        typeset(tmp_path, markdown("> " * 3000 + "deep"))


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ([], "is empty"),
        ([code("1/0", error())], "stopped at cell 1 with ZeroDivisionError: division by zero"),
        ([markdown("x"), code("x", count=None)], "was not run yet"),
    ],
)
def test_unfinished_notebooks_are_refused_and_leave_no_file(
    tmp_path: Path, cells: list, complaint: str
) -> None:
    path = samples.write(tmp_path / "bad.ipynb", *cells)
    before = sorted(file.name for file in tmp_path.iterdir())
    with pytest.raises(LenetError, match=complaint):
        build_report(
            [path], tmp_path / "report.pdf", read_settings(tmp_path, date=DAY, author="Ada")
        )
    assert sorted(file.name for file in tmp_path.iterdir()) == before


def test_old_report_survives_a_failure(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"old")
    path = samples.write(tmp_path / "bad.ipynb", code("1/0", error()))
    with pytest.raises(LenetError):
        build_report([path], tmp_path / "report.pdf", read_settings(tmp_path))
    assert (tmp_path / "report.pdf").read_bytes() == b"old"


def test_meant_error_is_shown(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("1/0", error(), tags=("raises-exception",)))
    assert "ZeroDivisionError: division by zero" in result.text and "\x1b" not in result.text


def test_cells_that_never_ran_are_named(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("x = 1"), code("y = 2", count=None))
    assert result.warnings == ["The notebook 01-sample has cells that were never run: 2."]


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"cells": 3, "nbformat": 4}'])
def test_files_that_are_no_notebooks(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_text(content)
    with pytest.raises(LenetError, match="cannot be read as a notebook"):
        build_report([path], tmp_path / "report.pdf", read_settings(tmp_path))


def test_missing_notebook_and_unwritable_output(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, author="Ada")
    with pytest.raises(LenetError, match="There is no notebook"):
        build_report([tmp_path / "gone.ipynb"], tmp_path / "report.pdf", settings)
    path = samples.write(tmp_path / "a.ipynb", markdown("# A"))
    with pytest.raises(LenetError, match="can't be written"):
        build_report([path], tmp_path / "secret.txt" / "report.pdf", settings)


def test_attachment_of_one_cell_is_not_another_ones(tmp_path: Path) -> None:
    png = base64.b64encode(samples.png()).decode()
    owner = markdown("![a](attachment:image.png)", attachments={"image.png": {"image/png": png}})
    result = typeset(tmp_path, owner, markdown("And ![b](attachment:image.png) too."))
    assert "Picture left out: b" in result.text


def test_raw_cells_are_literal(tmp_path: Path) -> None:
    result = typeset(tmp_path, v4.new_raw_cell('#read("secret.txt")'), markdown("x"))
    assert '#read("secret.txt")' in result.text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
