"""Judge answers and say what was found: `check(answer)` for notebooks, `judge` for graders."""

from helpers.checking.check import CheckFailed, check, verdict
from helpers.checking.hints import hint
from helpers.checking.judge import judge
from helpers.checking.verdict import Verdict

__all__ = ["CheckFailed", "Verdict", "check", "hint", "judge", "verdict"]
