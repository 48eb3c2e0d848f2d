"""What a submission may try: each attack is the answer to one exercise of lesson 05, and the other three are
right, so that a test can say that the rest is graded on its merit.

    attack("exits at once", "ends the kernel, and the submission with it", dense="import os; os._exit(0)")

In the sources, `COURSE` and `HOME` stand for the grader's folders, as an attacker would guess them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

RIGHT = {
    "rnn_step": """
def rnn_step(x_t, h_last, Wx, Wh, bh):
    return np.tanh(x_t @ Wx + h_last @ Wh + bh)
""",
    "dense": """
def dense(h, Wo, bo):
    return h @ Wo + bo
""",
    "forward": """
def forward(x, Wx, Wh, bh, Wo, bo):
    h = np.zeros(len(bh))
    for x_t in x:
        h = np.tanh(x_t @ Wx + h @ Wh + bh)
    return h @ Wo + bo
""",
    "forward_all": """
def forward_all(x, Wx, Wh, bh, Wo, bo):
    h, rows = np.zeros(len(bh)), []
    for x_t in x:
        h = np.tanh(x_t @ Wx + h @ Wh + bh)
        rows.append(h @ Wo + bo)
    return np.array(rows)
""",
}
"""Answers that stand on their own."""

WRONG = """
def rnn_step(x_t, h_last, Wx, Wh, bh):
    return 0 * bh
"""
"""What most attacks on the first exercise would have graded as right."""


@dataclass(frozen=True)
class Attack:
    """A submission that is up to something.

    Attributes:
        name: also its learner's folder.
        tries: what it is after, in a sentence's second half: "it …".
        answers: the answers that attack, by exercise; the others are right.
        status: what may be said of those; any but "passed" where it is empty.
        remark: a pattern of the line that the instructor reads; empty where there need not be one.
        change: what is done to the submitted notebook.
        hand_in: writes it into the learner's folder, in place of the usual way.
        whole: whether nothing of this submission can be graded.
        honest_part: exercises that are right in this submission although they are attacked.
        plain: whether it is tried on plain nbgrader too.
    """

    name: str
    tries: str
    answers: dict[str, str]
    status: tuple[str, ...] = ()
    remark: str = ""
    change: Callable[[NotebookNode], object] | None = None
    hand_in: Callable[[Path, NotebookNode], object] | None = None
    whole: bool = False
    plain: bool = False

    @property
    def folder(self) -> str:
        """The learner's name."""
        return self.name.replace(" ", "_").replace("'", "")


ATTACKS: list[Attack] = []


def attack(
    name: str,
    tries: str,
    *,
    status: str | tuple[str, ...] = (),
    remark: str = "",
    change: Callable[[NotebookNode], object] | None = None,
    hand_in: Callable[[Path, NotebookNode], object] | None = None,
    whole: bool = False,
    plain: bool = False,
    **answers: str,
) -> None:
    """Add an attack; the answers that attack are given by their exercise's name."""
    status = (status,) if isinstance(status, str) else status
    ATTACKS.append(Attack(name, tries, answers, status, remark, change, hand_in, whole, plain))


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell of this `grade_id`."""
    return next(
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


from attacks import (  # noqa: E402  they add to the list
    channel,
    harming,
    keras_asked,
    notebooks,
    points,
    reading,
    results,
    showing,
)

__all__ = ["ATTACKS", "RIGHT", "WRONG", "Attack", "attack", "cell_of"]
_ = (channel, harming, keras_asked, notebooks, points, reading, results, showing)
