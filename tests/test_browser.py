"""A learner's hour in a real browser: open the course, answer wrongly, read why, answer rightly, validate."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARTEFACTS = Path(__file__).parent / "artefacts"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 1000  # Playwright counts in milliseconds
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        BROWSER is None and not os.environ.get("CI"), reason="there is no Chromium here to open the course in"
    ),
]

WRONG = """\
def forward(x, Wx, Wh, bh, Wo, bo):
    for t in range(len(x)):
        h_last = np.zeros(len(bh))
        h = np.tanh(x[t] @ Wx + h_last @ Wh + bh)
    return h @ Wo + bo
"""
RIGHT = """\
def forward(x, Wx, Wh, bh, Wo, bo):
    h_last = np.zeros(len(bh))
    for t in range(len(x)):
        h = np.tanh(x[t] @ Wx + h_last @ Wh + bh)
        h_last = h
    return h @ Wo + bo
"""


@pytest.fixture
def address(tmp_path):
    """`course lab` at work in a copy of the course; what it says to open."""
    for name in ("helpers", "notebooks"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*")
        )
    for name in ("nbgrader_config.py", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "home").mkdir()
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    program = "from helpers.command_line import main; main()"
    server = subprocess.Popen(
        [sys.executable, "-c", program, "lab", "--no-browser", "--port", str(port)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    for line in server.stdout:
        said.append(line)
        found = re.search(r"http://\S+", line)
        if found:
            break
    else:
        pytest.fail("".join(said))
    while server.poll() is None:  # it speaks a moment before it listens
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield found[0]
    server.send_signal(signal.SIGINT)
    rest, _ = server.communicate(timeout=60)
    said.append(rest)
    assert not re.search(r"Traceback|ERROR|WARNING|\[W |\[E ", "".join(said)), "".join(said)


@pytest.fixture
def page(tmp_path):
    from playwright.sync_api import sync_playwright

    assert BROWSER, "continuous integration has to have a browser"
    ARTEFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "browser",
            executable_path=BROWSER,
            args=FLAGS,
            viewport={"width": 1200, "height": 900},
        )
        context.set_default_timeout(60 * SECONDS)
        yield context.pages[0]
        context.close()


def open_notebook(page, address, title):
    page.goto(address)
    page.get_by_role("heading", name=re.compile(title)).first.wait_for()
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()


def cell_with(page, text):
    return page.locator(".jp-Notebook:visible .jp-CodeCell").filter(has_text=text).first


def run(page, cell):
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-InputPrompt").get_by_text(re.compile(r"\[\d+\]")).wait_for()


def answer(page, cell, source):
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    run(page, cell)


def change_theme(page, name, light):
    page.locator(".lm-MenuBar-item", has_text="Settings").click()
    page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
    page.locator(".lm-Menu-item", has_text=re.compile(f"^{name}$")).click()
    page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")


def test_a_learner_opens_the_course_errs_reads_why_mends_it_and_validates(page, address):
    open_notebook(page, address, "RNN by hand")
    page.screenshot(path=ARTEFACTS / "start.png")

    lesson = address.replace("00_start/start", "05_forward_loop/forward_loop")
    open_notebook(page, lesson, "The loop by hand")
    for imports in ("from helpers import check", "import keras"):
        run(page, cell_with(page, imports))
    stub, check = (
        cell_with(page, "def forward(x"),
        cell_with(page, re.compile(r"^\s*(\[.*\]:)?\s*check\(forward\)")),
    )

    answer(page, stub, WRONG)
    run(page, check)
    verdict = check.locator(".jp-OutputArea").inner_text()
    assert "forward: not yet" in verdict
    assert "Every step starts again from zeros" in verdict
    assert "Traceback" not in verdict
    check.screenshot(path=ARTEFACTS / "verdict_failed_light.png")

    change_theme(page, "JupyterLab Dark", light="false")
    check.screenshot(path=ARTEFACTS / "verdict_failed_dark.png")

    answer(page, stub, RIGHT)
    run(page, check)
    verdict = check.locator(".jp-OutputArea").inner_text()
    assert "forward: passed" in verdict
    assert "not yet" not in verdict
    check.screenshot(path=ARTEFACTS / "verdict_passed_dark.png")
    page.screenshot(path=ARTEFACTS / "lesson_dark.png")

    change_theme(page, "JupyterLab Light", light="true")
    check.screenshot(path=ARTEFACTS / "verdict_passed_light.png")

    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for()
    page.screenshot(path=ARTEFACTS / "validate.png")
    report = dialog.inner_text()
    assert "rnn_step: not written" in report
    assert "forward: " not in report
