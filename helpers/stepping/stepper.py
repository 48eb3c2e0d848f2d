"""`stepper(x, …)`: what the lessons call."""

import contextlib
import functools
import operator
from collections.abc import Callable

from jaxtyping import Float
from numpy import ndarray as Array

from helpers.figures.picture import Picture
from helpers.stepping import picture
from helpers.stepping.answer import follow
from helpers.stepping.page import Page, compose
from helpers.stepping.trace import CannotStep, trace


class Stepper:
    """What `stepper` gives: shown as a widget where there is one, and as a picture everywhere else.

    Attributes:
        t: the step at which it opens.
        parts_from: the first t at which the answer parts from the truth, or stops; None if it never does, or
            if there is no answer.
    """

    def __init__(self, page: Page, t: int):
        self._page = page
        self.t = t
        self.parts_from = page.parts_from

    def picture(self, t: int | None = None) -> Picture:
        """The step t, or that at which the stepper opens, as a picture."""
        return picture.draw(self._page, self.t if t is None else _step(t, len(self._page.steps)))

    @functools.cached_property
    def widget(self) -> object:
        """The step with a slider, as an `anywidget.AnyWidget`."""
        from helpers.stepping.widget import StepperWidget

        return StepperWidget.of(self._page, self.t)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        live, metadata = {}, {}
        with contextlib.suppress(ImportError):  # where there is no anywidget, the picture is shown
            live, metadata = self.widget._repr_mimebundle_()
        return {**live, **self.picture()._repr_mimebundle_()}, metadata


def stepper(
    x: Float[Array, "T D"],
    Wx: Float[Array, "D gates"],
    Wh: Float[Array, "M gates"],
    b: Float[Array, "*rows gates"],
    Wo: Float[Array, "M K"] | None = None,
    bo: Float[Array, "K"] | None = None,
    *,
    answer: Callable | None = None,
    t: int | None = None,
) -> Stepper:
    """A recurrent layer at work on one sample: a slider over t, and every part of the step in numbers.

    `stepper(x, *model.get_weights())` steps through a SimpleRNN, an LSTM or a GRU: the width of its kernels
    tells which, gates = M, 4M or 3M. With `Wo` and `bo` it shows the output y at each step, too.

    Args:
        x: one sample; at most 100 steps.
        answer: a function of your own to be run beside it: one step, `rnn_step`, `lstm_step` or `gru_step`,
            called step by step with the states that it gave itself; or, for a SimpleRNN with `Wo` and `bo`,
            the whole loop, `forward` or `forward_all`. It gets copies. The first t at which it parts from the
            truth is marked, and whatever else it does is said in words: an error in it stops nothing.
        t: the step at which it opens, counted from the end if negative; if not given, that at which the
            answer parts, or else the first.

    Raises:
        CannotStep: the shapes do not fit together, a number is not finite, T is over 100, the answer is no
            function, or there is no step t.
    """
    if (Wo is None) != (bo is None):
        raise CannotStep("Wo and bo, the weights of the output layer, come together: give both or neither.")
    truth = trace(x, Wx, Wh, b, Wo, bo)
    followed = follow(answer, truth) if answer is not None else None
    page = compose(truth, followed)
    return Stepper(page, page.parts_from or 0 if t is None else _step(t, truth.sizes["T"]))


def _step(t: int, T: int) -> int:
    try:
        number = operator.index(t)
    except TypeError:
        number = T
    if isinstance(t, bool) or not -T <= number < T:
        raise CannotStep(f"t is a step from 0 to T - 1 = {T - 1}, and not {t!r}.")
    return number % T
