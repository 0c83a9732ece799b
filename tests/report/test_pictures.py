"""Pictures: where they come from, how wide they are, and how they are numbered."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import typeset
from helpers.report_samples import code, display, figure, markdown
from nbformat import v4


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


def test_captions_numbered_by_hand_are_numbered_once(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "p.png").write_bytes(samples.png())
    html = '<figure><img src="p.png"><figcaption><b>Fig. 8</b> boxed</figcaption></figure>'
    text = f"![Figure 3: LeNet](p.png)\n\n![plain](p.png)\n\n![图2 网络](p.png)\n\n{html}"
    text = typeset(tmp_path, markdown(text)).text
    assert "Figure 3: LeNet Figure 1 plain" in text and "Fig. 8 boxed" in text
    assert "Figure 2" not in text


def test_drawings_and_addresses_of_every_kind(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks" / "images"
    folder.mkdir(parents=True)
    (folder / "p.png").write_bytes(samples.png())
    flat = samples.SVG.replace('"200"', '"0"') % ""
    words = samples.SVG % '<text y="20">a&nbsp;b</text>'
    uri = f'<img alt="uri" src="data:image/svg+xml;utf8,{words.replace(chr(34), chr(39))}">'
    text = f"![back](images\\p.png)\n\n{uri}\n\n<img src='images/p.png' style='width: 5cm'>"
    drawings = [
        code("draw()", v4.new_output("display_data", data={"image/svg+xml": svg}))
        for svg in (words, flat)
    ]
    result = typeset(tmp_path, markdown(text), *drawings)
    assert result.squeezed.count("ab") >= 2 and "Figure 1 back" in result.text
    assert result.warnings == ["01-sample, cell 3: a figure was left out: it has no size."]


def test_picture_is_never_enlarged_nor_wider_than_the_column(tmp_path: Path) -> None:
    small = base64.b64encode(samples.plain_png(28, 28)).decode()
    large = base64.b64encode(samples.plain_png(3000, 300)).decode()
    for data, low, high in ((small, 20, 22), (large, 481, 483)):
        result = typeset(tmp_path, code("x", display(image_png=data)), code=False)
        assert low < max(result.drawn_widths()) < high


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


def test_a_picture_in_a_line_is_no_higher_than_one_that_stands_alone(tmp_path: Path) -> None:
    high = f"data:image/png;base64,{base64.b64encode(samples.plain_png(100, 900)).decode()}"
    text = f"Before ![high]({high}) and <img alt='wide' src='{high}' width='100%'> after."
    result = typeset(tmp_path, markdown(text))
    assert result.drawn_widths() == [pytest.approx(130 / 25.4 * 72 / 9, abs=0.1)] * 2
