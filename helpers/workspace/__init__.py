"""The learner's own copy of the notebooks, in `work/`: filled from `notebooks/`, never overwritten."""

from helpers.workspace.workspace import PROGRESS, Filled, NotReset, Workspace, find_workspace

__all__ = ["PROGRESS", "Filled", "NotReset", "Workspace", "find_workspace"]
