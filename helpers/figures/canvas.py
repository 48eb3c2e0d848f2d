"""A sheet to draw on, in pixels with y downwards, whose card fits itself to what was drawn.

Matplotlib is imported when the sheet becomes a picture, not before: `import helpers` stays fast.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from . import lettering
from .palette import CARD, INK, RULE
from .picture import Picture

Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]

TITLE, BODY, SMALL = 15.0, 13.0, 11.0
MARGIN = 22.0
# Half the height of a capital letter of DejaVu Sans, by size: puts words in the middle of a line.
_HALF_CAPITAL = 0.365


@dataclass
class Canvas:
    """Shapes and words in the order drawn; every method takes pixels."""

    _shapes: list[dict] = field(default_factory=list)
    _box: list[float] = field(default_factory=lambda: [math.inf, math.inf, -math.inf, -math.inf])

    def words(
        self,
        x: float,
        y: float,
        markup: str,
        size: float = BODY,
        colour: str = INK,
        anchor: str = "middle",
        bold: bool = False,
        turn: float = 0,
    ) -> float:
        """Text whose capitals are centred on y; returns its width."""
        size = round(size, 1)
        wide = lettering.width(markup, size, bold)
        left = {"start": 0.0, "middle": -wide / 2, "end": -wide}[anchor]
        if turn:
            self._cover((x - size, y + left), (x + size, y + left + wide))
        else:
            self._cover((x + left, y - 0.55 * size), (x + left + wide, y + 0.62 * size))
        shift = _HALF_CAPITAL * size
        self._shapes.append(
            {
                "words": markup,
                "at": (x + shift * math.sin(math.radians(turn)), y + shift * math.cos(math.radians(turn))),
                "size": size,
                "colour": colour,
                "anchor": {"start": "left", "middle": "center", "end": "right"}[anchor],
                "bold": bold,
                "turn": turn,
            }
        )
        return wide

    def title(self, markup: str, gap: float = 26) -> None:
        """A heading over what is drawn so far, at its left edge."""
        left, top, _, _ = self.extent()
        self.words(left, top - gap, markup, TITLE, anchor="start")

    def rectangles(
        self, boxes: Iterable[Rectangle], fill: str = "none", edge: str = "none", line: float = 1
    ) -> None:
        """Boxes (x, y, width, height) of one style, as one path."""
        subpaths = [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in boxes]
        self._path([(points, True) for points in subpaths], fill, edge, line)

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: str = CARD,
        edge: str = INK,
        line: float = 1.2,
        radius: float = 8,
        dashed: bool = False,
    ) -> None:
        """A box with rounded corners."""
        corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]
        self._add(corners, [1, 2, 2, 2, 79], fill, edge, line, dashed)
        self._shapes[-1]["radius"] = min(radius, w / 2, h / 2)

    def dots(self, centres: Iterable[Point], radius: float, fill: str) -> None:
        """Discs, as strokes without length and with round ends: the shortest way to say them."""
        centres = list(centres)
        self._path([([centre, centre], False) for centre in centres], "none", fill, 2 * radius)
        self._shapes[-1]["cap"] = "round"
        for x, y in centres:
            self._cover((x - radius, y - radius), (x + radius, y + radius))

    def line(
        self,
        points: Sequence[Point],
        colour: str = INK,
        line: float = 1.4,
        dashed: bool | Sequence[float] = False,
    ) -> None:
        self.lines([points], colour, line, dashed)

    def lines(
        self,
        many: Iterable[Sequence[Point]],
        colour: str = RULE,
        line: float = 1,
        dashed: bool | Sequence[float] = False,
    ) -> None:
        """Lines of one style, as one path."""
        self._path([(points, False) for points in many], "none", colour, line, dashed)

    def polygon(self, points: Sequence[Point], fill: str, edge: str = "none", line: float = 1) -> None:
        self._path([(points, True)], fill, edge, line)

    def arrow(
        self,
        points: Sequence[Point],
        colour: str = INK,
        line: float = 1.4,
        dashed: bool = False,
        bend: float = 10,
    ) -> None:
        """A line through the points, its corners rounded by `bend`, with a head at the last one."""
        self.arrows([points], colour, line, dashed, bend)

    def arrows(
        self,
        many: Iterable[Sequence[Point]],
        colour: str = INK,
        line: float = 1.4,
        dashed: bool = False,
        bend: float = 10,
    ) -> None:
        """Arrows of one style: one path for their lines, one for their heads."""
        path: list[Point] = []
        codes: list[int] = []
        heads: list[tuple[Sequence[Point], bool]] = []
        long, half = 5.5 + 1.6 * line, 2.6 + 0.8 * line
        for points in many:
            (x0, y0), (x1, y1) = points[-2:]
            length = math.hypot(x1 - x0, y1 - y0) or 1.0
            ux, uy = (x1 - x0) / length, (y1 - y0) / length
            base = (x1 - long * ux, y1 - long * uy)
            part, part_codes = _rounded_corners([*points[:-1], (base[0] + ux, base[1] + uy)], bend)
            path += part
            codes += part_codes
            left, right = (
                (base[0] - half * uy, base[1] + half * ux),
                (base[0] + half * uy, base[1] - half * ux),
            )
            heads.append(([(x1, y1), left, right], True))
        if path:
            self._add(path, codes, "none", colour, line, dashed)
            self._path(heads, colour, "none", 1)

    def hatch(self, boxes: Iterable[Rectangle], colour: str = RULE, gap: float = 6) -> None:
        """Diagonal lines across boxes; SVG patterns would cost more than they save."""
        strokes = []
        for x, y, w, h in boxes:
            for offset in _steps(gap, w + h, gap):
                start = (x + min(offset, w), y + max(0.0, offset - w))
                end = (x + max(0.0, offset - h), y + min(offset, h))
                strokes.append([start, end])
        self.lines(strokes, colour, 1)

    def bracket(
        self,
        x0: float,
        x1: float,
        y: float,
        markup: str,
        colour: str,
        below: bool = True,
        upright: bool = False,
        size: float = BODY,
    ) -> None:
        """A line along an axis from x0 to x1 with its label outside; upright: from y = x0 to y = x1 at x = y,
        label on the left."""
        tick = -4 if below or upright else 4
        ends = [(x0, y + tick), (x0, y), (x1, y), (x1, y + tick)]
        if upright:
            self.line([(y - tick, x0), (y, x0), (y, x1), (y - tick, x1)], colour, 1.4)
            self.words(y - 8, (x0 + x1) / 2, markup, size, colour, "end")
        else:
            self.line(ends, colour, 1.4)
            self.words((x0 + x1) / 2, y + (14 if below else -13), markup, size, colour)

    def extent(self) -> Rectangle:
        """Left, top, right and bottom of what is drawn so far."""
        return self._box[0], self._box[1], self._box[2], self._box[3]

    def cover(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Keep this area inside the card although nothing is drawn there."""
        self._cover((x0, y0), (x1, y1))

    def picture(self, alt: str) -> Picture:
        import matplotlib
        import matplotlib.style
        from matplotlib.figure import Figure
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        from . import svg

        left, top, right, bottom = self._box
        dx, dy = MARGIN - left, MARGIN - top
        width = math.ceil(right - left + 2 * MARGIN)
        height = math.ceil(bottom - top + 2 * MARGIN)
        card = Canvas()
        card.box(left - MARGIN + 0.5, top - MARGIN + 0.5, width - 1, height - 1, CARD, "#dfe3e7", 1, 10)
        settings = {
            "svg.fonttype": "none",
            "svg.hashsalt": "rnn-by-hand",
            "font.family": "DejaVu Sans",
            "path.simplify": False,
            "text.usetex": False,
            "text.parse_math": False,
        }
        words: dict[str, list[lettering.Run]] = {}
        radii: dict[str, float] = {}
        # A notebook's own style changes nothing here, and this style nothing there.
        with matplotlib.style.context("default"), matplotlib.rc_context(settings):
            # 72 dots per inch make matplotlib's point one pixel.
            figure = Figure(figsize=(width / 72, height / 72), dpi=72)
            axes = figure.add_axes((0, 0, 1, 1))
            axes.set_axis_off()
            axes.set(xlim=(0, width), ylim=(height, 0))
            for i, item in enumerate([*card._shapes, *self._shapes]):
                if "words" in item:
                    name = f"words{i}"
                    words[name] = lettering.runs(item["words"])
                    axes.text(
                        item["at"][0] + dx,
                        item["at"][1] + dy,
                        "".join(run.text for run in words[name]),
                        size=item["size"],
                        color=item["colour"],
                        ha=item["anchor"],
                        va="baseline",
                        weight="bold" if item["bold"] else "normal",
                        rotation=item["turn"],
                        rotation_mode="anchor",
                        gid=name,
                        zorder=i,
                    )
                else:
                    if "radius" in item:
                        radii[f"box{i}"] = item["radius"]
                    axes.add_artist(
                        PathPatch(
                            Path([(x + dx, y + dy) for x, y in item["points"]], item["codes"]),
                            facecolor=item["fill"],
                            edgecolor=item["edge"],
                            linewidth=item["line"],
                            linestyle=item["dash"],
                            capstyle=item.get("cap", "butt"),
                            gid=f"box{i}",
                            clip_on=False,
                            zorder=i,
                        )
                    )
            buffer = io.StringIO()
            figure.savefig(
                buffer,
                format="svg",
                transparent=True,
                metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
            )
        return Picture(svg.compact(buffer.getvalue(), words, radii, width, height), alt)

    def _path(
        self,
        subpaths: Iterable[tuple[Sequence[Point], bool]],
        fill: str,
        edge: str,
        line: float,
        dashed: bool | Sequence[float] = False,
    ) -> None:
        points: list[Point] = []
        codes: list[int] = []
        for part, closed in subpaths:
            points += part
            codes += [1, *[2] * (len(part) - 1)]
            if closed:
                points.append(part[0])
                codes.append(79)
        if points:
            self._add(points, codes, fill, edge, line, dashed)

    def _add(
        self,
        points: Sequence[Point],
        codes: Sequence[int],
        fill: str,
        edge: str,
        line: float,
        dashed: bool | Sequence[float] = False,
    ) -> None:
        self._cover(*points)
        pattern = (3.0, 2.5) if dashed is True else dashed
        dash = (0, tuple(pattern)) if pattern else "solid"
        self._shapes.append(
            {"points": points, "codes": codes, "fill": fill, "edge": edge, "line": line, "dash": dash}
        )

    def _cover(self, *points: Point) -> None:
        for x, y in points:
            self._box = [
                min(self._box[0], x),
                min(self._box[1], y),
                max(self._box[2], x),
                max(self._box[3], y),
            ]


def _rounded_corners(points: Sequence[Point], bend: float) -> tuple[list[Point], list[int]]:
    path: list[Point] = [points[0]]
    codes = [1]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        for end, code in ((before, 2), (after, 3)):
            dx, dy = end[0] - corner[0], end[1] - corner[1]
            length = math.hypot(dx, dy) or 1.0
            cut = min(bend, length / 2) / length
            if code == 3:
                path.append(corner)
                codes.append(3)
            path.append((corner[0] + cut * dx, corner[1] + cut * dy))
            codes.append(code)
    return [*path, points[-1]], [*codes, 2]


def _steps(start: float, stop: float, step: float) -> list[float]:
    return [start + i * step for i in range(max(0, math.ceil((stop - start) / step)))]
