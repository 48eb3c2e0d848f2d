"""The README's pictures of the course, taken from the course: `python docs/pictures.py`. Needs Chromium.

Opens JupyterLab on a copy of this checkout, does what a learner does, and writes docs/images/*.png, each for
the light theme and for the dark one.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from helpers.doctor import CHROMIUM_NAMES

ROOT = Path(__file__).parents[1]
IMAGES = Path(__file__).parent / "images"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NARROW, WIDE = 620, 960
HEIGHT = 1100
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
        h_last = np.tanh(x[t] @ Wx + h_last @ Wh + bh)
    return h_last @ Wo + bo
"""


def main() -> None:
    browser = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        server, address = open_course(Path(name))
        try:
            context = playwright.chromium.launch_persistent_context(
                Path(name) / "browser",
                executable_path=browser,
                args=FLAGS,
                viewport={"width": WIDE, "height": HEIGHT},
                device_scale_factor=1.5,
            )
            context.set_default_timeout(60_000)
            take(context.pages[0], address)
            context.close()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)


def open_course(folder: Path) -> tuple[subprocess.Popen, str]:
    """A course of its own, so that nobody's progress is shown; and what it says to open."""
    for name in ("helpers", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
    for name in ("nbgrader_config.py", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / "home").mkdir()
    server = subprocess.Popen(
        [sys.executable, "-c", "from helpers.command_line import main; main()", "lab", "--no-browser"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in server.stdout:
        if found := re.search(r"http://\S+", line):
            return server, found[0]
    raise SystemExit("The course did not open.")


def take(page: Page, address: str) -> None:
    lesson = address.replace("00_start/start", "02_build_model/build_model")
    open_notebook(page, lesson)
    page.keyboard.press("Control+b")  # the notebook gets the list of files' place
    for cell in (
        "from helpers import check",
        "import keras",
        "N, T, D, M, K =",
        "x = SimpleRNN(M)(i)",
        "figures.draw(model)",
    ):
        run(page, cell_with(page, cell))
    picture(page, "draw", lambda: drawing(cell_with(page, "figures.draw(model)")))

    open_notebook(page, address.replace("00_start/start", "05_forward_loop/forward_loop"))
    for cell in (
        "from helpers import check",
        "import keras",
        "figures.unrolled",
        "N, T, D, M, K =",
        "Wx, Wh,",
    ):
        run(page, cell_with(page, cell))
    picture(page, "lesson", lambda: drawing(cell_with(page, "figures.unrolled")), WIDE)
    stub, check = cell_with(page, "def forward(x"), cell_with(page, re.compile(r"^\W*\d*\W*check\(forward\)"))
    answer(page, stub, WRONG)
    run(page, check)
    picture(page, "wrong", lambda: drawing(check))
    step = cell_with(page, "answer=forward)")
    run(page, step)
    picture(page, "stepper", lambda: step.locator(".rnn-stepper").first, WIDE)
    page.get_by_role("button", name="Insert a cell below").first.click()
    hint = page.locator(".jp-CodeCell.jp-mod-active")
    hint.locator(".cm-content").click()
    page.keyboard.insert_text("hint(forward)")
    run(page, hint := cell_with(page, "hint(forward)"))
    picture(page, "hint", lambda: drawing(hint))
    answer(page, stub, RIGHT)
    run(page, check)
    picture(page, "right", lambda: drawing(check))

    open_notebook(page, address)
    run(page, cell_with(page, "progress()"))
    page.get_by_text("met and overcome").click()
    picture(page, "progress", lambda: drawing(cell_with(page, "progress()")))


def open_notebook(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".jp-Notebook:visible h1").first.wait_for()
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()


def cell_with(page: Page, text: str | re.Pattern) -> Locator:
    return page.locator(".jp-Notebook:visible .jp-CodeCell").filter(has_text=text).first


def drawing(cell: Locator) -> Locator:
    """What a cell shows, without its prompt."""
    return cell.locator(".jp-OutputArea-output > *").first


def run(page: Page, cell: Locator) -> None:
    cell.locator(".cm-content").click()
    prompt = cell.locator(".jp-InputPrompt")
    prompt.evaluate("prompt => { prompt.textContent = '' }")  # an earlier run's number
    page.keyboard.press("Shift+Enter")
    prompt.get_by_text(re.compile(r"\[\d+\]")).wait_for()


def answer(page: Page, cell: Locator, source: str) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    run(page, cell)


def picture(page: Page, name: str, shown: Callable[[], Locator], width: int = NARROW) -> None:
    """Take something in both themes, in a window of some width; few colours make small files."""
    for theme, title in THEMES.items():
        page.locator(".lm-MenuBar-item", has_text=re.compile("^Settings$")).click()
        page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
        page.locator(".lm-Menu-item", has_text=re.compile(f"^{title}$")).click()
        page.locator(f"body[data-jp-theme-light={str(theme == 'light').lower()}]").wait_for(state="attached")
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_timeout(400)  # stylesheets are exchanged
        path = IMAGES / f"{name}_{theme}.png"
        shown().screenshot(path=path)
        page.set_viewport_size({"width": WIDE, "height": HEIGHT})
        with Image.open(path) as image:
            image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
