"""What grading one submission comes to: a verdict on every exercise, and what the instructor should know.

The same facts are written into the gradebook, shown in feedback and counted in the report.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from helpers.checking.verdict import Verdict


class Judged(BaseModel):
    """The verdict on one exercise of a submission.

    Attributes:
        exercise: its name, which is its solution cell's `grade_id`.
        verdict: always said outright; silence is never a pass.
        source: the solution cell as it was handed in; empty where it was missing.
        printed: the beginning of what the cell printed while it ran, as plain text.
        seconds: how long the learner's cells and the observations took.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    exercise: str
    verdict: Verdict
    source: str
    printed: str = ""
    seconds: float = 0.0


class Graded(BaseModel):
    """The outcome of grading one submission.

    Attributes:
        learner: the name of the folder in `submitted/`.
        lesson: the assignment, `05_forward_loop`.
        submitted_at: what its `timestamp.txt` says; None without one.
        key: a digest of what was graded, the submitted file and the instructor's notebook, and of the code
            that judges: while it is the same there is nothing to grade again.
        judged: one for each exercise of the lesson, in order.
        remarks: what the instructor should know, one line each: `forward: stopped after 60 s`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    learner: str
    lesson: str
    submitted_at: datetime | None
    key: str
    judged: tuple[Judged, ...]
    remarks: tuple[str, ...] = ()
