"""Run a notebook, and keep its outputs only if they are fit to be committed."""

import subprocess
from contextlib import suppress
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from traitlets.config import Config

from helpers.kernel import use_warm_kernels

CELL_SECONDS = 300
WIDGET = "application/vnd.jupyter.widget-view+json"


class NotFitToCommit(Exception):
    """A cell failed, or wrote to stderr."""


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Fill in the outputs, running from top to bottom in a fresh kernel.

    Args:
        folder: where the notebook stands, and its kernel starts.

    Raises:
        NotFitToCommit: a cell raised an exception or wrote to stderr.
    """
    use_warm_kernels()
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        record_timing=False,
        store_widget_state=False,  # nor its name in the outputs, below: it is another one in every run
        coalesce_streams=True,  # else where a print ends one output and begins the next is a matter of timing
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
        resources={"metadata": {"path": str(folder)}},
    )
    with suppress(CellExecutionError):  # stops at the cell; its output says the same in fewer words
        client.execute(stderr=subprocess.DEVNULL)  # the kernel's own; a cell's comes as an output
    notebook.metadata["language_info"] = {"name": "python"}  # the kernel's own names its exact version
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)  # the picture beside it stays
            where = f"cell {number} ({cell.id})"
            if output.output_type == "error":
                raise NotFitToCommit(f"{where} failed: {output.ename}: {output.evalue}")
            if output.get("name") == "stderr":
                raise NotFitToCommit(f"{where} wrote to stderr: {output.text.strip()[:300]}")
    return notebook
