"""A real JupyterLab and a real browser, for the tests that click."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PRIVATE = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
)
"""Folders that would else be the user's own."""

needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
"""Marks for a module that clicks: ``pytestmark = needs_chromium``."""


@contextmanager
def jupyterlab(root: Path) -> Iterator[str]:
    """Serve a folder with JupyterLab; give the address of a notebook, ``{}`` for its path.

    ``reset`` begins without the tabs of an earlier visit.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.root_dir={root}", "--IdentityProvider.token=secret"),
        *("--LabApp.news_url=None", "--ServerApp.terminals_enabled=False"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=True",  # for the tests to ask it about its kernel
    ]
    private = {name: str(root / "private" / name) for name in PRIVATE}
    path = root / "lab.log"
    with path.open("w") as log:
        server = subprocess.Popen(
            command, env=os.environ | private, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token=secret", server, path)
            yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token=secret&reset"
        finally:
            server.terminate()
            server.wait(timeout=30)


@contextmanager
def browser(profile: Path) -> Iterator[Any]:
    """Open a browser with a profile of its own; give Playwright's context."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            accept_downloads=True,
            viewport={"width": 1400, "height": 1000},
        )
        yield context
        context.close()


READY = """() => {
    const notebook = window.jupyterapp?.shell.currentWidget;
    const context = notebook?.context?.isReady && notebook.sessionContext;
    return context?.isReady
        && context.session?.kernel?.connectionStatus === "connected"
        && context.kernelDisplayStatus === "idle";
}"""
"""Whether the notebook has its kernel; the page shows "idle" before there is one."""


def open_file(page: Any, path: str) -> None:
    """Open a file in the JupyterLab that a page shows already, without loading all of it anew."""
    page.wait_for_function("window.jupyterapp?.restored", timeout=60_000)
    page.evaluate(
        "path => jupyterapp.restored"
        ".then(() => jupyterapp.commands.execute('docmanager:open', {path}))"
        ".then(() => undefined)",
        path,
    )


def wait_for_kernel(page: Any) -> None:
    """Wait until the notebook is there and its kernel answers.

    What is clicked earlier meets a notebook without a kernel, and JupyterLab asks which to take.
    """
    page.wait_for_function(READY, timeout=240_000, polling=200)


def run_all(page: Any) -> None:
    """Choose Run All Cells once the kernel is there, and see that the cells begin to run.

    A menu's click now and then goes nowhere, while JupyterLab still arranges itself.
    """
    from playwright.sync_api import TimeoutError as Late

    running = page.locator(".jp-InputPrompt", has_text="[*]:").first
    for _ in range(8):
        wait_for_kernel(page)
        try:
            page.get_by_role("menuitem", name="Run", exact=True).click(timeout=6_000)
            page.get_by_text("Run All Cells", exact=True).click(timeout=6_000)
            running.wait_for(state="attached", timeout=6_000)
        except Late:
            page.keyboard.press("Escape")
        else:
            return
    pytest.fail(f"no cell runs; dialogs: {page.locator('.jp-Dialog').all_inner_texts()}")


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
