"""The report as one HTML page: no script, nothing from elsewhere, everything of a learner's escaped."""

from pathlib import Path

from markupsafe import Markup

from helpers import figures
from helpers.reporting.counts import OUTCOMES, Class, sentence
from helpers.templates import template

_PAGE = Path(__file__).with_name("page.html.j2")

MARKS = {**dict.fromkeys(OUTCOMES, "✗"), "passed": "✓", "not written": "–", "not run": "–"}
SHOWN = 10
"""Answers that fit no mistake, shown for an exercise; all are in the CSV. So with the next two."""
MOST_ERRORS, MOST_LEARNERS = 30, 500


def page(found: Class) -> str:
    """The report of a class that has at least one verdict."""
    counts = {
        name: {said: row[outcome] for outcome, said in OUTCOMES.items()}
        for name, row in found.outcomes.items()
    }
    return template(_PAGE).render(
        found=found,
        lesson=found.lesson,
        outcomes=OUTCOMES,
        marks=MARKS,
        picture=Markup(figures.outcomes(counts, list(OUTCOMES.values())).html()),
        mistakes=found.ranked_mistakes(),
        unknown=list(found.ranked_unknown()),
        errors=found.ranked_errors(),
        learners=sorted(found.learners.items()),
        sentence=sentence,
        shown=SHOWN,
        MOST_ERRORS=MOST_ERRORS,
        MOST_LEARNERS=MOST_LEARNERS,
    )
