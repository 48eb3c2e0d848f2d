"""Lesson 13: a recurrent reader of handwritten digits, trained by the learner and then computed by hand.

It teaches nothing new about recurrence: it walks the whole road once, on real data, from a file of pixels
to probabilities, and ends where the course began, at `model.predict`. New are the softmax, its loss, and a
test on digits that were held out. It leaves out convolutions, which are better at images, and how to search
for settings.

Two exercises have many right answers. A reader is judged as a function of its weights, whichever of the
three cells it has; a trained one by a quarter of the digits, which it never saw.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from helpers.data.digits import load_digits
from helpers.lessons import keras_models
from helpers.lessons.exercise import Case, Told, exercise
from helpers.observing import models
from helpers.reference import digits as reference
from helpers.reference.gru import gru_step
from helpers.reference.lstm import lstm_forward, lstm_step, sigmoid

T = D = 8
K = 10
ENOUGH = 0.95
"""The share of held-out digits that a trained reader has to get right."""

GUESSING = 2.33
"""A little above log 10, the loss of a reader that takes every digit for equally likely."""

_ROWS = {"T": T, "D": D}


def _images(rng: np.random.Generator) -> Iterable[Case]:
    images, _ = load_digits()
    for dtype, N, note in (
        (np.int64, 6, ""),
        (np.uint8, 5, "whole numbers of one byte"),
        (np.float64, 1, "one digit"),
        (np.float32, 9, ""),
    ):
        chosen = images[rng.choice(len(images), N, replace=False)]
        yield Case({"N": N, **_ROWS}, {"images": chosen.astype(dtype)}, note=note)
    faint = rng.integers(0, [[9], [13]], (2, 64))
    yield Case({"N": 2, **_ROWS}, {"images": faint}, note="faint ink: no pixel of 16")
    blank = np.zeros((2, 64), np.int64)
    yield Case({"N": 2, **_ROWS}, {"images": blank}, note="blank paper")


def _scores(rng: np.random.Generator) -> Iterable[Case]:
    shapes = (
        ({"N": 6, "K": 3}, ""),
        ({"K": 5}, "one sample, z (K,)"),
        ({"N": 2, "T": 4, "K": 3}, "scores at every step, z (N, T, K)"),
        ({"N": 4, "K": 4}, "N = K"),
        ({"N": 1, "K": 10}, "a batch of one"),
    )
    for index, (sizes, note) in enumerate(shapes):
        z = rng.normal(0, 2, tuple(sizes.values()))
        yield _scored(sizes, z, note, np.float32 if index % 2 == 0 else np.float64)
    near = rng.normal(0, 2, (3, 5))
    yield _scored({"N": 3, "K": 5}, near + 2000, "large scores: around 2000", np.float64)
    apart = near + np.array([[0], [3000], [-3000]])
    yield _scored({"N": 3, "K": 5}, apart, "samples around 0, 3000 and -3000", np.float64)
    # No column is always the largest.
    offsets = np.array([[2000, 2000, -3000, 0, -3000], [-3000, 0, -3000, 2000, 2000]])
    within = rng.normal(0, 2, (2, 5)) + offsets
    yield _scored({"N": 2, "K": 5}, within, "scores around 2000, 0 and -3000 in each sample", np.float64)
    # Large enough to overflow, and small enough that a logarithm of the sum keeps the digits that count.
    yield _scored({"N": 3, "K": 5}, near + 100, "scores around 100", np.float32)


def _scored(sizes: dict[str, int], z: np.ndarray, note: str, dtype: type) -> Case:
    z = z.astype(np.float32).astype(dtype)  # whoever computes in float32 begins with the same scores
    return Case(sizes, {"z": z}, note=note, axes={"N": tuple(sizes)[:-1]})


def _units(rng: np.random.Generator) -> Iterable[Case]:
    images, _ = load_digits()
    for M in (5, int(rng.integers(11, 30))):
        X = reference.prepare(images[rng.choice(len(images), 4, replace=False)])
        probe = {"seed": int(rng.integers(2**32)), "inputs": {"digits": X}}
        yield Case({"M": M}, {"M": M}, probe)


READERS = (
    ("SimpleRNN", 6, 5, ""),
    ("LSTM", 5, 4, ""),
    ("GRU", 4, 7, ""),
    ("LSTM", 3, 8, "D = M"),
    ("GRU", 1, 6, "one digit"),
    ("SimpleRNN", 2, 10, "M = K"),
    ("GRU", 7, 8, "D = M"),
    ("SimpleRNN", 3, 8, "D = M"),
    ("GRU", 6, 2, "two units"),
)
"""The cell, N and M of each case of `predict_by_hand`, and what is special about it."""


def _readers(rng: np.random.Generator) -> Iterable[Case]:
    images, _ = load_digits()
    for index, (cell, N, M, note) in enumerate(READERS):
        gates = {name: width for width, name in reference.CELLS.items()}[cell]
        X = reference.prepare(images[rng.choice(len(images), N, replace=False)])
        weights = [
            rng.normal(0, 0.8, (D, gates * M)),
            rng.normal(0, 1.2 / np.sqrt(M), (M, gates * M)),
            rng.normal(0, 0.7, (2, gates * M) if cell == "GRU" else gates * M),
            rng.normal(0, 1.0, (M, K)),
            rng.normal(0, 1.0, K),
        ]
        dtype = np.float32 if index % 3 != 1 else np.float64
        yield Case(
            {"N": N, **_ROWS, "M": M, "K": K},
            {"X": X.astype(dtype), "weights": [weight.astype(dtype) for weight in weights]},
            note=f"{cell}, {note}" if note else cell,
        )


def _keras_prepare(images):
    import keras

    scaled = keras.layers.Rescaling(1 / 16, dtype="float32")(images.astype("float32"))
    return keras.ops.convert_to_numpy(keras.layers.Reshape((T, D))(scaled))


def _keras_softmax(z):
    import keras

    return keras.ops.convert_to_numpy(keras.ops.softmax(z.astype("float64"), axis=-1))


def _keras_predict(X, weights):
    Wx, Wh, b, Wo, bo = weights
    layers = {"SimpleRNN": keras_models.simple_rnn, "LSTM": keras_models.lstm, "GRU": keras_models.gru}
    h = keras_models.call(layers[reference.CELLS[Wh.shape[1] // len(Wh)]](Wx, Wh, b), X)
    return _keras_softmax(keras_models.call(keras_models.dense(Wo, bo), h))


def _told_of_dtype(value: np.ndarray, truth: np.ndarray, case: Case) -> Told | None:
    if not isinstance(_pixels_and_dtype(value, case), dict):
        return None
    return f'The numbers are right, but in {value.dtype}; float32 is due: `.astype("float32")`.', []


def _pixels_and_dtype(value: np.ndarray, case: Case) -> object:
    """The dtype counts too, but only where the numbers are right."""
    right = reference.prepare(case.inputs["images"])
    if value.shape == right.shape and np.allclose(value, right, atol=1e-4):
        return {"pixels": value, "dtype": str(value.dtype)}
    return value


prepare = exercise(
    reference.prepare,
    stars=1,
    minutes=4,
    cases=_images,
    keras=_keras_prepare,
    compared=_pixels_and_dtype,
    told=_told_of_dtype,
    oracle="Keras's layer `Rescaling(1 / 16)`",
    hints=[
        "Two things are to be done: give every digit its rows back, and bring its numbers from 0…16 to 0…1. "
        "Neither depends on which digits come in.",
        "The 64 numbers stand row by row, in the order in which `reshape` fills: `(N, 64)` becomes `(N, "
        "8, 8)`. N is `len(images)`.",
        "NumPy divides whole numbers into `float64`. `.astype('float32')` makes what Keras computes with.",
    ],
)


@prepare.misconception
def not_divided(images):
    """The pixels still run from 0 to 16: divide them by 16, so that they run from 0 to 1."""
    return images.reshape(-1, 8, 8).astype("float32")


@prepare.misconception
def divided_by_255(images):
    """You divide by 255, the largest pixel of most image files. In this file a pixel is 16 at most."""
    return (images.reshape(-1, 8, 8) / 255).astype("float32")


@prepare.misconception
def divided_by_15(images):
    """You divide by 15. There are 17 levels, 0 to 16, and the largest has to become 1: divide by 16."""
    return (images.reshape(-1, 8, 8) / 15).astype("float32")


@prepare.misconception
def divided_by_its_own_largest(images):
    """You divide by the largest pixel that comes in, so the same ink gets another number in another batch,
    and blank paper becomes 0/0. Divide by 16, always."""
    return (images.reshape(-1, 8, 8) / images.max()).astype("float32")


@prepare.misconception
def divided_by_each_ones_largest(images):
    """You divide each digit by its own largest pixel, so faint ink looks like strong ink, and blank paper
    becomes 0/0. Divide by 16, always."""
    return (images / images.max(axis=1, keepdims=True)).reshape(-1, 8, 8).astype("float32")


@prepare.misconception
def standardised(images):
    """You take off the mean and divide by the spread, so the result depends on what else is in the batch.
    Here it is only divided by 16."""
    return ((images - images.mean()) / (images.std() + 1e-7)).reshape(-1, 8, 8).astype("float32")


@prepare.misconception
def divided_as_whole_numbers(images):
    """Nearly everything became 0: `//` rounds down to whole numbers. `/` keeps the fractions."""
    return (images // 16).reshape(-1, 8, 8).astype("float32")


@prepare.misconception
def rounded(images):
    """You round, so that every pixel becomes 0 or 1: the shades between paper and ink are lost. Leave the
    fractions as they are."""
    return (images.reshape(-1, 8, 8) / 16).round().astype("float32")


@prepare.misconception
def columns_for_rows(images):
    """Rows and columns changed places: step t of a digit has to be its row t. `reshape` alone does that; a
    transpose after it, or `order="F"`, turns the picture over."""
    return (images.reshape(-1, 8, 8).transpose(0, 2, 1) / 16).astype("float32")


@prepare.misconception
def digits_mixed(images):
    """The pixels of different digits got mixed: N has to stay in front. `reshape(N, 8, 8)` gives every digit
    its own 64 numbers."""
    return (images.reshape(8, 8, -1).transpose(2, 0, 1) / 16).astype("float32")


@prepare.misconception
def still_flat(images):
    """Each digit is still one row of 64 numbers, `(N, 64)`. A recurrent layer needs time steps: `(N, 8,
    8)`."""
    return (images / 16).astype("float32")


@prepare.misconception
def one_axis_too_many(images):
    """There is an axis of size 1 too many. Convolutions want one for the colour; a recurrent layer takes
    `(N, T, D)`, which is `(N, 8, 8)` here."""
    return (images.reshape(-1, 8, 8, 1) / 16).astype("float32")


@prepare.misconception
def paper_for_ink(images):
    """Ink and paper changed places: paper is 0 and stays 0, full ink is 16 and becomes 1."""
    return (1 - images.reshape(-1, 8, 8) / 16).astype("float32")


@prepare.misconception
def left_in_float64(images):
    """The numbers are right, but in `float64`, which NumPy divides into. `.astype("float32")` makes them what
    Keras computes with, in half the room."""
    return images.reshape(-1, 8, 8) / 16.0


softmax = exercise(
    reference.softmax,
    stars=2,
    minutes=8,
    cases=_scores,
    keras=_keras_softmax,
    hints=[
        "Two steps: `np.exp` makes every score positive, and dividing by their sum makes the sum 1. The "
        "sum is that of one sample's K numbers: `axis=-1`.",
        "The sum over the last axis loses that axis, and then it no longer fits under `z`. "
        "`.sum(axis=-1, keepdims=True)` leaves an axis of size 1, which does.",
        "`np.exp(2000)` is too large for any float. Only differences of scores matter, so take the "
        "largest score of each sample off first: `z - z.max(axis=-1, keepdims=True)`.",
    ],
)


def _softmax(z: np.ndarray, axis: int | None = -1) -> np.ndarray:
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@softmax.misconception
def overflows(z):
    """Right for small scores, but `np.exp` of a large one is infinite, and of a very negative one 0, which
    gives NaN. Take each sample's largest score off first: the result stays the same."""
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


@softmax.misconception
def largest_of_all_taken_off(z):
    """You take off the largest score of the whole batch. A sample that lies far below it then becomes 0/0:
    take off each sample's own largest, `z.max(axis=-1, keepdims=True)`."""
    e = np.exp(z - z.max())
    return e / e.sum(axis=-1, keepdims=True)


@softmax.misconception
def mean_taken_off(z):
    """You take off the mean of each sample. A score far above it still overflows: take off the largest,
    `z.max(axis=-1, keepdims=True)`, and none is above 0."""
    e = np.exp(z - z.mean(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@softmax.misconception
def first_taken_off(z):
    """You take off each sample's first score. Where another one is far larger, `np.exp` overflows all the
    same: take off the largest, `z.max(axis=-1, keepdims=True)`."""
    e = np.exp(z - z[..., :1])
    return e / e.sum(axis=-1, keepdims=True)


def _same_number_off(z, number):
    e = np.exp(z - z.dtype.type(number))
    return e / e.sum(axis=-1, keepdims=True)


@softmax.misconception
def a_hundred_taken_off(z):
    """A fixed number taken off doesn't fit all scores: small ones lose their digits, and larger ones overflow
    all the same. Take off each sample's own largest, `z.max(axis=-1, keepdims=True)`."""
    return _same_number_off(z, 100)


@softmax.misconception
def five_hundred_taken_off(z):
    """You take one fixed number off all scores. In `float32` small ones then become 0/0, and larger ones
    overflow all the same: take off each sample's own largest, `z.max(axis=-1, keepdims=True)`."""
    return _same_number_off(z, 500)


@softmax.misconception
def a_thousand_taken_off(z):
    """You take one large number off all scores, so that ordinary ones become 0/0. No fixed number fits all:
    take off each sample's own largest, `z.max(axis=-1, keepdims=True)`."""
    return _same_number_off(z, 1000)


@softmax.misconception
def two_thousand_taken_off(z):
    """Right for scores around 2000 only, as you take about that much off all of them. The number has to come
    from the scores: each sample's own largest, `z.max(axis=-1, keepdims=True)`."""
    return _same_number_off(z, 2000)


def _clipped(z, limit):
    e = np.exp(np.clip(z, -limit, limit))
    return e / e.sum(axis=-1, keepdims=True)


@softmax.misconception
def clipped_at_fifty(z):
    """You clip the scores, which makes large ones equal. Only their differences count, so these have to
    stay: take off each sample's own largest, `z.max(axis=-1, keepdims=True)`."""
    return _clipped(z, 50)


@softmax.misconception
def clipped_at_five_hundred(z):
    """You clip the scores: that changes their differences, and only they count; and in `float32` a score
    of 100 overflows already. Take off each sample's own largest, `z.max(axis=-1, keepdims=True)`."""
    return _clipped(z, 500)


@softmax.misconception
def sum_lost_its_axis(z):
    """Your sum has lost the last axis, and no longer fits under the exponentials: `keepdims=True` leaves an
    axis of size 1, `e.sum(axis=-1, keepdims=True)`."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1)


@softmax.misconception
def sum_lost_its_axis_and_overflows(z):
    """Your sum has lost the last axis: `keepdims=True` leaves one of size 1. And `np.exp` of a large score is
    infinite, so take each sample's largest off first."""
    e = np.exp(z)
    return e / e.sum(axis=-1)


@softmax.misconception
def largest_lost_its_axis(z):
    """What you take off has lost the last axis, and no longer fits under `z`: `keepdims=True` leaves an axis
    of size 1, `z.max(axis=-1, keepdims=True)`."""
    e = np.exp(z - z.max(axis=-1))
    return e / e.sum(axis=-1, keepdims=True)


@softmax.misconception
def both_lost_their_axis(z):
    """The largest score and the sum have both lost the last axis, and no longer fit: `keepdims=True` in
    both leaves an axis of size 1."""
    e = np.exp(z - z.max(axis=-1))
    return e / e.sum(axis=-1)


@softmax.misconception
def over_the_first_axis(z):
    """The sum runs over the first axis, so each column adds up to 1 and the samples compete with each other.
    Each sample's K numbers have to: the last axis, `axis=-1`."""
    return _softmax(z, axis=0)


@softmax.misconception
def over_the_second_axis(z):
    """The sum runs over axis 1, which is not always the last: `axis=-1` is, for `z (K,)` and `z (N, T, K)`
    too."""
    return _softmax(z, axis=1)


@softmax.misconception
def over_everything(z):
    """All numbers together add up to 1. Each sample's K numbers have to: sum over the last axis alone."""
    return _softmax(z, axis=None)


@softmax.misconception
def over_everything_and_overflows(z):
    """Two things: all numbers together add up to 1, where each sample's K numbers have to (`axis=-1`); and
    `np.exp` of a large score is infinite, so take the largest off first."""
    return np.exp(z) / np.exp(z).sum()


@softmax.misconception
def over_the_first_axis_and_overflows(z):
    """Two things: the sum runs over the first axis, as Python's own `sum` does, and not over the last; and
    `np.exp` of a large score is infinite, so take the largest off first."""
    return np.exp(z) / sum(np.exp(z))


@softmax.misconception
def not_divided_by_the_sum(z):
    """These do not add up to 1: divide by the sum of the exponentials."""
    return np.exp(z - z.max(axis=-1, keepdims=True))


@softmax.misconception
def exponentials_alone(z):
    """This is `np.exp(z)` alone: positive, but the sum is not 1. Divide by the sum over the last axis."""
    return np.exp(z)


@softmax.misconception
def divided_without_exp(z):
    """You divide the scores themselves by their sum. Scores may be negative, and so may their sum: take
    `np.exp` of them first."""
    return z / z.sum(axis=-1, keepdims=True)


@softmax.misconception
def sigmoid_for_softmax(z):
    """That is the sigmoid: every number on its own lies between 0 and 1, but together they do not add up to
    1."""
    return 1 / (1 + np.exp(-z))


@softmax.misconception
def all_or_nothing(z):
    """You give 1 to the largest score and 0 to the rest. The softmax leaves every class its share, the
    larger the higher its score."""
    return np.eye(z.shape[-1])[z.argmax(axis=-1)]


@softmax.misconception
def logarithm_of_it(z):
    """That is the logarithm of the softmax, which a loss needs. Here the probabilities themselves are due."""
    return np.log(_softmax(z))


@softmax.misconception
def sign_turned(z):
    """The sign is turned: the highest score gets the smallest probability. It is `np.exp(z)`, not
    `np.exp(-z)`."""
    return _softmax(-z)


@functools.lru_cache(maxsize=64)
def _drawn(seed: int, shapes: tuple[tuple[int, ...], ...]) -> list[np.ndarray]:
    """The weights that `models.facts` gave a model."""
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 0.7, shape).astype("float32") for shape in shapes]


def _is_a_readers(shapes: Sequence[tuple[int, ...]]) -> bool:
    """Whether these are the shapes of the five arrays that a reader has."""
    if len(shapes) != 5 or [len(shape) for shape in shapes[:2]] != [2, 2]:
        return False
    kernel, recurrent_kernel, bias, *output = shapes
    M, width = recurrent_kernel
    return (
        width % M == 0
        and width // M in reference.CELLS
        and kernel == (D, width)
        and bias == ((2, width) if width == 3 * M else (width,))
        and output == [(M, K), (K,)]
    )


def _resets_before(shapes: Sequence[tuple[int, ...]]) -> bool:
    """Whether these are a reader's shapes but for its bias, a GRU's with `reset_after=False`."""
    if len(shapes) != 5 or len(shapes[1]) != 2 or shapes[2] != (3 * shapes[1][0],):
        return False
    return _is_a_readers([*shapes[:2], (2, *shapes[2]), *shapes[3:]])


READ = ((None, T, D), (None, None, D))
"""The shapes that a reader may take: how many rows there are may be left open."""


def _takes_rows(facts: Mapping[str, object]) -> bool:
    """Rows of eight pixels in, ten numbers out."""
    return facts["input_shape"] in READ and facts["output_shape"] == (None, K)


def _as_reader(facts: Mapping[str, object], case: Case) -> object:
    """`"reads"` where a model computes, from its weights, what a reader of its cell does; else how it is
    made."""
    shapes, predicted = facts["weights"], facts["predictions"]["digits"]
    backwards = False
    if _takes_rows(facts) and _is_a_readers(shapes) and not isinstance(predicted, str):
        X, weights = case.probe["inputs"]["digits"], _drawn(case.probe["seed"], shapes)
        if (
            shapes[1][0] == case.inputs["M"]
            and np.abs(predicted - reference.predict_by_hand(X, weights)).max() < 1e-4
        ):
            return "reads"
        backwards = np.abs(predicted - reference.predict_by_hand(X[:, ::-1], weights)).max() < 1e-4
    steps = [
        ("a recurrent layer" if s[0] in reference.CELLS.values() else s[0], *s[1:]) for s in facts["steps"]
    ]
    return {
        "steps": tuple(steps),
        "arrays": len(shapes),
        "backwards": backwards,
        "resets before": _resets_before(shapes),
    }


def _told_of_reader(facts: Mapping[str, object], truth: object, case: Case) -> Told | None:
    """Input and output are told by their shapes; what is between them may be one of three cells."""
    if facts["input_shape"] not in READ:
        return None
    made = "\n".join(
        f"{name} ({activation})" if activation else name for name, activation, _ in facts["steps"]
    )
    shapes = ", ".join(str(shape) for shape in facts["weights"]) or "none"
    seen = (("Your model", made), ("Its weights", shapes))
    if facts["output_shape"] != (None, K):
        return f"Your model puts out {facts['output_shape']}; ten probabilities for each digit are due.", seen
    if not _is_a_readers(facts["weights"]):
        return (
            "This is no reader: one SimpleRNN, LSTM or GRU and one Dense layer have five arrays of weights.",
            seen,
        )
    if facts["weights"][1][0] != case.inputs["M"]:
        return "Your recurrent layer does not have M units.", seen
    return (
        "The shapes are right, but from the same weights your model computes something else than a "
        "recurrent layer with its usual activations and a Dense layer with softmax.",
        seen,
    )


build_reader = exercise(
    reference.build_reader,
    stars=1,
    minutes=6,
    cases=_units,
    keras=reference.build_reader,
    look=models.facts,
    compared=_as_reader,
    told=_told_of_reader,
    numpy_only=False,
    hints=[
        "It is the model of lesson 2 with other numbers: which of T, D, M and K do you know here, and "
        "what are they? New is only what happens to the ten outputs.",
        "`Input(shape=(8, 8))`, then a recurrent layer of M units, which gives its last state, then a "
        "Dense layer with one output for each digit.",
        "`Dense(10, activation='softmax')` turns the ten scores into probabilities.",
    ],
)


def _model(*layers, shape=(8, 8)):
    """The layers one behind the other; a string is made by `keras.layers` with the options behind it."""
    import keras

    i = x = keras.Input(shape)
    for name, *sizes, options in layers:
        x = getattr(keras.layers, name)(*sizes, **options)(x)
    return keras.Model(i, x)


_SOFTMAX = ("Dense", 10, {"activation": "softmax"})


@build_reader.misconception
def no_softmax(M):
    """The ten outputs are plain scores: give the Dense layer `activation="softmax"`, and they become
    probabilities, positive and with the sum 1."""
    return _model(("SimpleRNN", M, {}), ("Dense", 10, {}))


@build_reader.misconception
def sigmoid_output(M):
    """The sigmoid gives each of the ten digits a number between 0 and 1 of its own, and their sum can be
    anything. A digit is one of ten: `activation="softmax"`."""
    return _model(("SimpleRNN", M, {}), ("Dense", 10, {"activation": "sigmoid"}))


@build_reader.misconception
def relu_output(M):
    """ReLU on the output cuts off every negative score, and gives no probabilities: `activation="softmax"`
    does."""
    return _model(("SimpleRNN", M, {}), ("Dense", 10, {"activation": "relu"}))


@build_reader.misconception
def an_output_for_every_row(M):
    """There is an output for every row of the digit, `(N, T, K)`: `return_sequences=True` lets all states
    through. Only the last one has seen the whole digit; leave it away."""
    return _model(("SimpleRNN", M, {"return_sequences": True}), _SOFTMAX)


@build_reader.misconception
def M_and_10_exchanged(M):
    """M and 10 changed places: the recurrent layer has the M hidden units, the Dense layer one output for
    each of the ten digits."""
    return _model(("SimpleRNN", 10, {}), ("Dense", M, {"activation": "softmax"}))


@build_reader.misconception
def eight_units(M):
    """Your recurrent layer has 8 units, as many as a row has pixels. It needs M: how much it can remember is
    yours to say, and Keras reads D from the input."""
    return _model(("SimpleRNN", 8, {}), _SOFTMAX)


@build_reader.misconception
def ten_units_and_no_dense(M):
    """There is no Dense layer: the state itself is the answer, and so has ten units only. Remember with M
    units, then answer with `Dense(10)`."""
    return _model(("SimpleRNN", 10, {"activation": "softmax"}))


@build_reader.misconception
def no_dense_layer(M):
    """The Dense layer is missing: what comes out is the last state, M numbers. `Dense(10,
    activation="softmax")` makes ten probabilities of it."""
    return _model(("SimpleRNN", M, {}))


@build_reader.misconception
def one_output(M):
    """There is a single output, as if a digit were an amount: a 3 is not between a 2 and a 4 in how it
    looks. Ten classes need ten outputs, a probability each."""
    return _model(("SimpleRNN", M, {}), ("Dense", 1, {}))


@build_reader.misconception
def nine_outputs(M):
    """There are nine outputs. The digits are 0 to 9, and 0 is one of them: ten."""
    return _model(("SimpleRNN", M, {}), ("Dense", 9, {"activation": "softmax"}))


@build_reader.misconception
def from_the_bottom_up(M):
    """Your reader reads the rows from the bottom up: leave `go_backwards` away, so that step 0 is the top
    row."""
    return _model(("SimpleRNN", M, {"go_backwards": True}), _SOFTMAX)


@build_reader.misconception
def both_ways(M):
    """`Bidirectional` reads each digit twice, down and up, with two sets of weights. Here it is read once,
    downwards."""
    import keras

    i = keras.Input((8, 8))
    x = keras.layers.Bidirectional(keras.layers.SimpleRNN(M))(i)
    return keras.Model(i, keras.layers.Dense(10, activation="softmax")(x))


@build_reader.misconception
def stacked(M):
    """There are two recurrent layers; here one is asked for, so that the next exercises meet five arrays of
    weights."""
    return _model(("SimpleRNN", M, {"return_sequences": True}), ("SimpleRNN", M, {}), _SOFTMAX)


@build_reader.misconception
def relu_states(M):
    """The states go through ReLU. Leave `activation` as it is: all three cells use tanh unless told
    otherwise."""
    return _model(("SimpleRNN", M, {"activation": "relu"}), _SOFTMAX)


@build_reader.misconception
def reset_before(M):
    """Leave `reset_after` as it is. With `reset_after=False` this GRU is of the other kind, with one row of
    biases in place of two, and the last exercise is not made for it."""
    return _model(("GRU", M, {"reset_after": False}), _SOFTMAX)


@build_reader.misconception
def dense_layer_too_many(M):
    """There is a Dense layer too many between the recurrent layer and the output: the last state goes
    straight into `Dense(10, activation="softmax")`."""
    return _model(("SimpleRNN", M, {}), ("Dense", M, {"activation": "relu"}), _SOFTMAX)


@build_reader.misconception
def all_states_flattened(M):
    """`Flatten` lays the states of all rows side by side, and the Dense layer reads them all. Here it reads
    the last state only: without `return_sequences=True` there is nothing to flatten."""
    return _model(("SimpleRNN", M, {"return_sequences": True}), ("Flatten", {}), _SOFTMAX)


@build_reader.misconception
def dense_in_front(M):
    """There is a Dense layer in front of the recurrent one: the rows go straight into it."""
    return _model(("Dense", M, {}), ("SimpleRNN", M, {}), _SOFTMAX)


@build_reader.misconception
def all_pixels_at_once(M):
    """There is no recurrent layer: `Flatten` hands all 64 pixels over at once, and nothing is read row by
    row. A SimpleRNN, LSTM or GRU does that."""
    return _model(("Flatten", {}), ("Dense", M, {"activation": "relu"}), _SOFTMAX)


@build_reader.misconception
def pixels_one_by_one(M):
    """Your model takes 64 steps of one pixel. Read a row at a time: 8 steps of 8 pixels, `Input(shape=(8,
    8))`."""
    return _model(("SimpleRNN", M, {}), _SOFTMAX, shape=(64, 1))


@build_reader.misconception
def flat_input(M):
    """Your model takes 64 pixels in one row. `prepare` has given each digit its rows back: `Input(shape=(8,
    8))`."""
    return _model(("Reshape", (8, 8), {}), ("SimpleRNN", M, {}), _SOFTMAX, shape=(64,))


@functools.lru_cache(maxsize=8)
def _split(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The digits in an order of this seed: three quarters to train on, and a quarter held out."""
    images, y = load_digits()
    order = np.random.default_rng(seed).permutation(len(y))
    X, y = reference.prepare(images[order]), y[order]
    held_out = len(y) // 4
    return X[held_out:], y[held_out:], X[:held_out], y[:held_out]


def _digits(rng: np.random.Generator) -> Iterable[Case]:
    seed = int(rng.integers(2**31))
    X, y, X_held_out, _ = _split(seed)
    yield Case(
        {"N": len(X), **_ROWS, "K": K},
        {"X": X, "y": y, "seed": seed},
        {"inputs": {"held out": X_held_out}},
        note=f"tested on the other {len(X_held_out)} digits",
    )


def _perfect(X, y, seed):
    """What a reader without a mistake would be seen to do; nobody has to train one to know what is right."""
    _, _, _, y_held_out = _split(seed)
    return {
        "input_shape": (None, T, D),
        "output_shape": (None, K),
        "weights": ((D, 5), (5, 5), (5,), (5, K), (K,)),
        "steps": (
            ("Input", "", (None, T, D)),
            ("SimpleRNN", "tanh", (None, 5)),
            ("Dense", "softmax", (None, K)),
        ),
        "predictions": {"held out": np.eye(K)[y_held_out]},
    }


def _accuracy(facts: Mapping[str, object], case: Case) -> float:
    _, _, _, y_held_out = _split(case.inputs["seed"])
    return float(np.mean(facts["predictions"]["held out"].argmax(axis=1) == y_held_out))


def _trained(facts: Mapping[str, object], case: Case) -> str:
    """What became of the training, in a word. Only `"reads"` is right."""
    P, training = facts["predictions"]["held out"], facts.get("training", {})
    if not _takes_rows(facts):
        return f"takes {facts['input_shape']} and gives {facts['output_shape']}"
    if not _is_a_readers(facts["weights"]):
        has_memory = {name for name, _, _ in facts["steps"]} & {
            *reference.CELLS.values(),
            "RNN",
            "Bidirectional",
        }
        return "is another kind of reader" if has_memory else "has no memory"
    if isinstance(P, str):
        return "cannot predict"
    if not np.isfinite(P).all():
        return "has lost all its numbers"
    if (P < 0).any() or np.abs(P.sum(axis=1) - 1).max() > 1e-3:
        return "gives no probabilities"
    accuracy = _accuracy(facts, case)
    if accuracy >= ENOUGH:
        return "reads"
    if not training["steps"]:
        return "was never trained" if accuracy < 0.3 else "reads too little"
    if training["epochs"] == 1:
        return "saw each digit once"
    if accuracy < 0.5 and training["largest_weight"] > 10:
        return "took too large steps"
    if accuracy < 0.3 and "squared" in training["loss"]:
        return "takes digits for amounts"
    if accuracy < 0.5 and 0 < training["learning_rate"] < 2e-5:
        return "took too small steps"
    if accuracy < 0.25 and _learned_what_is_not_there(training["last_loss"], _held_out_loss(P, case)):
        return "guesses"
    return "reads too little"


def _learned_what_is_not_there(last: float | None, held_out: float) -> bool:
    """Whether a reader that learned little makes less of digits held out than one that takes all ten for
    equally likely. One that was only trained too little makes more of them already."""
    return last is not None and 1 < last < min(GUESSING, held_out - 0.02) and held_out > np.log(K)


def _held_out_loss(P: np.ndarray, case: Case) -> float:
    _, _, _, y = _split(case.inputs["seed"])
    return float(-np.log(np.clip(P[np.arange(len(y)), y], 1e-7, 1)).mean())


def _told_of_training(facts: Mapping[str, object], truth: object, case: Case) -> Told | None:
    if facts["input_shape"] not in READ:
        return None
    if _takes_rows(facts) and _resets_before(facts["weights"]):
        return "Your reader is a GRU with `reset_after=False`: leave that option as it is.", []
    if not _takes_rows(facts) or not _is_a_readers(facts["weights"]):
        shapes = ", ".join(str(shape) for shape in facts["weights"]) or "none"
        return (
            "This is no reader as `build_reader` makes one: that has five arrays of weights, and puts out "
            "ten probabilities for each digit.",
            [("It puts out", str(facts["output_shape"])), ("Its weights", shapes)],
        )
    P, training = facts["predictions"]["held out"], facts["training"]
    if isinstance(P, str):
        return f"Your reader can't be used: {P}.", []
    found = _trained(facts, case)
    _, _, _, y = _split(case.inputs["seed"])
    said = P.argmax(axis=1)
    right = int((said == y).sum())
    seen = [("Held out", f"{right} of {len(y)} digits right: {100 * right / len(y):.1f} %; 95 % are due")]
    wrong = np.zeros((K, K), int)
    np.add.at(wrong, (y[said != y], said[said != y]), 1)
    often = [f"{a} as {b} ({wrong[a, b]} times)" for a, b in _largest(wrong, 3)]
    seen += [("Misread", ", ".join(often))] if right > len(y) / 2 else []
    if training["last_loss"] is not None:
        at_the_end = f"the loss at the end {training['last_loss']:.3f}"
        seen.append(("Training", f"{training['epochs']} epochs, {at_the_end}"))
    if found == "reads too little":
        seen += [("Mind", advice) for advice in [_advice(training, _held_out_loss(P, case))] if advice]
    if found == "guesses":  # the bank's training is short: with some seeds it ends in another word
        sentences = {wrong.name: wrong.sentence for wrong in train_reader.misconceptions}
        return sentences["labels_in_another_order"], seen
    usual = "reads, but not well enough" if right > len(y) / 2 else "can't read"
    return _HEADLINES.get(found, f"Your reader {usual} yet."), seen


_HEADLINES = {
    "takes digits for amounts": "Your reader takes the label 7 for an amount: for classes use the loss "
    '`"sparse_categorical_crossentropy"`.',
    "has lost all its numbers": "Your reader gives NaN (not a number): its training ran away. "
    "Take smaller steps.",
}


def _advice(training: Mapping[str, object], held_out: float) -> str:
    """What to change, from the loss on the digits it was trained on and on those held out."""
    last = training["last_loss"]
    if last is None:
        return ""
    if "crossentropy" not in training["loss"]:
        return 'the loss made for classes is `"sparse_categorical_crossentropy"`'
    # One that has the digits it was trained on by heart is all too sure of its few mistakes.
    if held_out > 1.5 * last + (0.3 if last > 0.05 else 1.0):
        return (
            f"on the digits held out the loss is {held_out:.2f}, much larger. Is `X` changed before "
            "`fit`? It is prepared already, and so are the digits of the test"
        )
    if last < 0.1:
        return (
            "the loss is low already, so more epochs or larger steps will hardly help: let the learning rate "
            "fall to 0 towards the end, or try a cell with gates, or more units"
        )
    larger = " take larger steps," if 0 < training["learning_rate"] < 0.004 else ""
    return f"the loss can still fall: train for more epochs,{larger} or give it more units"


def _shown_of_training(facts: Mapping[str, object], case: Case) -> Sequence[tuple[str, str]]:
    """In whole per cent: what is left of a training may differ between processors in the last digits."""
    count = len(facts["predictions"]["held out"])
    return [("Held out", f"about {100 * _accuracy(facts, case):.0f} % of {count} digits right; 95 % are due")]


def _largest(counts: np.ndarray, many: int) -> list[tuple[int, int]]:
    best = np.argsort(counts, axis=None, kind="stable")[::-1][:many]
    return [
        (int(a), int(b)) for a, b in zip(*np.unravel_index(best, counts.shape), strict=True) if counts[a, b]
    ]


train_reader = exercise(
    reference.train_reader,
    stars=3,
    minutes=15,
    cases=_digits,
    keras=_perfect,
    look=models.trained,
    compared=_trained,
    told=_told_of_training,
    shown=_shown_of_training,
    numpy_only=False,
    again=False,
    oracle="a test on digits that were held out",
    learns_from=("X", "y"),
    hints=[
        "Four lines: the seed, a reader, `compile`, `fit`; and return the reader. The labels are whole "
        "numbers, so the loss is `'sparse_categorical_crossentropy'`.",
        "Not good enough yet? Look at the loss of the last epochs. If it is far from 0, train longer. If it "
        "is low and jumps up and down, let the learning rate fall towards the end. A GRU or an LSTM with "
        "more units than the small reader has helps in any case.",
        "A GRU of 64 units, batches of 32, 15 epochs, and a learning rate that falls from 0.01 to 0: "
        "`steps = 15 * -(-len(X) // 32)` is the number of batches in all epochs, and "
        "`Adam(CosineDecay(0.01, steps))` the optimiser. "
        "`from tensorflow.keras.optimizers.schedules import CosineDecay` gets it.",
    ],
)


def _fitted(X, y, seed, rate=0.003, epochs=2, loss="sparse_categorical_crossentropy", eagerly=True):
    """A small reader, trained just long enough to leave the traces of a mistake that `_trained` looks for.

    All digits are one batch: a check tries the whole bank on a wrong answer, and its learner waits. Where
    the loss refuses the labels, Keras has to be asked in its usual mode, in which its words are those that
    learners get.
    """
    import keras

    keras.utils.set_random_seed(seed)
    model = _model(("SimpleRNN", 8, {}), _SOFTMAX)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, run_eagerly=eagerly)
    model.fit(X, y, epochs=epochs, batch_size=len(X) if eagerly else 32, verbose=0)
    return model


@train_reader.misconception
def never_trained(X, y, seed):
    """Your reader was built and never trained: it still has the random weights it began with. `compile` it,
    call `fit`, then return it."""
    return _model(("SimpleRNN", 8, {}), _SOFTMAX)


@train_reader.misconception
def one_epoch(X, y, seed):
    """Your reader saw each digit once: `fit` runs a single epoch unless told otherwise. Say `epochs=…`."""
    return _fitted(X, y, seed, epochs=1)


@train_reader.misconception
def labels_in_another_order(X, y, seed):
    """Your reader was trained, and still guesses. Do digits and labels belong together? Shuffle both in one
    order, or leave both as they are: `fit` shuffles by itself."""
    # Each digit has another one's label: mixed at random, some seeds would hide it for so short a training.
    return _fitted(X, (y + 3) % K, seed, rate=0.02, epochs=10)


@train_reader.misconception
def digits_as_amounts(X, y, seed):
    """The mean squared error takes the label 7 for an amount that every output should come near. For
    classes use `"sparse_categorical_crossentropy"`."""
    return _fitted(X, y, seed, loss="mean_squared_error", eagerly=False)


@train_reader.misconception
def steps_too_small(X, y, seed):
    """The learning rate is so small that your reader hardly moved from where it began. Adam's usual one is
    0.001, and this reader bears ten times that."""
    return _fitted(X, y, seed, rate=1e-6)


@train_reader.misconception
def steps_too_large(X, y, seed):
    """The learning rate is so large that each step overshot, and the weights ran away. Adam's usual one is
    0.001, and this reader bears ten times that."""
    return _fitted(X, y, seed, rate=10.0)


@train_reader.misconception
def loss_for_one_hot_labels(X, y, seed):
    """`"categorical_crossentropy"` is for labels as rows of ten, with a single 1. Yours are whole numbers:
    the same loss for those is `"sparse_categorical_crossentropy"`."""
    return _fitted(X, y, seed, loss="categorical_crossentropy", eagerly=False)


@train_reader.misconception
def one_hot_labels(X, y, seed):
    """You made rows of ten of the labels, but `"sparse_categorical_crossentropy"` is for whole numbers:
    hand it `y` as it is."""
    return _fitted(X, np.eye(K)[y], seed, eagerly=False)


@train_reader.misconception
def scores_for_probabilities(X, y, seed):
    """Your reader gives scores, and not probabilities: its Dense layer has no softmax. Build it as
    `build_reader` does."""
    return _model(("SimpleRNN", 8, {}), ("Dense", 10, {}))


@train_reader.misconception
def pixels_all_at_once(X, y, seed):
    """This network has no recurrent layer, so it is no reader: `Flatten` shows it all rows at once. Build
    it as `build_reader` does."""
    return _model(("Flatten", {}), ("Dense", 8, {"activation": "relu"}), _SOFTMAX)


predict_by_hand = exercise(
    reference.predict_by_hand,
    stars=3,
    minutes=20,
    cases=_readers,
    keras=_keras_predict,
    hints=[
        "Five arrays, always in this order: `Wx, Wh, b, Wo, bo = weights`. M is the number of rows of "
        "`Wh`, and its width is M, 3M or 4M. So `Wh.shape[1] // len(Wh)` tells which of the three steps "
        "to take.",
        "One loop over the rows, `X[:, t]`, with the step of lesson 6 (M wide), 10 (4M wide) or 11 (3M "
        "wide). You have written all three: copy them into the answer's cell. After the loop, `softmax(h "
        "@ Wo + bo)`.",
        "LSTM: blocks i, f, c, o of M columns, one bias, and a second state `c`. GRU: blocks z, r, h, and "
        "`b` has two rows: `b[0]` goes with `x_t @ Wx`, `b[1]` with `h @ Wh`, and r is multiplied to that "
        "second sum's block h.",
    ],
)


def _states(X, weights, h=None, lstm=lstm_step, gru=None):
    """The states after every row, `(T, N, M)`; the misconceptions below bend its steps."""
    Wx, Wh, b, _, _ = weights
    cell = reference.CELLS[Wh.shape[1] // len(Wh)]
    h = c = np.zeros((len(X), len(Wh)), X.dtype) if h is None else h
    H = []
    for x in np.moveaxis(X, 1, 0):
        if cell == "LSTM":
            h, c = lstm(x, h, c, Wx, Wh, b)
        elif cell == "GRU":
            h = gru(x, h, Wx, Wh, b) if gru else gru_step(x, h, Wx, Wh, b, True)
        else:
            h = np.tanh(x @ Wx + h @ Wh + b)
        H.append(h)
    return H


def _answer(h, weights):
    return _softmax(h @ weights[3] + weights[4])


@predict_by_hand.misconception
def softmax_forgotten(X, weights):
    """These are the ten scores. The reader's Dense layer has a softmax, which makes probabilities of them."""
    return _states(X, weights)[-1] @ weights[3] + weights[4]


@predict_by_hand.misconception
def softmax_over_the_samples(X, weights):
    """The softmax runs over the samples, so each column adds up to 1. Each digit's ten numbers have to:
    `axis=-1`."""
    return _softmax(_states(X, weights)[-1] @ weights[3] + weights[4], axis=0)


@predict_by_hand.misconception
def softmax_twice(X, weights):
    """There is a softmax too many: it was taken of probabilities again, and flattened them. Once is right."""
    return _softmax(_answer(_states(X, weights)[-1], weights))


@predict_by_hand.misconception
def the_digits_themselves(X, weights):
    """You return which digit is the likeliest. `predict` gives the ten probabilities of each, `(N, K)`."""
    return _answer(_states(X, weights)[-1], weights).argmax(axis=1)


@predict_by_hand.misconception
def output_bias_forgotten(X, weights):
    """The output's bias `bo` is missing from the scores."""
    return _softmax(_states(X, weights)[-1] @ weights[3])


@predict_by_hand.misconception
def columns_read(X, weights):
    """The digits are read column by column, `X[:, :, t]`. Both slices have the shape `(N, 8)`; a time step
    is a row, `X[:, t]`."""
    return _answer(_states(X.transpose(0, 2, 1), weights)[-1], weights)


@predict_by_hand.misconception
def read_from_the_bottom(X, weights):
    """The rows are read from the bottom up: the first step takes the top row, `X[:, 0]`."""
    return _answer(_states(X[:, ::-1], weights)[-1], weights)


@predict_by_hand.misconception
def first_row_only(X, weights):
    """This is what the reader says after the top row. Go through all eight, and use the last state."""
    return _answer(_states(X, weights)[0], weights)


@predict_by_hand.misconception
def top_row_left_out(X, weights):
    """The top row, t = 0, is left out: the loop begins at t = 1. `range(T)` goes from 0 to T - 1."""
    return _answer(_states(X[:, 1:], weights)[-1], weights)


@predict_by_hand.misconception
def last_row_unread(X, weights):
    """The last row is not read: the loop stops one step short. `range(T)` goes from 0 to T - 1."""
    return _answer(_states(X, weights)[-2], weights)


@predict_by_hand.misconception
def state_never_carried(X, weights):
    """Every row starts again from zeros: the loop never hands the state on, and only the last row is read."""
    return _answer(_states(X[:, -1:], weights)[-1], weights)


@predict_by_hand.misconception
def mean_of_all_states(X, weights):
    """This uses the mean of the states of all rows. Only the last one, which has seen them all, goes on."""
    return _answer(np.mean(_states(X, weights), axis=0), weights)


def _lstm_in_the_order(order: str):
    def step(x, h, c, Wx, Wh, b):
        blocks = dict(zip(order, np.split(x @ Wx + h @ Wh + b, 4, axis=-1), strict=True))
        c = sigmoid(blocks["f"]) * c + sigmoid(blocks["i"]) * np.tanh(blocks["c"])
        return sigmoid(blocks["o"]) * np.tanh(c), c

    return step


@predict_by_hand.misconception
def lstm_gates_i_f_o_c(X, weights):
    """Right but for the LSTM, whose last two blocks changed places: the candidate c is the third block, the
    output gate o the fourth."""
    return _answer(_states(X, weights, lstm=_lstm_in_the_order("ifoc"))[-1], weights)


@predict_by_hand.misconception
def lstm_gates_f_i_c_o(X, weights):
    """Right but for the LSTM, whose first two blocks changed places: the input gate i comes first, then the
    forget gate f."""
    return _answer(_states(X, weights, lstm=_lstm_in_the_order("fico"))[-1], weights)


@predict_by_hand.misconception
def lstm_memory_for_the_state(X, weights):
    """Right but for the LSTM: the Dense layer reads its state `h`, and not its memory `c`."""
    Wx, Wh, b, _, _ = weights
    if Wh.shape[1] == 4 * len(Wh):
        return _answer(lstm_forward(X, Wx, Wh, b)[2], weights)
    return _answer(_states(X, weights)[-1], weights)


@predict_by_hand.misconception
def lstm_memory_not_squashed(X, weights):
    """Right but for the LSTM, whose state is `o * np.tanh(c)`: that tanh is missing."""

    def step(x, h, c, Wx, Wh, b):
        i, f, candidate, o = np.split(x @ Wx + h @ Wh + b, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(candidate)
        return sigmoid(o) * c, c

    return _answer(_states(X, weights, lstm=step)[-1], weights)


def _gru(order: str = "zrh", rows: tuple[int, int] = (0, 1), after: bool = True, keeps: bool = True):
    """A GRU's step with its blocks in an order, its biases from these rows, its reset before or after, z or
    1 - z."""

    def step(x, h, Wx, Wh, b):
        a, s = x @ Wx + b[rows[0]], h @ Wh + b[rows[1]]
        x_blocks = dict(zip(order, np.split(a, 3, axis=-1), strict=True))
        h_blocks = dict(zip(order, np.split(s, 3, axis=-1), strict=True))
        z, r = (sigmoid(x_blocks[gate] + h_blocks[gate]) for gate in "zr")
        at = order.index("h") * len(Wh)
        before = (r * h) @ Wh[:, at : at + len(Wh)] + b[rows[1], at : at + len(Wh)]
        candidate = np.tanh(x_blocks["h"] + (r * h_blocks["h"] if after else before))
        return z * h + (1 - z) * candidate if keeps else (1 - z) * h + z * candidate

    return step


@predict_by_hand.misconception
def gru_gates_r_z_h(X, weights):
    """Right but for the GRU, whose first two blocks changed places: z, then r, then h. PyTorch has r
    first."""
    return _answer(_states(X, weights, gru=_gru("rzh"))[-1], weights)


@predict_by_hand.misconception
def gru_z_turned_round(X, weights):
    """Right but for the GRU, in which z and 1 - z changed places: z keeps the old state, `z * h_last`, and
    1 - z lets the new one in."""
    return _answer(_states(X, weights, gru=_gru(keeps=False))[-1], weights)


@predict_by_hand.misconception
def gru_reset_before_the_product(X, weights):
    """Right but for the GRU: Keras resets after the product, `r * (h_last @ Wh_h + b_h)`, and that is why
    the bias has two rows."""
    return _answer(_states(X, weights, gru=_gru(after=False))[-1], weights)


@predict_by_hand.misconception
def gru_second_bias_dropped(X, weights):
    """Right but for the GRU, whose bias has two rows: the second one, `b[1]`, belongs to `h_last @ Wh`, and
    is missing."""
    Wx, Wh, b, Wo, bo = weights
    return _answer(_states(X, [Wx, Wh, b * np.array([[1], [0]]) if b.ndim == 2 else b, Wo, bo])[-1], weights)


@predict_by_hand.misconception
def gru_biases_added_up(X, weights):
    """Right but for the GRU: its two rows of biases may not be added up into one, because r multiplies the
    second one's last block and not the first one's."""
    Wx, Wh, b, Wo, bo = weights
    one = np.stack([b.sum(axis=0), 0 * b[0]]) if b.ndim == 2 else b
    return _answer(_states(X, [Wx, Wh, one, Wo, bo])[-1], weights)


@predict_by_hand.misconception
def gru_biases_exchanged(X, weights):
    """Right but for the GRU, whose two rows of biases changed places: `b[0]` goes with `x_t @ Wx`, `b[1]`
    with `h_last @ Wh`."""
    return _answer(_states(X, weights, gru=_gru(rows=(1, 0)))[-1], weights)


@predict_by_hand.misconception
def only_the_first_M_columns(X, weights):
    """Every cell is treated as a SimpleRNN, with the first M columns of its kernels. A width of 3M is a
    GRU, and of 4M an LSTM, each with a step of its own."""
    Wx, Wh, b, Wo, bo = weights
    M = len(Wh)
    return _answer(_states(X, [Wx[:, :M], Wh[:, :M], np.atleast_2d(b)[0, :M], Wo, bo])[-1], weights)


@predict_by_hand.misconception
def the_step_of_a_simple_rnn_for_all(X, weights):
    """Right for a SimpleRNN only. A kernel of 3 blocks, 3M wide, is a GRU's, one of 4 blocks an LSTM's, and
    each has a step of its own: is one missing, or have the two changed places?"""
    Wx, Wh, b, _, _ = weights
    h = np.zeros((len(X), len(Wh)), X.dtype)
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + b)
    return _answer(h, weights)


@predict_by_hand.misconception
def the_cell_told_by_the_bias(X, weights):
    """You tell the cell by `len(b)`. A GRU's bias has two rows, so that this is 2 for every M, and with M = 2
    it looks like a SimpleRNN: take the width of a kernel, `Wh.shape[1]`."""
    _, Wh, b, _, _ = weights
    if len(b) // len(Wh) == 1:
        return the_step_of_a_simple_rnn_for_all(X, weights)
    return _answer(_states(X, weights)[-1], weights)
