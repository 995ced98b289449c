"""Windows are closed at rest and within a time: a browser that no longer answers fails its test and holds up nobody."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.browser import conftest

pytestmark = [pytest.mark.browser, pytest.mark.once]


def processes(mark: str) -> list[int]:
    """The processes of the browser that was started with this word among its arguments."""
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            is_ours = mark.encode() in one.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if is_ours and int(one.parent.name) != os.getpid():
            found.append(int(one.parent.name))
    return found


def test_a_window_that_does_not_close_fails_within_its_time(browser, tmp_path: Path, monkeypatch):
    mark = f"--window-of={tmp_path}"
    other = browser.browser_type.launch(
        executable_path=shutil.which("chromium"), args=[*conftest.FLAGS, mark]
    )
    context = other.new_context()
    context.new_page()
    monkeypatch.setattr(conftest, "SECONDS_TO_REST", 1)
    stopped = processes(mark)
    assert stopped
    for process in stopped:
        os.kill(process, signal.SIGSTOP)

    try:
        with pytest.raises(TimeoutError):
            conftest.close(context)
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)
        other.close()
