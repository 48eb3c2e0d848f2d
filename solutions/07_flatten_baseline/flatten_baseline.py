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
# What you need: how to build and count a model (lessons 2 and 3), and what a batch is (lesson 6).
#
# A recurrent network reads a sequence step by step, with the same weights each time. Is that worth the trouble? There
# is an honest way to find out: give the same data to a network *without* recurrence, and compare. Such a simple rival
# is called a **baseline**. Here you build one, count it, compute it by hand, and see what it can't do.

# %%
from helpers import check, figures, hint

import numpy as np
from tensorflow.keras.layers import Dense, Flatten, Input, SimpleRNN
from tensorflow.keras.models import Model
from tensorflow.keras.utils import set_random_seed

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## From a table to a row
#
# An ordinary layer, `Dense`, wants one row of numbers for each sample. A sample of a sequence is a table: T rows, one
# for each time step, with D numbers in each. So lay the table out. Each cell below says which step and which feature
# it holds, as t,d:

# %%
figures.flattened(4, 2)

# %% [markdown]
# That is all that Keras's `Flatten` does. It moves no sample, computes nothing, and has no parameters.
#
# **A guess:** a batch has (N, T, D) = (3, 4, 2). What is its shape after `Flatten`? And at which place of its row (counted
# from 0) does a sample have step 2, feature 1?

# %%
N, T, D = 3, 4, 2
t, d = np.arange(T)[:, None], np.arange(D)
X = np.stack([10 * t + d] * N).astype("float32")  # step 2, feature 1 is the number 21

rows = np.asarray(Flatten()(X))
print("(N, T, D)  =", X.shape)
print("(N, T·D)   =", rows.shape)
print("one sample :", rows[0])

# %% [markdown]
# N stays. Time and features became one axis, of T·D = 8 numbers. Step t, feature d went to place t·D + d, and 21 stands
# at place 2 · 2 + 1 = 5.
#
# ### What if you forget it?
#
# **A guess:** `Dense(5)` gets the batch as it is, without `Flatten`. Is that an error?

# %%
print("with Flatten:   ", Dense(5)(Flatten()(X)).shape)
print("without Flatten:", Dense(5)(X).shape)

# %% [markdown]
# There is no error. You saw why in lesson 6: `Dense` looks at the last axis alone, and does the same at each step. What
# comes out has the shape `(N, T, M)`, and no step knows of any other.
#
# ## The model
#
# The baseline has two layers after `Flatten`: M hidden units, and K outputs.
#
# $$
# \underbrace{H}_{(N,\,M)} = \operatorname{relu}\big(\;
# \underbrace{R}_{(N,\;T \cdot D)}\;\underbrace{W_1}_{(T \cdot D,\;M)} + \underbrace{b_1}_{(M,)}\;\big)
# \qquad
# \underbrace{\hat Y}_{(N,\,K)} = \underbrace{H}_{(N,\,M)}\;\underbrace{W_2}_{(M,\,K)} + \underbrace{b_2}_{(K,)}
# $$
#
# `R` holds the flat rows. **ReLU** (rectified linear unit) is the usual activation here, where a SimpleRNN has tanh. It
# keeps positive numbers as they are and makes negative ones 0:

# %%
np.maximum([-2.0, -0.5, 0.0, 0.5, 2.0], 0)

# %% [markdown]
# A network like this, without any loop, is often just called an ANN, an artificial neural network. We do the same.
#
# [[ exercise("build_ann") ]]
#
# Build it in Keras: `Input`, `Flatten`, `Dense` with M hidden units and ReLU (`activation="relu"`), and `Dense` with
# K outputs and no activation. It takes `(N, T, D)` and gives `(N, K)`.
#
# `build_ann(4, 2, 5, 3).output_shape` is `(None, 3)`.


# %% nbgrader={"grade": false, "grade_id": "build_ann", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_ann(T, D, M, K):
    """A Keras model without recurrence: (N, T, D) to (N, K), with M hidden units."""
    ### BEGIN SOLUTION
    i = Input(shape=(T, D))
    x = Flatten()(i)
    x = Dense(M, activation="relu")(x)
    x = Dense(K)(x)
    return Model(i, x)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_build_ann", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(build_ann)
### BEGIN HIDDEN TESTS
check(build_ann, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("build_ann") ]]

# %% [markdown]
# ## What it costs
#
# Both models end in the same `Dense(K)`. So look at what stands before it: M = 5 units that read a sequence of D = 3
# features. In lesson 3 the SimpleRNN had 45 parameters, whatever T was.
#
# **A guess:** how many has the ANN's hidden layer for T = 1? And for T = 100?

# %%
D, M = 3, 5
for T in (1, 2, 3, 10, 100):
    sequence = np.zeros((1, T, D))
    recurrent, hidden = SimpleRNN(M), Dense(M)
    recurrent(sequence), hidden(Flatten()(sequence))
    print(f"T = {T:3}   SimpleRNN {recurrent.count_params()}   Flatten, Dense {hidden.count_params():4}")

# %% [markdown]
# At T = 1 there is nothing to remember, and the ANN is the smaller one. With each further step it needs D·M = 15 numbers
# more: the same feature at another time meets another weight. The SimpleRNN uses its 45 numbers again at every step.
#
# [[ exercise("ann_params") ]]
#
# How many parameters does the whole model of `build_ann` have, both layers together? Work it out from the letters,
# without building a model.
#
# `ann_params(10, 3, 5, 2)` is 167: the 155 of the hidden layer, and 12 of the output layer, as in lesson 3.


# %% nbgrader={"grade": false, "grade_id": "ann_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ann_params(T, D, M, K):
    """The number of parameters of Flatten, Dense(M), Dense(K) on T steps of D features."""
    ### BEGIN SOLUTION
    hidden = T * D * M + M
    output = M * K + K
    return hidden + output
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_ann_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(ann_params)
### BEGIN HIDDEN TESTS
check(ann_params, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("ann_params") ]]

# %% [markdown]
# ## What it computes
#
# No state, no loop over time: two matrix products are the whole computation. There is just one thing to get right, the
# order of the numbers in the row. `W1` has T·D rows, and row t·D + d belongs to step t, feature d.
#
# Two arrays below have the same shape, `(N, T·D)`. Only one of them is what `Flatten` makes.
#
# **A guess:** which one? The first sample holds 0 and 1 at step 0, 10 and 11 at step 1.

# %%
one = X.transpose(0, 2, 1).reshape(3, 8)
other = X.reshape(3, 8)
print("one:  ", one[0])
print("other:", other[0])

# %% [markdown]
# The second: `reshape` reads row by row, as `Flatten` does. The first begins with all steps of feature 0. No shape would
# complain of it, but most numbers would meet the wrong weight.
#
# [[ exercise("forward_ann") ]]
#
# Compute what `build_ann`'s model computes, in NumPy: from `X (N, T, D)` and the weights `W1 (T·D, M)`, `b1 (M,)`,
# `W2 (M, K)`, `b2 (K,)` to `Yhat (N, K)`. They come in the order in which `model.get_weights()` gives them.
#
# With (N, T, D) = (3, 4, 2), M = 5 and K = 6, an array `(3, 6)` comes out.


# %% nbgrader={"grade": false, "grade_id": "forward_ann", "locked": false, "schema_version": 3, "solution": true, "task": false}
def forward_ann(X, W1, b1, W2, b2):
    """The output of every sample: X (N, T, D) to Yhat (N, K)."""
    ### BEGIN SOLUTION
    N, T, D = X.shape
    rows = X.reshape(N, T * D)
    hidden = np.maximum(rows @ W1 + b1, 0)
    return hidden @ W2 + b2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_forward_ann", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(forward_ann)
### BEGIN HIDDEN TESTS
check(forward_ann, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("forward_ann") ]]

# %% [markdown]
# ## Where the lines cross
#
# Here are both counts for (D, M, K) = (3, 5, 2), over the length of the sequences:

# %%
figures.parameters_over_time(3, 5, 2)

# %% [markdown]
# One line is level, the other climbs by D·M with each step. Where they cross depends on the sizes.
#
# **A guess:** make the network larger, M = 30 in place of 5. Do the lines cross earlier or later?

# %%
figures.parameters_over_time(3, 30, 2, longest=20)

# %% [markdown]
# Later. A recurrent layer pays M·M numbers for its memory, `Wh`, and it pays them once. The larger its memory, the more
# steps it takes until that is worth it. At T = 11 the lines meet in a point: both models have exactly as many parameters.
#
# [[ exercise("crossover_T") ]]
#
# From which T on does the ANN have *more* parameters than the recurrent model of lesson 2 (`SimpleRNN(M)`, `Dense(K)`)
# with the same D, M and K? Return the first such T. Where both have equally many, the ANN does not have more yet.
#
# `crossover_T(3, 5, 2)` is 3, as in the first picture; `crossover_T(3, 30, 2)` is 12, as in the second.


# %% nbgrader={"grade": false, "grade_id": "crossover_T", "locked": false, "schema_version": 3, "solution": true, "task": false}
def crossover_T(D, M, K):
    """The first T at which the ANN has more parameters than the RNN."""
    ### BEGIN SOLUTION
    # T·D·M + M > D·M + M·M + M, the output layer being the same on both sides: T > 1 + M / D.
    return M // D + 2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_crossover_T", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(crossover_T)
### BEGIN HIDDEN TESTS
check(crossover_T, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("crossover_T") ]]

# %% [markdown]
# ## What it cannot do
#
# ### Another length
#
# Two hidden layers of M = 5 units are made for T = 4 steps of D = 2 features. Then they get sequences of other lengths.
#
# **A guess:** which of them can read 7 steps?

# %%
set_random_seed(7)
rng = np.random.default_rng(7)
N, T, D, M = 3, 4, 2, 5
flat, hidden, recurrent = Flatten(), Dense(M, activation="relu"), SimpleRNN(M)
X = rng.normal(size=(N, T, D)).astype("float32")
hidden(flat(X)), recurrent(X)

for length in (4, 7, 2):
    sequence = np.zeros((N, length, D), "float32")
    try:
        said = hidden(flat(sequence)).shape
    except ValueError:
        said = f"an error: {length * D} numbers in a row, and W1 has {T * D} rows"
    print(f"T = {length}   SimpleRNN {recurrent(sequence).shape}   Flatten, Dense {said}")

# %% [markdown]
# The recurrent layer reads any length, because no shape among its weights has a T in it. The ANN is made for one T. For
# another you need another model, and have to train it anew. (Cutting or padding all sequences to one length is the usual
# way round.)
#
# ### The order of time
#
# Now shuffle the time steps, in the same way in all samples. The numbers of each sample stay the same, their order does
# not. Both networks now give other answers than before.
#
# **A guess:** can you rearrange the ANN's weights, without changing a single number, so that it gives its old answers?

# %%
order = np.array([2, 0, 3, 1])
shuffled = X[:, order]

before = np.asarray(hidden(flat(X)))
W1, b1 = hidden.get_weights()
blocks = W1.reshape(T, D, M)  # D rows of W1 for each step
hidden.set_weights([blocks[order].reshape(T * D, M), b1])
after = np.asarray(hidden(flat(shuffled)))

print("the same hidden units:", np.allclose(before, after, atol=1e-6))

# %% [markdown]
# You can. The rows of `W1` move along with the steps, and every number meets its old weight. So to the ANN the order of
# the steps is no more than the names of its inputs. If all your data were shuffled like this before training, it could
# learn exactly as well. It doesn't know that step 2 comes after step 1, or that they have anything to do with each other.
#
# The recurrent layer has no rows to move. Every step meets the same `Wx`, and what differs is what came before:

# %%
print("SimpleRNN, in order: ", np.asarray(recurrent(X))[0])
print("SimpleRNN, shuffled: ", np.asarray(recurrent(shuffled))[0])

# %% [markdown]
# That is what recurrence buys: order is built in, each weight learns from every step, and any length will do.
#
# ## When the baseline is the better choice
#
# - The sequences are **short** and have one **fixed** length, such as windows of the last few values. You have seen that
#   it may even be the smaller model.
# - **Each place has a meaning of its own**: the first number is always January, the last one always December.
# - You need it **fast**: there is no loop over time, so nothing waits for the step before.
#
# And it is good to have in any case. It is quickly built, and if a recurrent network does no better, you don't need the
# recurrence.
#
# ## What you can do now
#
# - Lay a batch `(N, T, D)` out as rows `(N, T·D)`, and build, count and compute a network on them.
# - Say from which T on a recurrent layer is the smaller one.
# - Tell what a network without recurrence cannot do, and when it is the better choice all the same.
#
# Next: [Training](../08_training/training.ipynb). So far all weights were random or made by hand. There they learn, and
# what they have learnt has to beat a forecast that needs no network at all.
