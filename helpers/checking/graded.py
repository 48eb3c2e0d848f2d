"""Whether a notebook is in the hands of a grader, where neither hints nor solutions are given."""

import os


def is_graded() -> bool:
    """What nbgrader's `autograde` says to the kernel."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"
