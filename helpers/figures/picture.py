"""What every function of this package returns: a picture with alternative text."""

from __future__ import annotations

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """An SVG that a notebook shows as an image with alternative text.

    JupyterLab's own SVG output carries no alternative text and needs a trusted notebook; `<img>` has
    the first and does without the second.
    """

    svg: str
    alt: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.alt}

    def html(self) -> str:
        """`<img>` that scales down to a narrow page, and never up."""
        return (
            f'<img alt="{html.escape(self.alt)}" style="max-width:100%;height:auto" '
            f'src="data:image/svg+xml,{_percent_encode(self.svg)}">'
        )


def _percent_encode(svg: str) -> str:
    # Only what would end the address or the attribute, or be read as an escape: the notebook's diff
    # stays readable. Line breaks may stay, since a URL parser drops them, and so may non-ASCII text.
    for character in '%#"&':
        svg = svg.replace(character, f"%{ord(character):02X}")
    return svg
