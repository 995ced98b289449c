"""No test stands still: what hangs fails with its name and its stack, and the tests behind it run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

SLEEPS = """
import time

def test_that_stands_still():
    time.sleep(60)

def test_behind_it():
    pass
"""
DEAF = """
import signal, time

def test_that_stands_still():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(60)

def test_behind_it():
    pass
"""
IN_A_BROWSER = """
import pytest
from playwright.sync_api import sync_playwright

@pytest.fixture(scope="module")
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="CHROMIUM", args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()

def test_before_it(page):
    assert page.url == "about:blank"

@pytest.mark.timeout(2)
def test_that_stands_still(page):
    page.evaluate("new Promise(() => {})")

def test_behind_it(page):
    assert page.evaluate("6 * 7") == 42
"""


def test_every_test_has_both_limits(pytestconfig: pytest.Config):
    soft, hard = (float(pytestconfig.getini(name)) for name in ("timeout", "faulthandler_timeout"))

    assert 0 < soft < hard <= 900 or os.environ.get("STORM") == "full"
    assert pytestconfig.getini("faulthandler_exit_on_timeout") is True


def ran(tmp_path: Path, source: str, soft: int, hard: int) -> str:
    """What is said of these tests, run in a process of their own with these limits, in seconds."""
    (tmp_path / "test_planted.py").write_text(source)
    limits = ["-o", f"timeout={soft}", "-o", f"faulthandler_timeout={hard}"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        ROOT / "pyproject.toml",
        "--rootdir",
        tmp_path,
        "-n",
        "1",
    ]
    done = subprocess.run(
        [*command, *limits, "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path, capture_output=True, text=True, timeout=50, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_test_that_sleeps_fails_by_name_with_its_stack(tmp_path: Path):
    said = ran(tmp_path, SLEEPS, soft=1, hard=40)

    assert "test_planted.py::test_that_stands_still - Failed: Timeout" in said
    assert "time.sleep(60)" in said
    assert "1 failed, 1 passed" in said


def test_a_test_that_hears_no_signal_ends_with_its_process_by_name_with_its_stack(tmp_path: Path):
    said = ran(tmp_path, DEAF, soft=1, hard=3)

    assert "crashed while running" in said and "test_that_stands_still" in said
    assert 'test_planted.py", line 6 in test_that_stands_still' in said
    assert "1 failed, 1 passed" in said


@pytest.mark.browser
@pytest.mark.once
def test_a_page_that_never_answers_fails_by_name_and_the_browser_goes_on(tmp_path: Path):
    said = ran(tmp_path, IN_A_BROWSER.replace("CHROMIUM", shutil.which("chromium") or ""), soft=40, hard=45)

    assert "test_planted.py::test_that_stands_still - Failed: Timeout" in said
    assert "new Promise" in said
    assert "1 failed, 2 passed" in said
