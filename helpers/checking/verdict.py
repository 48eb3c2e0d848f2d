"""What a check says: one headline, a few facts, in HTML for notebooks and in plain text elsewhere."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from helpers.templates import template

_CARD = Path(__file__).with_name("verdict.html.j2")

Status = Literal["passed", "failed", "error", "not written", "not run"]


@dataclass(frozen=True)
class Verdict:
    """The judgement on one answer.

    Attributes:
        exercise: its name.
        status: always said outright; silence is never a pass. "not run" is a grader's word on an answer that
            could not be called: its cell ended the process, say.
        headline: one sentence.
        facts: what was seen, as (label, text) rows.
        code: the learner's own line, where one is to blame.
        printed: what the answer printed in the case that is shown.
        misconception: the name of the one that fits, if one does.
        blames: the earlier exercise whose answer it calls, and which is the wrong one, if that is so.
    """

    exercise: str
    status: Status
    headline: str
    facts: tuple[tuple[str, str], ...] = ()
    code: str = ""
    printed: str = ""
    misconception: str = ""
    blames: str = ""

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.status == "passed"

    @property
    def title(self) -> str:
        """The first words: `forward: passed`."""
        said = {"passed": "passed", "failed": "not yet", "error": "stopped with an error"}
        return f"{self.exercise}: {said.get(self.status, self.status)}"

    def __str__(self) -> str:
        mark = "✓" if self.passed else "✗"
        lines = [f"{mark} {self.title}", self.headline]
        lines += [f"    {self.code}"] if self.code else []
        width = max((len(label) for label, _ in self.facts), default=0)
        for label, text in self.facts:
            first, *rest = text.split("\n")
            lines += [f"  {label:<{width}}  {first}", *(f"  {'':<{width}}  {line}" for line in rest)]
        if self.printed:
            lines += ["  Your answer printed:", *(f"    {line}" for line in self.printed.splitlines())]
        return "\n".join(lines)

    def lines(self, width: int = 80) -> list[str]:
        """The same for places that cut long lines off, as the report of `nbgrader validate` does."""
        lines = []
        for line in str(self).split("\n"):
            margin = " " * (len(line) - len(line.lstrip()))
            lines += textwrap.wrap(line, width, subsequent_indent=margin, drop_whitespace=True) or [""]
        return lines

    def html(self) -> str:
        """The same as a card that reads on light and dark themes; everything from the learner is escaped."""
        return template(_CARD).render(verdict=self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": str(self)}


def joined(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return ", ".join(words[:-1]) + (" and " if words[1:] else "") + words[-1]
