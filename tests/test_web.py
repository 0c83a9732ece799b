"""The web edition as a reader has it: opened from disk, in a real browser."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
import pytest
from helpers.browser import browser, needs_chromium
from helpers.paths import ROOT
from helpers.web import BOOKS, DRAWN, NO_DIGIT, WIDGET, cells_of, words

from lenet_lib import data
from lenet_lib.models import load_weights, predict_logits
from lenet_lib.photo import RefusedError
from lenet_lib.photo.classifier import Classifier, Prediction
from lenet_lib.photo.drawing import HINT
from lenet_lib.photo.verifier import opinions

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site; a warning of Sphinx's is an error."""
    folder = tmp_path_factory.mktemp("a site")
    done = subprocess.run(
        [sys.executable, ROOT / "web" / "build.py", "--output", folder],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == str(folder / "index.html")
    return folder


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as context:
        yield context


@pytest.fixture
def page(window: Any) -> Iterator[Any]:
    """A tab, in which no script may fail and nothing may be asked of the network."""
    page = window.new_page()
    troubles: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda request: troubles.append(request.url))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    page.close()
    assert not troubles
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]


# --- the pages ------------------------------------------------------------------------------------

WHOLE = """() => ({
    width: Math.max(...[document.documentElement, document.querySelector(".content")]
        .map(element => element.scrollWidth)), // Furo's content may scroll within the page
    links: [...document.querySelectorAll("a[href]")].map(link => link.href),
    ids: [...document.querySelectorAll("[id]")].map(element => element.id),
    broken: [...document.images].filter(image => image.getAttribute("src") && !image.naturalWidth)
        .map(image => image.src),
    unsaid: [...document.images].filter(image => !image.alt).map(image => image.src),
    errors: document.querySelectorAll("merror, .problematic, .system-message").length,
    text: document.querySelector("article, #search-results").innerText,
})"""


def test_pages_fit_a_phone_and_their_links_lead_somewhere(site: Path, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    found = {}
    for file in sorted(site.glob("*.html")):
        page.goto(file.as_uri())
        found[file.as_uri()] = page.evaluate(WHOLE)
    names = {Path(address).stem for address in found}
    assert names >= {*BOOKS, "index", "draw", "search"}
    for address, facts in found.items():
        assert facts["width"] <= 390, address
        assert facts["broken"] == facts["unsaid"] == [], address
        assert facts["errors"] == 0, address
        assert not re.search(r"<!--|\$\$|\\frac|\{\{", facts["text"]), address
        for link in facts["links"]:
            target, _, fragment = link.partition("#")
            if target.startswith("file:"):
                assert Path(url2pathname(urlsplit(target).path)).is_file(), f"{address}: {link}"
                assert not fragment or fragment in found[target]["ids"], f"{address}: {link}"
    links = found[(site / "05-evidence.html").as_uri()]["links"]
    assert (site / "A-lenet5.html").as_uri() in links


@pytest.mark.parametrize("name", BOOKS)
def test_a_chapter_is_the_notebook(site: Path, page: Any, name: str) -> None:
    """Its figures with their alternative texts, numbered captions, folded code, formulas."""
    page.goto((site / f"{name}.html").as_uri())
    article = page.locator("article")
    images = article.locator("figure img")
    assert [image.get_attribute("alt") for image in images.all()] == words(name, "alt")
    captions = article.locator("figcaption .caption-text").all_inner_texts()
    wanted = [caption.replace("`", "") for caption in words(name, "caption")]
    assert len(captions) == len(wanted)
    for caption, want in zip(captions, wanted, strict=True):
        assert re.sub("[“”‘’]", "'", caption) == re.sub('["“”‘’]', "'", want)
    numbers = article.locator("figcaption .caption-number").all_inner_texts()
    assert len(numbers) == len(wanted)
    assert sum(number.startswith("Figure ") for number in numbers) == len(words(name, "alt"))
    tags = [set(cell["metadata"].get("tags", [])) for cell in cells_of(name, "code")]
    folded = article.locator("details.hide")
    assert folded.count() == sum(bool(each & {"hide-input", "hide-cell"}) for each in tags)
    assert not article.get_by_text("check_prose").count()
    live = [cell for cell in cells_of(name, "code") if WIDGET in json.dumps(cell["outputs"])]
    assert article.locator("a[href='draw.html']", has_text="own").count() == len(live)
    text = "".join("".join(cell["source"]) for cell in cells_of(name, "markdown"))
    formulas = article.locator("math[display=block]")
    assert formulas.count() == text.count("$$") / 2
    assert all(formula.bounding_box()["height"] > 15 for formula in formulas.all())


def test_folded_code_unfolds(site: Path, page: Any) -> None:
    page.goto((site / "01-dataset.html").as_uri())
    folded = page.locator("details.hide").first
    assert not folded.locator("pre").is_visible()
    folded.get_by_text("Show the code").click()
    assert folded.locator("pre").is_visible()


def test_it_turns_dark(site: Path, page: Any) -> None:
    page.emulate_media(color_scheme="light")
    page.goto((site / "index.html").as_uri())
    seen = set()
    for _ in range(3):  # light, dark, and what the system has
        page.locator("button.theme-toggle:visible").click()
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        seen.add(sum(map(int, re.findall(r"\d+", colour)[:3])) > 380)
    assert seen == {False, True}


def test_the_search_finds_and_leads(site: Path, page: Any) -> None:
    page.goto((site / "index.html").as_uri())
    page.locator("input[name=q]:visible").fill("Wilson")
    page.keyboard.press("Enter")
    page.locator("#search-results li a", has_text="Evaluation").click()
    page.locator("h1", has_text="Evaluation").wait_for()


# --- the sheet ------------------------------------------------------------------------------------

READ = """([network, text]) => {
    const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
    return Array.from({length: bytes.length / 784}, (_, i) =>
        [...predictLogits(network === "LeNet" ? LENET : VERIFIER,
                          bytes.subarray(784 * i, 784 * i + 784))]);
}"""


def test_the_browsers_logits_are_torchs(site: Path, page: Any, mnist: data.Dataset) -> None:
    images = mnist.test.images[:1000]
    content = images.numpy().tobytes()
    page.goto((site / "draw.html").as_uri())
    theirs = page.evaluate(READ, ["LeNet", base64.b64encode(content).decode()])
    ours = predict_logits(load_weights(), images)
    np.testing.assert_allclose(theirs, ours.numpy(), rtol=0, atol=1e-4)
    few = page.evaluate(READ, ["verifier", base64.b64encode(content[: 100 * 784]).decode()])
    powers = np.exp(few)
    chances = powers / powers.sum(1, keepdims=True)
    np.testing.assert_allclose(chances, opinions(images[:100, 0].numpy()), rtol=0, atol=1e-4)


DRAW = """async strokes => {
    const sheet = document.querySelector(".lenet-canvas"), pen = sheet.getContext("2d");
    document.querySelector(".lenet-clear").click();
    for (const points of strokes) {
        pen.beginPath();
        for (const [x, y] of [points[0], ...points]) pen.lineTo(2.8 * x, 2.8 * y);
        pen.stroke();
    }
    const file = await new Promise(done => sheet.toBlob(done));
    const found = explain(await pixelsOf(await file.arrayBuffer()));
    return {picture: sheet.toDataURL().split(",")[1], refused: found && found.refused,
            digit: found && [...found.digit], shares: found && probabilities(found.digit)};
}"""


@pytest.mark.parametrize("name", [*DRAWN, *NO_DIGIT])
def test_a_drawing_becomes_what_the_package_makes_of_it(site: Path, page: Any, name: str) -> None:
    """No pixel differs by more than one grey level of 255, no probability by more than 0.001."""
    page.goto((site / "draw.html").as_uri())
    here = page.evaluate(DRAW, (DRAWN | NO_DIGIT)[name])
    picture, classifier = base64.b64decode(here["picture"]), Classifier()
    if name in NO_DIGIT:
        assert here["refused"]
        with pytest.raises(RefusedError):
            classifier.explain(picture)
        return
    steps, shares = classifier.explain(picture)
    assert here["refused"] == ""
    pixels = np.array(here["digit"]).reshape(28, 28)
    assert np.abs(pixels - steps.digit.astype(int)).max() <= 1
    np.testing.assert_allclose(here["shares"], shares, rtol=0, atol=1e-3)
    assert shares.argmax() == int(name[0])


def test_it_is_drawn_on_by_mouse_finger_and_keys(site: Path, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((site / "draw.html").as_uri())
    sheet, answer, clear = (
        page.locator(f".lenet-{name}") for name in ("canvas", "answer", "clear")
    )
    box = sheet.bounding_box()
    seven = [
        {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        for x, y in ((0.3, 0.22), (0.7, 0.22), (0.6, 0.5), (0.48, 0.8))
    ]
    for way in ("mouse", "finger"):
        clear.click()
        answer.filter(has_text=HINT).wait_for()
        assert not page.locator("#sheet img").is_visible()
        if way == "mouse":
            page.mouse.move(**seven[0])
            page.mouse.down()
            for place in seven[1:]:
                page.mouse.move(**place, steps=6)
            page.mouse.up()
        else:
            touch = page.context.new_cdp_session(page)
            for kind, place in zip(("Start", "Move", "Move", "Move"), seven, strict=True):
                event = {"type": f"touch{kind}", "touchPoints": [place]}
                touch.send("Input.dispatchTouchEvent", event)
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        answer.filter(has_text=re.compile(r"^7 \([<>]?[\d.]+%\)")).wait_for()
        assert page.locator("#sheet img").is_visible()
    assert page.evaluate("scrollY") == 0
    page.locator("#sheet button").focus()
    page.keyboard.press("Enter")
    answer.filter(has_text=HINT).wait_for()
    page.keyboard.press("Shift+Tab")
    for keys, times in (("Shift+ArrowUp", 12), ("ArrowDown", 26)):
        for _ in range(times):
            page.keyboard.press(keys)
    answer.filter(has_text=re.compile(r"^1 \(")).wait_for()
    bars = page.locator("#sheet").get_by_text(re.compile(r"^\d[\d.]+%$"))
    assert bars.count() == 10
    assert sheet.get_attribute("aria-label")
    assert answer.get_attribute("role") == "status"


def test_the_answer_is_worded_as_the_packages(site: Path, page: Any) -> None:
    page.goto((site / "draw.html").as_uri())
    for shares in ([0.001, 0.9876] + [0.0014] * 8, [0.05] * 3 + [0.4] + [0.055] * 6):
        assert page.evaluate("sentence", shares) == str(Prediction.of(np.array(shares)))
