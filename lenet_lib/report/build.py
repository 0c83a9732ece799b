"""From notebooks to the PDF: chapters, their headings, one list of references."""

from __future__ import annotations

import json
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from lenet_lib import files
from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.report.cells import write_cell
from lenet_lib.report.formulas import Formula, set_formulas
from lenet_lib.report.markup import from_markdown
from lenet_lib.report.notebooks import Notebook, read_notebook
from lenet_lib.report.pages import set_pages
from lenet_lib.report.pictures import ImageStore
from lenet_lib.report.settings import Settings
from lenet_lib.report.typst_code import Block, Code, Heading, Shown, array, call, directed, joined
from lenet_lib.report.writer import Writer

# "1.", "2.3", "(4)", "二、", "第三章", "IV.", "Part 2", "Q1"; a bare number only as one of several.
BY_HAND = re.compile(
    r"\(?\d+(\.\d+)*[.):、·]|\d+\.\d|\(?[一二三四五六七八九十]+[)、.)]|第\s*[\d一二三四五六七八九十]"
    r"|[IVX]+[.):]|(part|chapter|section|step|question|exercise|task|problem|lab|week|q)\s*\d+",
    re.IGNORECASE,
)
BARE_NUMBER = re.compile(r"\d+\s+\w")

MAIN = """#import "report.typ": *
#import "formulas.typ": formulas
#show: report.with(json("about.json"), {results})
#{{
{body}
}}
"""
FORMULAS = '#import "report.typ": *\n#let formulas = {}\n'


def build_report(paths: Sequence[Path], output: Path, settings: Settings) -> None:
    """Write the report of some notebooks, in their order, to a file: whole or not at all."""
    files.write(output, report_pdf([read_notebook(path, settings) for path in paths], settings))


def report_pdf(notebooks: Sequence[Notebook], settings: Settings) -> bytes:
    """Return the PDF of some notebooks."""
    if not notebooks:
        raise LenetError("There are no notebooks to report on.")
    if not settings.author:
        message = "The report names no author: say --author, or set it in report.toml."
        warnings.warn(message, LenetWarning, stacklevel=2)
    with tempfile.TemporaryDirectory(prefix="lenet-report-") as name:
        folder = Path(name).resolve()
        try:
            texts = _texts(notebooks, settings, ImageStore(folder))
        except RecursionError as error:
            raise LenetError("A notebook's text is nested too deeply to be set.") from error
        return set_pages(texts, settings, folder)


def _texts(notebooks: Sequence[Notebook], settings: Settings, images: ImageStore) -> dict[str, str]:
    """Write the files that Typst reads."""
    formulas: list[Formula] = []
    several = len(notebooks) > 1
    writers = [Writer(n.name, n.folder, images, formulas, several=several) for n in notebooks]
    written = [
        [block for cell in notebook.cells for block in write_cell(writer, cell, notebook)]
        for writer, notebook in zip(writers, notebooks, strict=True)
    ]
    title = settings.title or ("Report" if several else _take_title(written[0], notebooks[0]))
    stand_in = _stand_in(notebooks, settings)
    results: Code | None = None
    if settings.results and not stand_in:
        results = _results(Path(settings.results), images, formulas)
    chapters: list[Block] = []
    appendices: list[Block] = []
    for blocks, notebook in zip(written, notebooks, strict=True):
        if not several or notebook.name not in settings.references:  # its list is taken already
            where = appendices if notebook.name in settings.appendices else chapters
            where += _headed(blocks, notebook.name, several=several)
    chapters += _references(writers, settings)
    lines = [
        *(["pagebreak(weak: true)"] if several else []),
        call("chapters", _flow(chapters), appendices=_flow(appendices)),
    ]
    about = asdict(settings) | {
        "title": title,
        "date": [settings.day.year, settings.day.month, settings.day.day],
        "abstract": " ".join(settings.abstract.split()),
        "contents": several,
        "stand-in": stand_in,
        "elsewhere": _elsewhere(notebooks, settings),
    }
    return {
        "main.typ": MAIN.format(results=results or "none", body="\n".join(lines)),
        "formulas.typ": FORMULAS.format(set_formulas(formulas)),
        "about.json": json.dumps(about, ensure_ascii=False),
    }


def _elsewhere(notebooks: Sequence[Notebook], settings: Settings) -> str:
    """Say where the chapters are that the text speaks of and this edition leaves out."""
    printed = {notebook.name for notebook in notebooks}
    missing = [f"chapter {n}" for n, name in enumerate(settings.book, 1) if name not in printed]
    if not missing or printed.isdisjoint(settings.book):
        return ""
    rest = ["the appendices"] if settings.appendices else []
    return f"Only in the whole book: {', '.join(missing + rest)}."


def _take_title(blocks: Shown, notebook: Notebook) -> str:
    """Return a notebook's title; where that opens the notebook and is its only one, take it out."""
    chapters = [block for block in blocks if isinstance(block, Heading) and block.level == 1]
    title = notebook.title or (chapters[0].text if chapters else _title_of(notebook.name))
    if len(chapters) == 1 and blocks[0] is chapters[0] and title == chapters[0].text:
        blocks[0] = Block("mark", call("anchor", chapters[0].label))
    return title


def _title_of(name: str) -> str:
    """Make a title of a file's name."""
    words = re.sub(r"^\d+[-_. ]+", "", name).replace("-", " ").replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]


def _headed(blocks: Shown, name: str, *, several: bool) -> Iterator[Block]:
    """Give the headings their levels, without a gap, and numbers unless the author's are there."""
    headings = [block for block in blocks if isinstance(block, Heading)]
    top = min((heading.level for heading in headings), default=1)
    untitled = several and (not headings or top > 1)
    if untitled:
        top = 1
        yield Block("head1", call("titled", _title_of(name), 1, f"{name}#"))
    texts = [heading.text for heading in headings if heading.level > 1 or not several]
    by_hand = any(map(BY_HAND.match, texts)) or len([*filter(BARE_NUMBER.match, texts)]) > 1
    level = int(untitled)
    for block in blocks:
        if isinstance(block, Block):
            yield block
            continue
        level = min(block.level - top + 1, level + 1)
        numbering = Code("none") if by_hand and (level > 1 or not several) else None
        code = call("titled", block.content, level, block.label, numbering=numbering)
        yield Block(f"head{min(level, 4)}", directed(code, block.text))
        if block is headings[0] and not untitled:
            yield Block("mark", call("anchor", f"{name}#", to=block.label))


def _flow(blocks: Iterable[Block]) -> Code:
    """Write blocks as an array, each with its kind; pictures are still to be sized."""
    unsized = ("picture(", "picture.with(")
    return array(
        array([kind, Code(code.replace(*unsized, 1)) if kind == "picture" else code, lines])
        for kind, code, lines in blocks
    )


def _references(writers: Sequence[Writer], settings: Settings) -> list[Block]:
    """Join the notebooks' lists of references: each work once, by its first author's name.

    Of the list that every edition has, only what this one cites, where addresses can tell.
    """
    works: dict[str, tuple[str, Code]] = {}
    cited = set[str]().union(*(writer.cited for writer in writers))
    anchors = []
    for writer in writers:
        anchors += [call("anchor", label) for label in writer.references_at]
        shared = writer.notebook in settings.references
        for text, link, code in writer.references:
            if shared and link and link not in cited:
                continue
            key = link or re.sub(r"\W", "", text.casefold())[:60]
            works.setdefault(key, (re.sub(r"^(\w{1,2}\.[\s-]*)+", "", text).casefold(), code))
    ordered = [code for _, code in sorted(works.values())]
    return [Block("works", call("references", *ordered, mark=joined(anchors)))] if works else []


def _results(path: Path, images: ImageStore, formulas: list[Formula]) -> Code:
    """Read the table of results that a Markdown file has between its two marks."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LenetError(f"The results cannot be read from {path} ({error}).") from error
    found = re.search(r"<!-- results -->(.*?)<!-- /results -->", text, re.DOTALL)
    if not found:
        raise LenetError(f"{path} has no results between <!-- results --> and <!-- /results -->.")
    writer = Writer(path.name, path.parent, images, formulas, several=False)
    blocks = writer.tree(from_markdown(found[1]))
    return joined(block.code for block in blocks if isinstance(block, Block))


def _stand_in(notebooks: Iterable[Notebook], settings: Settings) -> str:
    """Name the data set that the notebooks ran on where it is not the one that they are about."""
    names = {notebook.dataset for notebook in notebooks if notebook.dataset}
    return ", ".join(sorted(names - {settings.dataset})) if settings.dataset else ""
