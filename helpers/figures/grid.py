"""Arrays as boxes: which indices are shown, and where their cells stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .canvas import SMALL, Canvas
from .palette import INK, PAPER, QUIET, RULE

Shown = list[int | None]


def shown(size: int, most: int) -> Shown:
    """The indices drawn of an axis: all of them, or the first ones, a gap (None), and the last."""
    if size <= most:
        return list(range(size))
    return [*range(most - 2), None, size - 1]


@dataclass(frozen=True)
class Grid:
    """Rows × columns of square cells at (x, y); a gap takes as much room as a cell."""

    x: float
    y: float
    rows: Shown
    columns: Shown
    cell: float

    @property
    def width(self) -> float:
        return len(self.columns) * self.cell

    @property
    def height(self) -> float:
        return len(self.rows) * self.cell

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def corner(self, i: int, j: int) -> tuple[float, float]:
        """Of the i-th row and j-th column drawn."""
        return self.x + j * self.cell, self.y + i * self.cell

    def draw(
        self,
        canvas: Canvas,
        fill: str | Callable[[int, int], str] = PAPER,
        text: Callable[[int, int], str] | None = None,
        ink: Callable[[int, int], str] | None = None,
        edge: str = RULE,
        size: float = SMALL,
        gaps: bool = True,
    ) -> None:
        """`fill`, `text` and `ink` take the true row and column; `gaps` marks what is left out."""
        groups: dict[str, list[tuple[float, float, float, float]]] = {}
        for i, row in enumerate(self.rows):
            for j, column in enumerate(self.columns):
                if row is not None and column is not None:
                    colour = fill if isinstance(fill, str) else fill(row, column)
                    groups.setdefault(colour, []).append((*self.corner(i, j), self.cell, self.cell))
        for colour, boxes in groups.items():
            canvas.rectangles(boxes, colour, edge, 1 if self.cell >= 12 else 0.5)
        if text:
            for i, row in enumerate(self.rows):
                for j, column in enumerate(self.columns):
                    if row is not None and column is not None:
                        x, y = self.corner(i, j)
                        colour = ink(row, column) if ink else INK
                        canvas.words(x + self.cell / 2, y + self.cell / 2, text(row, column), size, colour)
        if gaps:
            self._mark_gaps(canvas)

    def _mark_gaps(self, canvas: Canvas) -> None:
        half = self.cell / 2
        for i in [i for i, row in enumerate(self.rows) if row is None]:
            for j in _few(self.columns):
                x, y = self.corner(i, j)
                canvas.words(x + half, y + half, "⋮", SMALL, QUIET)
        for j in [j for j, column in enumerate(self.columns) if column is None]:
            for i in _few(self.rows):
                x, y = self.corner(i, j)
                canvas.words(x + half, y + half, "⋯", SMALL, QUIET)


def _few(indices: Sequence[int | None]) -> list[int]:
    """Positions that get a sign of continuation: all of a short axis, ends and middle of a long one."""
    here = [i for i, index in enumerate(indices) if index is not None]
    return here if len(here) <= 3 else [here[0], here[len(here) // 2], here[-1]]
