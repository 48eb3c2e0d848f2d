"""Whether a notebook is in the hands of a grader, where neither hints nor solutions are given."""

import os

GRADED = "RNN_BY_HAND_GRADED"
"""The variable that a grader sets for the kernel."""


def is_graded() -> bool:
    return bool(os.environ.get(GRADED))
