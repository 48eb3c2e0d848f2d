"""In JupyterLab, from the learner's click on Restart to the end of a cell that computes with TensorFlow.

    python benchmarks/lab_restart.py

Needs Chromium. Opens the course once with ordinary and once with warm kernels, restarts the kernel of the
same notebook several times in each, and prints the medians and their ratio.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import Page, sync_playwright

from helpers.command_line import START_PAGE
from helpers.doctor import CHROMIUM_NAMES
from helpers.kernel import PROVISIONER
from helpers.workspace import FOLDER

REPEATS = 5
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CELL = "import helpers, tensorflow as tf\nint(tf.constant({number}) * 1000)"
KINDS = {"ordinary": "local-provisioner", "warm": PROVISIONER}


def main() -> None:
    medians = {}
    for name, kind in KINDS.items():
        with course_lab(kind) as address, browser_page() as page:
            # The learner's own copy asks for warm kernels by name; the release leaves that to the setting.
            page.goto(address.replace(f"{FOLDER}/{START_PAGE}", f"notebooks/{START_PAGE}"))
            ready(page)
            page.get_by_role("button", name="Insert a cell below").first.click()
            times = [restart_and_run(page, number) for number in range(1, REPEATS + 1)]
            medians[name] = statistics.median(times)
            print(f"{name:<10}{medians[name]:>8.2f} s  ({min(times):.2f} to {max(times):.2f})", flush=True)
    print(f"{'ratio':<10}{medians['ordinary'] / medians['warm']:>8.1f}")


def restart_and_run(page: Page, number: int) -> float:
    cell = page.locator(".jp-CodeCell.jp-mod-active")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(CELL.format(number=number))
    page.get_by_role("button", name="Restart the kernel", exact=True).click()
    page.locator(".jp-Dialog button.jp-mod-accept").wait_for()
    begun = time.perf_counter()
    page.keyboard.press("Enter")  # Restart is what the dialog offers
    page.locator(".jp-Dialog").wait_for(state="detached")
    page.keyboard.press("Control+Enter")  # the cell is still the one that is chosen
    cell.locator(".jp-OutputArea").get_by_text(str(number * 1000), exact=True).wait_for()
    took = time.perf_counter() - begun
    ready(page)
    return took


def ready(page: Page) -> None:
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=60_000)


@contextlib.contextmanager
def course_lab(kind: str):
    """The address of `course lab`, with kernels of a kind."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    program = "from helpers.command_line import main; main()"
    server = subprocess.Popen(
        [sys.executable, "-c", program, "lab", "--no-browser", "--port", str(port)],
        env={**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": kind},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = next(found[0] for line in server.stdout if (found := re.search(r"http://\S+", line)))
        time.sleep(10)  # the server listens, and the warm process is ready
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)


@contextlib.contextmanager
def browser_page():
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(folder, executable_path=chromium, args=FLAGS)
        yield context.pages[0]
        context.close()


if __name__ == "__main__":
    main()
