"""Run an answer on one case and note what came out, in plain values only.

This half of a check knows no right answer, no misconception and no expected value: it may run where
the learner's code runs. What it returns is judged elsewhere (`helpers.checking`).
"""

from helpers.observing.call import Interrupted, Outcome, Raised, observe, raised
from helpers.observing.plain import Foreign, plain, plain_floats
from helpers.observing.source import Source, source_of

__all__ = [
    "Foreign",
    "Interrupted",
    "Outcome",
    "Raised",
    "Source",
    "observe",
    "plain",
    "plain_floats",
    "raised",
    "source_of",
]
