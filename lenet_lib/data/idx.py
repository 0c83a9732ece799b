"""The idx format of MNIST's files: a big-endian header, then the array itself."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""The third byte of the header names the element type (LeCun's MNIST page)."""


class IdxError(ValueError):
    """The bytes are no idx file; the message says what was expected."""


def read_idx(content: bytes) -> NDArray[np.generic]:
    """Read an array from the bytes of an idx file.

    Args:
        content: Two zero bytes, the element type, the number of dimensions, each dimension as a
            big-endian uint32, then the elements in C order.

    Returns:
        A writable copy in the machine's own byte order.

    Raises:
        IdxError: The header is not that of an idx file, or the length does not fit it.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in DTYPES:
        raise IdxError("an idx header (two zero bytes, then an element type)")
    dtype, ndim = np.dtype(DTYPES[content[2]]), content[3]
    start = 4 + 4 * ndim
    if len(content) < start:
        raise IdxError(f"a header of {start} bytes, not {len(content)}")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", ndim, offset=4))
    expected = start + math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        raise IdxError(f"{expected} bytes, not {len(content)}")
    try:
        array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    except ValueError:  # an empty array of sizes, or of more dimensions, than NumPy counts up to
        raise IdxError(f"fewer or smaller dimensions than {ndim}: {shape}") from None
    return array.astype(dtype.newbyteorder("="))
