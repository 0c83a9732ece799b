"""`lenet` in a process of its own that starts at once: forked from one that has imported torch.

A Python of its own needs several seconds of a core for torch, scikit-learn and pandas alone, and
those who kill a command start it many times. What forks imports nothing of this package: a command
begins as it would in a shell, also on an edited copy.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.paths import ROOT

if TYPE_CHECKING:  # which Windows lacks
    from multiprocessing.context import ForkServerContext, ForkServerProcess

LENET = "from lenet_lib.cli import main; main()"
HEAVY = ["torch", "torch._dynamo", "sklearn.metrics", "sklearn.datasets", "pandas", "pytest"]


class Forked:
    """A running command, or other Python code, with a session of its own and a core's thread.

    Args:
        words: As on a command line.
        cwd: Where it works; made if it is not there.
        code: What is run with them.
        package: The folder that ``lenet_lib`` is imported from.
        environment: What differs in the environment; None takes a name out.
    """

    def __init__(
        self,
        *words: str | Path,
        cwd: Path,
        code: str = LENET,
        package: Path = ROOT,
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        cwd.mkdir(exist_ok=True)
        names = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(package)}
        changed = {**names, **(environment or {})}
        env = {name: value for name, value in changed.items() if value is not None}
        self._said = tempfile.TemporaryDirectory()
        self._process: ForkServerProcess = server().Process(
            target=_run, args=(code, [*map(str, words)], str(cwd), env, self._said.name)
        )
        self._process.start()
        assert self._process.pid
        self.pid: int = self._process.pid

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to it and all that it started, unless it has ended."""
        try:
            os.killpg(self.pid, how)
        except ProcessLookupError:  # it has no session of its own yet, or has ended
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)

    def poll(self) -> int | None:
        """Give the exit code, below 0 if it was killed; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float = 300) -> int | None:
        """Wait for it; give the exit code, or None if it still runs."""
        self._process.join(seconds)
        return self.poll()

    @property
    def stdout(self) -> str:
        """What it has said so far."""
        return Path(self._said.name, "1").read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        """What it has complained of so far."""
        return Path(self._said.name, "2").read_text(encoding="utf-8")


def completed(*words: str | Path, cwd: Path, **options: object) -> str:
    """Run a command to its good end; what it said."""
    command = Forked(*words, cwd=cwd, **options)  # type: ignore[arg-type]
    assert command.wait() == 0, command.stderr
    return command.stdout


@cache
def server() -> ForkServerContext:
    """Start the process that the others are forked from; it ends with this one."""
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(HEAVY)
    forkserver.ensure_running()
    return context


def _run(code: str, words: list[str], cwd: str, environment: dict[str, str], said: str) -> None:
    import torch

    for stream in (1, 2):
        os.dup2(os.open(f"{said}/{stream}", os.O_WRONLY | os.O_APPEND | os.O_CREAT), stream)
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path.insert(0, environment["PYTHONPATH"])
    sys.argv = ["lenet", *words]
    exec(compile(code, "<forked>", "exec"), {"__name__": "__main__"})
