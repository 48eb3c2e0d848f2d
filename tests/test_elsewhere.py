"""Checks where only the lessons' own libraries are: Colab, VS Code, a plain Python."""

import subprocess
import sys
import textwrap

import pytest

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


@pytest.mark.parametrize("missing", [TOOLS, [*TOOLS, "IPython", "ipywidgets", "anywidget"]])
def test_a_check_works_with_the_lessons_own_libraries_alone(missing):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM).format(missing=missing)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "✗ dense: not yet" in done.stdout
    assert "Hint 1 of" in done.stdout
    assert "✓ dense: passed" in done.stdout
    assert done.stdout.splitlines()[-1] == "True True"
