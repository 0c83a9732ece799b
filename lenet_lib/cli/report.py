"""The words of ``lenet report``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lenet_lib.cli.words import warnings_in_words


def report_command(
    notebooks: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Notebooks, in the report's order, or their folder.", show_default="notebooks/"
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The PDF to write.")] = Path(
        "build/report.pdf"
    ),
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    course: Annotated[str | None, typer.Option(help="Course it is for.")] = None,
    author: Annotated[str | None, typer.Option(help="Your name.")] = None,
    student_id: Annotated[str | None, typer.Option(help="Your student number.")] = None,
    date: Annotated[str | None, typer.Option(help="Date, as year-month-day.")] = None,
    abstract: Annotated[str | None, typer.Option(help="A few sentences below the title.")] = None,
    full: Annotated[
        bool | None,
        typer.Option("--full", help="The whole book: all notebooks, and code that tags fold away."),
    ] = None,
    code: Annotated[bool | None, typer.Option("--code/--no-code", help="Print the code.")] = None,
    allow_errors: Annotated[
        bool | None, typer.Option("--allow-errors", help="Print also what stopped with an error.")
    ] = None,
) -> None:
    """Turn executed notebooks into one PDF to hand in; notebooks/report.toml has the defaults."""
    # jsonschema, which nbformat imports, would build a grammar of web addresses: a second, for
    # nothing in a notebook's schema. It does without a module that can't be imported.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from lenet_lib.report import build_report, list_notebooks, read_settings

    if output.suffix.lower() != ".pdf":
        raise typer.BadParameter(f"{output} is no PDF: --output must end in .pdf.")
    paths = [
        path
        for place in notebooks or [Path("notebooks")]
        for path in (
            list_notebooks(place, full=bool(full)) if place.is_dir() or not notebooks else [place]
        )
    ]
    settings = read_settings(
        paths[0].parent,
        [path.stem for path in paths],
        title=title,
        course=course,
        author=author,
        student_id=student_id,
        date=date,
        abstract=abstract,
        full=full,
        code=code,
        allow_errors=allow_errors,
    )
    with warnings_in_words():
        build_report(paths, output, settings)
    typer.echo(f"{output}: {len(paths)} notebook(s), {output.stat().st_size / 1e6:.1f} MB")
