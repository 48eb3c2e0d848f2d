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
# What you need: the five letters (lesson 1) and the model (lesson 2).
#
# `model.summary()` prints a table full of numbers. By the end of this lesson you can write each of them down
# *before* Keras prints it, for a model of any size.

# %%
from helpers import check, figures, hint

# %%
import keras
import numpy as np
import pandas as pd
from tensorflow.keras.layers import Dense, Input, SimpleRNN
from tensorflow.keras.models import Model

keras.utils.set_random_seed(3)

# %% [markdown]
# ## Where the numbers live
#
# A **parameter** is a number inside the model that training may change. In this picture the parameters are
# the arrays with a `W` or a `b` in their names. What travels along the arrows, `x`, `h` and `y`, comes with
# the data and goes with it: that is not stored, and not counted.

# %%
figures.network(T=10, D=3, M=5, K=2)

# %% [markdown]
# Five arrays, then, and each has a name and a shape:
#
# | array | shape | its numbers lead |
# | :-- | :-- | :-- |
# | `Wx` | (D, M) | from each of D features to each of M hidden units |
# | `Wh` | (M, M) | from each hidden unit, one step ago, to each hidden unit now |
# | `bh` | (M,) | to each hidden unit, whatever comes in: its **bias** |
# | `Wo` | (M, K) | from each hidden unit to each of K outputs |
# | `bo` | (K,) | to each output, whatever comes in: its bias |
#
# The first three belong to `SimpleRNN(M)`, the last two to `Dense(K)`.

# %% [markdown]
# ## The table that Keras prints
#
# This is the model of the lesson before, with (N, T, D) = (1, 10, 3), M = 5 hidden units and K = 2 outputs.
#
# **Before you run it:** with the five shapes above, how many numbers are there in `SimpleRNN(5)`, which reads 3
# features? And in all? Write your numbers down.

# %%
N, T, D, M, K = 1, 10, 3, 5, 2

i = Input(shape=(T, D))
x = SimpleRNN(M)(i)
x = Dense(K)(x)
model = Model(i, x)

model.summary(line_length=72, print_fn=print)

# %% [markdown]
# Did you write 15 for the `SimpleRNN`? That is `Wx` alone, 3 · 5. Keras says 45: two thirds of the numbers are
# in `Wh` and `bh`.
#
# (`model.summary()` says the same in colours. `line_length` and `print_fn=print` make it plain text, which
# reads well on any screen.)
#
# How to read the table:
#
# - **Layer (type)**: a name that Keras made up, and the kind of layer in brackets.
# - **Output Shape**: the shape of what the layer puts out. Each row's output is the next row's input.
# - **Param #**: how many numbers the layer stores. `Input` stores none: it only says which shape to expect.
# - **Total params**: the sum of the column, 45 + 12 = 57, and the room it takes: 228 bytes.
# - **Trainable params**: those that training may change. It is all of them, unless you freeze a layer: its
#   numbers then move to **Non-trainable params**.
#
# Once a model is being trained, a line **Optimizer params** joins these, and the total grows by it. Those are
# notes that the optimizer keeps for itself (lesson 8); predicting does without them.

# %% [markdown]
# Here is the same table as a picture. **Before you run it:** what can you say about the 45 that the table does not?

# %%
figures.draw(model)

# %% [markdown]
# **Output Shape** stands on the arrows, **Param #** on the right, and the totals at the bottom. What is new is between
# them: 45 is 15 + 25 + 5, one number for each of three arrays. The table adds them up and doesn't tell.

# %% [markdown]
# ## Why does it say `None`?
#
# Read the column **Output Shape** in letters:
#
# | layer | Keras prints | in letters |
# | :-- | :-- | :-- |
# | `Input` | (None, 10, 3) | (N, T, D) |
# | `SimpleRNN` | (None, 5) | (N, M): one state for each sample, the last one |
# | `Dense` | (None, 2) | (N, K) |
#
# `None` stands where N will be. The model does not know how many samples you will bring, and does not need
# to: the same 57 numbers serve one sample or a thousand.
#
# **A guess:** which of the two columns below changes with N?

# %%
rng = np.random.default_rng(0)
for samples in (1, 7, 1000):
    X = rng.standard_normal((samples, T, D))
    Yhat = model.predict(X, verbose=0)
    print(f"N = {samples:4}   output (N, K) = {Yhat.shape!s:9}   parameters: {model.count_params()}")

# %% [markdown]
# `model.count_params()` is the total of the table as an `int`. A layer has it too:
# `model.layers[1].count_params()`. (Number 0 is the `Input`.)

# %% [markdown]
# ## Count a small one by hand
#
# Here are the arrays of a smaller network, (D, M, K) = (2, 3, 1). Every square is one number that the model
# stores. **How many squares has each of the five arrays, and how many are there in all? Count on
# paper before you run the cell.**

# %%
figures.parameters(D=2, M=3, K=1)

# %% [markdown]
# Do you see the square block? `Wh` has nothing to do with the input: it leads from the 3 hidden
# units to the 3 hidden units, one step later. Each unit reads *all* of them, not only itself. A layer without
# memory would not have it.
#
# Does Keras agree with your counting?

# %%
i = Input(shape=(T, 2))
small = Model(i, Dense(1)(SimpleRNN(3)(i)))
print("SimpleRNN(3) on 2 features:", small.layers[1].count_params())
print("Dense(1) on 3 units:       ", small.layers[2].count_params())

# %% [markdown]
# Now say it once for all sizes.
#
# [[ exercise("rnn_params") ]]
#
# Write how many numbers `SimpleRNN(M)` stores when it reads D features: a whole number, from the letters
# alone. No model is built in it; asking Keras does not count.
#
# With (D, M) = (2, 3) it gives 18, as above; with (D, M) = (3, 5) it has to give the 45 of the table.

# %% nbgrader={"grade": false, "grade_id": "rnn_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rnn_params(D, M):
    """How many numbers SimpleRNN(M) stores for D features: an int."""
    ### BEGIN SOLUTION
    return D * M + M * M + M
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_rnn_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(rnn_params)
### BEGIN HIDDEN TESTS
check(rnn_params, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("rnn_params") ]]

# %% [markdown]
# [[ exercise("dense_params") ]]
#
# The same for `Dense(K)`, which reads the M hidden units.
#
# With (M, K) = (3, 1) it gives 4, as above; with (M, K) = (5, 2) it has to give the 12 of the table.

# %% nbgrader={"grade": false, "grade_id": "dense_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dense_params(M, K):
    """How many numbers Dense(K) stores for M inputs: an int."""
    ### BEGIN SOLUTION
    return M * K + K
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dense_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(dense_params)
### BEGIN HIDDEN TESTS
check(dense_params, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("dense_params") ]]

# %% [markdown]
# [[ exercise("total_params") ]]
#
# The whole model: `Input`, `SimpleRNN(M)`, `Dense(K)`. If the two functions above pass, you may call them.
#
# With (D, M, K) = (2, 3, 1) it gives 22. When your answer is right, the check cell shows its 57 beside
# Keras's.

# %% nbgrader={"grade": false, "grade_id": "total_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total_params(D, M, K):
    """How many numbers the model Input, SimpleRNN(M), Dense(K) stores for D features: an int."""
    ### BEGIN SOLUTION
    return rnn_params(D, M) + dense_params(M, K)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_total_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(total_params)
print("your total_params(3, 5, 2):", total_params(3, 5, 2))
print("model.count_params():      ", model.count_params())
### BEGIN HIDDEN TESTS
check(total_params, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("total_params") ]]

# %% [markdown]
# ## Every number accounted for
#
# All 57 of them, square by square:

# %%
figures.parameters(D=3, M=5, K=2)

# %% [markdown]
# The 25 squares of `Wh` are the largest block here, although the input has only 3 features. Keep that in
# mind: it will grow.

# %% [markdown]
# ## And 228 bytes?
#
# Keras stores each parameter as a `float32`. The 32 is a number of **bits**; 8 bits are one **byte**. NumPy
# says how many bytes one number takes:

# %%
for dtype in ("float16", "float32", "float64"):
    print(dtype, np.dtype(dtype).itemsize, "bytes")

# %% [markdown]
# NumPy computes in `float64` unless told otherwise, Keras in `float32`. See it in one of the model's arrays:

# %%
Wx = model.layers[1].get_weights()[0]
print("Wx: (D, M) =", Wx.shape, "  dtype:", Wx.dtype, "  bytes:", Wx.nbytes)

# %% [markdown]
# [[ exercise("size_in_bytes") ]]
#
# How many bytes do the parameters of the whole model take in `float32`? For (D, M, K) = (3, 5, 2) it is the
# 228 of the table; for (D, M, K) = (2, 3, 1) it is 88.
#
# (For larger models the table prints KB and MB. In it, 1 KB is 1024 bytes. Your function always gives bytes.)

# %% nbgrader={"grade": false, "grade_id": "size_in_bytes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def size_in_bytes(D, M, K):
    """The bytes that the parameters of Input, SimpleRNN(M), Dense(K) take in float32: an int."""
    ### BEGIN SOLUTION
    return 4 * total_params(D, M, K)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_size_in_bytes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(size_in_bytes)
### BEGIN HIDDEN TESTS
check(size_in_bytes, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("size_in_bytes") ]]

# %% [markdown]
# ## A longer sequence costs nothing
#
# Look at your functions: their arguments are D, M and K. Neither N nor T is among them. For N you have seen
# why. And T?
#
# **A guess:** the model below reads 1 step, then 10, then 1000. How do its parameters grow?

# %%
for steps in (1, 10, 1000):
    i = Input(shape=(steps, D))
    longer = Model(i, Dense(K)(SimpleRNN(M)(i)))
    print(f"T = {steps:4}   input {longer.input_shape!s:15}   parameters: {longer.count_params()}")

# %% [markdown]
# They do not. The network is drawn once for every step below, but it is *one* network: the same `Wx`, `Wh`
# and `bh` are used again at each step. More steps take more time, not more numbers.

# %%
figures.unrolled(T=4, D=3, M=5, K=2)

# %% [markdown]
# That is the bargain of a recurrent network. A network that reads the whole sequence at once, without a
# loop, pays for every step; you will count that in lesson 7.

# %% [markdown]
# ## More units cost more and more
#
# N and T are free, D and K come with the data. What is left for you to choose is M.
#
# **A guess:** you double M. Is the number of parameters then about twice as large, three times, or four
# times?

# %%
counts = {}
for units in (5, 10, 20, 40, 80, 160, 320):
    i = Input(shape=(T, D))
    counts[units] = Model(i, Dense(K)(SimpleRNN(units)(i))).count_params()

table = pd.DataFrame({"parameters": counts}).rename_axis("M")
table["times the row above"] = table["parameters"] / table["parameters"].shift()
table.round(2).astype(object).fillna("")

# %% [markdown]
# At first about three times, in the end nearly four. `Wh` has M rows *and* M columns: twice the units, four
# times the numbers. `Wx`, `bh` and `Wo` only double, and `bo` stays as it is.

# %%
figures.parameter_growth(D=3, K=2)

# %% [markdown]
# For a large M, then, the count is about M², and the square root of a budget says about how large an M you
# can have. About: the exact answer takes a search.
#
# [[ exercise("largest_M") ]]
#
# Your model has to fit into a small device: it may have at most `budget` parameters. Give the largest M with
# `total_params(D, M, K) <= budget`, and 0 where not even M = 1 fits.
#
# | call | answer | why |
# | :-- | --: | :-- |
# | `largest_M(3, 2, 57)` | 5 | M = 5 takes 57 parameters: a perfect fit |
# | `largest_M(3, 2, 56)` | 4 | one too few for M = 5 |
# | `largest_M(3, 2, 7)` | 0 | M = 1 would take 9 |
#
# Budgets may be large: a million and more. Stop looking at the first M that does not fit.

# %% nbgrader={"grade": false, "grade_id": "largest_M", "locked": false, "schema_version": 3, "solution": true, "task": false}
def largest_M(D, K, budget):
    """The largest M with total_params(D, M, K) <= budget; 0 where not even M = 1 fits: an int."""
    ### BEGIN SOLUTION
    M = 0
    while total_params(D, M + 1, K) <= budget:
        M = M + 1
    return M
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_largest_M", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(largest_M)
### BEGIN HIDDEN TESTS
check(largest_M, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("largest_M") ]]

# %% [markdown]
# ## What you can do now
#
# - Read `model.summary()` line by line, and say what `None` stands for.
# - Account for every parameter and every byte of the model from D, M and K, before Keras prints them.
# - Say why a longer sequence costs no parameters, and why twice the units cost nearly four times as many.
#
# Next: [Take the model apart](../04_weights/weights.ipynb). You know how many numbers there are; now you take
# them out, and look at them.
