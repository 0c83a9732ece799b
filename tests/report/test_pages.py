"""The report as a file: accessible, self-contained, the same bytes every time, and quick."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import DAY, Result, typeset, typeset_all
from helpers.report_samples import code, display, markdown, write
from typer.testing import CliRunner

from lenet_lib.cli.report import report_command
from lenet_lib.errors import LenetError
from lenet_lib.report import build_report, fonts, pages, read_settings

SVG = "http://www.w3.org/2000/svg"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("book")
    paths = samples.book(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return typeset_all(paths, title="On digits", author="Ada", abstract="Why we ask.")


def test_properties_and_language(book: Result) -> None:
    about = book.pdf.metadata
    assert about is not None
    assert (about.title, about.author, about.subject) == ("On digits", "Ada", "Why we ask.")
    assert book.catalogue["/Lang"] == "en"


def test_tagged_as_pdf_ua(book: Result) -> None:
    assert book.catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in book.catalogue
    metadata = book.catalogue["/Metadata"].get_data()
    assert b"pdfuaid:part" in metadata and b">1<" in metadata
    for tag in (b"/S/H1", b"/S/Figure", b"/S/Formula", b"/S/TH", b"/S/Caption", b"/S/Note"):
        assert tag in book.data


def test_pictures_and_formulas_have_alternative_text(book: Result) -> None:
    assert b"Training loss falls below" in book.data
    assert rb"/Alt(z = f_\\theta(x))" in book.data


def test_fonts_are_embedded_and_text_can_be_selected(book: Result) -> None:
    assert len(book.fonts()) >= 4
    assert all(book.fonts().values())
    assert "A digit is a picture of 28 × 28 pixels" in book.text


@pytest.mark.slow
def test_same_input_gives_same_bytes(tmp_path: Path) -> None:
    paths = samples.book(tmp_path)
    command = (
        "import sys; from pathlib import Path; from lenet_lib.report import *; "
        "paths = [*map(Path, sys.argv[1:])]; "
        f"settings = read_settings(paths[0].parent, date='{DAY}', author='A'); "
        "build_report(paths, Path('a.pdf'), settings)"
    )
    subprocess.run([sys.executable, "-c", command, *map(str, paths)], check=True)
    build_report(paths, Path("b.pdf"), read_settings(paths[0].parent, date=DAY, author="A"))
    assert Path("a.pdf").read_bytes() == Path("b.pdf").read_bytes()


def test_the_date_is_the_only_clock(tmp_path: Path) -> None:
    results = [typeset(tmp_path, markdown("# A"), date=f"2026-11-2{day}").data for day in (2, 3)]
    assert results[0] != results[1]
    assert b"20261122" in results[0] and b"20261123" in results[1]


@pytest.mark.slow
def test_six_notebooks_are_quick_and_small(tmp_path: Path) -> None:
    paths = [path for n in range(3) for path in samples.book(tmp_path / str(n))]
    start = time.process_time()
    build_report(paths, tmp_path / "report.pdf", read_settings(tmp_path, date=DAY, author="A"))
    assert time.process_time() - start < 5
    assert (tmp_path / "report.pdf").stat().st_size < 5_000_000


def test_report_needs_no_torch() -> None:
    command = "import lenet_lib.report, lenet_lib.cli.report, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0


def test_chinese_font_of_the_package_covers_rare_names() -> None:
    from fontTools.ttLib import TTFont

    files = [*fonts.chinese_fonts()[0].glob("*.otf")]
    assert len(files) == 2
    for file in files:
        glyphs = TTFont(file).getBestCmap()
        assert all(ord(character) in glyphs for character in "喆玥镕珺囧")


def test_system_font_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fonts:
        def families(self) -> list[str]:
            return ["Noto Serif SC", "Songti SC", "Noto Sans SC", "Arial"]

    monkeypatch.setattr(fonts, "_fonts", lambda *_, **__: Fonts())
    chosen = fonts.choose_fonts("报告", tmp_path)
    assert chosen.serif == ("Songti SC", "Noto Serif SC")
    assert fonts.choose_fonts("report", tmp_path).serif == ()


def test_what_no_font_has_is_printed_by_name(tmp_path: Path) -> None:
    result = typeset(
        tmp_path,
        markdown("# Done ✅\n\nA 🎉 and an eye: \U00013000. 1️⃣ ありがとう Мир"),
        title="",
        code=True,
    )
    assert (
        "Done ✔" in result.text
        and "A [party popper] and an eye: □. 1 ありがとう Мир" in result.text
    )
    (warning,) = result.warnings
    assert "🎉 ([party popper])" in warning and "\U00013000" in warning
    assert b"pdfuaid:part" in result.catalogue["/Metadata"].get_data()


def test_chinese_without_any_font_costs_no_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = fonts.FontSet(fonts._fonts([], system=False), (), ())
    monkeypatch.setattr(pages, "choose_fonts", lambda *_: bare)
    monkeypatch.setattr(pages, "every_font", lambda _: bare)
    result = typeset(tmp_path, markdown("# A"), author="张三")
    assert "□□" in result.text and "张 (□), 三 (□)" in result.warnings[0]


def test_fault_in_a_changed_template_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "report.typ"
    template.write_text(pages.TEMPLATE.read_text().replace("#let ink =", "#let ink = nonsense +"))
    monkeypatch.setattr(pages, "TEMPLATE", template)
    with pytest.raises(LenetError, match="unknown variable: nonsense"):
        typeset(tmp_path, markdown("# A"))


def test_what_pdf_ua_refuses_becomes_plain_pdf_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "report.typ"
    template.write_text(pages.TEMPLATE.read_text().replace("  body\n}", "  $x$\n  body\n}", 1))
    monkeypatch.setattr(pages, "TEMPLATE", template)
    result = typeset(tmp_path, markdown("# A"))
    assert result.data.startswith(b"%PDF-")
    assert result.warnings == ["The PDF is not accessible (PDF/UA-1): missing alt text."]


def test_command(tmp_path: Path) -> None:
    samples.book(tmp_path)
    shown = _run("--author", "Ada", "--student-id", "7", "--date", DAY, "--no-code")
    assert shown.exit_code == 0, shown.output
    assert "build/report.pdf: 2 notebook(s)" in shown.output.replace("\\", "/")
    text = Result(Path("build/report.pdf").read_bytes(), []).text
    assert "Ada" in text and "22 November 2026" in text and "def forward" not in text


def test_command_says_what_it_left_out(tmp_path: Path) -> None:
    samples.write(
        tmp_path / "a.ipynb", markdown("![x](gone.png)"), code("x", display(text_plain="1"))
    )
    shown = _run("a.ipynb", "-o", "a.pdf")
    assert shown.exit_code == 0
    assert "Warning: a, cell 1: the picture gone.png was left out" in shown.stderr
    assert "Warning: The report names no author" in shown.stderr


def test_command_refuses_what_is_no_pdf() -> None:
    shown = _run("a.ipynb", "-o", "a.docx")
    assert shown.exit_code == 2 and "a.docx is no PDF" in shown.stderr


def test_command_without_notebooks() -> None:
    with pytest.raises(LenetError, match="no notebooks"):
        raise _run().exception


def _run(*arguments: str):  # type: ignore[no-untyped-def]
    import typer

    app = typer.Typer()
    app.command()(report_command)
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.slow
def test_the_pages_of_many_chapters_settle(tmp_path: Path) -> None:
    """Where a chapter begins, and so its pictures' sizes, follows from all chapters before it."""
    random = Random(5)
    paths = []
    for chapter in range(14):
        cells = [markdown(f"# Chapter {chapter}")]
        for _ in range(random.randint(1, 5)):
            height = random.randint(180, 420)
            drawing = (
                f'<svg xmlns="{SVG}" width="600" height="{height}"><path d="M0 0h9v9z"/></svg>'
            )
            picture = display({"image/svg+xml": {"caption": "See."}}, **{"image_svg+xml": drawing})
            cells += [markdown("Some text. " * random.randint(20, 120)), code("plot()", picture)]
        paths.append(write(tmp_path / f"{chapter:02d}.ipynb", *cells))
    result = typeset_all(paths)
    assert result.warnings == []
    numbers = [int(number) for number in re.findall(r"Figure (\d+)", result.text)]
    assert len(numbers) > 14 and numbers == [*range(1, len(numbers) + 1)]


def test_pages_that_do_not_settle_are_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restless = tmp_path / "restless.typ"
    text = pages.TEMPLATE.read_text(encoding="utf-8")
    more = "context for _ in range(counter(page).final().first()) { pagebreak() }"  # for ever
    changed = text.replace("  body\n}", f"  body\n  {more}\n}}", 1)
    restless.write_text(changed, encoding="utf-8")
    monkeypatch.setattr(pages, "TEMPLATE", restless)
    assert pages.UNSETTLED in typeset(tmp_path, markdown("# A")).warnings
