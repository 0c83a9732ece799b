"""The words of ``lenet export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export_command(
    onnx: Annotated[Path, typer.Option("--onnx", metavar="FILE", help="The ONNX file to write.")],
    weights: Annotated[
        Path | None,
        typer.Option("--weights", help="A .safetensors or .pth file.  [the released one]"),
    ] = None,
) -> None:
    """Write trained weights as ONNX, for programs that know no torch."""
    from lenet_lib.models import WEIGHTS
    from lenet_lib.models.export import export_onnx

    if onnx.suffix.lower() != ".onnx":
        raise typer.BadParameter(f"{onnx} is no ONNX file: --onnx must end in .onnx.")
    difference = export_onnx(onnx, weights or WEIGHTS)
    typer.echo(
        f"{onnx}: {onnx.stat().st_size / 1e3:.0f} kB; onnxruntime's logits are torch's within "
        f"{difference:.0e}"
    )
