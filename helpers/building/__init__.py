"""Make every notebook from its source: `solutions/<lesson>/<name>.py` → `.ipynb` → `notebooks/`."""

from helpers.building.build import build

__all__ = ["build"]
