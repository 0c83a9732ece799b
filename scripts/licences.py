"""List the licence that each pinned dependency declares, in `results/licences.csv`.

python scripts/licences.py
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results" / "licences.csv"

ELSEWHERE = {"appnope": "BSD-2-Clause", "colorama": "BSD-3-Clause", "pywinpty": "MIT"}
"""What only other systems install, as the packages' own pages have it."""

SPDX = {
    r"apache": "Apache-2.0",
    r"bsd.2": "BSD-2-Clause",
    r"bsd.3|3.clause bsd|^new bsd": "BSD-3-Clause",
    r"^bsd": "BSD",
    r"mpl-2\.0 and mit": "MPL-2.0 AND MIT",
    r"mpl|mozilla": "MPL-2.0",
    r"^mit": "MIT",
    r"isc": "ISC",
    r"python software|psf": "PSF-2.0",
    r"ofl|open font": "OFL-1.1",
    r"nvidia|proprietary": "LicenseRef-NVIDIA-Proprietary",
}
"""The usual free-text names of licences, by their identifiers."""


def pins() -> dict[str, str]:
    """Give the pinned packages and their versions."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([\w.+!-]+)", text, re.MULTILINE))


def licence(name: str) -> str:
    """Give a package's licence as it declares it; from its text only what names one."""
    try:
        facts = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        return ELSEWHERE.get(name, "unknown")
    if expression := facts.get("license_expression"):
        return str(expression)
    listed = [str(each) for each in facts.get("classifier", [])]
    classifiers = [each.split(" :: ")[-1] for each in listed if "License" in each]
    text = str(facts.get("license", "")).strip().split("\n")[0]
    for words in (text, *classifiers):
        for pattern, identifier in SPDX.items():
            if re.search(pattern, words.lower()):
                return identifier
    if name.startswith(("nvidia-", "cuda-")):
        return "LicenseRef-NVIDIA-Proprietary"
    return "unknown"


def main() -> None:
    """Write the table."""
    rows = [(name, version, licence(name)) for name, version in pins().items()]
    table = pd.DataFrame(rows, columns=["package", "version", "licence"])
    table.to_csv(OUT, index=False, lineterminator="\n")
    print(table.licence.value_counts().to_string())


if __name__ == "__main__":
    main()
