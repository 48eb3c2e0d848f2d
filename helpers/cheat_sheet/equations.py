"""What the layers compute and how they learn: lines of NumPy, printed as they stand and run as they stand.

Each equation names the function of the reference that says the same; the tests compare them, and both with
Keras. Shapes are not written here: `running` reads them off.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from helpers.reference import (
    batches_and_sequences,
    bptt,
    digits,
    flatten_baseline,
    forward_loop,
    gru,
    lstm,
    stacked_and_bidirectional,
    training,
)

GIVEN = {
    "x_t": "N D",
    "X": "N T D",
    "mask": "N T",
    "h_last": "N M",
    "c_last": "N M",
    "h": "N M",
    "z": "N K",
    "Y": "N K",
    "Yhat": "N K",
}
"""What the lines start from, besides weights. What is missing, as an optimiser's `w`, may have any shape."""


@dataclass(frozen=True)
class Equation:
    """Some lines of NumPy, without its `np.`.

    Attributes:
        title: what stands above the lines.
        lines: either statements, or one function.
        reference: the function that says the same; its parameters are the names that the lines start from.
        result: the names that hold what it returns, in its order; or the name of the function.
        layers: the layers of Keras that the lines are about.
        weights: what the lines call the weights, a tuple for each cell that holds some: left of Python's `=`.
    """

    title: str
    lines: str
    reference: Callable[..., object]
    result: str
    layers: tuple[str, ...] = ()
    weights: str = "[]"

    @property
    def is_function(self) -> bool:
        return self.lines.startswith("def ")


def _both_directions(X, fwd, bwd):
    lesson = stacked_and_bidirectional
    return lesson.bidirectional_states(X, fwd, bwd), lesson.bidirectional_forward(X, fwd, bwd)


EQUATIONS = {
    "sigmoid": Equation(
        "from any number to one between 0 and 1",
        "def sigmoid(a):\n    return 1 / (1 + exp(-a))",
        lstm.sigmoid,
        "sigmoid",
    ),
    "SimpleRNN": Equation(
        "SimpleRNN(M)",
        "h = tanh(x_t @ Wx + h_last @ Wh + bh)",
        forward_loop.rnn_step,
        "h",
        ("SimpleRNN(M)",),
        "[(Wx, Wh, bh)]",
    ),
    "LSTM": Equation(
        "LSTM(M): besides the state h it carries a memory c",
        """\
i, f, candidate, o = split(x_t @ Wx + h_last @ Wh + b, 4, axis=-1)
c = sigmoid(f) * c_last + sigmoid(i) * tanh(candidate)
h = sigmoid(o) * tanh(c)""",
        lstm.lstm_step,
        "h, c",
        ("LSTM(M)",),
        "[(Wx, Wh, b)]",
    ),
    "GRU": Equation(
        "GRU(M), which is GRU(M, reset_after=True): the reset comes after the product",
        """\
xz, xr, xh = split(x_t @ Wx + b[0], 3, axis=-1)
hz, hr, hh = split(h_last @ Wh + b[1], 3, axis=-1)
z, r = sigmoid(xz + hz), sigmoid(xr + hr)
h = z * h_last + (1 - z) * tanh(xh + r * hh)""",
        functools.partial(gru.gru_step, reset_after=True),
        "h",
        ("GRU(M)",),
        "[(Wx, Wh, b)]",
    ),
    "GRU, reset before": Equation(
        "GRU(M, reset_after=False): the reset comes before the product",
        """\
xz, xr, xh = split(x_t @ Wx + b, 3, axis=-1)
Whz, Whr, Whh = split(Wh, 3, axis=-1)
z, r = sigmoid(xz + h_last @ Whz), sigmoid(xr + h_last @ Whr)
h = z * h_last + (1 - z) * tanh(xh + (r * h_last) @ Whh)""",
        functools.partial(gru.gru_step, reset_after=False),
        "h",
        ("GRU(M, reset_after=False)",),
        "[(Wx, Wh, b)]",
    ),
    "states": Equation(
        "every state of a SimpleRNN; for another cell, its step in the loop",
        """\
def states(X, Wx, Wh, bh):
    h, H = zeros((len(X), len(bh))), []
    for t in range(X.shape[1]):
        h = tanh(X[:, t] @ Wx + h @ Wh + bh)
        H.append(h)
    return stack(H, axis=1)""",
        batches_and_sequences.hidden_states,
        "states",
        ("SimpleRNN(M, return_sequences=True)",),
        "[(Wx, Wh, bh)]",
    ),
    "mask": Equation(
        "a mask (N, T), False where a step is padding: there the state stays as it is",
        """\
h = zeros((N, M))
for t in range(T):
    h_new = tanh(X[:, t] @ Wx + h @ Wh + bh)
    h = where(mask[:, t, None], h_new, h)""",
        batches_and_sequences.masked_last,
        "h",
        ("SimpleRNN(M)",),
        "[(Wx, Wh, bh)]",
    ),
    "stack": Equation(
        "a stack of two: the upper layer reads the states of the lower one",
        """\
lower, upper = layers
H = states(X, *lower)
h = states(H, *upper)[:, -1]""",
        stacked_and_bidirectional.stacked_forward,
        "h",
        ("SimpleRNN(M1, return_sequences=True)", "SimpleRNN(M2)"),
        "layers",
    ),
    "Bidirectional": Equation(
        "Bidirectional(SimpleRNN(M)): one half reads from the end, and is turned round again",
        """\
ahead = states(X, *fwd)
back = states(X[:, ::-1], *bwd)[:, ::-1]
H = concatenate([ahead, back], axis=-1)
h = concatenate([ahead[:, -1], back[:, 0]], axis=-1)""",
        _both_directions,
        "H, h",
        ("Bidirectional(SimpleRNN(M))",),
        "[fwd, bwd]",
    ),
    "Dense": Equation(
        "Dense(K)",
        "y = h @ Wo + bo",
        forward_loop.dense,
        "y",
        ("SimpleRNN(M)", "Dense(K)"),
        "[_, (Wo, bo)]",
    ),
    "softmax": Equation(
        'Dense(K, activation="softmax"): K scores z = h @ Wo + bo become K probabilities',
        """\
e = exp(z - z.max(axis=-1, keepdims=True))
y = e / e.sum(axis=-1, keepdims=True)""",
        digits.softmax,
        "y",
    ),
    "Flatten": Equation(
        'Flatten(), Dense(M, activation="relu"), Dense(K): all of a sample as one row',
        """\
rows = X.reshape(N, T * D)
hidden = maximum(rows @ W1 + b1, 0)
y = hidden @ W2 + b2""",
        flatten_baseline.forward_ann,
        "y",
        ("Flatten()", 'Dense(M, activation="relu")', "Dense(K)"),
        "[(W1, b1), (W2, b2)]",
    ),
    "LSTM to PyTorch": Equation(
        "nn.LSTM, and nn.RNN with M for 4M: only the sum of the two biases matters",
        """\
w_ih, w_hh = Wx.T, Wh.T
b_ih, b_hh = b, zeros_like(b)""",
        lstm.lstm_to_torch,
        "w_ih, w_hh, b_ih, b_hh",
        ("LSTM(M)",),
        "[(Wx, Wh, b)]",
    ),
    "GRU to PyTorch": Equation(
        "nn.GRU: blocks in the order r, z, n; the two biases stay two",
        """\
order = arange(3 * M).reshape(3, M)[[1, 0, 2]].ravel()
w_ih, w_hh = Wx.T[order], Wh.T[order]
b_ih, b_hh = b[0, order], b[1, order]""",
        gru.gru_to_torch,
        "w_ih, w_hh, b_ih, b_hh",
        ("GRU(M)",),
        "[(Wx, Wh, b)]",
    ),
    "mse": Equation(
        "the mean squared error, one number",
        "loss = mean((Yhat - Y) ** 2)",
        training.mse,
        "loss",
    ),
    "SGD": Equation(
        "SGD, with momentum",
        """\
velocity = momentum * velocity - lr * g
w = w + velocity""",
        training.sgd_step,
        "w, velocity",
    ),
    "Adam": Equation(
        "Adam, at step t = 1, 2, …",
        """\
m = beta_1 * m + (1 - beta_1) * g
v = beta_2 * v + (1 - beta_2) * g**2
alpha = lr * sqrt(1 - beta_2**t) / (1 - beta_1**t)
w = w - alpha * m / (sqrt(v) + epsilon)""",
        training.adam_step,
        "w, m, v",
    ),
    "clip": Equation(
        "clipping, clipnorm in Keras",
        """\
norm = sqrt((g**2).sum())
g = g * max_norm / maximum(norm, max_norm)""",
        bptt.clip_by_norm,
        "g",
    ),
    "BPTT": Equation(
        "SimpleRNN(M), Dense(K), forwards: H[t] is the state before step t",
        """\
H = [zeros((N, M))]
for t in range(T):
    H.append(tanh(X[:, t] @ Wx + H[t] @ Wh + bh))
Yhat = H[T] @ Wo + bo

# and backwards, from the loss to step 0; each d has the shape of its array
dY = 2 * (Yhat - Y) / Y.size
dWo, dbo, dh = H[T].T @ dY, dY.sum(axis=0), dY @ Wo.T
dWx, dWh, dbh = zeros_like(Wx), zeros_like(Wh), zeros_like(bh)
for t in reversed(range(T)):
    da = dh * (1 - H[t + 1] ** 2)
    dWx += X[:, t].T @ da
    dWh += H[t].T @ da
    dbh += da.sum(axis=0)
    dh = da @ Wh.T""",
        bptt.bptt,
        "dWx, dWh, dbh, dWo, dbo",
        ("SimpleRNN(M)", "Dense(K)"),
        "[(Wx, Wh, bh), (Wo, bo)]",
    ),
}
