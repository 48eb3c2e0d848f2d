"""The learner's own function, called step by step beside the true loop, and what there is to say of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy import ndarray as Array

from helpers.checking.compare import close
from helpers.checking.errors import in_plain_words
from helpers.observing import Interrupted, Outcome, observe
from helpers.stepping.trace import CannotStep, Trace

TOLERANCE = 1e-4
"""Less is rounding: float32 keeps about seven digits, and each step builds on the rounding of the last."""

STEPS = {"SimpleRNN": "rnn_step", "LSTM": "lstm_step", "GRU": "gru_step"}


@dataclass(frozen=True)
class Answered:
    """What the learner's function gave at one step.

    Attributes:
        status: "same", "other" (it parts from the true loop), "stopped" (an error, or no array of the due
            shape), "not reached" (it stopped before) or "not written".
        values: what it gave, by name: h, c, y.
        words: what else there is to say of this step.
    """

    status: str
    values: Mapping[str, Array] = field(default_factory=dict)
    words: str = ""

    @property
    def mark(self) -> str:
        return {"same": "✓", "other": "≠", "stopped": "✗"}.get(self.status, "·")


@dataclass(frozen=True)
class Answer:
    """The learner's function on the whole sample.

    Attributes:
        name: how the learner called it.
        shows: the names of what it gives: h, h and c, or y.
        steps: what it gave at each step.
    """

    name: str
    shows: tuple[str, ...]
    steps: tuple[Answered, ...]

    @property
    def right(self) -> bool:
        """Whether it gives the same as the true loop at every step."""
        return all(step.status == "same" for step in self.steps)

    @property
    def parts_from(self) -> int | None:
        """The first t at which it gives anything else, or stops; None where it never does."""
        return next((t for t, step in enumerate(self.steps) if step.status in ("other", "stopped")), None)

    @property
    def verdict(self) -> str:
        """One sentence on all steps."""
        t, what = self.parts_from, " and ".join(self.shows)
        if self.right:
            return f"Your {self.name} gives the right {what} at every step."
        if t is None:
            return (
                f"Your {self.name} is not written yet: later its numbers stand here, beside the right ones."
            )
        if self.steps[t].status == "stopped":
            return f"Your {self.name} stops at t = {t}."
        before = "" if not t else " It is right before." if t > 1 else " It is right at t = 0."
        return f"Your {self.name} parts from the right {what} from t = {t} on.{before}"


def follow(answer: Callable, truth: Trace) -> Answer:
    """Run the learner's function along a sample, on copies, its own states handed on from step to step.

    Args:
        answer: a function of one step, `rnn_step`, `lstm_step` or `gru_step`. Of a SimpleRNN with an output
            layer also a function of the whole loop, `forward` or `forward_all`, told by its six arguments:
            its output after each step is compared.

    Raises:
        CannotStep: the answer is no function.
    """
    if not callable(answer):
        raise CannotStep(
            f"answer is the function itself, with no brackets behind its name: answer={STEPS[truth.cell]}."
        )
    name = getattr(answer, "__name__", "function")
    a_loop = _accepts(answer, 6) and not _accepts(answer, 5)
    if truth.cell == "SimpleRNN" and "Wo" in truth.weights and a_loop:
        return Answer(name, ("y",), _outputs(answer, truth, name))
    return Answer(name, truth.carried, _states(answer, truth))


def _accepts(answer: Callable, many: int) -> bool:
    try:
        inspect.signature(answer).bind(*range(many))
    except (TypeError, ValueError):
        return False
    return True


def _states(answer: Callable, truth: Trace) -> tuple[Answered, ...]:
    """A function of one step, with the states that it gave itself."""
    constant = {name: truth.weights[name] for name in truth.weights if name not in ("Wo", "bo")}
    if truth.cell == "GRU":
        constant["reset_after"] = truth.reset_after
    M = truth.sizes["M"]
    carried = {name: np.zeros(M) for name in truth.carried}
    steps: list[Answered] = []
    for x_t, right in zip(truth.x, truth.steps, strict=True):
        inputs = {"x_t": x_t, **{f"{name}_last": value for name, value in carried.items()}, **constant}
        if not steps and not _accepts(answer, len(inputs)):
            call = f"{STEPS[truth.cell]}({', '.join(inputs)})"
            steps.append(Answered("stopped", words=f"It is called as {call}, and does not take that."))
            break
        outcome = _observed(answer, inputs)
        found = _compared(_taken(outcome, truth.carried), right, dict.fromkeys(carried, "M"), truth.sizes)
        steps.append(_also(found, outcome, steps))
        if found.status not in ("same", "other"):
            break
        carried = dict(found.values)
    return _filled(steps, truth)


def _outputs(answer: Callable, truth: Trace, name: str) -> tuple[Answered, ...]:
    """A function of the whole loop: `forward_all` says every output, `forward` is asked after each step.

    Under any other name what it gives tells which of the two it is.
    """
    T, K = truth.sizes["T"], truth.sizes["K"]
    whole = _observed(answer, {"x": truth.x, **truth.weights})
    at_once = isinstance(whole.value, np.ndarray) and whole.value.shape == (T, K) and name != "forward"
    steps: list[Answered] = []
    if name == "forward_all" and isinstance(whole.value, np.ndarray) and not at_once:
        said = f"It gives {_said(whole.value)}, where Yhats (T, K) = {(T, K)} is due."
        return _filled([Answered("stopped", words=said)], truth)
    for t, right in enumerate(truth.steps):
        outcome = whole
        if at_once:
            outcome = replace(whole, value=whole.value[t])
        elif t < T - 1:
            outcome = _observed(answer, {"x": truth.x[: t + 1], **truth.weights})
        found = _compared(_taken(outcome, ("y",)), right, {"y": "K"}, truth.sizes)
        steps.append(_also(found, outcome, steps))
        if found.status not in ("same", "other"):
            break
    return _filled(steps, truth)


def _filled(steps: list[Answered], truth: Trace) -> tuple[Answered, ...]:
    """With the steps that were not reached."""
    rest = "not written" if steps[-1].status == "not written" else "not reached"
    return (*steps, *[Answered(rest)] * (len(truth.steps) - len(steps)))


def _observed(answer: Callable, inputs: Mapping[str, object]) -> Outcome:
    try:
        return observe(answer, inputs, watched=False)
    except Interrupted as stopped:
        return Outcome(error=replace(stopped.raised, kind="you stopped it", message=""))


def _taken(outcome: Outcome, names: tuple[str, ...]) -> Answered | dict[str, object]:
    """What was given, by name; where that cannot be said, the words about it."""
    error = outcome.error
    if error and error.not_written:
        return Answered("not written")
    if error:
        where = f" In line {error.line} of its cell: {error.source}" if error.line and error.source else ""
        return Answered("stopped", words=f"{_sentence(in_plain_words(error))}{where}")
    if outcome.value is None:
        return Answered("stopped", words="It gives None: is its return missing?")
    if len(names) == 1:
        return {names[0]: outcome.value}
    if not isinstance(outcome.value, (tuple, list)) or len(outcome.value) != len(names):
        due = f"{' and '.join(names)} are due, in this order"
        return Answered("stopped", words=f"It gives {_said(outcome.value)}, where {due}.")
    return dict(zip(names, outcome.value, strict=True))


def _compared(
    given: Answered | dict[str, object],
    right: Mapping[str, Array],
    axes: Mapping[str, str],
    sizes: Mapping[str, int],
) -> Answered:
    if isinstance(given, Answered):
        return given
    for name, value in given.items():
        size = sizes[axes[name]]
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu" or value.shape != (size,):
            due = f"{name} ({axes[name]},) = ({size},)"
            return Answered("stopped", words=f"It gives {_said(value)}, where {due} is due.")
    same = all(close(value, right[name], TOLERANCE).all() for name, value in given.items())
    return Answered("same" if same else "other", given)


def _also(found: Answered, outcome: Outcome, before: list[Answered]) -> Answered:
    """With a word on an input that was written into; it is said once."""
    if not outcome.changed or any(step.words for step in before):
        return found
    said = f"It writes into {' and '.join(outcome.changed)}, which belongs to its caller."
    return replace(found, words=f"{found.words} {said}".strip())


def _said(value: object) -> str:
    if isinstance(value, np.ndarray):
        numbers = "" if value.dtype.kind in "fiu" else f" of {value.dtype}"
        return f"an array of the shape {value.shape}{numbers}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, (bool, int, float, np.generic)):
        return "a single number"
    return f"a value of the type {getattr(value, 'type_name', type(value).__name__)}"


def _sentence(words: str) -> str:
    words = words[:300].replace("`", "").rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."
