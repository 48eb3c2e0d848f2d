"""The learner's logbook: every try at an exercise, and how far they have brought one.

It lies in the learner's workspace, and nowhere else. Where there is no workspace (a build, a test, a grader,
Colab) nothing is written, and nothing is said about it.
"""

from helpers.logbook.progress import Progress, progress, progress_of
from helpers.logbook.tries import Logbook, Try, digest, find_logbook, record

__all__ = ["Logbook", "Progress", "Try", "digest", "find_logbook", "progress", "progress_of", "record"]
