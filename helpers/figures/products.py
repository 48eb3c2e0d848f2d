"""Matrix products drawn at the size of the matrices, so that one sees why the shapes fit."""

from __future__ import annotations

from dataclasses import dataclass

from . import lettering
from .canvas import BODY, SMALL, Canvas
from .grid import Grid, shown
from .palette import LETTERS, PAPER, QUIET, RULE, TINTS, mix
from .picture import Picture
from .sizes import check_sizes

_ROOM = 800.0
_GAP = 6.0


@dataclass(frozen=True)
class _Matrix:
    """One factor: `axes` has one letter for a vector, which stands as a row, or two."""

    name: str
    axes: str
    fill: str

    def letters(self) -> list[str]:
        return self.axes.split()

    def rows(self) -> str | None:
        return self.letters()[0] if len(self.letters()) == 2 else None

    def columns(self) -> str:
        return self.letters()[-1]


def step(D: int = 3, M: int = 5) -> Picture:
    """One step of the recurrent layer: `h = tanh(x_t @ Wx + h_last @ Wh + bh)`."""
    sizes = check_sizes(D=D, M=M)
    canvas = Canvas()
    _product(
        canvas,
        [
            _Matrix("x_t", "D", TINTS["D"]), "@", _Matrix("Wx", "D M", PAPER), "+",
            _Matrix("h_last", "M", TINTS["M"]), "@", _Matrix("Wh", "M M", PAPER), "+",
            _Matrix("bh", "M", PAPER), "tanh", _Matrix("h", "M", TINTS["M"]),
        ],
        sizes,
    )  # fmt: skip
    canvas.title("One step: *h* = tanh(*x_t* @ *Wx* + *h_last* @ *Wh* + *bh*)")
    return canvas.picture(
        f"One step of a recurrent layer with (D, M) = ({D}, {M}), drawn as matrices: x_t (D,) = ({D},) times "
        f"Wx (D, M) = ({D}, {M}), plus h_last (M,) = ({M},) times Wh (M, M) = ({M}, {M}), plus bh (M,) = "
        f"({M},), through tanh, gives h (M,) = ({M},). The inner sizes of each product agree."
    )


def dense(M: int = 5, K: int = 2) -> Picture:
    """The output layer: `y = h @ Wo + bo`."""
    sizes = check_sizes(M=M, K=K)
    canvas = Canvas()
    _product(
        canvas,
        [
            _Matrix("h", "M", TINTS["M"]), "@", _Matrix("Wo", "M K", PAPER), "+",
            _Matrix("bo", "K", PAPER), "=", _Matrix("y", "K", TINTS["K"]),
        ],
        sizes,
    )  # fmt: skip
    canvas.title("The output: *y* = *h* @ *Wo* + *bo*")
    return canvas.picture(
        f"The Dense layer with (M, K) = ({M}, {K}), drawn as matrices: h (M,) = ({M},) times "
        f"Wo (M, K) = ({M}, {K}), plus bo (K,) = ({K},), gives y (K,) = ({K},)."
    )


def batch_loop(N: int = 3, T: int = 4, D: int = 2, M: int = 5) -> Picture:
    """One loop, over T only: at step t that step of all samples goes in, `X_t (N, D)`."""
    sizes = check_sizes(N=N, T=T, D=D, M=M)
    canvas = Canvas()

    # The batch, cut along time.
    times, rows, columns = shown(T, 7), shown(N, 5), shown(D, 5)
    cell = min(20.0, 560 / (len(times) * (len(columns) + 0.8)))
    now = times[min(1, len(times) - 1)] or 0
    top, left = 0.0, 96.0
    x = left
    spot = left
    for t in times:
        grid = Grid(x, top, rows, columns, cell)
        if t is None:
            canvas.words(x + cell, grid.middle[1], "⋯", BODY, QUIET)
            x += 2.6 * cell
            continue
        picked = t == now
        grid.draw(canvas, TINTS["D"] if picked else PAPER)
        if picked:
            canvas.box(x - 4, top - 4, grid.width + 8, grid.height + 8, "none", LETTERS["T"], 2, 5)
            spot = grid.middle[0]
        canvas.words(grid.middle[0], top - 17, f"{{T:{t}}}", SMALL)
        x += grid.width + 0.9 * cell
    end = x - 0.9 * cell
    canvas.words(left - 14, top - 17, "*t* =", SMALL, LETTERS["T"], "end")
    height = len(rows) * cell
    canvas.bracket(top, top + height, left - 14, f"{{N}} = {{N:{N}}}", LETTERS["N"], upright=True)
    if T > 1:
        # With a single step the arrow leaves from here; the shape beside X says D all the same.
        canvas.bracket(
            left, left + len(columns) * cell, top + height + 12, f"{{D}} = {{D:{D}}}", LETTERS["D"]
        )
    canvas.words(end + 24, top + height / 2 - 10, "*X*", BODY + 1, anchor="start")
    canvas.words(end + 24, top + height / 2 + 10, lettering.shape("N T D", (N, T, D)), BODY, anchor="start")

    # The step it goes into.
    low = top + height + 6
    places = _product(
        canvas,
        [
            _Matrix("X_t", "N D", TINTS["D"]), "@", _Matrix("Wx", "D M", PAPER), "+",
            _Matrix("h_last", "N M", TINTS["M"]), "@", _Matrix("Wh", "M M", PAPER), "+",
            _Matrix("bh", "M", PAPER), "tanh", _Matrix("h", "N M", TINTS["M"]),
        ],
        sizes,
        top=low + 84,
        most=5,
    )  # fmt: skip
    first = places[0]
    turn = top + height + 40
    canvas.arrow(
        [(spot, top + height + 5), (spot, turn), (first.middle[0], turn), (first.middle[0], first.y - 34)]
        if abs(spot - first.middle[0]) > 1
        else [(spot, top + height + 5), (spot, first.y - 34)],
        LETTERS["T"],
    )
    canvas.words(max(spot, first.middle[0]) + 10, turn, "step *t* of all samples", 12, anchor="start")
    # h becomes h_last of the next step.
    back, last = places[2], places[-1]
    floor = max(p.y + p.height for p in places) + 60
    canvas.arrow(
        [(last.middle[0], last.y + last.height + 46), (last.middle[0], floor), (back.middle[0], floor),
         (back.middle[0], back.y + back.height + 46)],
        LETTERS["M"],
    )  # fmt: skip
    canvas.words(
        (last.middle[0] + back.middle[0]) / 2,
        floor + 15,
        "*h* is *h_last* of the next step; at *t* = 0 it is zeros",
        12,
        QUIET,
    )
    canvas.title("One loop, over {T} only: every step takes all {N} samples at once")
    return canvas.picture(
        f"A batch X (N, T, D) = ({N}, {T}, {D}) and a single loop over t from 0 to T - 1 = {T - 1}: at step "
        f"t, X_t (N, D) = ({N}, {D}), which is step t of all samples, goes into tanh(X_t @ Wx + "
        f"h_last @ Wh + bh), which gives h (N, M) = ({N}, {M}); h is h_last of the next step."
    )


def _product(
    canvas: Canvas, parts: list[_Matrix | str], sizes: dict[str, int], top: float = 0.0, most: int = 7
) -> list[Grid]:
    """Factors and signs from left to right around a common middle line; returns where they stand."""
    axes = {letter: shown(size, most) for letter, size in sizes.items()}
    matrices = [part for part in parts if isinstance(part, _Matrix)]
    signs = {part: 40.0 if len(part) > 1 else 15.0 for part in parts if isinstance(part, str)}
    labels = {
        m: max(lettering.width(lettering.letters(m.axes), 12), lettering.width(f"*{m.name}*", BODY))
        for m in matrices
    }
    sides = {m: 14 + lettering.width(f"{{{m.rows()}:{sizes[m.rows()]}}}", 12) for m in matrices if m.rows()}
    fixed = (
        sum(signs[part] for part in parts if isinstance(part, str))
        + 2 * _GAP * len(parts)
        + sum(sides.values())
    )
    cell = 24.0
    while cell > 9 and fixed + sum(max(labels[m], len(axes[m.columns()]) * cell) for m in matrices) > _ROOM:
        cell -= 0.5
    tallest = max(len(axes[m.rows()]) if m.rows() else 1 for m in matrices) * cell
    middle = top + tallest / 2
    x = 0.0
    places: list[Grid] = []
    for part in parts:
        if isinstance(part, str):
            if part == "tanh":
                canvas.arrow([(x, middle), (x + 40, middle)])
                canvas.words(x + 18, middle - 14, "tanh", 12)
            else:
                canvas.words(x + 7.5, middle, part, 17, QUIET)
            x += signs[part] + 2 * _GAP
            continue
        rows, columns = part.rows(), part.columns()
        wide = len(axes[columns]) * cell
        if rows:
            x += sides[part]
        slot = max(labels[part], wide)
        height = (len(axes[rows]) if rows else 1) * cell
        grid = Grid(
            x + (slot - wide) / 2, middle - height / 2, axes[rows] if rows else [0], axes[columns], cell
        )
        grid.draw(canvas, part.fill, edge=RULE if part.fill == PAPER else mix(LETTERS[columns], 0.45))
        centre = grid.middle[0]
        canvas.words(centre, grid.y - 20, f"*{part.name}*", BODY + 1)
        bottom = grid.y + grid.height
        canvas.line(
            [
                (grid.x, bottom + 5),
                (grid.x, bottom + 9),
                (grid.x + wide, bottom + 9),
                (grid.x + wide, bottom + 5),
            ],
            LETTERS[columns],
            1.6,
        )
        canvas.words(centre, bottom + 20, f"{{{columns}:{sizes[columns]}}}", 12)
        if rows:
            side = grid.x - 9
            canvas.line(
                [(side + 4, grid.y), (side, grid.y), (side, bottom), (side + 4, bottom)], LETTERS[rows], 1.6
            )
            canvas.words(side - 5, middle, f"{{{rows}:{sizes[rows]}}}", 12, anchor="end")
        canvas.words(centre, bottom + 38, lettering.letters(part.axes), 12)
        places.append(grid)
        x += slot + 2 * _GAP
    return places
