"""Grades in the columns that learning management systems import, as nbgrader's exporters:

    nbgrader export --exporter helpers.reporting.exports.CanvasExporter --to canvas.csv

Who has handed in nothing is left out: an import then changes nothing for them.
Sources: Canvas, "How do I import grades in the Gradebook?"; Moodle, "Grade import".
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin


class _Exporter(ExportPlugin):
    """Reads the grades; a kind of its own says the columns."""

    default_to = ""

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades of all assignments, or of those that `--assignment` names."""
        wanted = set(map(str, self.assignment))
        assignments = [one for one in gradebook.assignments if not wanted or one.name in wanted]
        students = {str(name) for name in self.student}
        rows = []
        for student in gradebook.students:
            if not students or student.id in students:
                grades = [_grade(gradebook, one, student) for one in assignments]
                if any(grade is not None for grade in grades):
                    rows.append((student, ["" if grade is None else f"{grade:.10g}" for grade in grades]))
        with Path(self.to or self.default_to).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(self.table(assignments, rows))

    def table(
        self, assignments: Sequence[Assignment], rows: Sequence[tuple[Student, list[str]]]
    ) -> Iterator[Sequence[str]]:
        """The lines of the file."""
        raise NotImplementedError


class CanvasExporter(_Exporter):
    """Canvas finds a learner by ID (`lms_user_id` in nbgrader's gradebook), else by SIS Login ID, which is
    the name of the learner's folder."""

    default_to = "canvas.csv"

    def table(self, assignments, rows):
        """The lines of Canvas's own export, the points possible among them."""
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(one.name for one in assignments)]
        yield ["Points Possible", "", "", "", "", *(f"{one.max_score:.10g}" for one in assignments)]
        for student, grades in rows:
            name = ", ".join(filter(None, [student.last_name, student.first_name])) or student.id
            yield [name, student.lms_user_id or "", "", student.id, "", *grades]


class MoodleExporter(_Exporter):
    """Moodle asks which column says who it is: "Username" is the name of the learner's folder, "ID number"
    and "Email address" are what nbgrader's gradebook knows."""

    default_to = "moodle.csv"

    def table(self, assignments, rows):
        """The lines of Moodle's own export, with the columns that it can find a learner by."""
        yield [
            *("First name", "Last name", "Username", "ID number", "Email address"),
            *(one.name for one in assignments),
        ]
        for student, grades in rows:
            known = (student.first_name, student.last_name, student.id, student.lms_user_id, student.email)
            yield [*(value or "" for value in known), *grades]


def _grade(gradebook: Gradebook, assignment: Assignment, student: Student) -> float | None:
    """The score with points given by hand and the penalty for lateness; None where nothing was handed in."""
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return None
    return max(0.0, submission.score - submission.late_submission_penalty)
