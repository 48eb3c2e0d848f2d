"""Lesson 01: read any shape in five letters.

It teaches which axis is which in `(N, T, D)`, how to take one sample, one time step or one feature out, why a
transpose is not a reshape, and how a series becomes `X` and `Y`. It leaves out the network: no model is built
here, so NumPy's own definition is the oracle, and a check need not wait for TensorFlow.
"""

from collections.abc import Iterable

import numpy as np

from helpers.lessons.exercise import Case, exercise
from helpers.reference import notation as reference

# In the first case sizes differ by more than one, so that an axis that is one short is not read as another.
SIZES = (
    ({"N": 9, "T": 6, "D": 3}, ""),
    ({"N": 9, "T": 6, "D": 3}, ""),
    ({"N": 5, "T": 6, "D": 4}, ""),
    ({"N": 4, "T": 4, "D": 4}, "N = T = D"),
    ({"N": 4, "T": 1, "D": 3}, "one time step"),
    ({"N": 1, "T": 4, "D": 3}, "one sample"),
    ({"N": 3, "T": 5, "D": 1}, "one feature"),
)

# One index per case and axis. Counted from the wrong end, from 1, or as "up to here", each leads elsewhere in
# some case; and none is the last one of a long axis, where `n + 1` would raise and show nothing. The first
# two cases have the same sizes, so that an index written as a number is not taken for a size written as one.
INDICES = (
    {"n": 1, "t": 1, "d": 1},
    {"n": 4, "t": 2, "d": 0},
    {"n": 3, "t": 4, "d": 1},
    {"n": 2, "t": 2, "d": 2},
    {"n": 2, "t": 0, "d": 1},
    {"n": 0, "t": 2, "d": 1},
    {"n": 1, "t": 3, "d": 0},
)


def data_cases(rng: np.random.Generator) -> Iterable[Case]:
    """An array `X (N, T, D)` with an index for each of its axes, in float32 and float64 by turns."""
    for turn, ((sizes, note), indices) in enumerate(zip(SIZES, INDICES, strict=True)):
        X = rng.normal(0, 1, tuple(sizes.values())).astype(np.float32 if turn % 2 == 0 else np.float64)
        yield Case(sizes, {"X": X, **indices}, note=note)


def size_cases(rng: np.random.Generator) -> Iterable[Case]:
    """Sizes and a seed; the seeds are large, so that nobody's favourite number is right by luck."""
    for sizes, note in (*SIZES, ({"N": 1, "T": 10, "D": 3}, "the sizes of the lesson")):
        yield Case(sizes, {**sizes, "seed": int(rng.integers(1_000, 1_000_000))}, note=note)


def series_cases(rng: np.random.Generator) -> Iterable[Case]:
    """A series that is longer than T, down to a single window, to windows of one value, and to N = T."""
    sizes = ((7, 3, ""), (4, 6, ""), (5, 5, "N = T"), (5, 1, "windows of one value"), (1, 4, "one window"))
    for turn, (N, T, note) in enumerate(sizes):
        series = rng.normal(0, 1, N + T).astype(np.float64 if turn % 2 == 0 else np.float32)
        yield Case({"N": N, "T": T}, {"series": series, "T": T}, note=note)


def _numpy_data(N, T, D, seed):
    return np.random.default_rng(seed).standard_normal((N, T, D))


def _numpy_windows(series, T):
    views = np.lib.stride_tricks.sliding_window_view(series, T + 1)
    return views[:, :T, None], views[:, T:]


make_data = exercise(
    reference.make_data,
    stars=1,
    minutes=3,
    cases=size_cases,
    keras=_numpy_data,
    oracle="NumPy",
    tolerance=1e-6,  # nothing is computed: only the cast to float32 has to fit
    hints=[
        "Two steps: first the generator, `rng = np.random.default_rng(seed)`, then the numbers out of it.",
        "`rng.standard_normal(…)` takes one argument, the shape: a tuple, with brackets of its own.",
        "The letters in the order of the course: `rng.standard_normal((N, T, D))`.",
    ],
)


@make_data.misconception
def time_first(N, T, D, seed):
    """Your data are `(T, N, D)`: samples come first, time second, `(N, T, D)`."""
    return np.random.default_rng(seed).standard_normal((T, N, D))


@make_data.misconception
def features_before_time(N, T, D, seed):
    """Your data are `(N, D, T)`: time comes before the features, `(N, T, D)`."""
    return np.random.default_rng(seed).standard_normal((N, D, T))


@make_data.misconception
def order_reversed(N, T, D, seed):
    """Your data are `(D, T, N)`, the order turned round: samples first, then time, then features."""
    return np.random.default_rng(seed).standard_normal((D, T, N))


@make_data.misconception
def drawn_step_by_step(N, T, D, seed):
    """The shape is right, but you draw all samples of step 0 first, then step 1. Draw sample after
    sample, or all at once: `rng.standard_normal((N, T, D))`."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.standard_normal((N, D)) for _ in range(T)], axis=1)


@make_data.misconception
def uniform(N, T, D, seed):
    """Your numbers are uniform, all between 0 and 1: `rng.random` does that. Here they are to be standard
    normal, around 0 and on both sides of it: `rng.standard_normal`."""
    return np.random.default_rng(seed).random((N, T, D))


@make_data.misconception
def legacy_seed(N, T, D, seed):
    """`np.random.seed` and `np.random.randn` are NumPy's old generator, which gives other numbers for the
    same seed. Make a new one, `rng = np.random.default_rng(seed)`, and draw from `rng`."""
    return np.random.RandomState(seed).standard_normal((N, T, D))


@make_data.misconception
def legacy_uniform(N, T, D, seed):
    """`np.random.rand` is uniform between 0 and 1, and comes from NumPy's old generator. Make `rng =
    np.random.default_rng(seed)`, and draw with `rng.standard_normal`."""
    return np.random.RandomState(seed).random_sample((N, T, D))


@make_data.misconception
def always_seed_0(N, T, D, seed):
    """The seed is always 0, whatever seed is asked for: hand the argument on,
    `np.random.default_rng(seed)`."""
    return np.random.default_rng(0).standard_normal((N, T, D))


@make_data.misconception
def always_seed_42(N, T, D, seed):
    """The seed is always 42, whatever seed is asked for: hand the argument on,
    `np.random.default_rng(seed)`."""
    return np.random.default_rng(42).standard_normal((N, T, D))


@make_data.misconception
def every_sample_the_same(N, T, D, seed):
    """All N samples are the same: the generator is made anew for each of them, and starts again. Make it
    once, before the loop, or draw everything at once."""
    return np.stack([np.random.default_rng(seed).standard_normal((T, D))] * N)


@make_data.misconception
def a_generator_for_each_sample(N, T, D, seed):
    """Each sample has a generator of its own, with seed `seed + n`: one generator draws all samples, one
    after the other."""
    return np.stack([np.random.default_rng(seed + n).standard_normal((T, D)) for n in range(N)])


@make_data.misconception
def drawn_in_float32(N, T, D, seed):
    """With `dtype=np.float32` the generator draws other numbers, not the same ones rounded: leave `dtype`
    out."""
    return np.random.default_rng(seed).standard_normal((N, T, D), dtype=np.float32)


@make_data.misconception
def zeros(N, T, D, seed):
    """The shape is right, but every number is 0: fill it from the generator, `rng.standard_normal((N, T,
    D))`."""
    return np.zeros((N, T, D))


@make_data.misconception
def flat(N, T, D, seed):
    """The numbers are right, but they lie in one long row: the shape is one argument, the tuple `(N, T,
    D)`, and not the product of the three."""
    return np.random.default_rng(seed).standard_normal(N * T * D)


sample = exercise(
    reference.sample,
    stars=1,
    minutes=2,
    cases=data_cases,
    keras=lambda X, n: np.take(X, n, axis=0),
    oracle="NumPy",
    hints=[
        "Samples lie along the first axis, so the index goes into the first place of the brackets.",
        "Axes that you do not mention are kept whole: `X[n]` is short for `X[n, :, :]`.",
    ],
)


@sample.misconception
def batch_axis_kept(X, n):
    """`n:n+1` (a slice) and `[n]` (a list) keep the axis: `(1, T, D)`. A plain index takes the axis
    away: `X[n]` is `(T, D)`."""
    return X[n : n + 1]


@sample.misconception
def samples_counted_from_1(X, n):
    """This is sample `n - 1`: Python counts from 0, so the number needs no correction."""
    return X[n - 1]


@sample.misconception
def sample_after(X, n):
    """This is sample `n + 1`, the one after: Python counts from 0, so the number needs no correction."""
    return X[n + 1]


@sample.misconception
def samples_from_the_end(X, n):
    """A negative index counts from the end: `X[-n]` is the n-th sample from the back."""
    return X[-n]


@sample.misconception
def first_sample_always(X, n):
    """This is always sample 0: use the argument `n`."""
    return X[0]


@sample.misconception
def time_step_for_sample(X, n):
    """The index stands in the second place, which is time: you took step `n` of every sample. Samples are
    the first axis."""
    return X[:, n]


@sample.misconception
def feature_for_sample(X, n):
    """The index stands in the last place, which is the features: samples are the first axis."""
    return X[:, :, n]


@sample.misconception
def samples_before(X, n):
    """`X[:n]` is the first n samples, all together: take a single one, with an index and no colon before
    it."""
    return X[:n]


@sample.misconception
def sample_transposed(X, n):
    """The right sample, but lying on its side, `(D, T)`: a row is a time step, a column a feature, `(T,
    D)`."""
    return X[n].T


@sample.misconception
def sample_flattened(X, n):
    """The right sample, but flattened to one long row: keep its two axes, `(T, D)`."""
    return X[n].ravel()


time_step = exercise(
    reference.time_step,
    stars=1,
    minutes=2,
    cases=data_cases,
    keras=lambda X, t: np.take(X, t, axis=1),
    oracle="NumPy",
    hints=[
        "Time is the second axis, so `t` goes into the second place of the brackets. What is in the first?",
        "A colon alone means “all of them”: `X[:, t]`.",
    ],
)


@time_step.misconception
def sample_for_time_step(X, t):
    """You took sample `t` and all of its steps: this `t` indexes the first axis.
    Time is the second one, so a colon and a comma go before `t`."""
    return X[t]


@time_step.misconception
def feature_for_time_step(X, t):
    """The index stands in the last place, which is the features: time is the second axis."""
    return X[:, :, t]


@time_step.misconception
def time_axis_kept(X, t):
    """`t:t+1` (a slice) and `[t]` (a list) keep the axis: `(N, 1, D)`. A plain index takes the axis
    away: `(N, D)`."""
    return X[:, t : t + 1]


@time_step.misconception
def steps_counted_from_1(X, t):
    """This is step `t - 1`: Python counts from 0, so the number needs no correction."""
    return X[:, t - 1]


@time_step.misconception
def step_after(X, t):
    """This is step `t + 1`, the one after: Python counts from 0, so the number needs no correction."""
    return X[:, t + 1]


@time_step.misconception
def steps_from_the_end(X, t):
    """A negative index counts from the end: `-t` is the t-th step from the back."""
    return X[:, -t]


@time_step.misconception
def last_step_always(X, t):
    """This is always the last step: use the argument `t`."""
    return X[:, -1]


@time_step.misconception
def first_step_always(X, t):
    """This is always step 0: use the argument `t`."""
    return X[:, 0]


@time_step.misconception
def steps_before(X, t):
    """`X[:, :t]` is all steps before `t`: take a single one, with an index and no colon before it."""
    return X[:, :t]


@time_step.misconception
def steps_so_far(X, t):
    """`X[:, :t+1]` is every step up to `t`: take a single one, with an index and no colon before it."""
    return X[:, : t + 1]


@time_step.misconception
def one_sample_only(X, t):
    """This is step `t` of sample 0 alone, `(D,)`: put a colon in the first place, to take it from every
    sample."""
    return X[0, t]


@time_step.misconception
def time_step_transposed(X, t):
    """The right numbers, but lying on their side, `(D, N)`: a row is a sample, a column a feature, `(N,
    D)`."""
    return X[:, t].T


feature = exercise(
    reference.feature,
    stars=1,
    minutes=2,
    cases=data_cases,
    keras=lambda X, d: np.take(X, d, axis=2),
    oracle="NumPy",
    hints=[
        "Features are the last of three axes: two places of the brackets come before it, and both are “all”.",
        "`X[:, :, d]`. Three dots stand for as many colons as are missing: `X[..., d]` is the same.",
    ],
)


@feature.misconception
def sample_for_feature(X, d):
    """You took sample `d`: `X[d]`, and `X[:][:][d]` as well, indexes the first axis. Features are the
    last one, so two colons go before `d`, in the same brackets."""
    return X[d]


@feature.misconception
def time_step_for_feature(X, d):
    """The index stands in the second place, which is time: features are the last axis."""
    return X[:, d]


@feature.misconception
def feature_axis_kept(X, d):
    """`d:d+1` (a slice) and `[d]` (a list) keep the axis: `(N, T, 1)`. A plain index takes the axis
    away: `(N, T)`."""
    return X[:, :, d : d + 1]


@feature.misconception
def features_counted_from_1(X, d):
    """This is feature `d - 1`: Python counts from 0, so the number needs no correction."""
    return X[:, :, d - 1]


@feature.misconception
def feature_after(X, d):
    """This is feature `d + 1`, the one after: Python counts from 0, so the number needs no correction."""
    return X[:, :, d + 1]


@feature.misconception
def features_from_the_end(X, d):
    """A negative index counts from the end: `-d` is the d-th feature from the back."""
    return X[:, :, -d]


@feature.misconception
def first_feature_always(X, d):
    """This is always feature 0: use the argument `d`."""
    return X[:, :, 0]


@feature.misconception
def features_before(X, d):
    """`X[:, :, :d]` is all features before `d`: take a single one, with an index and no colon before it."""
    return X[:, :, :d]


@feature.misconception
def feature_of_one_sample(X, d):
    """This is the feature in sample 0 alone, `(T,)`: put a colon in the first place, to take it from
    every sample."""
    return X[0, :, d]


@feature.misconception
def feature_transposed(X, d):
    """The right numbers, but lying on their side, `(T, N)`: a row is a sample, a column a time step, `(N,
    T)`."""
    return X[:, :, d].T


@feature.misconception
def feature_summed_over_time(X, d):
    """The feature is summed over time, `(N,)`: nothing is to be added up here, every step stays."""
    return X[:, :, d].sum(axis=1)


time_major = exercise(
    reference.time_major,
    stars=2,
    minutes=4,
    cases=data_cases,
    keras=lambda X: np.swapaxes(X, 0, 1),
    oracle="NumPy",
    hints=[
        "Whatever was at `X[n, t, d]` has to be at `[t, n, d]` afterwards: two axes change places, and the "
        "third one stays.",
        "`X.transpose(…)` takes the numbers of the old axes in their new order. Time, old axis 1, is to come "
        "first: then which?",
        "`X.transpose(1, 0, 2)`; or a stack of `time_step(X, t)` for every t.",
    ],
)


@time_major.misconception
def reshaped(X):
    """The shape is right, but a reshape only re-cuts the same row of numbers: samples get mixed up. What
    was `X[n, t]` has to be `[t, n]`: that is a transpose."""
    N, T, D = X.shape
    return X.reshape(T, N, D)


@time_major.misconception
def all_axes_turned_round(X):
    """`X.T` turns the order of all axes round, `(D, T, N)`: here only the first two change places, and D
    stays last."""
    return X.T


@time_major.misconception
def time_and_features_swapped(X):
    """You swapped time and features, `(N, D, T)`: it is samples and time that change places, `(T, N, D)`."""
    return X.swapaxes(1, 2)


@time_major.misconception
def samples_moved_to_the_end(X):
    """Samples went to the end, `(T, D, N)`: they belong in the second place, `(T, N, D)`."""
    return X.transpose(1, 2, 0)


@time_major.misconception
def features_moved_to_the_front(X):
    """Features came first, `(D, N, T)`: time has to be first, and features stay last, `(T, N, D)`."""
    return X.transpose(2, 0, 1)


@time_major.misconception
def left_as_it_was(X):
    """This is `X` as it came, `(N, T, D)`: `X.transpose(…)` leaves `X` itself alone, so return what it
    gives. A stack of time steps has to go along `axis=0`."""
    return X


@time_major.misconception
def steps_joined(X):
    """The time steps are joined end to end, `(T·N, D)`: `np.concatenate` and `np.vstack` make no new
    axis, `np.stack` does."""
    return np.concatenate([X[:, t] for t in range(X.shape[1])])


windows = exercise(
    reference.windows,
    stars=3,
    minutes=8,
    cases=series_cases,
    keras=_numpy_windows,
    oracle="NumPy",
    returns=("X", "Y"),
    hints=[
        "Write down the indices for a series of 6 values and T = 3: the windows are 0–2, 1–3 and 2–4, and "
        "their targets stand at 3, 4 and 5. So N = 3, and window n is `series[n : n + T]`.",
        "A list of the N windows becomes one array `(N, T)` with `np.stack`. The targets need no loop: they "
        "are all values from index T on.",
        "What is missing is the axis for the one feature: `X[:, :, None]` makes `(N, T, 1)` of `(N, T)`, and "
        "`Y[:, None]` makes `(N, 1)` of `(N,)`.",
    ],
)


def _views(series, T):
    """X and Y as they should be; the misconceptions below bend them."""
    return _numpy_windows(series, T)


@windows.misconception
def last_window_missing(series, T):
    """One window is missing, the last one: there are `len(series) - T` of them, and `range(N)` already
    stops before N."""
    X, Y = _views(series, T)
    return X[:-1], Y[:-1]


@windows.misconception
def first_window_missing(series, T):
    """One window is missing, the first one: it begins at index 0, and its target is `series[T]`."""
    X, Y = _views(series, T)
    return X[1:], Y[1:]


@windows.misconception
def window_without_a_target(series, T):
    """`X` has one window too many: nothing follows the last T values, so they have no target, and there
    are only `len(series) - T` windows."""
    return np.lib.stride_tricks.sliding_window_view(series, T)[:, :, None], series[T:, None]


@windows.misconception
def target_already_seen(series, T):
    """Your target is the window's own last value: the network would only have to copy it. The target is
    the value after the window, `series[n + T]`."""
    X, _ = _views(series, T)
    return X, X[:, -1]


@windows.misconception
def target_one_too_late(series, T):
    """Your target skips a value: right after `series[n : n + T]` comes `series[n + T]`, as a slice ends
    before its last index."""
    X, Y = _views(series, T)
    return X[:-1], Y[1:]


@windows.misconception
def windows_do_not_overlap(series, T):
    """Your windows do not overlap: each one begins a single step after the one before, at n = 0, 1, 2, …,
    not T steps after it."""
    X, Y = _views(series, T)
    return X[::T], Y[::T]


@windows.misconception
def no_feature_axis(series, T):
    """The feature axis is missing in `X` and in `Y`: a series has D = 1 features, and the shape says so,
    `(N, T, 1)` and `(N, 1)`. `[..., None]` adds it."""
    X, Y = _views(series, T)
    return X[:, :, 0], Y[:, 0]


@windows.misconception
def no_feature_axis_in_X(series, T):
    """The feature axis is missing in `X`: a series has D = 1 features, and the shape says so, `(N, T,
    1)`. `X[:, :, None]` adds it."""
    X, Y = _views(series, T)
    return X[:, :, 0], Y


@windows.misconception
def no_output_axis_in_Y(series, T):
    """`Y` lacks its second axis: each sample has one target, and the shape says so, `(N, 1)`. `Y[:,
    None]` adds it."""
    X, Y = _views(series, T)
    return X, Y[:, 0]


@windows.misconception
def feature_axis_in_the_middle(series, T):
    """`X` is `(N, 1, T)`: that is one step of T features. Time comes second and the single feature last,
    `(N, T, 1)`."""
    X, Y = _views(series, T)
    return X.swapaxes(1, 2), Y


@windows.misconception
def target_inside_the_window(series, T):
    """Your windows have T + 1 values: the target is in them too, so that nothing is left to predict.
    `series[n : n + T]` ends just before it."""
    X, Y = _views(series, T)
    return np.concatenate([X, Y[:, :, None]], axis=1), Y


@windows.misconception
def windows_read_backwards(series, T):
    """Inside each window time runs backwards: step 0 is the earliest value, step T - 1 the latest."""
    X, Y = _views(series, T)
    return X[:, ::-1], Y


@windows.misconception
def windows_in_reverse_order(series, T):
    """The windows stand in reverse order: sample 0 is the earliest window, the one that begins at
    `series[0]`."""
    X, Y = _views(series, T)
    return X[::-1], Y[::-1]


@windows.misconception
def X_and_Y_exchanged(series, T):
    """The two came back in the wrong order: `return X, Y`, the windows first and their targets second."""
    X, Y = _views(series, T)
    return Y, X


@windows.misconception
def next_window_as_target(series, T):
    """`Y` is the whole next window, `(N, T, 1)`: only one value is to be predicted, the one that follows,
    so `Y` is `(N, 1)`."""
    X, Y = _views(series, T)
    return X, np.concatenate([X[:, 1:], Y[:, :, None]], axis=1)
