"""Virtual environments that need no download."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path


def uv(*words: str | Path) -> None:
    """Run uv without the network: what it needs is here."""
    command = [sys.executable, "-m", "uv", "--offline", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def borrowing_environment(folder: Path) -> Path:
    """Make an empty environment that can import this one's packages; give its programs' folder."""
    uv("venv", "--python", sys.executable, folder)
    base = {"base": str(folder), "platbase": str(folder)}
    programs, own = (Path(sysconfig.get_path(key, "venv", base)) for key in ("scripts", "purelib"))
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return programs
