"""The words of ``lenet predict``."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from lenet_lib.cli import options
from lenet_lib.errors import LenetError

FIELDS = ("file", "digit", "confidence", "runner_up", "runner_up_confidence", "error")


def predict_command(
    pictures: Annotated[
        list[Path],
        typer.Argument(
            help="Photos or drawings, one handwritten digit each; a folder stands for all in it, "
            "and - for standard input.",
            allow_dash=True,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a CSV table instead.")] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Save what was seen into the folder seen/.")
    ] = False,
    weights: Annotated[
        Path | None,
        typer.Option("--weights", help="A .safetensors or .pth file.  [the released one]"),
    ] = None,
) -> None:
    """Read handwritten digits: the digit, how sure that is, and the runner-up."""
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv contradict each other.")
    from lenet_lib.photo.classifier import Classifier, Prediction
    from lenet_lib.photo.picture import pictures_in
    from lenet_lib.photo.steps import RefusedError, save_seen

    classifier = Classifier(weights)
    answers: list[dict[str, Any]] = []
    taken: set[str] = set()
    for picture in options.files_of(pictures, pictures_in, "picture"):
        name = "standard input" if str(picture) == "-" else str(picture)
        try:
            source = sys.stdin.buffer.read() if str(picture) == "-" else picture
            try:
                steps, row = classifier.explain(source)
            except RefusedError as error:
                if show:
                    save_seen(error.picture, error.steps, _free_name(picture, taken))
                raise
            if show:
                save_seen(steps.picture, steps, _free_name(picture, taken))
        except LenetError as error:  # the other pictures are still answered
            answers.append({"file": name, "error": str(error)})
            typer.echo(f"Error: {error}", err=True)
        else:
            prediction = Prediction.of(row)
            answers.append({"file": name, **prediction.as_json()})
            if not (as_json or as_csv):
                typer.echo(f"{name}: {prediction}")
    if as_json:
        typer.echo(json.dumps(answers, indent=2, ensure_ascii=False))
    if as_csv:
        writer = csv.DictWriter(sys.stdout, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(answers)
    if any("error" in answer for answer in answers):
        raise typer.Exit(1)


def _free_name(picture: Path, taken: set[str]) -> Path:
    """Give each picture of a call its own file, though two folders hold the same name."""
    stem = "standard-input" if str(picture) == "-" else picture.name
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    taken.add(name)
    return Path("seen") / f"{name}.png"
