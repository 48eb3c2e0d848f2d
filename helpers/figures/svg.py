"""From matplotlib's SVG to a small one that reads well in a diff.

Matplotlib writes groups, comments, styles and six decimals that a picture of boxes and words has no
use for; without them it is about a fifth of the size. Words are set again from their markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .lettering import Run
from .palette import LETTERS, QUIET

FONTS = "DejaVu Sans,Verdana,sans-serif"
_SVG = "{http://www.w3.org/2000/svg}"
_TOKEN = re.compile(r"[A-Za-z]|-?\d*\.?\d+(?:e-?\d+)?")
_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
# The defaults of SVG, and what the root element below says already.
_NEEDLESS = {"stroke-linejoin", "font-family", "stroke-miterlimit"}
_DEFAULTS = {"stroke-dashoffset": "0", "stroke-linecap": "butt"}
# Classes of the words that lettering marks: letters in their colours, italics, secondary text.
_MARKS = {
    **{(colour, True, False): letter for letter, colour in LETTERS.items()},
    (None, False, True): "I",
    (QUIET, False, False): "Q",
}
_MARK_STYLES = {
    **{letter: f"fill:{colour};font-weight:bold" for letter, colour in LETTERS.items()},
    "I": "font-style:italic",
    "Q": f"fill:{QUIET}",
}


def compact(
    source: str, words: Mapping[str, list[Run]], radii: Mapping[str, float], width: float, height: float
) -> str:
    """`words` gives the runs of each text element by its group id, `radii` the corners of each rounded "
    "box."""
    root = ElementTree.fromstring(source)
    lines: list[tuple[str, str, str]] = []
    for group in root.iter(f"{_SVG}g"):
        for child in group:
            style = _style(child.get("style", ""))
            name = group.get("id", "")
            if name in radii:
                lines.append(("rect", style, _rounded_box(child.get("d", ""), radii[name])))
            elif child.tag == f"{_SVG}path" and child.get("d"):
                lines.append(("path", style, f" d='{_path(child.get('d', ''))}'/>"))
            elif child.tag == f"{_SVG}text":
                lines.append(("text", style, _text(child, words[name])))
    # A style used more than once becomes a class, named in order of appearance.
    counts: dict[str, int] = {}
    for _, style, _ in lines:
        counts[style] = counts.get(style, 0) + 1
    classes = {style: _name(i) for i, style in enumerate(s for s, n in counts.items() if n > 1 and s)}
    body = "\n".join(f"<{tag}{_style_attribute(style, classes)}{rest}" for tag, style, rest in lines)
    marks = {name: style for name, style in _MARK_STYLES.items() if f"<tspan class='{name}'>" in body}
    styles = {name: style for style, name in classes.items()} | marks
    sheet = "\n".join(f".{name}{{{style}}}" for name, style in styles.items())
    w, h = _number(width), _number(height)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{w}' height='{h}' viewBox='0 0 {w} {h}' "
        f"font-family='{FONTS}' stroke-linejoin='round'>\n<style>\n{sheet}\n</style>\n{body}\n</svg>"
    )


def _name(index: int) -> str:
    return chr(97 + index) if index < 26 else f"{chr(97 + index // 26 - 1)}{chr(97 + index % 26)}"


def _style(css: str) -> str:
    pairs = [tuple(part.strip() for part in item.split(":", 1)) for item in css.split(";") if item.strip()]
    return ";".join(
        f"{key}:{re.sub(r',? +', ',', value) if key == 'stroke-dasharray' else value}"
        for key, value in pairs
        if key not in _NEEDLESS and _DEFAULTS.get(key) != value
    )


def _style_attribute(style: str, classes: Mapping[str, str]) -> str:
    if style in classes:
        return f" class='{classes[style]}'"
    return f" style='{style}'" if style else ""


def _text(element: ElementTree.Element, runs: list[Run]) -> str:
    turn = element.get("transform", "")
    # A rotation of zero says nothing.
    transform = "" if not turn or re.match(r"rotate\(-?0[ ,)]", turn) else f" transform='{_rounded(turn)}'"
    place = f" x='{_number(float(element.get('x', 0)))}' y='{_number(float(element.get('y', 0)))}'"
    return f"{place}{transform}>{''.join(map(_tspan, runs))}</text>"


def _tspan(run: Run) -> str:
    text = escape(run.text)
    mark = _MARKS.get((run.colour, run.bold, run.italic))
    return f"<tspan class='{mark}'>{text}</tspan>" if mark else text


def _rounded_box(d: str, radius: float) -> str:
    values = [float(token) for token in _TOKEN.findall(d) if not token.isalpha()]
    x, y = min(values[::2]), min(values[1::2])
    sides = {"x": x, "y": y, "width": max(values[::2]) - x, "height": max(values[1::2]) - y, "rx": radius}
    return "".join(f" {key}='{_number(value)}'" for key, value in sides.items()) + "/>"


def _rounded(text: str) -> str:
    return re.sub(r"-?\d+\.\d+", lambda match: _number(float(match.group())), text)


def _number(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _path(d: str) -> str:
    """The same path with one decimal, in relative commands where they are shorter."""
    tokens = _TOKEN.findall(d)
    out: list[str] = []
    at = start = (0.0, 0.0)
    i, last = 0, ""
    while i < len(tokens):
        command = tokens[i].upper()
        i += 1
        values = [round(float(token), 1) for token in tokens[i : i + _ARGUMENTS[command]]]
        i += len(values)
        if command == "Z":
            out.append("z")
            at, last = start, "z"
            continue
        moved = [value - at[k % 2] for k, value in enumerate(values)]
        at = (values[-2], values[-1])
        if command == "M":
            start = at
        if command == "L" and (_number(moved[1]) == "0" or _number(moved[0]) == "0"):
            axis = 0 if _number(moved[1]) == "0" else 1
            command, values, moved = "HV"[axis], values[axis : axis + 1], moved[axis : axis + 1]
        choices = [(command, values)] if i == 3 else [(command, values), (command.lower(), moved)]
        words = [(name, _join(numbers)) for name, numbers in choices]
        name, said = min(words, key=lambda word: len(word[1]) + (word[0] != last))
        repeated = name == last and name not in "Mm"
        out.append(("" if said.startswith("-") else " ") + said if repeated else name + said)
        last = name
    return "".join(out)


def _join(values: Sequence[float]) -> str:
    return " ".join(map(_number, values)).replace(" -", "-")
