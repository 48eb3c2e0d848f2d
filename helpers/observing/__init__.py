"""Run an answer on one case and note what came out, in plain values only.

This half of a check knows no right answer, no misconception and no expected value: it may run where
the learner's code runs. What it returns is judged elsewhere (`helpers.checking`).
"""

from helpers.observing.call import Outcome, Raised, observe, read_from_notebook
from helpers.observing.plain import Foreign, plain

__all__ = ["Foreign", "Outcome", "Raised", "observe", "plain", "read_from_notebook"]
