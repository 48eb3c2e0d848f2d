"""Feedback without the hidden tests: nbgrader clears their source, and this clears their traces too."""

import re

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from traitlets import List

ANSI = re.compile(r"\x1b\[[0-9;]*m")
QUOTED_LINE = re.compile(r"^\s*(?P<arrow>-+>)?\s*\d+ ?(?P<source>.*)$")


class HideHiddenTests(ClearHiddenTests):
    """A traceback quotes the lines around the one that failed, and among them may be hidden ones."""

    # The HTML exporter configures this on every preprocessor, and one without it warns at each run.
    display_data_priority = List().tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        before = cell.source.splitlines()
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        kept = cell.source.splitlines()
        hidden = {line.strip() for line in before if line not in kept} - {""}
        if hidden:
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    output.traceback = [without(hidden, entry) for entry in output.traceback]
        return cell, resources


def without(hidden: set[str], traceback: str) -> str:
    """`traceback` with no line of `hidden` quoted; the one that failed is called what it is."""
    lines = []
    for line in traceback.split("\n"):
        quoted = QUOTED_LINE.match(ANSI.sub("", line))
        if quoted is None or quoted["source"].strip() not in hidden:
            lines.append(line)
        elif quoted["arrow"]:
            lines.append(f"{quoted['arrow']} a hidden test")
    return "\n".join(lines)
