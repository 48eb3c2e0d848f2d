# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# [[ title ]]
#
# What you need: the loop over time (lesson 5) with many samples in it (lesson 6), and how to count parameters (lesson
# 3).
#
# A SimpleRNN forgets. In this lesson you see why, and meet the cell that was invented against it: the LSTM, *long
# short-term memory*. It looks frightening in most books. It is four small layers that you know already, side by side,
# and three multiplications.

# %%
from helpers import check, figures, hint, stepper

# %%
import keras
import numpy as np
import pandas as pd
from tensorflow.keras.layers import LSTM, LSTMCell, SimpleRNN

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## Why a SimpleRNN forgets
#
# In lesson 5 you gave the smallest network, D = M = 1, a single knock: 1 at t = 0, and then silence. What came after
# was an echo, `h = tanh(h_last * wh)`, again and again.
#
# **A guess, before you run it:** with `wh = 0.8` the echo fades. Will `wh = 1` keep it for ever? And `wh = 1.2`?

# %%
T = 31
knock = np.zeros((1, T, 1))
knock[0, 0, 0] = 1


def echo(wh):
    """The states (T,) of a SimpleRNN with one unit after a knock."""
    layer = SimpleRNN(1, return_sequences=True)
    layer.build(knock.shape)
    layer.set_weights([np.ones((1, 1)), np.full((1, 1), wh), np.zeros(1)])
    return layer(knock).numpy()[0, :, 0]


figures.echoes({f"wh = {wh}": echo(wh) for wh in (0.8, 1.0, 1.2)})

# %% [markdown]
# With 0.8 the knock is gone after a dozen steps. With 1 it fades as well, only slower: tanh takes a little off each
# time. With 1.2 something stays, but look at it again: a knock of 0.1 would end at the same 0.66. The unit says
# *that* something was, and no longer *what*.
#
# The trouble is that the whole state goes through `Wh` and through tanh at every single step, whether there is
# anything new or not. A memory should stay as it is until something is worth writing down.

# %% [markdown]
# ## A memory, and gates around it
#
# An LSTM hands on two arrays from step to step, both `(M,)`: the state `h`, as before, and a **memory** `c`. The
# memory has a road of its own, the thick line at the top. No matrix and no tanh stands on it, only one multiplication
# and one sum.
#
# (Names differ. Many books call c the *cell state*; the documentation of Keras calls it the *carry state*, and h, of
# all things, the *memory state*. In this course the memory is c.)

# %%
figures.lstm_cell(D=3, M=5)

# %% [markdown]
# Read it from below. `z` is what a SimpleRNN computes before its tanh, but four times as wide, `(4M,)`. It is cut
# into four blocks of M numbers:
#
# | block | name | squashed by | it says |
# | --- | --- | --- | --- |
# | `i` | input gate | sigmoid | how much of the candidate is written |
# | `f` | forget gate | sigmoid | how much of the old memory is kept |
# | `c` | candidate | tanh | what might be written |
# | `o` | output gate | sigmoid | how much of the memory is shown |
#
# And then, unit by unit, where $\odot$ multiplies entry by entry, as `*` does in NumPy:
#
# $$c = f \odot c_{last} + i \odot \tilde c \qquad\qquad h = o \odot \tanh(c) \qquad\qquad \text{all of them } (M,)$$
#
# Mind: **block c makes the candidate $\tilde c$; it is not the memory c.** It has its letter from the memory that it
# wants to become part of. In code we call it `candidate`.

# %% [markdown]
# ### A gate is a number between 0 and 1
#
# A gate is made by the **sigmoid** $\sigma(a) = 1/(1 + e^{-a})$. It is tanh's sister, but goes from 0 to 1, where tanh
# goes from -1 to 1. We define it once; you may use it in your answers below.
#
# **A guess:** what is `sigmoid(0)`? And about what are `sigmoid(-10)` and `sigmoid(10)`?

# %%
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


a = np.array([-10, -2, 0, 1, 2, 10])
pd.DataFrame({"a": a, "sigmoid(a)": sigmoid(a)}).round(4)

# %% [markdown]
# Far below zero a gate is shut, 0. Far above it is open, 1. At zero it is half open.
#
# **One more, in your head:** one unit, with the old memory `c_last` = 2. Its gates are f = 0.5, i = 1, o = 0, and the
# candidate is -0.4. What are the new memory `c` and the new state `h`?

# %%
f, i, candidate, o = 0.5, 1, -0.4, 0
c = f * 2 + i * candidate
h = o * np.tanh(c)
print("c =", c, " h =", h)

# %% [markdown]
# Half of 2 was kept, and -0.4 was added. But nothing of it is shown, as the output gate is shut: a memory may be full
# and say nothing.
#
# Mind the name of f. The *forget* gate forgets when it is **shut**: f = 1 keeps everything.

# %% [markdown]
# ## Four times as many numbers
#
# Here is a layer of Keras with D = 3 and M = 4. The four blocks are side by side in each of its three arrays, with a
# line between them.

# %%
keras.utils.set_random_seed(10)
layer = LSTM(4)
layer.build((None, None, 3))
Wx, Wh, b = layer.get_weights()

figures.weights(Wx=Wx, Wh=Wh, b=b)

# %% [markdown]
# **Look at `b`:** nobody has trained this layer, so you would expect zeros. Four of its numbers are not. By the picture
# of the cell, which gate is that? And why would one want it so at the start? Keep your guess for a moment.

# %% [markdown]
# [[ exercise("lstm_params") ]]
#
# How many parameters has `LSTM(M)` on D features? Work it out from the letters: `lstm_params(1, 1)` is 12.

# %% nbgrader={"grade": false, "grade_id": "lstm_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def lstm_params(D, M):
    """The number of parameters (an int) of LSTM(M) on D features."""
    ### BEGIN SOLUTION
    return 4 * (D * M + M * M + M)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_lstm_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(lstm_params)
### BEGIN HIDDEN TESTS
check(lstm_params, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("lstm_params") ]]

# %% [markdown]
# [[ exercise("split_gates") ]]
#
# Cut an array into the blocks of the four gates, `(Wi, Wf, Wc, Wo)`. It shall serve all three arrays of the layer:
#
# | goes in | come out, four times |
# | --- | --- |
# | `Wx` (D, 4M) | (D, M) |
# | `Wh` (M, 4M) | (M, M) |
# | `b` (4M,) | (M,) |
#
# The smallest example: `split_gates(np.array([1.0, 2.0, 3.0, 4.0]), 1)` gives the arrays `[1.]`, `[2.]`, `[3.]` and
# `[4.]`.

# %% nbgrader={"grade": false, "grade_id": "split_gates", "locked": false, "schema_version": 3, "solution": true, "task": false}
def split_gates(W, M):
    """The blocks of i, f, c and o: four arrays, each M long on its last axis, where W is 4M long."""
    ### BEGIN SOLUTION
    return W[..., :M], W[..., M : 2 * M], W[..., 2 * M : 3 * M], W[..., 3 * M :]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_split_gates", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(split_gates)
### BEGIN HIDDEN TESTS
check(split_gates, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("split_gates") ]]

# %% [markdown]
# ### Which block is which gate? Ask Keras
#
# The picture *claims* the order i, f, c, o. No array says so: let us test the claim, with one unit that hears nothing.
# `Wx` and `Wh` are zero, and it begins with the memory 1. Then we pull one block after the other down to -100, and watch
# what becomes of the memory and the state.
#
# Our start is `b = [0, 0, 1, 0]`. This 1 is not the forget gate's, which you have just seen in Keras's bias: it stands in
# block 2, and is there only so that something is written.
#
# `LSTMCell` is a single step of an `LSTM` layer. It takes the input and the list `[h, c]`, and gives the state h twice: as
# its output, which goes to `_` here, and in the list of both for the next step, `(h, c)`.
#
# **A guess:** pull down the input gate, and what is written is gone. Which of c and h changes if the *output* gate is
# pulled down?

# %%
def one_step(b):
    """The memory c and the state h of one unit that hears nothing, after one step from c_last = 1."""
    unit = LSTMCell(1)
    unit.build((None, 1))
    unit.set_weights([np.zeros((1, 4)), np.zeros((1, 4)), b])
    _, (h, c) = unit(np.zeros((1, 1)), [np.zeros((1, 1)), np.ones((1, 1))])
    return c.numpy().item(), h.numpy().item()


start = np.array([0.0, 0.0, 1.0, 0.0])
tried = {"nothing": one_step(start)}
for block in range(4):
    pulled = start.copy()
    pulled[block] = -100
    tried[f"block {block}"] = one_step(pulled)

pd.DataFrame(tried, index=["c", "h"]).T.rename_axis("pulled down").round(2) + 0.0  # + 0.0 turns -0 into 0

# %% [markdown]
# Check it with the formulas. Untouched, all gates are half open, and the candidate is tanh(1) = 0.76: so
# c = 0.5 · 1 + 0.5 · 0.76 = 0.88.
#
# - Block 0: c is 0.5, only what was kept. Nothing was written: this is **i**.
# - Block 1: c is 0.38, only what was written. Nothing was kept: this is **f**.
# - Block 2: c is 0.5 - 0.5 = 0. What was written is -1: this is the **candidate**.
# - Block 3: c is as it was, but h is 0. Nothing is shown: this is **o**.
#
# The claim holds; the order of Keras is **i, f, c, o**. So the four ones in Keras's `b` were in block 1: with a bias of
# 1 the forget gate begins at sigmoid(1) = 0.73 and not at 0.5: an untrained LSTM shall rather keep than forget. This 1 is
# in `b` already, where you find it with `get_weights`; nothing has to be added to it.

# %% [markdown]
# [[ exercise("lstm_step") ]]
#
# Write the step of the picture: from `x_t (D,)`, `h_last (M,)` and `c_last (M,)` to `h (M,)` and `c (M,)`, in this
# order. You may call your `split_gates`, and `sigmoid` from above.
#
# It shall also serve a batch: `x_t (N, D)`, `h_last (N, M)` and `c_last (N, M)` give `h (N, M)` and `c (N, M)`. If
# you always speak of the *last* axis, there is nothing more to do for it.
#
# The smallest example: with D = M = 1 and all weights zero, every gate is half open and the candidate is 0. So from
# `c_last = [2.]` it makes `c = [1.]` and `h = [0.3808]`, which is half of tanh(1).

# %% nbgrader={"grade": false, "grade_id": "lstm_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def lstm_step(x_t, h_last, c_last, Wx, Wh, b):
    """The new state h and memory c: x_t (D,), h_last (M,), c_last (M,), or each with N in front."""
    ### BEGIN SOLUTION
    i, f, candidate, o = split_gates(x_t @ Wx + h_last @ Wh + b, len(Wh))
    c = sigmoid(f) * c_last + sigmoid(i) * np.tanh(candidate)
    h = sigmoid(o) * np.tanh(c)
    return h, c
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_lstm_step", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(lstm_step)
### BEGIN HIDDEN TESTS
check(lstm_step, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("lstm_step") ]]

# %% [markdown]
# ## A whole sequence
#
# Keras gives all there is to see with two options that you know from lesson 6. **A guess:** there are three arrays
# now. Two of them hold the same numbers in one place. Where?

# %%
keras.utils.set_random_seed(11)
N, T, D, M = 6, 4, 2, 5
X = np.random.default_rng(10).standard_normal((N, T, D)).astype("float32")

layer = LSTM(M, return_sequences=True, return_state=True)
H, h, c = (array.numpy() for array in layer(X))

print("H (N, T, M) =", H.shape)
print("h (N, M)    =", h.shape)
print("c (N, M)    =", c.shape)
print("H[:, -1] is h:", np.allclose(H[:, -1], h), "   H[:, -1] is c:", np.allclose(H[:, -1], c))

# %% [markdown]
# The state h is the last one of H. The memory c is in none of them: an LSTM shows its states to the layers behind it
# and keeps its memory to itself. `return_state=True` is the only way to see it, and whoever wants to go on where the
# layer stopped needs both.
#
# [[ exercise("lstm_forward") ]]
#
# Write the loop: from `X (N, T, D)` to all states `H (N, T, M)`, the last state `h (N, M)` and the last memory `c (N,
# M)`. Both h and c are zeros before the first step. You may call your `lstm_step`.
#
# With the layer above, your three arrays, in this order, have to be those of Keras.

# %% nbgrader={"grade": false, "grade_id": "lstm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def lstm_forward(X, Wx, Wh, b):
    """All states H (N, T, M), the last state h (N, M), the last memory c (N, M) for X (N, T, D)."""
    ### BEGIN SOLUTION
    N, T, _ = X.shape
    h = np.zeros((N, len(Wh)))
    c = np.zeros((N, len(Wh)))
    states = []
    for t in range(T):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), h, c
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_lstm_forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(lstm_forward)
mine = lstm_forward(X, *layer.get_weights())
for name, yours, due in zip("Hhc", mine, (H, h, c), strict=True):
    print(name, "agrees with Keras:", np.allclose(yours, due, atol=1e-5))
### BEGIN HIDDEN TESTS
check(lstm_forward, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("lstm_forward") ]]

# %% [markdown]
# **If you want to see it**, right or wrong: the stepper from lesson 5 runs your `lstm_step` over the first sample, beside
# the true one, and marks the first t at which the two part. This cell never fails.

# %%
stepper(X[0], *layer.get_weights(), answer=lstm_step)

# %% [markdown]
# In a model, an LSTM stands where a SimpleRNN stood. Here it is in the model of lesson 2, with (T, D, M, K) = (10, 3, 5, 2).
# **A guess:** which of the shapes on the three arrows are other ones now? And where is c?

# %%
figures.draw(keras.Sequential([keras.Input((10, 3)), LSTM(5), keras.layers.Dense(2)]))

# %% [markdown]
# None: `(N, T, D)`, `(N, M)`, `(N, K)` as ever, and the Dense layer has its 12 numbers. All that is new is inside the layer:
# arrays of four blocks each, so 180 numbers in place of 45. And c is on no arrow, since it never leaves.

# %% [markdown]
# ## How long does it remember?
#
# Back to the knock. We program an LSTM with D = M = 1 by hand: its input gate and its output gate are always open,
# the candidate is tanh of the input, and the forget gate is a number that we choose. In the silence nothing new
# comes, so only $c = f \cdot c_{last}$ is left.
#
# **A guess:** how much of the knock is left after 30 steps with f = 0.9? And with f = 0.99?

# %%
def run(x, Wx, Wh, b):
    """The states (T,) and the memories (T,) of one unit for x (T, D), step by step in Keras's own cell."""
    unit = LSTMCell(1)
    unit.build((None, x.shape[1]))
    unit.set_weights([Wx, Wh, b])
    h, c = np.zeros((1, 1)), np.zeros((1, 1))
    states, memories = [], []
    for x_t in x:
        _, (h, c) = unit(x_t[None], [h, c])
        states.append(h.numpy().item())
        memories.append(c.numpy().item())
    return np.array(states), np.array(memories)


Wx = np.array([[0.0, 0.0, 1.0, 0.0]])  # only the candidate hears the input
Wh = np.zeros((1, 4))


def memory_of_a_knock(f):
    b = np.array([100, np.log(f / (1 - f)), 0, 100])  # the number whose sigmoid is f
    _, memories = run(knock[0], Wx, Wh, b)
    return memories


left = {"SimpleRNN, wh = 0.8": echo(0.8)}
for f in (0.73, 0.9, 0.99, 0.999):
    left[f"LSTM, f = {f}"] = memory_of_a_knock(f)

figures.echoes(left)

# %% [markdown]
# The SimpleRNN's echo is the black dashed line. The LSTMs begin at 0.76, which is tanh(1), the candidate. Of that, 0.9³⁰ =
# 4 % is left at the end with f = 0.9, 0.99³⁰ = 74 % with 0.99, and 0.999³⁰ = 97 % with 0.999.
#
# An LSTM fresh from Keras, with f = 0.73, is no better than the SimpleRNN! But its forget gate can be *learned*, and no
# tanh eats from what it keeps.
#
# The same holds for gradients. The chain rule multiplies by the same f at each step on the way back along the
# memory's road, where a SimpleRNN multiplies by `Wh` and by the slope of tanh. With f near 1 what an early step
# should have done differently is still heard. That was the reason for inventing it.

# %% [markdown]
# ## Gates that move
#
# So far our gates stood still. In earnest they hear the input and the last state, and decide anew at every step. Here
# is a memory programmed by hand with D = 4 features: a value, and three signals.
#
# - `write` opens the input gate,
# - `erase` shuts the forget gate,
# - `read` opens the output gate.

# %%
by_hand = {
    "value": [1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1, 1],
    "write": [0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
    "erase": [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
    "read": [0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0],
}
x = np.array(list(by_hand.values()), dtype=float).T  # (T, D)

#               i    f    c    o
Wx = np.array([[0.0, 0.0, 10.0, 0.0],  # value
               [20.0, 0.0, 0.0, 0.0],  # write
               [0.0, -20.0, 0.0, 0.0],  # erase
               [0.0, 0.0, 0.0, 20.0]])  # read
Wh = np.zeros((1, 4))
b = np.array([-10.0, 10.0, 0.0, -10.0])
print("x (T, D) =", x.shape, "  Wx (D, 4M) =", Wx.shape, "  Wh (M, 4M) =", Wh.shape, "  b (4M,) =", b.shape)

# %% [markdown]
# Read the numbers: without a signal the input gate is sigmoid(-10), shut. With it, it is sigmoid(-10 + 20), open.
# The forget gate is open, unless it is told otherwise.
#
# **A guess:** at which steps does h differ from zero, and what is in the memory at the end?

# %%
Z = x @ Wx + b  # (T, 4M); Wh is zero, so all steps can be done at once
states, memories = run(x, Wx, Wh, b)

figures.gates(
    by_hand,
    {"i": sigmoid(Z[:, 0]), "f": sigmoid(Z[:, 1]), "o": sigmoid(Z[:, 3])},
    {"c": memories, "h": states},
)

# %% [markdown]
# At t = 1 the value -1 is written. It stays for four more steps, whatever the value says, until it is erased at
# step 6. It shows when it is read, at t = 3 and 5, as tanh(-1) = -0.76 (the picture rounds it to -0.8). The reading at
# t = 7 finds nothing. At t = 8 the memory takes a 1.
#
# Go through it once more, step by step. The bars say how far each gate is open.

# %%
stepper(x, Wx, Wh, b, t=1)

# %% [markdown]
# A memory cell of a computer does no more. But here every gate is a smooth number, so it can be found by training.

# %% [markdown]
# [[ exercise("latch_weights") ]]
#
# Now program one yourself: a **latch**. It has D = 2 features, a value (-1 or 1) and a signal (0 or 1), and M = 1
# unit. Whenever the signal is 1, the memory c takes the value in place of what it had. While the signal is 0, it
# stays. Before the first signal it is 0.
#
# | t | 0 | 1 | 2 | 3 | 4 | 5 |
# | --- | --- | --- | --- | --- | --- | --- |
# | value | 1 | -1 | 1 | 1 | -1 | 1 |
# | signal | 0 | 1 | 0 | 1 | 0 | 0 |
# | memory c | 0 | -1 | -1 | 1 | 1 | 1 |
#
# What is new: there is no signal to erase. Return `Wx (D, 4M) = (2, 4)` with the value in row 0 and the signal in row
# 1, `Wh (M, 4M) = (1, 4)` and `b (4M,) = (4,)`, in this order. There are many right answers: the check puts yours into a
# Keras LSTM, and looks at the memory, to within 0.1. A value has to last: it looks after nine steps of silence, too.

# %% nbgrader={"grade": false, "grade_id": "latch_weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def latch_weights():
    """Wx (2, 4), Wh (1, 4), b (4,) of an LSTM that keeps the last value that came with a signal."""
    ### BEGIN SOLUTION
    #               i    f    c    o
    Wx = np.array([[0.0, 0.0, 10.0, 0.0],  # value
                   [20.0, -20.0, 0.0, 0.0]])  # signal: opens i and shuts f
    Wh = np.zeros((1, 4))
    b = np.array([-10.0, 10.0, 0.0, 10.0])
    return Wx, Wh, b
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_latch_weights", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(latch_weights)
### BEGIN HIDDEN TESTS
check(latch_weights, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("latch_weights") ]]

# %% [markdown]
# ## The same cell in PyTorch
#
# Here is PyTorch's `nn.LSTM` beside that of Keras. Its documentation calls the candidate g.
#
# | | Keras `LSTM` | PyTorch `nn.LSTM` |
# | --- | --- | --- |
# | before the gates | $x\,W_x + h_{last}\,W_h + b$ | $W_{ih}\,x + b_{ih} + W_{hh}\,h_{last} + b_{hh}$ |
# | order | i, f, c, o | i, f, g, o |
# | input to hidden | `Wx` (D, 4M) | `w_ih` (4M, D) |
# | hidden to hidden | `Wh` (M, 4M) | `w_hh` (4M, M) |
# | bias | `b` (4M,) | `b_ih` (4M,) and `b_hh` (4M,) |
# | forget bias before training | 1 | like all the others: random, around 0 |
#
# The two agree on the order: only the letter is another. Don't rely on it elsewhere. TensorFlow 1 had i, c, f, o and
# added the 1 of the forget gate *inside* the step; some courses write i, f, o, c; and for the GRU of the next lesson
# even Keras and PyTorch differ. When an LSTM moves house, the order of the gates is the first thing to ask for,
# because no shape will complain.
#
# What does differ is what you know from lesson 4: the kernels lie on their side, and there are two biases, of which
# only the sum matters. PyTorch keeps two because the library behind it, NVIDIA's cuDNN, does.
#
# And the shapes? In lesson 4 the square `Wh` could hide a missing transpose. **A guess:** can it do so here?

# %%
Wx, Wh, b = layer.get_weights()
print("Wh  (M, 4M) =", Wh.shape)
print("Wh.T (4M, M) =", Wh.T.shape)

# %% [markdown]
# Not any more: `Wh` is wide, and its transpose is tall. A mistake in it is an error now, and not a wrong number.
#
# [[ exercise("lstm_to_torch") ]]
#
# Turn Keras's `Wx (D, 4M), Wh (M, 4M), b (4M,)` into PyTorch's `w_ih (4M, D), w_hh (4M, M), b_ih (4M,), b_hh (4M,)`.
# PyTorch itself is not needed: the check puts your arrays into its formula, and compares h and c with Keras's layer.
#
# An example of the shapes: with (D, M) = (2, 5), `Wx (2, 20)` becomes `w_ih (20, 2)`.

# %% nbgrader={"grade": false, "grade_id": "lstm_to_torch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def lstm_to_torch(Wx, Wh, b):
    """w_ih (4M, D), w_hh (4M, M), b_ih (4M,), b_hh (4M,) of the same LSTM in PyTorch."""
    ### BEGIN SOLUTION
    return Wx.T, Wh.T, b, np.zeros_like(b)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_lstm_to_torch", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(lstm_to_torch)
### BEGIN HIDDEN TESTS
check(lstm_to_torch, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("lstm_to_torch") ]]

# %% [markdown]
# ## What you can do now
#
# - Take an LSTM's three arrays apart into four gates, and say which is which.
# - Compute its states and its memory by hand, to the last digits of `float32`.
# - Program a memory with your own numbers, and carry an LSTM over to PyTorch.
#
# Next: [Fewer gates](../11_gru/gru.ipynb). The GRU does nearly the same with three blocks in place of four and no
# second memory; and it hides a trap in its bias.
