"""A learner's hour in a real browser: answer wrongly, read why, take a hint, answer rightly, and go on."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import pytest

from helpers.lessons import find_exercise

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

REVERSED = """\
def forward(x, Wx, Wh, bh, Wo, bo):
    h_last = np.zeros(len(bh))
    for t in reversed(range(len(x))):
        h_last = np.tanh(x[t] @ Wx + h_last @ Wh + bh)
    return h_last @ Wo + bo
"""
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
    assert server.returncode == 0
    text = "".join([*said, rest])
    assert not re.search(r"Traceback|ERROR|WARNING|\[W |\[E ", text), text
    end = time.monotonic() + 20  # the warm process ends once it has seen that nobody is connected any more
    while (left := processes_with(f"HOME={tmp_path / 'home'}")) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == {}


def processes_with(variable):
    """What runs with this in its environment: the server, what it started, and what those did."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended, or is another user's
            if os.fsencode(variable) in (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


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
    prompt = cell.locator(".jp-InputPrompt")
    cell.locator(".cm-content").click()
    prompt.evaluate("prompt => { prompt.textContent = '' }")  # an earlier run's number
    page.keyboard.press("Shift+Enter")
    prompt.get_by_text(re.compile(r"\[\d+\]")).wait_for()


def answer(page, cell, source):
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    run(page, cell)


def checking(exercise):
    """A check cell, with its prompt or without."""
    return re.compile(rf"^\s*(\[.*\]:)?\s*check\({exercise}\)")


def choose(page, menu, *names):
    page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{menu}$")).click()
    for name in names[:-1]:
        page.locator(".lm-Menu-item", has_text=re.compile(f"^{name}$")).hover()
    page.locator(".lm-Menu-item", has_text=re.compile(f"^{names[-1]}")).first.click()


def change_theme(page, name, light):
    choose(page, "Settings", "Theme", name)
    page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")


def progress_on_the_start_page(page):
    cell = cell_with(page, "progress()")
    run(page, cell)
    return cell


@pytest.mark.slow(minutes=1)
def test_a_learner_opens_the_course_errs_reads_why_mends_it_and_validates(page, address, tmp_path):
    open_notebook(page, address, "RNN by hand")
    assert "RNN by hand | Idle" in page.locator("#jp-main-statusbar").inner_text()
    page.screenshot(path=ARTEFACTS / "start.png")
    before = progress_on_the_start_page(page)
    assert re.search(r"\b0 of \d+ exercises passed", before.inner_text())

    lesson = address.replace("00_start/start", "05_forward_loop/forward_loop")
    open_notebook(page, lesson, "The loop by hand")
    choose(page, "Run", "Run All Cells")
    first = cell_with(page, checking("rnn_step"))
    first.get_by_text("rnn_step: not written").first.wait_for()
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
    stub, check = cell_with(page, "def forward(x"), cell_with(page, checking("forward"))

    answer(page, stub, REVERSED)
    run(page, check)
    assert "The sequence is read backwards" in check.locator(".jp-OutputArea").inner_text()

    answer(page, stub, WRONG)
    run(page, check)
    verdict = check.locator(".jp-OutputArea").inner_text()
    assert "forward: not yet" in verdict
    assert "Every step starts again from zeros" in verdict
    assert "Traceback" not in verdict
    check.screenshot(path=ARTEFACTS / "verdict_failed_light.png")

    change_theme(page, "JupyterLab Dark", light="false")
    check.screenshot(path=ARTEFACTS / "verdict_failed_dark.png")

    check.locator(".cm-content").click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("hint(forward)")
    asked = cell_with(page, re.compile(r"^\s*(\[.*\]:)?\s*hint\(forward\)"))
    for number in (1, 2):
        run(page, asked)
        asked.get_by_text(f"Hint {number} of").wait_for()
        told = asked.locator(".jp-OutputArea").inner_text()
        assert find_exercise("forward").hints[number - 1].split("`")[0].strip() in told
    asked.screenshot(path=ARTEFACTS / "hint_dark.png")

    answer(page, stub, RIGHT)
    run(page, check)
    verdict = check.locator(".jp-OutputArea").inner_text()
    assert "forward: passed" in verdict
    assert "not yet" not in verdict
    check.screenshot(path=ARTEFACTS / "verdict_passed_dark.png")
    page.screenshot(path=ARTEFACTS / "lesson_dark.png")

    change_theme(page, "JupyterLab Light", light="true")
    check.screenshot(path=ARTEFACTS / "verdict_passed_light.png")

    page.get_by_role("button", name="Restart the kernel", exact=True).click()
    page.locator(".jp-Dialog").wait_for()
    page.screenshot(path=ARTEFACTS / "restart.png")
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    page.locator(".jp-Dialog").wait_for(state="detached")
    run(page, asked)
    assert "name 'hint' is not defined" in asked.locator(".jp-OutputArea").inner_text()
    for again in ("from helpers import check", "import keras"):
        run(page, cell_with(page, again))
    run(page, stub)
    run(page, check)
    assert "forward: passed" in check.locator(".jp-OutputArea").inner_text()

    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for()
    page.screenshot(path=ARTEFACTS / "validate.png")
    report = dialog.inner_text()
    assert "rnn_step: not written" in report
    assert "forward: " not in report
    dialog.get_by_role("button", name="Ok").click()

    open_notebook(page, address, "RNN by hand")
    progress = progress_on_the_start_page(page)
    assert re.search(r"\b1 of \d+ exercises passed", progress.inner_text())
    assert "3 tries" in progress.inner_text()  # nbgrader's own run of the notebook is none
    progress.get_by_text("2 mistakes met and overcome").click()
    assert "The sequence is read backwards" in progress.inner_text()
    assert "Every step starts again from zeros" in progress.inner_text()
    progress.screenshot(path=ARTEFACTS / "progress_light.png")
    change_theme(page, "JupyterLab Dark", light="false")
    progress.screenshot(path=ARTEFACTS / "progress_dark.png")
    progress.get_by_role("link", name="The loop by hand").first.click()
    cell_with(page, "def forward(x").wait_for()
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
    saved, released = (Path(folder, "05_forward_loop/forward_loop.ipynb") for folder in ("work", "notebooks"))
    assert "        h_last = h\\n" in (tmp_path / saved).read_text()
    assert (tmp_path / released).read_bytes() == (ROOT / released).read_bytes()


def test_the_course_closes_even_while_a_page_is_being_served(address):
    server = urllib.parse.urlsplit(address)
    asked = http.client.HTTPConnection(server.hostname, server.port)
    asked.request("GET", f"/nbconvert/html/notebooks/05_forward_loop/forward_loop.ipynb?{server.query}")
    time.sleep(0.3)  # the fixture closes it now; the page takes a second or two


def row(stepper, name):
    """The numbers of one row of a stepper, as they are shown."""
    there = stepper.locator("tbody tr").filter(has=stepper.page.get_by_role("rowheader", name=name))
    return there.first.locator("td.number").all_inner_texts()


def test_the_stepper_goes_by_keyboard_through_the_numbers_that_the_notebook_shows(page, address):
    lesson = address.replace("00_start/start", "05_forward_loop/forward_loop")
    open_notebook(page, lesson, "The loop by hand")
    for source in (
        "from helpers import check",
        "import keras",
        "N, T, D, M, K =",
        "Wx, Wh, bh =",
        "rng = np",
    ):
        run(page, cell_with(page, source))
    predicted = cell_with(page, "rng = np").locator(".jp-OutputArea").inner_text()
    cell = cell_with(page, "bo, t=1)")
    run(page, cell)
    stepper = cell.locator(".rnn-stepper")
    slider = stepper.get_by_role("slider", name="t, the step")
    assert slider.get_attribute("aria-valuetext") == "t = 1 of 0 to 9"

    slider.focus()
    page.keyboard.press("Home")
    assert row(stepper, re.compile(r"^h_last \(M")) == row(stepper, re.compile("^h_last @ Wh")) == ["0"] * 5
    for t in range(1, 10):
        handed_on = row(stepper, re.compile("^h = tanh"))
        page.keyboard.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext") == f"t = {t} of 0 to 9"
        assert row(stepper, re.compile(r"^h_last \(M")) == handed_on
        assert f"x[{t}] @ Wx" in stepper.locator(".equation").inner_text()
    y = [text.replace("\N{MINUS SIGN}", "-") for text in row(stepper, re.compile("^y = "))]
    assert re.findall(r"-?\d\.\d{4}", predicted) == y
    assert stepper.get_by_role("button", name="one step on").is_disabled()
    page.keyboard.press("ArrowRight")  # at the end: nothing happens, and no other cell is selected
    page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "t = 8 of 0 to 9"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the button after the slider
    assert slider.get_attribute("aria-valuetext") == "t = 9 of 0 to 9"
    page.keyboard.press("Shift+Tab")
    stepper.screenshot(path=ARTEFACTS / "stepper_keyboard.png")
    stepper.locator(".column").nth(4).click()
    assert slider.evaluate("slider => slider === document.activeElement")
    stepper.screenshot(path=ARTEFACTS / "stepper_light.png")
    cell.screenshot(path=ARTEFACTS / "stepper_cell_light.png")

    change_theme(page, "JupyterLab Dark", light="false")
    cell.screenshot(path=ARTEFACTS / "stepper_dark.png")

    answer(page, cell_with(page, "def forward(x"), WRONG)
    cell = cell_with(page, "answer=forward)")
    run(page, cell)
    stepper = cell.locator(".rnn-stepper")
    assert "Your forward parts from the right y from t = 1 on." in stepper.inner_text()
    assert stepper.get_by_role("slider").get_attribute("aria-valuetext") == "t = 1 of 0 to 9, not the same"
    marks = stepper.locator(".column > span:last-child").all_inner_texts()
    assert marks == ["✓", *["≠"] * 9]
    cell.screenshot(path=ARTEFACTS / "stepper_parts_dark.png")
    change_theme(page, "JupyterLab Light", light="true")
    cell.screenshot(path=ARTEFACTS / "stepper_parts_light.png")

    # Saved, and opened again with a new kernel, which knows nothing of it.
    page.keyboard.press("Control+s")
    page.locator(".jp-mod-dirty").first.wait_for(state="detached")
    server, token = address.partition("/lab")[0], address.rpartition("=")[2]
    for session in page.request.get(f"{server}/api/sessions?token={token}").json():
        assert page.request.delete(f"{server}/api/sessions/{session['id']}?token={token}").ok
    page.goto("about:blank")
    open_notebook(page, lesson, "The loop by hand")
    cell = cell_with(page, "bo, t=1)")
    cell.scroll_into_view_if_needed()
    slider = cell.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "t = 9 of 0 to 9"
