"""The learner's own copy of the notebooks, in `work/`: filled from `notebooks/`, never overwritten."""

from helpers.workspace.workspace import FOLDER, PROGRESS, Filled, NotReset, Workspace, find_workspace

__all__ = ["FOLDER", "PROGRESS", "Filled", "NotReset", "Workspace", "find_workspace"]
