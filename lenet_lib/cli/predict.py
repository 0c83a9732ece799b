"""The words of ``lenet predict``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lenet_lib.errors import LenetError

if TYPE_CHECKING:
    from lenet_lib.photo import Steps
    from lenet_lib.photo.classifier import Reader, Reading


def predict_command(
    pictures: Annotated[
        list[Path], typer.Argument(help="Photos or drawings, one handwritten digit each.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead.")] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Save what the network saw into the folder seen/.")
    ] = False,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="A .safetensors file.  [the committed one]")
    ] = None,
) -> None:
    """Read handwritten digits: the digit, how sure that is, and the runner-up."""
    from lenet_lib.photo.classifier import Reader

    reader = Reader(weights)
    answers: list[dict[str, Any]] = []
    taken: set[str] = set()
    for picture in pictures:
        try:
            steps, reading = _read(picture, reader)
            if show:
                _save(steps, _free_name(picture, taken))
        except LenetError as error:  # the other pictures are still answered
            answers.append({"file": str(picture), "error": str(error)})
            typer.echo(f"Error: {error}", err=True)
        else:
            answers.append({"file": str(picture), **reading.as_json()})
            if not as_json:
                typer.echo(f"{picture}: {reading}")
    if as_json:
        typer.echo(json.dumps(answers, indent=2, ensure_ascii=False))
    if any("error" in answer for answer in answers):
        raise typer.Exit(1)


def _read(picture: Path, reader: Reader) -> tuple[Steps, Reading]:
    from lenet_lib.photo import explain

    steps = explain(picture)
    return steps, reader.read(steps.digit[None])[0]


def _free_name(picture: Path, taken: set[str]) -> Path:
    """Give each picture of a call its own file, though two folders hold the same name."""
    name, number = picture.name, 2
    while name in taken:
        name, number = f"{picture.name}-{number}", number + 1
    taken.add(name)
    return Path("seen") / f"{name}.png"


def _save(steps: Steps, path: Path) -> None:
    """Save the picture, the ink that was found in it, and the network's 28×28, side by side."""
    import numpy as np
    from PIL import Image

    from lenet_lib import files

    height = 280
    ink = (255 * (1 - steps.unlined)).round().astype(np.uint8)
    tinted = np.repeat(ink[..., None], 3, axis=2)
    tinted[steps.mask] = (200, 30, 30)
    seen = Image.fromarray(255 - steps.digit).resize((height, height), Image.Resampling.NEAREST)
    panels = [Image.fromarray(steps.picture), Image.fromarray(tinted), seen.convert("RGB")]
    scaled = [
        panel.resize((round(panel.width * height / panel.height), height)) for panel in panels
    ]
    sheet = Image.new("RGB", (sum(panel.width + 8 for panel in scaled) - 8, height), "white")
    left = 0
    for panel in scaled:
        sheet.paste(panel, (left, 0))
        left += panel.width + 8
    content = io.BytesIO()
    sheet.save(content, "PNG")
    files.write(path, content.getvalue())
