"""Words in pictures: a little markup for letters, numbers and names.

`{T}` is the letter T in its colour, `{T:10}` the number 10 in the colour of T, `*Wx*` a name in italics,
`~quiet~` secondary text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .palette import LETTERS, QUIET

_MARKUP = re.compile(r"\{([NTDMK])(?::([^}]*))?\}|\*([^*]+)\*|~([^~]+)~")
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style."""

    text: str
    colour: str | None = None
    bold: bool = False
    italic: bool = False


def runs(markup: str) -> list[Run]:
    parts, end = [], 0
    for match in _MARKUP.finditer(markup):
        if match.start() > end:
            parts.append(Run(markup[end : match.start()]))
        letter, number, name, quiet = match.groups()
        if letter:
            parts.append(Run(letter if number is None else number, LETTERS[letter], bold=True))
        else:
            parts.append(Run(name, italic=True) if name else Run(quiet, QUIET))
        end = match.end()
    return [*parts, *([Run(markup[end:])] if end < len(markup) else [])]


def plain(markup: str) -> str:
    """The words alone, for alternative text."""
    return "".join(run.text for run in runs(markup))


def width(markup: str, size: float, bold: bool = False) -> float:
    """Width in pixels as set in DejaVu Sans."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    return sum(
        text_to_path.get_text_width_height_descent(
            run.text,
            FontProperties(
                family="DejaVu Sans",
                size=size,
                weight="bold" if bold or run.bold else "normal",
                style="italic" if run.italic else "normal",
            ),
            ismath=False,
        )[0]
        for run in runs(markup)
    )


def letters(names: str | Iterable[str]) -> str:
    """`"N T D"` as `(N, T, D)`, one letter as `(M,)`, each in its colour; `4M` is a multiple of M."""
    return _tuple([_coloured(name) for name in _split(names)])


def numbers(names: str | Iterable[str], sizes: Iterable[int]) -> str:
    """The sizes of those letters as `(3, 4, 2)`, each in its letter's colour."""
    return _tuple([_coloured(name, size) for name, size in zip(_split(names), sizes, strict=True)])


def shape(names: str | Iterable[str], sizes: Iterable[int]) -> str:
    """Letters first and numbers second: `(N, T, D) = (3, 4, 2)`."""
    return f"{letters(names)} = {numbers(names, sizes)}"


def number(value: float, decimals: int = 2) -> str:
    """A value for a cell: integers bare, others rounded, with a true minus sign."""
    if float(value).is_integer() and decimals != 2:
        decimals = 0
    text = f"{value:.{decimals}f}" if decimals else f"{round(value):d}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def _split(names: str | Iterable[str]) -> list[str]:
    return names.split() if isinstance(names, str) else list(names)


def _tuple(parts: list[str]) -> str:
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def _coloured(name: str, size: int | None = None) -> str:
    letter = name[-1]
    if letter not in LETTERS:
        return name if size is None else str(size)
    if size is not None:
        return f"{{{letter}:{size}}}"
    return f"{name[:-1]}{{{letter}}}"
