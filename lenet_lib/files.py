"""Write a file whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from lenet_lib.errors import LenetError


def write(path: Path, content: str | bytes) -> None:
    """Write text (UTF-8) or bytes beside the place, then rename it there, making its folder.

    Raises:
        LenetError: The place can't be written to; what stood there before still does.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise LenetError(
            f"{path} can't be written ({error.strerror}); free the place or choose another."
        ) from None
