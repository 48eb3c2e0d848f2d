"""Judge answers and say what was found: `check(answer)` for notebooks, `judge` for graders."""

from helpers.checking.check import CheckFailed, check, verdict
from helpers.checking.hints import hint
from helpers.checking.judge import judge
from helpers.checking.solution import Solution, solution
from helpers.checking.verdict import Verdict

__all__ = ["CheckFailed", "Solution", "Verdict", "check", "hint", "judge", "solution", "verdict"]
