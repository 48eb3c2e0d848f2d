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
# What you need: Python's functions, lists and slices, and to have met a NumPy array before. Nothing about networks yet.
#
# Most of the trouble with recurrent networks is trouble with shapes: an axis too many, two axes exchanged, a sample taken
# for a time step. Five letters are enough to name every shape in this course. In this lesson you learn to read the three
# of them that describe data, and to move around in it.
#
# Run each cell with **Shift + Enter**, from top to bottom. Where the text asks for a guess, make one first: a wrong guess
# teaches more than a right answer that you only read.

# %%
from helpers import check, figures, hint

# %%
import numpy as np

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## Five letters

# %%
figures.letters()

# %% [markdown]
# Think of weather stations. Three stations each sent you four days of measurements, and on each day they measured two
# things: temperature and wind.
#
# | letter | it counts | here |
# | :-- | :-- | --: |
# | **N** | samples: separate sequences, which know nothing of each other | 3 stations |
# | **T** | time steps in each sequence | 4 days |
# | **D** | features: the numbers measured at each time step | 2: temperature, wind |
# | **M** | hidden units: how many numbers the network keeps as its memory, its *state* | you choose |
# | **K** | outputs: how many numbers the network answers with | 1: tomorrow's temperature |
#
# N, T and D are facts about your **data**, and K follows from the question that you ask. M alone is free: it is a decision
# about your **network**. M and K come in the next lesson.

# %% [markdown]
# ## One array, three axes
#
# All the data go into one array `X`, and its axes always come in the same order: samples, time, features. So its shape
# is `(N, T, D)`. These are the sizes that we will use for our first network. It needs some data, and random numbers do (the
# next section says what the two lines with `random` are):

# %%
N, T, D = 1, 10, 3

np.random.seed(0)
X = np.random.randn(N, T, D)

X.shape

# %% [markdown]
# Say it in letters first, and in numbers second: `(N, T, D) = (1, 10, 3)`. One sample, ten time steps, three features.

# %%
figures.tensor(X, "N T D")

# %% [markdown]
# Read the picture from the top: this sample is one sheet, with a row for each time step and a column for each feature.
#
# **A guess:** how many numbers are in `X`? How many axes does it have? And what is `len(X)`: 1, 3, 10 or 30?

# %%
print("numbers:", X.size)
print("axes:   ", X.ndim)
print("len(X): ", len(X))

# %% [markdown]
# `N * T * D = 30` numbers on three axes. `len` counts along the first axis alone, so `len(X)` is N.
#
# N is 1 here, and yet the axis is there: **a single sample is still a batch of one.** Keras insists on it.

# %% [markdown]
# ## Random, but the same every time
#
# `np.random.seed` and `np.random.randn` are the older way to random numbers, which you will meet in a lot of code. They
# share one hidden generator with the whole program. Today you make a generator of your own and draw from it:
# `standard_normal` takes the shape you want, as a tuple. The numbers lie around 0, most of them between -2 and 2.
#
# **A guess:** the cell draws twice from `rng`. Are the two tables the same? And the third, from a new generator with the
# same seed?

# %%
rng = np.random.default_rng(7)
print(rng.standard_normal((2, 3)), "\n")
print(rng.standard_normal((2, 3)), "\n")

rng_again = np.random.default_rng(7)
print(rng_again.standard_normal((2, 3)))

# %% [markdown]
# The second table goes on where the first one ended. The third one is the first once more: a generator's **seed** decides
# all its numbers. Everything random in this course has a seed, so that you see on your screen what the text speaks of.

# %% [markdown]
# [[ exercise("make_data") ]]
#
# Make data of any size: N samples of T time steps of D features, drawn by `standard_normal` from a generator with this
# `seed`, all in one go. Out comes one array `(N, T, D)`.
#
# For example, `make_data(3, 4, 2, seed=0)` has the shape `(N, T, D) = (3, 4, 2)`, and its first number is about 0.1257.
#
# Click into the cell, and write lines of your own in place of the one that says `raise`. Then run the cell, and the check
# below it.

# %% nbgrader={"grade": false, "grade_id": "make_data", "locked": false, "schema_version": 3, "solution": true, "task": false}
def make_data(N, T, D, seed):
    """Standard normal numbers, shape (N, T, D), the same for the same seed."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, T, D))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_make_data", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(make_data)
### BEGIN HIDDEN TESTS
check(make_data, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("make_data") ]]

# %% [markdown]
# ## Every number has an address
#
# Random numbers all look alike. To see what an index does, take an array whose numbers say where they live: at
# `A[n, t, d]` stands the number whose three digits are n, t and d.

# %%
n, t, d = np.indices((3, 4, 2))
A = 100.0 * n + 10.0 * t + d

figures.tensor(A, "N T D", name="A")

# %% [markdown]
# Three sheets, four rows, two columns: `(N, T, D) = (3, 4, 2)`, our weather stations. (The number 10 is short for 010:
# sample 0, time step 1, feature 0.) Counting starts at 0, as everywhere in Python, so the last of the
# N = 3 samples has the number 2.
#
# **A guess:** what is `A[2, 1, 0]`? And `A[-1, -1, -1]`, where a negative index counts from the end?

# %%
print(A[2, 1, 0])
print(A[-1, -1, -1])

# %% [markdown]
# Three indices give one number. With fewer of them you get a whole part of the array. Look at a single sheet, a table `x`
# of shape `(T, D) = (4, 2)`. **A guess:** which shapes do these have?
#
# 1. `x[1]`
# 2. `x[:, 1]`
# 3. `x[1:3]`
# 4. `x[1:2]`

# %%
x = np.array([[0.0, 1.0], [10.0, 11.0], [20.0, 21.0], [30.0, 31.0]])

print("x[1]    ", x[1].shape, x[1])
print("x[:, 1] ", x[:, 1].shape, x[:, 1])
print("x[1:3]  ", x[1:3].shape)
print("x[1:2]  ", x[1:2].shape)

# %%
figures.tensor(x, "T D", name="x", highlight=np.s_[:, 1])

# %% [markdown]
# Three rules are all there is to it:
#
# - **An index takes its axis away.** In `x[:, 1]` the 1 stands in the place of D, so D goes and `(T,)` is left.
# - **A colon keeps its axis whole.** Colons at the end may be left out: `x[1]` is short for `x[1, :]`.
# - **A slice keeps its axis, with fewer entries**, even if only one entry is left: `x[1:2]` is `(1, D)`, not `(D,)`.
#
# With three axes nothing changes but that there are three places in the brackets. Here is a slice in the middle one:

# %%
figures.tensor(A, "N T D", name="A", highlight=np.s_[:, 1:3])

# %% [markdown]
# The same two days of all three stations: the slice left 2 of T = 4 steps, so this is `(N, 2, D)`. To know a result's
# shape, write down `N, T, D` and cross out each letter that got an index. The next three exercises cross out one letter each.
#
# [[ exercise("sample") ]]
#
# Take sequence `n` out of `X (N, T, D)`: all its time steps, all its features, `(T, D)`. It is one sheet of the picture,
# one weather station.
#
# `sample(A, 1)` has to give `[[100, 101], [110, 111], [120, 121], [130, 131]]`: every first digit is a 1.

# %% nbgrader={"grade": false, "grade_id": "sample", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sample(X, n):
    """Sequence n of X (N, T, D), shape (T, D)."""
    ### BEGIN SOLUTION
    return X[n]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_sample", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(sample)
### BEGIN HIDDEN TESTS
check(sample, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("sample") ]]

# %% [markdown]
# [[ exercise("time_step") ]]
#
# Take time step `t` out of `X (N, T, D)`: what **every** sample says at that moment, `(N, D)`. It is row t of each sheet,
# one day at all stations. A recurrent network reads its data in just such pieces, one after the other.
#
# `time_step(A, 2)` has to give `[[20, 21], [120, 121], [220, 221]]`: every middle digit is a 2.

# %% nbgrader={"grade": false, "grade_id": "time_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def time_step(X, t):
    """Step t of all samples of X (N, T, D), shape (N, D)."""
    ### BEGIN SOLUTION
    return X[:, t]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_time_step", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(time_step)
### BEGIN HIDDEN TESTS
check(time_step, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("time_step") ]]

# %% [markdown]
# [[ exercise("feature") ]]
#
# Take feature `d` out of `X (N, T, D)`: one quantity, at every step of every sample, `(N, T)`. It is column d of each
# sheet: the temperature, say, as one curve per station.
#
# `feature(A, 1)` has to give `[[1, 11, 21, 31], [101, 111, 121, 131], [201, 211, 221, 231]]`: every last digit is a 1.

# %% nbgrader={"grade": false, "grade_id": "feature", "locked": false, "schema_version": 3, "solution": true, "task": false}
def feature(X, d):
    """Feature d of all samples and steps of X (N, T, D), shape (N, T)."""
    ### BEGIN SOLUTION
    return X[:, :, d]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_feature", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(feature)
### BEGIN HIDDEN TESTS
check(feature, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("feature") ]]

# %% [markdown]
# ### Say it in letters
#
# Which shape, in letters and in numbers? Answer aloud, then open.
#
# <details><summary>500 film reviews, each cut to 80 words, each word given as 16 numbers</summary>
#
# `(N, T, D) = (500, 80, 16)`. The words of a review follow each other in time; reviews do not.
#
# </details>
# <details><summary>One year of a shop's daily takings, as one sequence</summary>
#
# `(N, T, D) = (1, 365, 1)`. One sample and one feature, but both axes are there.
#
# </details>
# <details><summary>The same year, cut into 52 weeks of 7 days</summary>
#
# `(N, T, D) = (52, 7, 1)`. One day is left over. The weeks are now separate samples: a network will not carry anything
# from one week to the next.
#
# </details>
# <details><summary>For each of 500 reviews, the network says how likely it is to be good, mixed or bad</summary>
#
# `(N, K) = (500, 3)`. An output after the last word has no time axis any more.
#
# </details>

# %% [markdown]
# ## A transpose is not a reshape
#
# Some libraries want time first: PyTorch's recurrent layers expect `(T, N, D)` unless told otherwise. So samples and time
# have to change places. Two functions change shapes, and they do different things. Look at a small table first.
#
# **A guess:** both results below have the shape (3, 2). Do they hold the same numbers in the same places?

# %%
B = np.array([[1, 2, 3], [4, 5, 6]])

print("B, shape", B.shape)
print(B, "\n")
print("B.T, a transpose, shape", B.T.shape)
print(B.T, "\n")
print("B.reshape(3, 2), shape", B.reshape(3, 2).shape)
print(B.reshape(3, 2))

# %% [markdown]
# In the transpose rows became columns: 1 and 4, one above the other in `B`, now stand side by side. The number at
# `B[i, j]` is at `[j, i]`, for every i and j.
#
# The reshape knows nothing of rows and columns. It reads all the numbers in one go, left to right and top to bottom,
# 1 2 3 4 5 6, and breaks the line in other places.
#
# With `A` you can see the harm, because its numbers say where they come from. In an array with time first, sheet 0 has to
# hold time step 0 of all three samples: 0 and 1, 100 and 101, 200 and 201. **What will the reshape put there?**

# %%
A.reshape(4, 3, 2)[0]

# %% [markdown]
# Three time steps of sample 0! The shape is right, no error is raised, and the data are ruined: a network would read days
# of one station as if they were different stations. That is why this mistake is so common, and lives so long.
#
# > **Reshape** to join or to split neighbouring axes: `(N, T, D)` to `(N, T·D)`. **Transpose** to change their order.
#
# With three axes a transpose has to be told the new order: `transpose` takes the **numbers of the old axes**, in the order
# in which you want them. Here the old axis 2 comes first, then 0, then 1:

# %%
print("A                    ", A.shape, "= (N, T, D)")
print("A.transpose(2, 0, 1) ", A.transpose(2, 0, 1).shape, "= (D, N, T)")
print(A.transpose(2, 0, 1)[1])  # sheet 1 now holds feature 1: every number ends with a 1

# %% [markdown]
# [[ exercise("time_major") ]]
#
# Bring time to the front: from `X (N, T, D)` to `(T, N, D)`. The number at `X[n, t, d]` has to be at `[t, n, d]`.
#
# `time_major(A)[0]` has to give `[[0, 1], [100, 101], [200, 201]]`.

# %% nbgrader={"grade": false, "grade_id": "time_major", "locked": false, "schema_version": 3, "solution": true, "task": false}
def time_major(X):
    """X (N, T, D) with time first, shape (T, N, D)."""
    ### BEGIN SOLUTION
    return X.transpose(1, 0, 2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_time_major", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(time_major)
### BEGIN HIDDEN TESTS
check(time_major, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("time_major") ]]

# %% [markdown]
# Here are both, with a colour for each sample (the picture calls `A` by the usual name `X`). In the transpose every sheet
# has all three colours, one row from each sample. In the reshape no sheet has.

# %%
figures.transpose_or_reshape(A)

# %% [markdown]
# ## From one long series to samples
#
# Often there is no `X` yet: there is one long series, a temperature or a price, and you want to know how it goes on. So
# you make samples yourself. Slide a window of T values along the series; what the network should say to each window is the
# value that comes right after it. The windows are `X`, the values after them are the **targets** `Y`.
#
# **A guess:** a series of 9 values, windows of T = 4. How many windows have a value after them?

# %%
series = np.array([12.0, 14.0, 13.0, 15.0, 18.0, 17.0, 16.0, 19.0, 21.0])
figures.windows(series, T=4)

# %% [markdown]
# Five: `N = len(series) - T = 9 - 4`. The last window ends one value before the series does, because after the last value
# nothing is known. Neighbouring windows overlap: they share all but one value.
#
# One value at each time step is D = 1 feature, and one number to predict is K = 1 output. Neither axis is left out:
# `X` is `(N, T, 1)`, and `Y` is `(N, 1)`. Two tools to get there:

# %%
pieces = [np.array([1.0, 2.0, 3.0]), np.array([7.0, 8.0, 9.0])]
table = np.stack(pieces)
print("np.stack makes one array of a list of equal pieces:", table.shape)

column = pieces[0][:, None]
print("None in the brackets adds an axis of size 1, in its place:", pieces[0].shape, "->", column.shape)
print(column)

# %% [markdown]
# [[ exercise("windows") ]]
#
# Cut a `series` into all windows of T values, each with the value that follows it. Return two arrays: `X (N, T, 1)` and
# `Y (N, 1)`, with the earliest window first.
#
# For `windows(np.array([10.0, 20.0, 30.0, 40.0, 50.0]), 3)` there are N = 2 of them:
#
# ```text
# X = [[[10], [20], [30]],        Y = [[40],
#      [[20], [30], [40]]]             [50]]
# ```

# %% nbgrader={"grade": false, "grade_id": "windows", "locked": false, "schema_version": 3, "solution": true, "task": false}
def windows(series, T):
    """All windows X (N, T, 1) of a series, and the values Y (N, 1) that follow them."""
    ### BEGIN SOLUTION
    N = len(series) - T
    X = np.stack([series[n : n + T] for n in range(N)])
    Y = series[T:]
    return X[:, :, None], Y[:, None]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_windows", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(windows)
### BEGIN HIDDEN TESTS
check(windows, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("windows") ]]

# %% [markdown]
# ## What you can do now
#
# - Say the shape of any data for a recurrent network in letters, `(N, T, D)`, and know which number is where.
# - Take out a sample, a time step or a feature, and tell the shape before you run it; turn axes round without mixing up
#   what they hold.
# - Make samples and targets out of one long series.
#
# Next: [Input, SimpleRNN, Dense](../02_build_model/build_model.ipynb). A network reads `(N, T, D)` and answers `(N, K)`.
# You build it, and the letters M and K get their numbers.
