"""HTML from templates, which lie beside the module that fills them: whatever is put into one is escaped."""

import functools
import re
from pathlib import Path

import jinja2
from markupsafe import Markup, escape


@functools.cache
def template(path: Path) -> jinja2.Template:
    """The template in a file.

    Its filters: `code` for text with `backticks`, `counted("try", "tries")` for a number of them.
    """
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"code": code, "counted": counted}
    return environment.from_string(path.read_text(encoding="utf-8"))


def code(text: str) -> Markup:
    """Escaped text in which `backticks` became code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text))))


def counted(number: int, one: str, many: str = "") -> str:
    """`1 try`, `2 tries`, and without another word `2 submissions`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
