"""The machine under the tensors: which device, how it repeats itself, how it keeps memory."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch

from lenet_lib.errors import LenetError

# cuBLAS repeats itself bit for bit only with a workspace of fixed size, fixed before it starts.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
# Tensors of megabytes on pages of 2 MB instead of 4 kB, where Linux lets a program ask for them: a
# training step on a CPU takes a tenth less time. Read by torch when it makes its first tensor.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


def choose_device(name: str | None = None) -> torch.device:
    """Give the named device, or the accelerator if there is one, or the CPU.

    Raises:
        LenetError: The name is no device, or not one of this machine.
    """
    if name is None:
        return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError):
        at_hand = ["cpu"]
        if accelerator := torch.accelerator.current_accelerator(check_available=True):
            at_hand.append(accelerator.type)
        raise LenetError(
            f"This machine has no device {name!r}; choose from: {', '.join(at_hand)}."
        ) from None
    return device


def describe(device: torch.device) -> dict[str, str | int]:
    """Say what a result was computed with: device, threads, and the versions that matter."""
    return {
        "device": str(device),
        "threads": torch.get_num_threads(),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Seed torch and allow only deterministic kernels inside; the caller's state comes back."""
    settings: Any = torch.utils.deterministic
    mode, fill = torch.get_deterministic_debug_mode(), settings.fill_uninitialized_memory
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        # The same as torch.use_deterministic_algorithms, which imports the whole compiler: 1.3 s.
        torch.set_deterministic_debug_mode("error")
        settings.fill_uninitialized_memory = False  # it costs time, and nothing here reads it
        try:
            yield
        finally:
            torch.set_deterministic_debug_mode(mode)
            settings.fill_uninitialized_memory = fill


def computes_in_bfloat16(device: torch.device) -> bool:
    """Tell whether the device is a CPU with instructions for bfloat16; without, it is slower."""
    abilities = torch.cpu.get_capabilities()
    return device.type == "cpu" and any(abilities.get(f"{kind}_bf16") for kind in ("amx", "avx512"))


def precision(mixed: bool, device: torch.device) -> torch.autocast:
    """Give the context of a training step: bfloat16 where that is asked for and quick."""
    return torch.autocast("cpu", torch.bfloat16, enabled=mixed and computes_in_bfloat16(device))


@cache
def keep_freed_memory() -> None:
    """Tell glibc to keep freed blocks for the next batch instead of returning them to the kernel.

    A training step frees and asks again for the same few megabytes; by default each time costs a
    page fault per 4 kB, up to half of the step's time on a CPU. Elsewhere than on glibc: nothing.
    """
    if sys.platform.startswith("linux") and platform.libc_ver()[0] == "glibc":
        m_trim_threshold, m_mmap_threshold = -1, -3  # malloc.h
        libc = ctypes.CDLL(None)
        libc.mallopt(m_mmap_threshold, 1 << 30)
        libc.mallopt(m_trim_threshold, (1 << 31) - 1)
