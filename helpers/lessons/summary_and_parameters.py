"""Lesson 03: account for every number that `model.summary()` counts, and for every byte.

It teaches what the five weight arrays cost, that neither N nor T is paid for, and that M is paid for squared.
It leaves out what the numbers are (lesson 04), what is computed with them (05), and the counts of other
layers and cells (07, 10, 11 and 12).
"""

import functools
from bisect import bisect_right
from collections.abc import Callable, Iterable
from math import isqrt, sqrt

import numpy as np

from helpers.lessons.exercise import Case, exercise
from helpers.reference import summary_and_parameters as reference


def counted(rng: np.random.Generator) -> Iterable[Case]:
    """The model of the lesson, D = M = K, each size 1 in turn, and sizes that set all terms apart."""
    low, middle, high = sorted(rng.choice(np.arange(6, 20), 3, replace=False).tolist())
    same = int(rng.integers(4, 9))
    for D, M, K, note in (
        (3, 5, 2, "the model of this lesson"),
        (high, middle, low, ""),
        (low, high, middle, ""),
        (middle, low, high, ""),
        (same, same, same, "D = M = K"),
        (1, high, low, "one feature"),
        (low, 1, middle, "one hidden unit"),
        (middle, low, 1, "one output"),
        (10 * high, 60 + middle, 3 * low, "a larger model"),
    ):
        yield Case({"D": D, "M": M, "K": K}, {"D": D, "M": M, "K": K}, note=note)


def budgets(rng: np.random.Generator) -> Iterable[Case]:
    """Budgets at, just below and just above what some M costs; none at all; one for over 2,000 units.

    The largest is small enough that an answer which tries every M up to the budget ends in a few seconds.
    """

    def case(D: int, K: int, budget: int, why: str) -> Case:
        return Case({"D": D, "K": K}, {"D": D, "K": K, "budget": budget}, note=f"budget = {budget:,}: {why}")

    def cost(D: int, M: int, K: int) -> int:
        return reference.total_params(D, M, K)

    K = int(rng.integers(3, 6))
    D = 2 * K + int(rng.integers(1, 3))
    M = int(rng.integers(14, 30))
    many = int(rng.integers(2_050, 2_150))
    yield case(3, 2, 57, "an exact fit")
    yield case(3, 2, 56, "one too few for M = 5")
    yield case(D, K, cost(D, M, K), "an exact fit")
    yield case(D, K, cost(D, M, K) - 1, f"one too few for M = {M}")
    # What is paid for too much, one parameter, K, D - K or D, does no harm from so many more on.
    for more in (1, K - 1, K, D - K, D, M):
        yield case(D, K, cost(D, M, K) + more, f"{more} more than M = {M} needs")
    # By one more than a bias that was forgotten has, or both; and by all that Dense has.
    for short in (K + 1, M + 1, M + K + 1, M * K + K):
        yield case(D, K, cost(D, M, K) - short, f"{short} too few for M = {M}")
    yield case(D, K, cost(D, 1, K), "just enough for M = 1")
    yield case(D, K, cost(D, 1, K) - 1, "too little for M = 1")
    yield case(D, K, 0, "nothing to spend")
    yield case(D, K, -int(rng.integers(5, 50)), "less than nothing")
    yield case(D, K, -10_000, "far less than nothing")
    yield case(K, D, cost(K, many, D) + int(rng.integers(1, many)), "a large one")


@functools.cache
def _rnn_count(D: int, M: int) -> int:
    import keras

    # Zeros: the initializer that SimpleRNN has of itself would spend seconds on a large Wh.
    layer = keras.layers.SimpleRNN(M, kernel_initializer="zeros", recurrent_initializer="zeros")
    layer.build((None, None, D))
    return layer.count_params()


@functools.cache
def _dense_count(M: int, K: int) -> int:
    import keras

    layer = keras.layers.Dense(K, kernel_initializer="zeros")
    layer.build((None, M))
    return layer.count_params()


@functools.cache
def _count_and_bytes(D: int, M: int, K: int) -> tuple[int, int]:
    import keras

    inputs = keras.Input((None, D))
    hidden = keras.layers.SimpleRNN(M, recurrent_initializer="zeros")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(K)(hidden))
    return model.count_params(), sum(array.nbytes for array in model.get_weights())


def _keras_total(D: int, M: int, K: int) -> int:
    return _count_and_bytes(D, M, K)[0]


def _keras_bytes(D: int, M: int, K: int) -> int:
    return _count_and_bytes(D, M, K)[1]


def _keras_largest_M(D: int, K: int, budget: int) -> int:
    return _largest(lambda M: _rnn_count(D, M) + _dense_count(M, K), budget)


def _largest(cost: Callable[[int], int], budget: int) -> int:
    """How many M from 1 on have `cost(M) <= budget`, for a cost that grows with M and is at least M·M."""
    return bisect_right(range(1, isqrt(max(budget, 0)) + 1), budget, key=cost)


rnn_params = exercise(
    reference.rnn_params,
    stars=1,
    minutes=4,
    cases=counted,
    keras=_rnn_count,
    hints=[
        "The layer has three arrays: `Wx`, `Wh` and `bh`. How many numbers does an array of shape `(3, 5)` "
        "have?",
        "`Wx` takes D features to M units. `Wh` takes the M units of the last step to the M units of this "
        "one. `bh` has one number for each unit.",
        "The shapes are `(D, M)`, `(M, M)` and `(M,)`: multiply within each shape, then add the three.",
    ],
)


@rnn_params.misconception
def recurrent_kernel_forgotten(D, M):
    """`Wh` is not counted: every hidden unit also reads all M units of the last step, which takes M·M
    numbers more."""
    return D * M + M


@rnn_params.misconception
def bias_forgotten(D, M):
    """The bias `bh` is not counted: each of the M hidden units has one number that is added whatever comes
    in."""
    return D * M + M * M


@rnn_params.misconception
def bias_twice(D, M):
    """The bias is counted twice. PyTorch's RNN has two of them; Keras's SimpleRNN has one, `bh (M,)`."""
    return D * M + M * M + 2 * M


@rnn_params.misconception
def bias_per_feature(D, M):
    """The bias belongs to the hidden units, not to the features: `bh` has M numbers, not D."""
    return D * M + M * M + D


@rnn_params.misconception
def one_bias_for_all_units(D, M):
    """You count a single number for the bias: every hidden unit has its own, so `bh` has M of them."""
    return D * M + M * M + 1


@rnn_params.misconception
def kernel_only(D, M):
    """Only `Wx (D, M)` is counted. The layer has two arrays more: `Wh` for the last state, and the bias
    `bh`."""
    return D * M


@rnn_params.misconception
def input_kernel_forgotten(D, M):
    """`Wx` is not counted: the way from the D features to the M hidden units takes D·M numbers."""
    return M * M + M


@rnn_params.misconception
def each_unit_reads_itself_only(D, M):
    """You count M numbers for `Wh`, as if each unit read only its own last value. It reads all M of them:
    M·M."""
    return D * M + M + M


@rnn_params.misconception
def one_number_per_feature(D, M):
    """You count D numbers for `Wx`, one for each feature. Each feature goes to every hidden unit: D·M."""
    return D + M * M + M


@rnn_params.misconception
def size_of_the_output(D, M):
    """M is how many numbers come out of the layer at a step. Its parameters are the numbers inside it:
    `Wx`, `Wh`, `bh`."""
    return M


@rnn_params.misconception
def four_times(D, M):
    """This is four times the count: an LSTM has that many parameters, and a SimpleRNN that many bytes.
    Count each number once."""
    return 4 * (D * M + M * M + M)


@rnn_params.misconception
def T_times(D, M):
    """This is T = 10 times the count: the same numbers are used again at every step, so T does not enter."""
    return 10 * (D * M + M * M + M)


@rnn_params.misconception
def T_in_Wx(D, M):
    """You count `Wx` once for each of the T = 10 steps. There is one `Wx`, used again at every step."""
    return 10 * D * M + M * M + M


@rnn_params.misconception
def letters_exchanged(D, M):
    """D and M have changed places: the arguments come in the order `rnn_params(D, M)`, and `Wh` is (M, M)."""
    return M * D + D * D + D


@rnn_params.misconception
def square_of_the_features(D, M):
    """You count D·D for `Wh`. It leads from hidden units to hidden units: (M, M)."""
    return D * M + D * D + M


@rnn_params.misconception
def caret_for_a_power(D, M):
    """In Python `^` is not a power (it works on bits): write `M * M` or `M**2`."""
    return D * M + M ^ 2 + M


dense_params = exercise(
    reference.dense_params,
    stars=1,
    minutes=2,
    cases=counted,
    keras=_dense_count,
    hints=[
        "This layer has two arrays: `Wo`, which takes M units to K outputs, and the bias `bo`.",
        "The shapes are `(M, K)` and `(K,)`. Nothing goes back to an earlier step: there is no third array.",
    ],
)


@dense_params.misconception
def output_bias_forgotten(M, K):
    """The bias `bo` is not counted: each of the K outputs has one."""
    return M * K


@dense_params.misconception
def bias_per_input(M, K):
    """The bias belongs to the outputs, not to the inputs of the layer: `bo` has K numbers, not M."""
    return M * K + M


@dense_params.misconception
def output_bias_twice(M, K):
    """The bias is counted twice: `bo` has K numbers, one for each output."""
    return M * K + 2 * K


@dense_params.misconception
def one_bias_for_all_outputs(M, K):
    """You count a single number for the bias: every output has its own, so `bo` has K of them."""
    return M * K + 1


@dense_params.misconception
def bias_on_both_sides(M, K):
    """A bias is counted for the hidden units too: `Dense` has one for its K outputs alone; the units' own
    is the SimpleRNN's."""
    return M * K + M + K


@dense_params.misconception
def recurrent_too(M, K):
    """You count an array `(K, K)` as in a recurrent layer: `Dense` keeps no state, so it has `Wo` and `bo`
    alone."""
    return M * K + K * K + K


@dense_params.misconception
def added_up(M, K):
    """M + K counts the ends, not the connections: each of the M units goes to each of the K outputs, which
    makes M·K."""
    return M + K


total_params = exercise(
    reference.total_params,
    stars=1,
    minutes=2,
    cases=counted,
    keras=_keras_total,
    hints=[
        "You have counted both layers already: call the two functions that you wrote.",
        "`Input` has no parameters. What is left is one SimpleRNN on D features, and one Dense on M inputs.",
    ],
)


@total_params.misconception
def dense_forgotten(D, M, K):
    """Only the SimpleRNN is counted: the Dense layer has M·K + K numbers more."""
    return D * M + M * M + M


@total_params.misconception
def rnn_forgotten(D, M, K):
    """Only the Dense layer is counted: the SimpleRNN has D·M + M·M + M numbers more."""
    return M * K + K


@total_params.misconception
def Wh_forgotten(D, M, K):
    """`Wh` is not counted: every hidden unit also reads all M units of the last step, which takes M·M
    numbers."""
    return D * M + M + M * K + K


@total_params.misconception
def both_biases_forgotten(D, M, K):
    """The biases are not counted: there are M of them in the SimpleRNN and K in the Dense layer."""
    return D * M + M * M + M * K


@total_params.misconception
def bh_forgotten(D, M, K):
    """The bias of the SimpleRNN, `bh (M,)`, is not counted."""
    return D * M + M * M + M * K + K


@total_params.misconception
def bo_forgotten(D, M, K):
    """The bias of the Dense layer, `bo (K,)`, is not counted."""
    return D * M + M * M + M + M * K


@total_params.misconception
def bh_twice(D, M, K):
    """The bias of the SimpleRNN is counted twice. PyTorch's RNN has two; Keras's has one, `bh (M,)`."""
    return D * M + M * M + 2 * M + M * K + K


@total_params.misconception
def bh_per_feature(D, M, K):
    """You count D numbers for `bh`: the bias belongs to the hidden units, so it has M."""
    return D * M + M * M + D + M * K + K


@total_params.misconception
def dense_on_the_features(D, M, K):
    """You count the Dense layer on D inputs. It never sees the features: what it reads are the M hidden
    units."""
    return D * M + M * M + M + D * K + K


@total_params.misconception
def layers_multiplied(D, M, K):
    """You multiply the counts of the two layers: they stand one after the other, each with its own numbers,
    so add them."""
    return (D * M + M * M + M) * (M * K + K)


@total_params.misconception
def input_counted(D, M, K):
    """D is counted once more for `Input`: it only hands the features on, and has no parameters at all."""
    return D + D * M + M * M + M + M * K + K


@total_params.misconception
def bytes_in_place_of_the_count(D, M, K):
    """This is the size in bytes: each number takes four of them. Here the numbers themselves are
    counted."""
    return reference.size_in_bytes(D, M, K)


@total_params.misconception
def T_times_the_total(D, M, K):
    """This is T = 10 times the count: the same numbers are used again at every step, so T does not enter."""
    return 10 * reference.total_params(D, M, K)


size_in_bytes = exercise(
    reference.size_in_bytes,
    stars=1,
    minutes=3,
    cases=counted,
    keras=_keras_bytes,
    hints=[
        "All numbers of the model have the same type, float32. How many bytes does one of them take?",
        "32 bits are 32 / 8 bytes. Multiply that by `total_params(D, M, K)`.",
    ],
)


@size_in_bytes.misconception
def count_in_place_of_bytes(D, M, K):
    """This is the number of parameters, not of bytes: each of them is a float32, which takes more than one
    byte."""
    return reference.total_params(D, M, K)


@size_in_bytes.misconception
def float64(D, M, K):
    """You count 8 bytes for each number. That is float64, NumPy's own choice; Keras keeps weights in
    float32."""
    return 8 * reference.total_params(D, M, K)


@size_in_bytes.misconception
def float16(D, M, K):
    """You count 2 bytes for each number, which is float16: Keras, unless told otherwise, keeps weights in
    float32."""
    return 2 * reference.total_params(D, M, K)


@size_in_bytes.misconception
def bits(D, M, K):
    """This is the size in bits: 8 bits are one byte, so a float32 has 4 bytes."""
    return 32 * reference.total_params(D, M, K)


@size_in_bytes.misconception
def four_bits(D, M, K):
    """You take 4 for bits and divide by 8 again: a float32 has 32 bits, and that is 4 bytes already."""
    return 4 * reference.total_params(D, M, K) // 8


@size_in_bytes.misconception
def in_kB_of_1024(D, M, K):
    """This is the size in kB, rounded: here bytes are asked for, so nothing is divided by 1024."""
    return 4 * reference.total_params(D, M, K) // 1024


@size_in_bytes.misconception
def in_kB_of_1000(D, M, K):
    """This is the size in kB, rounded: here bytes are asked for, so nothing is divided by 1000."""
    return 4 * reference.total_params(D, M, K) // 1000


@size_in_bytes.misconception
def rnn_alone(D, M, K):
    """Only the SimpleRNN's bytes are counted: the numbers of the Dense layer take room too."""
    return 4 * reference.rnn_params(D, M)


@size_in_bytes.misconception
def dense_alone(D, M, K):
    """Only the Dense layer's bytes are counted: the numbers of the SimpleRNN take room too."""
    return 4 * reference.dense_params(M, K)


@size_in_bytes.misconception
def without_the_biases(D, M, K):
    """The biases are left out: they are float32 numbers like all others, and take 4 bytes each."""
    return 4 * (D * M + M * M + M * K)


@size_in_bytes.misconception
def without_Wh(D, M, K):
    """`Wh (M, M)` is left out: it is float32 like all others, and takes 4·M·M bytes."""
    return 4 * (D * M + M + M * K + K)


largest_M = exercise(
    reference.largest_M,
    stars=2,
    minutes=8,
    cases=budgets,
    keras=_keras_largest_M,
    hints=[
        "Try M = 1, 2, 3, … with `total_params(D, M, K)`. The count only grows, so the first M that is too "
        "dear ends the search.",
        "Begin with `M = 0`, and go on while the next one still fits: "
        "`while total_params(D, M + 1, K) <= budget:`.",
        "In the loop there is one line, `M = M + 1`. Where not even M = 1 fits, the loop never turns, and M "
        "is still 0.",
    ],
)


def _fitting(D: int, K: int, budget: int) -> int:
    """`largest_M` by halving: the misconceptions below are all tried on a wrong answer, and bend this."""
    return _largest(lambda M: reference.total_params(D, M, K), budget)


@largest_M.misconception
def first_that_is_too_dear(D, K, budget):
    """This is the first M that no longer fits: the answer is the one before it."""
    return _fitting(D, K, budget) + 1


@largest_M.misconception
def first_that_reaches_the_budget(D, K, budget):
    """This is the first M that reaches the budget or goes over it: where it goes over, it does not fit, and
    the answer is the one before it."""
    return _fitting(D, K, budget - 1) + 1


@largest_M.misconception
def one_short(D, K, budget):
    """You stop one too early: the next larger M still fits into the budget."""
    return max(_fitting(D, K, budget) - 1, 0)


@largest_M.misconception
def strictly_below(D, K, budget):
    """You ask for fewer parameters than the budget. A model that uses it up to the last one fits: `<=`, not
    `<`."""
    return _fitting(D, K, budget - 1)


@largest_M.misconception
def at_least_one(D, K, budget):
    """Where not even M = 1 fits, your answer is 1: that model would cost more than the budget, so 0 is
    due."""
    return max(_fitting(D, K, budget), 1)


@largest_M.misconception
def input_paid_for(D, K, budget):
    """D is paid for once more, for `Input`: it only hands the features on, and has no parameters at all."""
    return _largest(lambda M: D + reference.total_params(D, M, K), budget)


@largest_M.misconception
def bo_paid_for_twice(D, K, budget):
    """The output's bias `bo (K,)` is paid for twice: `dense_params` has counted it already."""
    return _largest(lambda M: K + reference.total_params(D, M, K), budget)


@largest_M.misconception
def D_and_K_exchanged(D, K, budget):
    """D and K changed places in the count: the D features come in, the K outputs go out, and the bias `bo`
    has K numbers."""
    return _largest(lambda M: reference.total_params(K, M, D), budget)


@largest_M.misconception
def dense_not_paid_for(D, K, budget):
    """The budget is spent on the SimpleRNN alone: the Dense layer's M·K + K have to fit in as well."""
    return _largest(lambda M: reference.rnn_params(D, M), budget)


@largest_M.misconception
def biases_not_paid_for(D, K, budget):
    """The biases are not paid for: they are M + K numbers of the model."""
    return _largest(lambda M: D * M + M * M + M * K, budget)


@largest_M.misconception
def bo_not_paid_for(D, K, budget):
    """The output's bias `bo (K,)` is not paid for: it costs K numbers whatever M is."""
    return _largest(lambda M: D * M + M * M + M + M * K, budget)


@largest_M.misconception
def bh_not_paid_for(D, K, budget):
    """The bias of the SimpleRNN, `bh (M,)`, is not paid for."""
    return _largest(lambda M: D * M + M * M + M * K + K, budget)


@largest_M.misconception
def Wh_not_paid_for(D, K, budget):
    """`Wh` is not paid for: the count grows with M·M, so a division by what one unit costs does not do."""
    return max((budget - K) // (D + 1 + K), 0)


@largest_M.misconception
def square_root_of_the_budget(D, K, budget):
    """This is the square root of the budget, as if `Wh (M, M)` were all there is to pay for."""
    return isqrt(max(budget, 0))


@largest_M.misconception
def budget_in_bytes(D, K, budget):
    """You compare bytes with the budget: it counts parameters, of which each takes four bytes."""
    return _largest(lambda M: reference.size_in_bytes(D, M, K), budget)


@largest_M.misconception
def what_it_costs(D, K, budget):
    """This is how many parameters the largest model has: asked for is its M."""
    M = _fitting(D, K, budget)
    return reference.total_params(D, M, K) if M else 0


@largest_M.misconception
def rounded(D, K, budget):
    """You solve for M and round to the nearest: where that rounds up, the model no longer fits. Always
    round down."""
    b = D + 1 + K
    return max(round((sqrt(max(b * b + 4 * (budget - K), 0)) - b) / 2), 0)
