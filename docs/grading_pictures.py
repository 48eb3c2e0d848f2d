"""The instructor's page in pictures: `python docs/grading_pictures.py`. Needs Chromium and bubblewrap.

Grades the example class, opens formgrader and the report on it, and writes docs/images/formgrader_*.png and
docs/images/report.png.
"""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from helpers.doctor import CHROMIUM_NAMES
from helpers.grading.skeleton import find_lesson

ROOT = Path(__file__).parents[1]
IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
LESSON = find_lesson("5")
LEARNER = "example-08"
COURSE = Path(sys.executable).with_name("course")


def main() -> None:
    browser = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name) / "class"
        subprocess.run([sys.executable, ROOT / "tests/example_class.py", "--folder", folder], check=True)
        server = subprocess.Popen(
            [COURSE, "lab", "--no-browser"], cwd=folder, stdout=subprocess.PIPE, text=True
        )
        try:
            address = next(filter(None, (re.search(r"http://\S+", line) for line in server.stdout)))[0]
            window = playwright.chromium.launch(executable_path=browser, args=FLAGS)
            page = window.new_page(viewport={"width": 1000, "height": 860}, device_scale_factor=1.25)
            page.set_default_timeout(60_000)
            take(page, address)
            page.set_viewport_size({"width": 900, "height": 1120})
            page.goto((folder / "reports" / LESSON.folder / "report.html").as_uri())
            picture(page, "report")
            window.close()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)


def take(page: Page, address: str) -> None:
    page.goto(urljoin(address, f"/formgrader/?{urlsplit(address).query}"))
    page.goto(urljoin(address, f"/formgrader/gradebook/{LESSON.folder}/{LESSON.name}"))
    page.get_by_text("Submission #12").wait_for()
    page.get_by_role("button", name="Show All Names").click()
    page.get_by_role("button", name="Hide All Names").wait_for()
    picture(page, "formgrader_class")
    # What the link opens in a tab of its own; the picture is of the page alone.
    page.goto(urljoin(address, page.get_by_role("link", name=LEARNER).get_attribute("href")))
    comment = page.locator("textarea.comment").first
    comment.wait_for()
    comment.fill("Squashed once all is added: well done. How many biases does the layer have?")
    comment.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # mathematics is typeset, the comment is saved
    picture(page, "formgrader_submission")


def picture(page: Page, name: str) -> None:
    """Few colours make small files."""
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as image:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
