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
# What you need: the loop over one sample (lesson 5), and how to slice a batch (lesson 1).
#
# So far one sample went through the network, and one output came out. Real models take many samples at once.
# Some put out a value at every step. Some go on where they stopped. And real sequences have different lengths.
# All four turn out to be small changes to the loop that you already have.

# %%
from helpers import check, figures, hint

from timeit import timeit

import numpy as np
from tensorflow.keras.layers import Dense, Input, Masking, SimpleRNN
from tensorflow.keras.models import Model
from tensorflow.keras.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## Many samples, one loop
#
# Here is a batch of three samples, cut into its time steps. Look at what goes into the network at step 1.

# %%
N, T, D, M, K = 3, 4, 2, 5, 6
figures.batch_loop(N, T, D, M)

# %% [markdown]
# The state has grown an axis. It was one row of M numbers, `(M,)`; now it has a row for every sample, `(N, M)`.
# The formula is the same, with N in front of the data and of nothing else:
#
# $$
# \underbrace{h_t}_{(N,\,M)} = \tanh\big(\;
# \underbrace{X_t}_{(N,\,D)}\;\underbrace{W_x}_{(D,\,M)} \;+\;
# \underbrace{h_{t-1}}_{(N,\,M)}\;\underbrace{W_h}_{(M,\,M)} \;+\;
# \underbrace{b_h}_{(M,)}\;\big)
# $$
#
# The weights have no N. All samples go through the same network, and none of them knows of the others.
#
# **A guess:** `X_t` holds one step of three samples, `(N, D) = (3, 2)`. Is row 1 of `X_t @ Wx` the same as
# `X_t[1] @ Wx`?

# %%
rng = np.random.default_rng(6)
X_t = rng.normal(size=(N, D))
Wx = rng.normal(size=(D, M))

print("row 1 of X_t @ Wx:", (X_t @ Wx)[1])
print("     X_t[1] @ Wx :", X_t[1] @ Wx)

# %% [markdown]
# It is. A matrix product treats every row on its own, so one `@` does for N samples what N small products would do.
#
# The bias has the shape `(M,)`, and `X_t @ Wx` has `(N, M)`. They can be added all the same: NumPy adds the bias to
# every row. This is called *broadcasting*.

# %%
np.zeros((N, M)) + np.array([1, 2, 3, 4, 5])

# %% [markdown]
# ### Which slice is a time step?
#
# Take a batch with `(N, T, D) = (3, 4, 2)`.
#
# **A guess:** what are the shapes of `X[1]` and `X[:, 1]`, in letters? Which of them is step 1 of the batch?

# %%
X = np.random.default_rng(0).standard_normal((N, T, D))

print("X[1]   ", X[1].shape)
print("X[:, 1]", X[:, 1].shape)

# %%
figures.tensor(X, "N T D", name="X", highlight=np.s_[:, 1])

# %% [markdown]
# `X[1]` is `(T, D)`: all steps of sample 1. `X[:, 1]` is `(N, D)`: step 1 of all samples, and that is what the
# network takes in at step 1, the `X_t` of the formula with t = 1. A loop that takes `X[t]` instead can run without any error. But it walks from sample
# to sample as if they were moments in time, and its numbers mean nothing.
#
# Keras has done batches all along. The cell below gives its model biases that are not zero, as you did in lesson 5,
# and asks for the answer to reach:

# %%
set_random_seed(6)
inputs = Input(shape=(T, D))
outputs = Dense(K)(SimpleRNN(M)(inputs))
model = Model(inputs, outputs)

Wx, Wh, _, Wo, _ = model.get_weights()
bh, bo = rng.normal(0, 0.5, M), rng.normal(0, 0.5, K)
model.set_weights([Wx, Wh, bh, Wo, bo])

Yhat = model.predict(X, verbose=0)
print("(N, K) =", Yhat.shape)
print(Yhat)

# %% [markdown]
# [[ exercise("forward_batch") ]]
#
# Compute the outputs of a whole batch, as `model.predict(X)` does: from `X (N, T, D)` to `Yhat (N, K)`. The states
# start as zeros. Row n of the result belongs to sample n.
#
# With `(N, T, D) = (3, 4, 2)`, M = 5 and K = 6 as above, an array `(3, 6)` comes out.
#
# Two loops, one over samples and one over steps, can be right, and the check takes them. But aim for **one
# loop, over T only**.


# %% nbgrader={"grade": false, "grade_id": "forward_batch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def forward_batch(X, Wx, Wh, bh, Wo, bo):
    """Output after the last step of every sample: X (N, T, D) to Yhat (N, K)."""
    ### BEGIN SOLUTION
    N, T, _ = X.shape
    h_last = np.zeros((N, len(bh)))
    for t in range(T):
        h = np.tanh(X[:, t] @ Wx + h_last @ Wh + bh)
        h_last = h
    return h_last @ Wo + bo
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_forward_batch", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(forward_batch)
mine = forward_batch(X, *model.get_weights())
print("agrees with model.predict(X):", np.allclose(mine, Yhat, atol=1e-5))
### BEGIN HIDDEN TESTS
check(forward_batch, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("forward_batch") ]]

# %% [markdown]
# ### Why the other loop stays
#
# The loop over samples went away because samples don't wait for each other. Time steps do: step t needs the state
# of step t - 1. So this loop stays, in Keras too.
#
# **A guess:** a batch has N = 1000 samples of T = 10 steps. Two loops start 10 000 small products with `Wx`, one loop
# starts 10 large ones. The numbers to multiply are the same. Is one loop faster, and if so, about twice, or more?

# %%
large = rng.normal(size=(1000, 10, D))


def one_by_one():
    for n in range(1000):
        for t in range(10):
            large[n, t] @ Wx


def all_at_once():
    for t in range(10):
        large[:, t] @ Wx


two_loops = min(timeit(one_by_one, number=1) for _ in range(5))
one_loop = min(timeit(all_at_once, number=1) for _ in range(5))
print("one loop is faster:          ", one_loop < two_loops)
print("and at least 5 times as fast:", 5 * one_loop < two_loops)

# %% [markdown]
# Each `@` is one call into fast compiled code, and the call itself takes longer than so small a product. One loop makes
# a thousand times fewer calls. That is why Keras asks for batches.
#
# ## Every step: `return_sequences`
#
# The loop computes a state at each step, and throws all but the last away. What if we keep them? There are four
# ways to wire one recurrent layer. Two matter here: the second, which is `forward_batch`, and the fourth, which keeps
# everything. (`RepeatVector(T)`, in the third, gives the same input to every step.)

# %%
figures.many_to_many(4)

# %% [markdown]
# In Keras, `return_sequences=True` keeps every state. The output gains the axis T, and the weights stay as they are.

# %%
last_only = SimpleRNN(M)
every_step = SimpleRNN(M, return_sequences=True)
for layer in (last_only, every_step):
    layer.build(X.shape)
    layer.set_weights([Wx, Wh, bh])

h = np.asarray(last_only(X))
H = np.asarray(every_step(X))

print("return_sequences=False  (N, M)    =", h.shape)
print("return_sequences=True   (N, T, M) =", H.shape)

# %% [markdown]
# **A guess:** `h` must be somewhere inside `H`. Which slice is it: `H[-1]`, `H[:, -1]` or `H[:, :, -1]`?

# %%
print("H[-1]      ", H[-1].shape)
print("H[:, -1]   ", H[:, -1].shape)
print("H[:, :, -1]", H[:, :, -1].shape)
print("H[:, -1] is h:", np.allclose(H[:, -1], h))

# %% [markdown]
# `H[:, -1]` is the last *step* of every sample. `H[-1]` is the last *sample*.
#
# Each sample has a history of its own. In the picture time runs from left to right, and each unit is a row. The array
# `H[n]`, `(T, M)`, is turned the other way: each step is a row.

# %%
figures.states(H)

# %% [markdown]
# ### Where does the new axis go?
#
# Suppose a loop has left two arrays `(N, M) = (3, 5)` in a list, one for each step. `np.stack` joins them, and it
# has to be told where the new axis goes. So that you can see whose number is whose, every number here is 10 n + t.

# %%
n = np.arange(N)[:, None]
steps = [10 * n + t + np.zeros((N, M)) for t in (0, 1)]

print("np.stack(steps)                 ", np.stack(steps).shape)
print("np.stack(steps, axis=1)         ", np.stack(steps, axis=1).shape)
print("np.stack(steps).reshape(3, 2, 5)", np.stack(steps).reshape(3, 2, 5).shape)

# %% [markdown]
# The last two have the same shape.
#
# **A guess:** do they hold the same numbers? Sample 0 should have 0 at the first step and 1 at the second.

# %%
print("stacked with axis=1, sample 0, unit 0:", np.stack(steps, axis=1)[0, :, 0])
print("reshaped,            sample 0, unit 0:", np.stack(steps).reshape(3, 2, 5)[0, :, 0])

# %% [markdown]
# The reshape gives sample 0 the first step of sample 1, and loses its own second one. You met this in lesson 1: a
# reshape is not a transpose.
#
# [[ exercise("hidden_states") ]]
#
# Return the states after every step, as `SimpleRNN(M, return_sequences=True)` does: from `X (N, T, D)` to
# `H (N, T, M)`. The zeros before the first step are not among them: `H[:, 0]` is the state *after* step 0.
#
# With `(N, T, D) = (3, 4, 2)` and M = 5, an array `(3, 4, 5)` comes out.


# %% nbgrader={"grade": false, "grade_id": "hidden_states", "locked": false, "schema_version": 3, "solution": true, "task": false}
def hidden_states(X, Wx, Wh, bh):
    """The state after every step of every sample: X (N, T, D) to H (N, T, M)."""
    ### BEGIN SOLUTION
    N, T, _ = X.shape
    h_last = np.zeros((N, len(bh)))
    states = []
    for t in range(T):
        h = np.tanh(X[:, t] @ Wx + h_last @ Wh + bh)
        states.append(h)
        h_last = h
    return np.stack(states, axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_hidden_states", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(hidden_states)
### BEGIN HIDDEN TESTS
check(hidden_states, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("hidden_states") ]]

# %% [markdown]
# ## An output at every step
#
# Put a Dense layer behind `return_sequences=True`, and there is an output at every step: *many to many*. A model
# that says of each word whether it is a noun, a verb or something else works like this.
#
# Our model, with (D, M, K) = (2, 5, 6), has M (D + M + 1) = 40 parameters in its recurrent layer and K (M + 1) = 36 in
# its Dense layer, 76 in all.
#
# **A guess:** now the Dense layer puts out something at each of T = 4 steps. Does it have 36 parameters, or 4 · 36?

# %%
inputs = Input(shape=(T, D))
every_output = Model(inputs, Dense(K)(SimpleRNN(M, return_sequences=True)(inputs)))

print("many to one:   (N, K)    =", model.output_shape, "   ", model.count_params(), "parameters")
print("many to many:  (N, T, K) =", every_output.output_shape, every_output.count_params(), "parameters")

# %% [markdown]
# Still 36. `Dense` looks at the last axis alone: it takes M numbers, gives K numbers, and does so with the same
# `Wo (M, K)` and `bo (K,)` at every step of every sample.
#
# $$
# \underbrace{\hat Y}_{(N,\,T,\,K)} = \underbrace{H}_{(N,\,T,\,M)}\;\underbrace{W_o}_{(M,\,K)} + \underbrace{b_o}_{(K,)}
# $$
#
# NumPy's `@` does the same. With more than two axes on the left, it multiplies along the last one and keeps the rest:

# %%
(np.ones((N, T, M)) @ np.ones((M, K))).shape

# %% [markdown]
# [[ exercise("many_to_many") ]]
#
# Return the output after every step of every sample: from `X (N, T, D)` to `Yhats (N, T, K)`. You may call your own
# `hidden_states`.
#
# With `(N, T, D) = (3, 4, 2)`, M = 5 and K = 6, an array `(3, 4, 6)` comes out.


# %% nbgrader={"grade": false, "grade_id": "many_to_many", "locked": false, "schema_version": 3, "solution": true, "task": false}
def many_to_many(X, Wx, Wh, bh, Wo, bo):
    """The output after every step of every sample: X (N, T, D) to Yhats (N, T, K)."""
    ### BEGIN SOLUTION
    return hidden_states(X, Wx, Wh, bh) @ Wo + bo
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_many_to_many", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(many_to_many)
### BEGIN HIDDEN TESTS
check(many_to_many, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("many_to_many") ]]

# %% [markdown]
# ## Carry the state on
#
# A sensor never stops. Nobody waits for the end of such a sequence; it is read in parts. The state is all that a
# recurrent network remembers, so the state is all that the second part needs from the first.

# %%
figures.carried_state(4, 3)

# %% [markdown]
# Two options of Keras do this. `return_state=True` returns the last state beside the output. `initial_state=`
# hands a state to a call, in place of zeros. Here are N = 2 samples of 7 steps:

# %%
long = rng.normal(size=(2, 7, D))
layer = SimpleRNN(M, return_sequences=True, return_state=True)
layer.build(long.shape)
layer.set_weights([Wx, Wh, bh])

whole, _ = layer(long)
first, handed_over = layer(long[:, :4])
second, _ = layer(long[:, 4:], initial_state=handed_over)

print("first  (N, 4, M) =", tuple(first.shape), " its last state (N, M) =", tuple(handed_over.shape))
print("second (N, 3, M) =", tuple(second.shape))
joined = np.concatenate([first, second], axis=1)
print("joined they are the whole:", np.allclose(joined, whole, atol=1e-6))

# %% [markdown]
# **A guess:** what if the second part starts from zeros instead? Will all three of its states be off, or the
# first alone?

# %%
forgetful, _ = layer(long[:, 4:])
for t, off in enumerate(np.abs(forgetful - whole[:, 4:]).max(axis=(0, 2)), start=4):
    print(f"step {t}: off by up to {off:.2f}")

# %% [markdown]
# All of them. A wrong start lives on in every later state. In many networks it fades step by step, but no step puts
# it right.
#
# [[ exercise("forward_from") ]]
#
# Start from the states `h0 (N, M)`, one row for each sample, in place of zeros. Return two arrays: all states
# `H (N, T, M)`, and the last one `h_last (N, M)`, in this order. Leave `h0` as it is: whoever called you may need it.
#
# Mind the names: `h0` is the state *before* step 0, and `H[:, 0]` the one after it. Inside the loop `h_last` is what the
# step before left behind; the `h_last` that you return is what the last step of all left behind.
#
# With `(N, T, D) = (2, 7, 2)` and M = 5, two arrays come out: `(2, 7, 5)` and `(2, 5)`. When your answer is right, the
# check cell cuts the sequences from above in two, carries your state on, and compares with the whole.


# %% nbgrader={"grade": false, "grade_id": "forward_from", "locked": false, "schema_version": 3, "solution": true, "task": false}
def forward_from(X, h0, Wx, Wh, bh):
    """All states and the last one, from X (N, T, D) and h0 (N, M) on: H (N, T, M) and h_last (N, M)."""
    ### BEGIN SOLUTION
    h_last = h0
    states = []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h_last @ Wh + bh)
        states.append(h)
        h_last = h
    return np.stack(states, axis=1), h_last
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_forward_from", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(forward_from)
first, h = forward_from(long[:, :4], np.zeros((2, M)), *layer.get_weights())
second, h = forward_from(long[:, 4:], h, *layer.get_weights())
joined = np.concatenate([first, second], axis=1)
print("your two parts joined are the whole:", np.allclose(joined, whole, atol=1e-5))
### BEGIN HIDDEN TESTS
check(forward_from, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("forward_from") ]]

# %% [markdown]
# ## Padding and masks
#
# An array has one T for all samples, but sequences have lengths of their own. So the short ones are filled up with
# steps that mean nothing. This is *padding*. A *mask* `(N, T)` of True and False says which steps are real. Here are
# five samples of T = 4 steps. Each state bears the number of the step that made it: `h₁` is the state after step 1.

# %%
mask = np.array(
    [
        [True, True, True, True],
        [True, True, False, False],
        [False, False, True, True],
        [True, False, False, True],
        [False, False, False, False],
    ]
)
figures.masking(mask)

# %% [markdown]
# At a padded step the state waits: it goes through unchanged. The last state of each sample is then the one after
# its last real step, wherever the padding stands. A sample with no real step keeps the zeros that it started with.
#
# Padding is usually zeros. A zero input adds nothing to the sum, `0 @ Wx` is 0.
#
# **A guess:** is a mask needed at all, then? Or does a step with `x_t = 0` leave the state as it is?

# %%
short = rng.normal(size=(1, 2, D))
filled = np.concatenate([short, np.zeros((1, 2, D))], axis=1)
real = np.array([[True, True, False, False]])

print("two real steps:       ", np.asarray(last_only(short))[0])
print("and two of zeros:     ", np.asarray(last_only(filled))[0])
print("the same, with a mask:", np.asarray(last_only(filled, mask=real))[0])

# %% [markdown]
# The mask is needed. With `x_t = 0` the step still computes `tanh(h_last @ Wh + bh)`, and that is another state.
#
# ### Keras finds the mask: `Masking`
#
# A `Masking` layer makes the mask from the data. A step whose D features are *all* equal to `mask_value` (0 unless
# you say otherwise) is padding. The recurrent layer behind it gets the mask without your doing.

# %%
inputs = Input(shape=(T, D))
masked = Model(inputs, last_only(Masking(mask_value=0.0)(inputs)))

print("Masking in front:", np.asarray(masked(filled))[0])
print("the mask it made:", np.asarray(Masking().compute_mask(filled)))

# %% [markdown]
# **A guess:** a thermometer and a rain gauge both show 0 at step 1, and that is a real measurement. What does
# `Masking` make of it?

# %%
measured = np.array([[[0.5, 1.0], [0.0, 0.0], [0.0, 2.0]]])
print(np.asarray(Masking().compute_mask(measured)))

# %% [markdown]
# It skips the step: it cannot tell a real row of zeros from padding. Pad with a value that your data never have,
# such as `-99`, and say `Masking(mask_value=-99)`. A single zero, as at step 2, does no harm.
#
# ### Choose row by row
#
# At one step of a batch, some samples move on and others wait. `np.where(condition, a, b)` takes from `a` where the
# condition is True, and from `b` elsewhere. A condition of shape `(N, 1)` chooses whole rows:

# %%
a = np.full((3, 2), 7.0)
b = np.zeros((3, 2))
condition = np.array([[True], [False], [True]])
np.where(condition, a, b)

# %% [markdown]
# [[ exercise("masked_last") ]]
#
# Return the last state of every sample, as `SimpleRNN(M)(X, mask=mask)` does: from `X (N, T, D)` and
# `mask (N, T)` to `(N, M)`. `mask[n, t]` is True where step t of sample n is real. At a padded step the state stays
# as it was. Padding may stand at the end, at the start or in the middle; what `X` holds there is of no meaning,
# and it is not always zeros.
#
# A tiny example, small enough for a pocket calculator: D = M = 1, `Wx = [[1]]`, `Wh = [[1]]`, `bh = [0]`, and one
# sample.
#
# | t | x | mask | h |
# | --: | --: | :-- | :-- |
# | 0 | 1 | True | tanh(1 + 0) = 0.7616 |
# | 1 | 9 | False | 0.7616, unchanged |
# | 2 | 0 | True | tanh(0 + 0.7616) = 0.6420 |
#
# So `[[0.6420]]` comes out, `(N, M) = (1, 1)`.


# %% nbgrader={"grade": false, "grade_id": "masked_last", "locked": false, "schema_version": 3, "solution": true, "task": false}
def masked_last(X, mask, Wx, Wh, bh):
    """The last state where padded steps don't count: X (N, T, D) and mask (N, T) to (N, M)."""
    ### BEGIN SOLUTION
    N, T, _ = X.shape
    h_last = np.zeros((N, len(bh)))
    for t in range(T):
        h = np.tanh(X[:, t] @ Wx + h_last @ Wh + bh)
        h_last = np.where(mask[:, t, None], h, h_last)
    return h_last
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_masked_last", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(masked_last)
### BEGIN HIDDEN TESTS
check(masked_last, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("masked_last") ]]

# %% [markdown]
# ## For the curious: `stateful`
#
# With `stateful=True` a layer hands its last state over to its own next call, out of sight, until you say
# `reset_state()`. It needs a row for each sample, so N is fixed beforehand, with `batch_shape=`. Here the same two
# steps go in twice:

# %%
inputs = Input(batch_shape=(2, None, D))
remembering = SimpleRNN(M, stateful=True)
stateful = Model(inputs, remembering(inputs))
remembering.set_weights([Wx, Wh, bh])

print("first call:   ", np.asarray(stateful(long[:, :2]))[0])
print("second call:  ", np.asarray(stateful(long[:, :2]))[0])
remembering.reset_state()
print("after a reset:", np.asarray(stateful(long[:, :2]))[0])

# %% [markdown]
# ## What you can do now
#
# - Run N samples through a recurrent network in one loop over T, and get what `model.predict` gives.
# - Keep the state or the output of every step, and know each axis of the result by its letter.
# - Cut a sequence in two and carry the state on; skip padded steps with a mask, wherever they stand.
#
# Next: [What recurrence buys](../07_flatten_baseline/flatten_baseline.ipynb). You can now compute everything that a
# SimpleRNN computes. But is it worth it? There the same data go through a network without any recurrence, and you count
# what that costs.
