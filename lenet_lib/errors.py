"""What a user's mistake looks like: one clear sentence, never a traceback."""

from __future__ import annotations

import re


class LenetError(Exception):
    """What the user can mend; the message says what is wrong, with what, and the way out."""


class LenetWarning(UserWarning):
    """Something that changes what the results mean, but need not stop the work."""


def missing_extra(error: ModuleNotFoundError) -> LenetError | None:
    """Say which extra to install for a module that is not there; None if it is in none."""
    from importlib.metadata import PackageNotFoundError, requires

    module = str(error.name).partition(".")[0]
    try:
        needs = requires("lenet-report") or []
    except PackageNotFoundError:  # run from a folder, without being installed
        return None
    for need in needs:
        found = re.match(r"([\w-]+).*; extra == .(\w+)", need)
        if found and found[1].replace("-", "_") == module:
            return LenetError(
                f"This needs the packages of the extra {found[2]!r} ({module} is not installed): "
                f'pip install "lenet-report[{found[2]}]".'
            )
    return None
