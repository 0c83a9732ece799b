"""Study, report and download killed at random moments, and disks that are full."""

from __future__ import annotations

import contextlib
import functools
import gzip
import hashlib
import http.server
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from helpers.forked import LENET, Forked, completed
from helpers.paths import ROOT

from lenet_lib import data
from lenet_lib.data import download

from .conftest import FULL, Faults

pytestmark = pytest.mark.slow
NOWHERE = {"LENET_DATA": None}
STUDY = (
    *("study", "--recipe", "fast", "--dataset", "digits", "--epochs", "1", "--seeds", "2"),
    *("--jobs", "1", "--out", "t.csv", "--quiet"),
)
REPORT = ("report", str(ROOT / "notebooks" / "05-evidence.ipynb"), "--date", "2026-01-02")
DOWNLOAD = """
import sys
from pathlib import Path
from torchvision import datasets
from lenet_lib import data
from lenet_lib.data import download

address, *sums = sys.argv[1:]
datasets.MNIST.mirrors = [address]
names = [name for name, _ in datasets.MNIST.resources]
datasets.MNIST.resources = list(zip(names, sums, strict=True))
download.default_data_dir = lambda: Path("data")
print(int(data.load("mnist").train.images.sum()))
"""


def killed(folder: Path, after: float, *words: str, **options: str) -> None:
    """Start it, and kill it and its workers after so many seconds."""
    command = Forked(*words, cwd=folder, environment=NOWHERE, **options)
    command.wait(after)
    command.kill()
    command.wait()


def finish(folder: Path, *words: str, **options: str) -> str:
    return completed(*words, cwd=folder, environment=NOWHERE, **options)


def seconds(folder: Path, *words: str, **options: str) -> float:
    began = time.monotonic()
    finish(folder, *words, **options)
    return time.monotonic() - began


@pytest.mark.skipif(not FULL, reason="tests/experiments/test_study.py has one kill")
def test_a_killed_study_goes_on(tmp_path: Path, faults: Faults) -> None:
    """No run is lost but those under way, none comes twice, and all have the same results."""
    length = seconds(tmp_path / "whole", *STUDY)
    expected = pd.read_csv(tmp_path / "whole" / "t.csv").drop(columns="seconds")
    mistakes = (tmp_path / "whole" / "t-mistakes.csv").read_bytes()
    for number in faults.times(50, 1):
        folder = tmp_path / str(number)
        killed(folder, faults.random.uniform(0.3, 1) * length, *STUDY)
        done = pd.read_csv(folder / "t.csv") if (folder / "t.csv").exists() else None
        finish(folder, *STUDY)
        table = pd.read_csv(folder / "t.csv")
        pd.testing.assert_frame_equal(table.drop(columns="seconds"), expected)
        assert (folder / "t-mistakes.csv").read_bytes() == mistakes
        if done is not None:  # what was done was not done again: not even the seconds differ
            kept = table[table.seed.isin(done.seed)].reset_index(drop=True)
            pd.testing.assert_frame_equal(kept, done)
        faults.tried("study killed")


def test_two_studies_on_one_table(tmp_path: Path, faults: Faults) -> None:
    both = [Forked(*STUDY, cwd=tmp_path / "t", environment=NOWHERE) for _ in range(2)]
    for command in both:
        assert command.wait() == 0, command.stderr
    table = pd.read_csv(tmp_path / "t" / "t.csv")
    assert sorted(table.seed) == [0, 1]
    wrong = pd.read_csv(tmp_path / "t" / "t-mistakes.csv")
    assert not wrong.duplicated().any()
    assert wrong.groupby("seed").size().to_dict() == table.set_index("seed").errors.to_dict()
    faults.tried("two studies on one table")


def test_a_killed_report_leaves_the_old_pdf_or_the_new(tmp_path: Path, faults: Faults) -> None:
    words = (*REPORT, "-o", "r.pdf")
    length = seconds(tmp_path / "whole", *words)
    expected = (tmp_path / "whole" / "r.pdf").read_bytes()
    for number in faults.times(50, 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "r.pdf").write_bytes(b"the old one")
        killed(folder, faults.random.uniform(0.1, 1) * length, *words)
        assert (folder / "r.pdf").read_bytes() in {b"the old one", expected}
        finish(folder, *words)
        assert (folder / "r.pdf").read_bytes() == expected
        faults.tried("report killed")


class Slow(http.server.SimpleHTTPRequestHandler):
    """A mirror that gives a file in a fifth of a second, so that a kill finds it half-way."""

    def copyfile(self, source: object, outputfile: object) -> None:
        content = source.read()  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):  # the other side was killed
            for start in range(0, len(content), len(content) // 10 + 1):
                outputfile.write(content[start : start + len(content) // 10 + 1])  # type: ignore[attr-defined]
                time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def mirror(mnist: data.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Serve MNIST here; gives the address, then the files' checksums."""
    folder, sums = tmp_path_factory.mktemp("mirror"), []
    for file in download.FILES:
        packed = gzip.compress((download.raw_folder("mnist") / file).read_bytes(), 1)
        (folder / f"{file}.gz").write_bytes(packed)
        sums.append(hashlib.md5(packed).hexdigest())
    handler = functools.partial(Slow, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield [f"http://127.0.0.1:{server.server_port}/", *sums]
        server.shutdown()


def test_a_killed_download_starts_anew(
    tmp_path: Path, mirror: list[str], mnist: data.Dataset, faults: Faults
) -> None:
    """What is in data/ is whole or not there; the same command ends with MNIST."""
    length = seconds(tmp_path / "whole", *mirror, code=DOWNLOAD)
    expected = int(mnist.train.images.sum())
    for number in faults.times(50, 1):
        folder = tmp_path / str(number)
        killed(folder, faults.random.uniform(0.3, 1) * length, *mirror, code=DOWNLOAD)
        raw = folder / "data" / "MNIST" / "raw"
        for file in download.FILES:
            assert not (raw / file).exists() or download.read_checked(raw / file, "mnist").size
        assert finish(folder, *mirror, code=DOWNLOAD).splitlines()[-1] == str(expected)
        faults.tried("download killed")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("run", "--dataset", "digits", "--epochs", "1", "--quiet", "--out", "r"), "r"),
        (STUDY, "t.csv"),
        ((*REPORT, "-o", "r.pdf"), "r.pdf"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="the limit is a Unix one")
def test_a_full_disk_is_one_sentence(
    words: tuple[str, ...], place: str, tmp_path: Path, faults: Faults
) -> None:
    """No file may grow beyond 2 kB, which is how a full disk feels to whoever writes."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))\n"
    command = Forked(*words, cwd=tmp_path, code=limit + LENET, environment=NOWHERE)
    assert command.wait() == 1, command.stderr
    assert command.stderr.startswith("Error: "), command.stderr
    assert len(command.stderr.strip().splitlines()) == 1, command.stderr
    assert not [path for path in tmp_path.rglob("*.part*") if path.is_file()]
    whole = tmp_path / place
    assert not whole.is_file(), "a file that the disk had no room for"
    faults.tried("full disk")
