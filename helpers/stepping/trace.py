"""Every part of every step that a recurrent layer takes over one sample, for the course's three cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from helpers.figures import sizes as figure_sizes
from helpers.reference.gru import gru_step
from helpers.reference.lstm import lstm_step, sigmoid, split_gates

MOST_STEPS = 100
GATES = {1: "SimpleRNN", 3: "GRU", 4: "LSTM"}
"""The cell, by how many times M its kernels are wide."""

CARRIED = {"SimpleRNN": ("h",), "GRU": ("h",), "LSTM": ("h", "c")}


class CannotStep(ValueError):
    """What the stepper was given does not fit together; a notebook shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@dataclass(frozen=True)
class Trace:
    """One sample's way through a recurrent layer.

    Attributes:
        cell: `SimpleRNN`, `LSTM` or `GRU`.
        reset_after: of a GRU, whether the reset gate comes after the product.
        sizes: T, D, M, and K where there is an output layer.
        weights: the arrays as they were given, by the names that the lessons have for them.
        x: the sample `(T, D)` as it was given.
        steps: of each step, the parts by their names: `x_t (D,)`, `y (K,)`, all others `(M,)`. What a gate or
            a candidate `g` is made from, before the sigmoid or tanh, is `before_g`.
    """

    cell: str
    reset_after: bool
    sizes: Mapping[str, int]
    weights: Mapping[str, Array]
    x: Array
    steps: tuple[Mapping[str, Array], ...]

    @property
    def carried(self) -> tuple[str, ...]:
        """What a step hands on to the next one: h, and in an LSTM c."""
        return CARRIED[self.cell]


def trace(
    x: Float[Array, "T D"],
    Wx: Float[Array, "D gates"],
    Wh: Float[Array, "M gates"],
    b: Float[Array, "gates"] | Float[Array, "2 gates"],
    Wo: Float[Array, "M K"] | None = None,
    bo: Float[Array, "K"] | None = None,
) -> Trace:
    """Take every step, in float64, and keep its parts; the states before the first are zeros.

    The width of the kernels, called `gates` here, tells the cell: M is a SimpleRNN, 4M an LSTM, 3M a GRU,
    whose bias has two rows if it resets after the product.

    Raises:
        CannotStep: the shapes do not fit together, a number is not finite, or there are too many steps.
    """
    given = {"x": x, "Wx": Wx, "Wh": Wh, "b": b, "Wo": Wo, "bo": bo}
    if Wo is None and bo is None:
        del given["Wo"], given["bo"]
    arrays = {name: _array(name, value) for name, value in given.items()}
    cell, letters = _fit(arrays)
    reset_after = cell == "GRU" and arrays["b"].ndim == 2
    kernels = arrays["Wx"], arrays["Wh"], arrays["b"]
    take = {
        "SimpleRNN": partial(_simple_rnn, *kernels),
        "LSTM": partial(_lstm, *kernels),
        "GRU": partial(_gru, *kernels, reset_after),
    }[cell]
    carried = dict.fromkeys(CARRIED[cell], np.zeros(letters["M"]))
    steps = []
    for x_t in arrays["x"]:
        inputs = {"x_t": x_t, **{f"{name}_last": value for name, value in carried.items()}}
        with np.errstate(over="ignore"):  # the sigmoid of -1000 is 0
            parts = {**inputs, **take(**inputs)}
        if "Wo" in arrays:
            parts["y"] = parts["h"] @ arrays["Wo"] + arrays["bo"]
        carried = {name: parts[name] for name in carried}
        steps.append(parts)
    bias = "bh" if cell == "SimpleRNN" else "b"
    weights = {bias if name == "b" else name: np.asarray(given[name]) for name in given if name != "x"}
    return Trace(cell, reset_after, letters, weights, np.asarray(x), tuple(steps))


def _simple_rnn(
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
    x_t: Float[Array, "D"],
    h_last: Float[Array, "M"],
) -> dict[str, Float[Array, "M"]]:
    from_input, from_state = x_t @ Wx, h_last @ Wh
    total = from_input + from_state + bh
    return {"from_input": from_input, "from_state": from_state, "bh": bh, "sum": total, "h": np.tanh(total)}


def _lstm(
    Wx: Float[Array, "D 4*M"],
    Wh: Float[Array, "M 4*M"],
    b: Float[Array, "4*M"],
    x_t: Float[Array, "D"],
    h_last: Float[Array, "M"],
    c_last: Float[Array, "M"],
) -> dict[str, Float[Array, "M"]]:
    blocks = dict(zip("ifco", split_gates(x_t @ Wx + h_last @ Wh + b, len(Wh)), strict=True))
    gates = {name: sigmoid(blocks[name]) for name in "ifo"}
    candidate = np.tanh(blocks["c"])
    h, c = lstm_step(x_t, h_last, c_last, Wx, Wh, b)
    return {
        **{f"before_{'candidate' if name == 'c' else name}": block for name, block in blocks.items()},
        **gates,
        "candidate": candidate,
        "kept": gates["f"] * c_last,
        "written": gates["i"] * candidate,
        "c": c,
        "h": h,
    }


def _gru(
    Wx: Float[Array, "D 3*M"],
    Wh: Float[Array, "M 3*M"],
    b: Float[Array, "*two 3*M"],
    reset_after: bool,
    x_t: Float[Array, "D"],
    h_last: Float[Array, "M"],
) -> dict[str, Float[Array, "M"]]:
    M = len(Wh)
    input_bias, recurrent_bias = b if reset_after else (b, np.zeros_like(b))
    xz, xr, xh = np.split(x_t @ Wx + input_bias, 3)
    hz, hr, hh = np.split(h_last @ Wh + recurrent_bias, 3)
    z, r = sigmoid(xz + hz), sigmoid(xr + hr)
    past = r * hh if reset_after else (r * h_last) @ Wh[:, 2 * M :]
    candidate = np.tanh(xh + past)
    return {
        "before_z": xz + hz,
        "before_r": xr + hr,
        "z": z,
        "r": r,
        "xh": xh,
        "past": past,
        "before_candidate": xh + past,
        "candidate": candidate,
        "kept": z * h_last,
        "new": (1 - z) * candidate,
        "h": gru_step(x_t, h_last, Wx, Wh, b, reset_after),
    }


def _array(name: str, value: object) -> Float[Array, "..."]:
    if name == "x" and np.ndim(value) == 3:
        raise CannotStep("The stepper takes one sample x (T, D), and not a batch (N, T, D): X[0], for one.")
    try:
        return figure_sizes.array(name, value, {"x": (2,), "b": (1, 2), "bo": (1,)}.get(name, (2,)))
    except ValueError as problem:
        raise CannotStep(str(problem)) from None


def _fit(arrays: Mapping[str, Array]) -> tuple[str, dict[str, int]]:
    """The cell and the sizes, where all shapes agree with them."""
    (T, D), (M, width) = arrays["x"].shape, arrays["Wh"].shape
    if width % M or width // M not in GATES:
        raise CannotStep(
            f"Wh is (M, M) in a SimpleRNN, (M, 4M) in an LSTM and (M, 3M) in a GRU, and not {(M, width)}."
        )
    many = width // M
    cell = GATES[many]
    if T > MOST_STEPS:
        raise CannotStep(f"The stepper shows at most {MOST_STEPS} steps, x has {T}: try x[:{MOST_STEPS}].")
    wide = f"{many}M" if many > 1 else "M"
    due = {"Wx": ((D, width), f"(D, {wide})"), "b": ((width,), f"({wide},)")}
    if cell == "GRU" and arrays["b"].ndim == 2:
        due["b"] = ((2, width), f"(2, {wide})")
    letters = {"T": T, "D": D, "M": M}
    if "Wo" in arrays:
        letters["K"] = K = arrays["Wo"].shape[1]
        due |= {"Wo": ((M, K), "(M, K)"), "bo": ((K,), "(K,)")}
    for name, (shape, said) in due.items():
        if arrays[name].shape != shape:
            label = "bh" if (name, cell) == ("b", "SimpleRNN") else name
            raise CannotStep(
                f"{label} has to be {said} = {shape}, as x says D = {D} and Wh says M = {M}, "
                f"and not {arrays[name].shape}."
            )
    return cell, letters
