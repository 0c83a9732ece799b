"""The idx format, and what is no idx file."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from lenet_lib.data.idx import IdxError, read_idx


def test_read_idx_reads_what_the_format_allows() -> None:
    header = bytes([0, 0, 0x0C, 2]) + struct.pack(">II", 2, 3)
    array = read_idx(header + np.arange(6, dtype=">i4").tobytes())
    assert array.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert array.dtype == np.int32


@pytest.mark.parametrize(
    "content", [b"", b"\0\0", b"abcd", bytes([0, 0, 7, 1]), bytes([0, 0, 8, 2, 0])]
)
def test_read_idx_refuses_other_files(content: bytes) -> None:
    with pytest.raises(IdxError):
        read_idx(content)
