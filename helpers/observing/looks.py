"""How plain values are read out of what an answer returns, by name: what a grader asks the sandbox for."""

from collections.abc import Callable, Mapping

from helpers.observing import models
from helpers.observing.plain import plain, plain_floats

Look = Callable[[object, Mapping[str, object]], object]


def as_it_is(value: object, probe: Mapping[str, object]) -> object:
    """Plain values already, but for their types."""
    return plain(value)


def weights_by_hand(value: object, probe: Mapping[str, object]) -> object:
    """Weights that may be whole numbers (see `plain_floats`)."""
    return plain_floats(value)


LOOKS: Mapping[str, Look] = {
    look.__name__: look
    for look in (as_it_is, weights_by_hand, models.facts, models.trained, models.forecaster)
}
