"""The report as CSV: for a spreadsheet, and for whatever else reads tables."""

import csv
import io
from collections.abc import Iterable, Sequence

from helpers.reporting.counts import OUTCOMES, Class, sentence

_FORMULA = tuple("=+-@\t\r")


def tables(found: Class) -> dict[str, str]:
    """The texts of the report's tables, by the name of their file."""
    exercises = [
        (name, *(counts.get(outcome, 0) for outcome in OUTCOMES), counts.total())
        for name, counts in found.outcomes.items()
    ]
    mistakes = [
        (exercise, name, sentence(exercise, name), group.size)
        for exercise, name, group in found.ranked_mistakes()
    ]
    unknown = [
        (exercise, group.size, group.headline, group.source)
        for exercise, groups in found.ranked_unknown()
        for group in groups
    ]
    learners = [
        (learner, *(OUTCOMES[row[name]] for name in found.lesson.exercises))
        for learner, row in sorted(found.learners.items())
    ]
    return {
        "exercises.csv": text(("exercise", *OUTCOMES.values(), "in all"), exercises),
        "mistakes.csv": text(("exercise", "misconception", "what the check says", "learners"), mistakes),
        "unknown.csv": text(("exercise", "learners", "what the check says", "answer"), unknown),
        "learners.csv": text(("learner", *found.lesson.exercises), learners),
    }


def text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV (RFC 4180)."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return written.getvalue()


def harmless(value: object) -> object:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it.

    Source: OWASP, "CSV Injection".
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
