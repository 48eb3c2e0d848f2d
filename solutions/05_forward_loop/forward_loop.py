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
# What you need: the five letters (lesson 1), the model (lesson 2) and its five weight arrays (lesson 4).
#
# Keras answers `model.predict(X)` in a blink, and says nothing about how. In this lesson you write what it does.
# It is one line, repeated T times, and one line more. After it, nothing in this network is hidden from you.

# %%
from helpers import check, figures, hint, stepper

# %%
import keras
import numpy as np
import pandas as pd
from tensorflow.keras.layers import Dense, Input, SimpleRNN
from tensorflow.keras.models import Model

np.set_printoptions(precision=4, suppress=True)
keras.utils.set_random_seed(5)

# %% [markdown]
# ## The picture to keep in mind
#
# The network reads one time step after the other. It is drawn once for every step here, but it is one network: the
# same `Wx`, `Wh` and `bh` at each step. What changes is the input `x[t]`, and the **hidden state** `h`, the M numbers
# that the network hands on to itself.

# %%
figures.unrolled(T=4, D=3, M=5, K=2)

# %% [markdown]
# Here is the model of the lessons before, with (N, T, D) = (1, 10, 3), M = 5 hidden units and K = 2 outputs.

# %%
N, T, D, M, K = 1, 10, 3, 5, 2
X = np.random.default_rng(0).standard_normal((N, T, D))

i = Input(shape=(T, D))
x = SimpleRNN(M)(i)
x = Dense(K)(x)
model = Model(i, x)

Yhat = model.predict(X, verbose=0)
Yhat

# %% [markdown]
# These K = 2 numbers are what we are after. The weights that they are made with:

# %%
Wx, Wh, bh = model.layers[1].get_weights()
Wo, bo = model.layers[2].get_weights()
figures.weights(Wx=Wx, Wh=Wh, bh=bh, Wo=Wo, bo=bo)

# %% [markdown]
# Both biases are zero, because nobody has trained this model yet. That is bad for learning: forget a zero, and you
# will never know. So we give the model other biases, and ask it again.

# %%
rng = np.random.default_rng(1)
bh = rng.normal(0, 0.5, M).astype("float32")
bo = rng.normal(0, 0.5, K).astype("float32")
model.layers[1].set_weights([Wx, Wh, bh])
model.layers[2].set_weights([Wo, bo])

Yhat = model.predict(X, verbose=0)
Yhat

# %% [markdown]
# ## One step
#
# At step t the network knows two things: the input `x[t]`, D numbers, and the state that the step before left behind,
# M numbers. We call that one `h_last`, "last" as in "last week": the state of the step before. From both it makes the
# new state `h`, M numbers again:
#
# $$h = \tanh(x_t\,W_x + h_{last}\,W_h + b_h)$$
#
# $$(M,) \;=\; (D,)\,(D, M) \;+\; (M,)\,(M, M) \;+\; (M,)$$
#
# Everything in it is a row vector times a matrix, with the vector on the left. Watch how the sizes fit: in each
# product the inner letters are the same, and go away.

# %%
figures.step(D=3, M=5)

# %% [markdown]
# Take the three parts one by one. **Before you run the next cell:** which shape does each of them have?

# %%
x_0 = X[0, 0]
h_before = np.array([0.5, -0.5, 0.0, 0.9, -0.9])  # some state, so that there is something to remember
print("x_0           ", x_0.shape)
print("x_0 @ Wx      ", (x_0 @ Wx).shape)
print("h_before @ Wh ", (h_before @ Wh).shape)
print("bh            ", bh.shape)

# %% [markdown]
# Three times `(M,) = (5,)`: one number for each hidden unit, from the input, from the memory, and from the bias.
# They have the same shape, so they add up number by number.
#
# The sum can be any number. `tanh` squashes it to between -1 and 1. Without it, a state could grow at every step,
# without end. **A guess:** what is `np.tanh(0)`, about what is `np.tanh(0.1)`, and about what is `np.tanh(10)`?

# %%
np.tanh(np.array([0, 0.1, 1, 10]))

# %% [markdown]
# Near zero it changes almost nothing; far from zero it is flat.

# %%
figures.tanh()

# %% [markdown]
# [[ exercise("rnn_step") ]]
#
# Write one step: from `x_t (D,)` and `h_last (M,)` to the new state `h (M,)`. It is one line: put into NumPy what the
# picture shows.
#
# The check tries it with other sizes than those above, and asks Keras what is right.

# %% nbgrader={"grade": false, "grade_id": "rnn_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rnn_step(x_t, h_last, Wx, Wh, bh):
    """The new state h (M,) from x_t (D,) and h_last (M,), with Wx (D, M), Wh (M, M), bh (M,)."""
    ### BEGIN SOLUTION
    return np.tanh(x_t @ Wx + h_last @ Wh + bh)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_rnn_step", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(rnn_step)
### BEGIN HIDDEN TESTS
check(rnn_step, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("rnn_step") ]]

# %% [markdown]
# ## From a state to an output
#
# M numbers of memory are not an answer yet. The last layer, `Dense(K)`, makes K outputs of them:
#
# $$y = h\,W_o + b_o \qquad (K,) = (M,)\,(M, K) + (K,)$$

# %%
figures.dense(M=5, K=2)

# %% [markdown]
# `Dense(K)` was made without an activation, so there is none here: an output may be any number, 1000 as well as -3.
#
# [[ exercise("dense") ]]
#
# Write it: from a state `h (M,)` to an output `y (K,)`.

# %% nbgrader={"grade": false, "grade_id": "dense", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dense(h, Wo, bo):
    """The output y (K,) from a state h (M,), with Wo (M, K), bo (K,)."""
    ### BEGIN SOLUTION
    return h @ Wo + bo
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dense", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(dense)
### BEGIN HIDDEN TESTS
check(dense, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("dense") ]]

# %% [markdown]
# ## Many steps: where memory comes from
#
# Before the loop, look at the smallest recurrent network there is: D = 1 feature and M = 1 unit, so that `Wx`, `Wh`
# and `bh` are plain numbers. It gets a single knock, 1, and then silence: 0, 0, 0, …
#
# **A guess, before you run it:** the inputs after the first are all zero. What are the states after the first?

# %%
wx, wh, b = 1.0, 0.8, 0.0

start = 0.0  # nothing was before
after_0 = np.tanh(1 * wx + start * wh + b)
after_1 = np.tanh(0 * wx + after_0 * wh + b)
after_2 = np.tanh(0 * wx + after_1 * wh + b)
after_3 = np.tanh(0 * wx + after_2 * wh + b)

table = {"x[t]": [1, 0, 0, 0], "h_last": [start, after_0, after_1, after_2], "h": [after_0, after_1, after_2, after_3]}
pd.DataFrame(table).rename_axis("t").round(4)

# %% [markdown]
# An echo. Read the table along its diagonals: the `h` of one row is the `h_last` of the next. The knock came once, at
# t = 0, and yet every later state still knows of it, through `h_last * wh` alone. That is all the memory a SimpleRNN
# has.
#
# Three rules make the loop:
#
# 1. Before the first step there is nothing to remember: the state is zeros, `(M,)`.
# 2. Step t takes `x[t]`, and the state that step t - 1 left.
# 3. What a step makes is handed on to the next.

# %% [markdown]
# ### Step through it
#
# Here is the loop at work on our model and its sample `X[0]`. Each column is one hidden unit, and its numbers add up from
# top to bottom. Move the slider, or press the arrow keys, and watch two things: how a column becomes an `h`, and how that
# `h` comes back as `h_last` one step later. **A guess, before you go to t = 0:** one of the three parts of the sum is all
# zeros there. Which one?

# %%
stepper(X[0], Wx, Wh, bh, Wo, bo, t=1)

# %% [markdown]
# It is `h_last @ Wh`: nothing was before, so there is nothing to remember. Now go to t = 9, the last step. Its y is the
# `Yhat` from the beginning of this lesson, number by number.

# %% [markdown]
# [[ exercise("forward") ]]
#
# Now the whole network for one sample `x (T, D)`: go through time from the first row to the last, and turn the **last**
# state into the output `(K,)`. You may call your `rnn_step` and `dense`.
#
# With the model above, `forward(X[0], Wx, Wh, bh, Wo, bo)` has to give the two numbers of `Yhat[0]`. When your answer is
# right, the cell below it shows both.

# %% nbgrader={"grade": false, "grade_id": "forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def forward(x, Wx, Wh, bh, Wo, bo):
    """The output (K,) after the last step of one sample x (T, D)."""
    ### BEGIN SOLUTION
    h_last = np.zeros(len(bh))
    for t in range(len(x)):
        h = rnn_step(x[t], h_last, Wx, Wh, bh)
        h_last = h
    return dense(h, Wo, bo)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(forward)
print("your forward(X[0], …):", forward(X[0], Wx, Wh, bh, Wo, bo))
print("model.predict(X)[0]:  ", model.predict(X, verbose=0)[0])
### BEGIN HIDDEN TESTS
check(forward, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("forward") ]]

# %% [markdown]
# **If you want to see it**, right or wrong: the stepper runs your own function beside the true loop, and marks the first t
# at which the two part. This cell never fails, even if nothing is written yet.

# %%
stepper(X[0], Wx, Wh, bh, Wo, bo, answer=forward)  # or your rnn_step, to see its h at every step

# %% [markdown]
# ## Every step has an output
#
# The network could speak at every step, not only at the last: any state can go through `dense`. Keras shows the states
# if it is asked for sequences. It is the same layer with the same weights.

# %%
every_state = SimpleRNN(M, return_sequences=True)
every_state.build((None, T, D))
every_state.set_weights([Wx, Wh, bh])

H = every_state(X.astype("float32")).numpy()
print("all states of all samples: (N, T, M) =", H.shape)

figures.states(H[0])

# %% [markdown]
# Each column is one time step, each row one hidden unit; every number lies between -1 and 1. (The picture is turned, so
# that time runs to the right. In the array, `H[0]` of shape `(T, M)`, time runs down: `H[0, t]` is the state after step
# t.) Only the last column goes into `model.predict`. The others were needed all the same: each was the way to the next.

# %% [markdown]
# [[ exercise("forward_all") ]]
#
# Give the output at **every** step: `Yhats (T, K)`, row t from the state after step t.
#
# It is the loop of `forward`, which leaves an output behind at every turn. Its last row is what Keras predicts.

# %% nbgrader={"grade": false, "grade_id": "forward_all", "locked": false, "schema_version": 3, "solution": true, "task": false}
def forward_all(x, Wx, Wh, bh, Wo, bo):
    """The outputs (T, K) after every step of one sample x (T, D)."""
    ### BEGIN SOLUTION
    h_last = np.zeros(len(bh))
    Yhats = []
    for t in range(len(x)):
        h = rnn_step(x[t], h_last, Wx, Wh, bh)
        Yhats.append(dense(h, Wo, bo))
        h_last = h
    return np.stack(Yhats)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_forward_all", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(forward_all)
print("the last row of your Yhats:", forward_all(X[0], Wx, Wh, bh, Wo, bo)[-1])
print("model.predict(X)[0]:       ", model.predict(X, verbose=0)[0])
### BEGIN HIDDEN TESTS
check(forward_all, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("forward_all") ]]

# %% [markdown]
# ## How equal is equal?
#
# Keras computes in `float32`, which keeps about seven digits; NumPy, unless told otherwise, in `float64`, which keeps
# about sixteen. So your numbers and Keras's agree to about the sixth or seventh digit, and not to the last bit of the
# computer. **A guess:** which of these two lines says True?

# %%
a = np.float32(0.1)
b = np.float64(0.1)
print(a == b)
print(np.allclose(a, b))

# %% [markdown]
# Compare such numbers with `np.allclose`, never with `==`. The checks do it in this way too: `float32` or `float64`, and
# any order of adding up, is right.

# %% [markdown]
# ## What you can do now
#
# - Compute one step of a SimpleRNN by hand, and say the shape of every part of it.
# - Write the loop over T that `model.predict` runs, and know what its state starts from.
# - Say what the network would have put out at every step, not only at the last.
#
# Next: [Many samples, every step](../06_batches_and_sequences/batches_and_sequences.ipynb). There is still an N to be
# done: your loop reads one sample, `model.predict` reads a thousand at once.
