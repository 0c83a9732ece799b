"""Make the web edition: the notebooks with their committed outputs, and a sheet that LeNet reads.

python web/build.py
python web/build.py --output FOLDER
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from sphinx.cmd.build import build_main
from torch import nn
from torch.nn.utils import fusion

from lenet_lib import files, prose
from lenet_lib.photo import drawing
from lenet_lib.photo.classifier import Classifier
from lenet_lib.photo.verifier import load_verifier

HERE = Path(__file__).parent
ROOT = HERE.parent
WIDGET = "application/vnd.jupyter.widget-view+json"
ELSEWHERE = "The web edition has this sheet [on a page of its own](draw.md)."


def chapter(book: dict[str, Any], name: str) -> dict[str, Any]:
    """Turn a notebook into what MyST-NB shows as meant.

    Args:
        book: The notebook as its JSON has it; it is changed.
        name: The file's name without its ending.

    Returns:
        The same, without the marks around checked numbers; each figure and table with its caption
        and alternative text where MyST-NB looks for them, and a link in place of a live widget.
    """
    for number, cell in enumerate(book["cells"]):
        facts = cell["metadata"]
        words = {key: prose.plain(facts[key]) for key in prose.WORDS if key in facts}
        if cell["cell_type"] == "markdown":
            cell["source"] = prose.plain("".join(cell["source"]))
        if "caption" in words:
            label = facts.get("figure", f"{name}-table-{number}")
            facts["mystnb"] = {"figure": {"caption": words["caption"], "name": label}}
        if "alt" in words:
            facts.setdefault("mystnb", {})["image"] = {"alt": words["alt"]}
        for output in cell.get("outputs", []):
            forms = output.get("data", {})
            if WIDGET in forms:
                output["data"] = {"text/markdown": ELSEWHERE}
                facts.pop("mystnb", None)  # a link is no figure
            elif len(forms) > 1:
                forms.pop("text/plain", None)
    return book


def layers(model: nn.Module) -> list[dict[str, Any]]:
    """List a network's convolutions and linear layers, batch normalisation within them.

    Weights and biases are float32, little-endian, base64. `lenet.js` supplies what stands between
    them in LeNet and in the verifier: ReLU, and pooling after a convolution.
    """
    found: list[Any] = []
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            found.append(module)
        elif isinstance(module, nn.BatchNorm1d):
            found[-1] = fusion.fuse_linear_bn_eval(found[-1], module)
        elif isinstance(module, nn.BatchNorm2d):
            found[-1] = fusion.fuse_conv_bn_eval(found[-1], module)
    return [
        {
            "shape": list(layer.weight.shape),
            "padding": getattr(layer, "padding", (0,))[0],
            "weight": _base64(layer.weight),
            "bias": _base64(layer.bias),
        }
        for layer in found
    ]


def _base64(weights: nn.Parameter) -> str:
    return base64.b64encode(weights.detach().numpy().astype("<f4").tobytes()).decode("ascii")


def networks() -> str:
    """Write both networks, and what the package says beside them, as a script."""
    released = Classifier()
    facts = {
        "lenet": layers(released.model),
        "verifier": layers(load_verifier()),
        "temperature": released.temperature,
        "hint": drawing.HINT,
    }
    return f"const PACKAGE = {json.dumps(facts)};\n"


def sheet() -> str:
    """Give the notebook's sheet to draw on as a plain script: a page on disk can't load modules."""
    module = drawing.DRAWING.read_text(encoding="utf-8")
    return f"const Sheet = (() => {{\n{module.replace('export default', 'return')}}})();\n"


def lay_out(sources: Path) -> None:
    """Write all that Sphinx reads into a folder."""
    for page in HERE.glob("*.md"):
        files.write(sources / page.name, page.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        book = json.loads(path.read_text(encoding="utf-8"))
        files.write(sources / path.name, json.dumps(chapter(book, path.stem)))


def build(output: Path) -> int:
    """Build the site into a folder; give Sphinx's exit code, which a warning makes 1."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        lay_out(work / "sources")
        words = ["--conf-dir", HERE, "--doctree-dir", work / "doctrees", "--quiet"]
        words += ["--fail-on-warning", "--keep-going", work / "sources", work / "site"]
        if code := build_main([str(word) for word in words]):
            return code
        files.write(work / "site" / "_static" / "networks.js", networks())
        files.write(work / "site" / "_static" / "sheet.js", sheet())
        shutil.copytree(work / "site", output, dirs_exist_ok=True)
    return 0


def main() -> int:
    """Build, and say where."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site")
    output = parser.parse_args().output
    if not (code := build(output)):
        print(output / "index.html")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
