"""The course without `course lab`: where only the lessons' own libraries are, and in VS Code's kernels."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from helpers.workspace import Workspace

ROOT = Path(__file__).parents[1]

TOOLS = [
    "jupyterlab",
    "jupyter_client",
    "jupytext",
    "nbclient",
    "nbformat",
    "nbgrader",
    "nbval",
    "typer",
]

PROGRAM = """
    import sys

    for name in {missing!r}:
        sys.modules[name] = None  # an import of it fails as where it is not installed
    from helpers import check, figures, hint, solution
    import numpy as np

    def dense(h, Wo, bo):
        return h @ Wo

    try:
        check(dense)
    except AssertionError as failed:
        print(failed)
    print(hint(dense))

    def dense(h, Wo, bo):
        return h @ Wo + bo

    check(dense)
    print("return h @ Wo + bo" in str(solution(dense)), "<svg" in figures.letters().svg)
"""


def test_a_check_works_with_the_lessons_own_libraries_alone():
    missing = [*TOOLS, "IPython", "ipywidgets", "anywidget"]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM).format(missing=missing)],
        capture_output=True,
        text=True,
        check=False,
    )
    expect_all_of_it(done)


def expect_all_of_it(done):
    assert (done.returncode, done.stderr) == (0, "")
    assert "✗ dense: not yet" in done.stdout
    assert "Hint 1 of" in done.stdout
    assert "✓ dense: passed" in done.stdout
    assert done.stdout.splitlines()[-1] == "True True"


def test_the_cell_that_the_readme_gives_for_colab_is_all_that_a_lesson_needs_there(tmp_path):
    (tmp_path / "content").mkdir()
    course = tmp_path / "content/course"
    for folder in ("helpers", "notebooks"):
        shutil.copytree(ROOT / folder, course / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (cell,) = re.findall(r"```python\n(!git clone.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    installed = re.search(r"%pip install -q (.*)", cell)[1].split()
    assert sorted(installed) == ["anywidget", "jaxtyping"]  # what Colab has not got already
    lines = []
    for line in cell.splitlines():
        if line.startswith("%cd"):
            line = f"import os; os.chdir({line.split()[1]!r})"
        if not line.startswith(("!", "%")) and "google.colab" not in line:
            lines.append(line.replace("/content", f"{tmp_path}/content"))
    program = "\n".join(["import sys", f"sys.path.remove({str(ROOT)!r})", *lines])
    program += "\nimport helpers; print(helpers.__file__)\n" + textwrap.dedent(PROGRAM).format(missing=TOOLS)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "content", capture_output=True, text=True, check=False
    )
    expect_all_of_it(done)
    assert done.stdout.splitlines()[0] == str(course / "helpers/__init__.py")


@pytest.fixture
def plain_kernel(tmp_path):
    """A kernel as VS Code starts one: by its own hand, with the notebook's folder as the working folder."""
    from jupyter_client import BlockingKernelClient

    shutil.copytree(ROOT / "notebooks/05_forward_loop", tmp_path / "notebooks/05_forward_loop")
    Workspace(tmp_path).fill()
    connection = tmp_path / "connection.json"
    kernel = subprocess.Popen(
        [sys.executable, "-m", "ipykernel_launcher", "-f", str(connection)],
        cwd=tmp_path / "work/05_forward_loop",
        env={name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY"))},
        stdout=subprocess.DEVNULL,  # what it says to somebody who starts it in a terminal
        stderr=subprocess.DEVNULL,
    )
    while not (connection.is_file() and connection.read_text().endswith("}")):
        assert kernel.poll() is None
        time.sleep(0.05)
    client = BlockingKernelClient()
    client.load_connection_file(str(connection))
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.shutdown()
    client.stop_channels()
    kernel.wait(30)


@pytest.mark.slow
def test_a_lesson_works_in_a_kernel_that_vs_code_starts(plain_kernel, tmp_path):
    import nbformat

    def run(source):
        outputs = []
        reply = plain_kernel.execute_interactive(source, output_hook=outputs.append, timeout=120)
        said = [each["content"] for each in outputs if each["msg_type"] in ("display_data", "execute_result")]
        errors = [each["content"] for each in outputs if each["msg_type"] == "stream"]
        assert not [error for error in errors if error["name"] == "stderr"]
        return reply["content"]["status"], {
            kind: text for each in said for kind, text in each["data"].items()
        }

    lesson = nbformat.read(tmp_path / "work/05_forward_loop/forward_loop.ipynb", as_version=4)
    for cell in lesson.cells:
        if cell.cell_type == "code" and cell.source.startswith("check("):
            break
        if cell.cell_type == "code":
            assert run(cell.source)[0] == "ok"
    status, shown = run("def dense(h, Wo, bo):\n    return h @ Wo\n\ncheck(dense)")
    assert status == "error"
    assert "<strong>dense: not yet</strong>" in shown["text/html"]
    status, shown = run("hint(dense)")
    assert "Hint 1 of" in shown["text/markdown"]
    status, shown = run("def dense(h, Wo, bo):\n    return h @ Wo + bo\n\ncheck(dense)")
    assert status == "ok"
    status, shown = run("Wo, bo = model.layers[2].get_weights(); stepper(X[0], Wx, Wh, bh, Wo, bo, t=1)")
    assert "application/vnd.jupyter.widget-view+json" in shown
    status, shown = run("from helpers import progress; progress()")
    assert re.search(r" 1 of \d+ exercises passed", shown["text/plain"])
