"""Yearly sunspot numbers, 1700 to 2008 (public domain)."""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array


def load_sunspots() -> tuple[Int[Array, "309"], Float[Array, "309"]]:
    """The years, and the mean number of sunspots seen in each, on the scale that was in use until 2015."""
    path = Path(__file__).with_name("sunspots.csv")
    years, numbers = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True)
    return years.astype(int), numbers
