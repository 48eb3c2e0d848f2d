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
# What you need: the five letters N, T, D, M, K (lesson 1).
#
# The model of this course is four lines of Keras. Each line changes a shape, and once you see how, Keras's favourite
# error, "incompatible with the layer", becomes a message that you can read.

# %%
from helpers import check, figures, hint

# %% [markdown]
# ## The picture
#
# A sequence goes in on the left, one time step after the other, D numbers at a time. The recurrent layer keeps M numbers
# of memory, `h`. When it has seen all T steps, the Dense layer makes K numbers from that memory: the output.

# %%
figures.network(T=4, D=2, M=3, K=1)

# %% [markdown]
# The two boxes are layers of Keras; `Input` stands for `x[t]` on the left. `Wx`, `Wh` and `Wo` on the arrows, `bh` and `bo`
# in the boxes are the model's weights, which lesson 4 takes out. And tanh squeezes every number to between −1 and 1
# (lesson 5).
#
# To build the boxes we need some imports. Most are those of the notebook that this course grew from:

# %%
from tensorflow.keras.layers import Input, SimpleRNN, Dense, Flatten
from tensorflow.keras.models import Model, Sequential
from tensorflow.keras.optimizers import SGD, Adam

import keras
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# `Input`, `SimpleRNN`, `Dense` and `Model` build the model; `Sequential` is another way to write it, and `Flatten` comes
# towards the end of this lesson. `pd` makes tables from lesson 3 on; `SGD`, `Adam` and `plt` wait for lesson 8.
#
# ## Line by line
#
# We build the small one of the picture first: (T, D, M, K) = (4, 2, 3, 1). To watch the shapes, we look at what every
# line gives.
#
# **Line 1: what comes in.** `Input` is told the shape of *one* sample, `(T, D)`. In `Input(shape=(4, 2))` the outer
# brackets are those of the call, and the inner ones are the tuple `(4, 2)`.
#
# **A guess:** the shape of one sample has two numbers. How many has the shape of `i`?

# %%
i = Input(shape=(4, 2))
i.shape

# %% [markdown]
# Three! Keras put one in front that you did not say: `None`. That is the place of N. A model is built once, and is used
# on 1 sample today and on 500 tomorrow, so it leaves N open. **`None` means: any size; it is decided when data come.** In
# letters, `(None, T, D)` is `(N, T, D)` before anybody knows N.
#
# `i` holds no numbers. It is a placeholder: it knows the shape of what will come, and that is all Keras needs to build.
#
# **Line 2: read the sequence.** `SimpleRNN(3)` makes a recurrent layer with M = 3 hidden units. Then `(i)` behind it calls
# that layer on what comes in. (First make a layer, then call it: all Keras layers work like this.)
#
# **A guess:** `(None, 4, 2)` goes in. What comes out?

# %%
h = SimpleRNN(3)(i)
h.shape

# %% [markdown]
# `(N, M)`. The time axis is gone: the layer went through all T = 4 steps, and hands on the memory that it had *after the
# last one*. D is gone too, since the M units took in the features.
#
# Nobody told the layer that T = 4 and D = 2. It read them off `i`. You say only what can't be found out: M.
#
# **Line 3: answer.** `Dense(1)` makes K = 1 output from the M = 3 numbers. **Line 4:** `Model` ties both ends together, what
# goes in and what comes out of it.

# %%
y = Dense(1)(h)
small = Model(i, y)

print("goes in:   ", small.input_shape)
print("comes out: ", small.output_shape)

# %% [markdown]
# All of it in one table. Each line is told as little as possible, and **N is told to nobody**.
#
# | line | it is told | goes in | comes out |
# | :-- | :-- | :-- | :-- |
# | `Input` | T and D | | `(N, T, D)` |
# | `SimpleRNN` | M | `(N, T, D)` | `(N, M)` |
# | `Dense` | K | `(N, M)` | `(N, K)` |
# | `Model` | the two ends | `(N, T, D)` | `(N, K)` |

# %% [markdown]
# [[ exercise("build_rnn") ]]
#
# Build this model for any sizes: a function that gets T, D, M and K and returns the model, with T fixed at the number that
# it got. The model takes `(N, T, D)` and gives `(N, K)`. So `build_rnn(4, 2, 3, 1)` is the small model above.
#
# You are free in the style. The check gives your model random weights, and looks whether it computes from them what
# Keras's own layers do.

# %% nbgrader={"grade": false, "grade_id": "build_rnn", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_rnn(T, D, M, K):
    """The model: T steps of D features in, M hidden units, K outputs."""
    ### BEGIN SOLUTION
    i = Input(shape=(T, D))
    x = SimpleRNN(M)(i)
    x = Dense(K)(x)
    return Model(i, x)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_build_rnn", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(build_rnn)
### BEGIN HIDDEN TESTS
check(build_rnn, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("build_rnn") ]]

# %% [markdown]
# ## The model of this course
#
# Now the real one, which you will meet in every lesson from here on, and its data: one sample of ten steps, three numbers
# at each.

# %%
# N = number of samples
# T = sequence length
# D = number of input features
# M = number of hidden units
# K = number of output units
N, T, D, M, K = 1, 10, 3, 5, 2
X = np.random.default_rng(0).standard_normal((N, T, D))

figures.tensor(X)

# %%
keras.utils.set_random_seed(2)  # so that your numbers are those on this page
keras.utils.clear_session()  # and Keras counts the names of its layers from the start

i = Input(shape=(T, D))
x = SimpleRNN(M)(i)
x = Dense(K)(x)

model = Model(i, x)

# %% [markdown]
# The name `x` is used twice. That is a habit of Keras code: `x` is "what we have so far". (You will also meet
# `Sequential([Input(…), SimpleRNN(…), Dense(…)])`: the same model, written as a list of its layers.)
#
# What have you built? `figures.draw` looks at a model, without running it, and draws what it finds: each layer as you
# wrote it, on each arrow the shape of what goes along it, in letters and in numbers.
#
# **A guess:** which shapes stand on the three arrows?

# %%
figures.draw(model)

# %% [markdown]
# `(N, T, D)`, `(N, M)`, `(N, K)`: the column "comes out" of the table above. Beside each layer stand the arrays that it
# holds, with how many numbers are in each: lessons 3 and 4 are about them. So don't read more than the arrows today, but
# remember the picture: it can be drawn of any model that you build from layers, and every letter in it is one of your five.
#
# Now ask the model. `predict` runs it on the numbers in `X` and gives NumPy back. (`verbose=0` leaves the progress bar away.)
#
# **A guess:** which shape does `Yhat` have, in letters and in numbers?

# %%
Yhat = model.predict(X, verbose=0)
print("(N, K) =", Yhat.shape)
Yhat

# %% [markdown]
# Two numbers, made with random weights: nobody has trained this model. They mean nothing yet, but they are not arbitrary.
# In lesson 5 you compute such numbers by hand, to the last digit that matters.
#
# Once there are data, `None` becomes a number. The model stays the same:

# %%
for count in (1, 4, 500):
    samples = np.zeros((count, T, D))
    print("model", model.output_shape, "  on", samples.shape, "gives", tuple(model(samples).shape))

# %% [markdown]
# ## One sample is a batch of one
#
# Suppose you have one sample, `(T, D)`: the last ten days, say. What happens if you give it to the model just so?

# %%
one = X[0]
print("one sample:", one.shape)

try:
    model(one)
except ValueError as error:
    print(error)

# %% [markdown]
# There it is, "incompatible". A long message; **read its end first**, with your letters. Expected `(None, 10, 3)`, that is
# `(N, T, D)`; found `(10, 3)`, that is `(T, D)`. **The batch axis is always there, even for one sample.** N = 1 is not the
# same as no N.
#
# (`model.predict(one)` refuses too, but may say only `as_list() is not defined on an unknown TensorShape`. When `predict`
# says something that nobody can read, call the model itself, `model(one)`: it says what is wrong.)
#
# In lesson 1 you took a sample out of a batch, and an axis went. Here we need the way back. NumPy has an index that puts an
# axis of size 1 in, and it is called `None` too. It is the same `None`, with another meaning: for Keras a size that is
# open, between NumPy's square brackets a new axis. On three numbers:
#
# **A guess, before you run it:** which of these is one row of three, and which is three rows of one?

# %%
three = np.array([1.0, 2.0, 3.0])
print(three.shape, three[None, :].shape, three[:, None].shape)

# %% [markdown]
# The new axis stands where `None` stood.
#
# [[ exercise("as_batch") ]]
#
# Make a batch of one sample: from `x (T, D)` to `(1, T, D)`. The numbers stay as they are. NumPy alone, please: Keras is
# not needed.
#
# For example `[[5, 6], [7, 8]]`, of shape `(2, 2)`, becomes `[[[5, 6], [7, 8]]]`, of shape `(1, 2, 2)`. An array is due, not
# a list.

# %% nbgrader={"grade": false, "grade_id": "as_batch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def as_batch(x):
    """One sample x (T, D) as a batch (1, T, D)."""
    ### BEGIN SOLUTION
    return x[None]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_as_batch", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(as_batch)
### BEGIN HIDDEN TESTS
check(as_batch, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("as_batch") ]]

# %% [markdown]
# ## Where did T go?
#
# Unroll the recurrent layer, and you see it. There is a state `h (M,)` after *every* step. But only the last one goes up to
# the Dense layer; the others stay inside.

# %%
figures.unrolled(T=4, D=2, M=3, K=1)

# %% [markdown]
# If you want them all, ask: `return_sequences=True` lets every state out. **A guess:** which of the three letters N, T, M
# are in the shape then, and in which order?

# %%
i = Input(shape=(4, 2))
print("the last state:", SimpleRNN(3)(i).shape)
print("every state:   ", SimpleRNN(3, return_sequences=True)(i).shape)

# %% [markdown]
# `(N, M)` and `(N, T, M)`. You need the second one when two recurrent layers are stacked (lesson 12), or when there is an
# output for every step (lesson 6). Our model has one answer per sequence, so it uses the first.
#
# `Flatten` gets rid of the time axis in another way. It forgets nothing, and lays all steps side by side:

# %%
print("goes in: ", i.shape)
print("Flatten: ", Flatten()(i).shape)

# %% [markdown]
# T·D = 4·2 = 8 numbers in a row. That has a price: what comes after needs weights for every single time step. Lesson 7
# counts them.

# %% [markdown]
# [[ exercise("output_shape") ]]
#
# Say the shape of `model.predict(X)` without a model: `X` is `(N, T, D)`, the model is `build_rnn(T, D, M, K)`. Return a
# tuple of whole numbers. Your function may calculate as it likes, but not ask Keras.

# %% nbgrader={"grade": false, "grade_id": "output_shape", "locked": false, "schema_version": 3, "solution": true, "task": false}
def output_shape(N, T, D, M, K):
    """The shape of what the model predicts for X (N, T, D): a tuple."""
    ### BEGIN SOLUTION
    return (N, K)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_output_shape", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(output_shape)
### BEGIN HIDDEN TESTS
check(output_shape, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("output_shape") ]]

# %% [markdown]
# ## Any length
#
# Our model was made for T = 10. Give it a sequence of twenty steps, and it refuses:

# %%
longer = np.random.default_rng(1).standard_normal((N, 20, D))

try:
    model(longer)
except ValueError as error:
    print(error)

# %% [markdown]
# (Called like this, a model always looks. `predict` does not look so closely once it has been used: don't take its silence
# for a yes.)
#
# Does it have to refuse? Think of what the model holds, its weights. **A guess:** in which of their shapes is there a 10?
# Check it on the picture above, where T was 4: on which arrow, in which box is there a T? Then run the cell.

# %%
for weight in model.get_weights():
    print(weight.shape)

# %% [markdown]
# In none. There is D = 3, M = 5 and K = 2, but no T. The layer has one set of weights, and uses it again at every step: ten
# times or twenty, that is only a question of how often. So the weights of our model fit into a model for another length
# as they are:

# %%
i = Input(shape=(20, D))
model_20 = Model(i, Dense(K)(SimpleRNN(M)(i)))

model_20.set_weights(model.get_weights())
print("twenty steps:", model_20(longer).numpy())

# %% [markdown]
# Then why build one model for each length? Build one for all. You know already how Keras writes a size that it leaves
# open. N is always left open; now T is, too.
#
# (All sequences *within one batch* still have one length, since an array has no ragged edges. Lesson 6 shows how to fill
# up short ones.)
#
# [[ exercise("build_any_length") ]]
#
# Build a model that takes `(N, T, D)` for **every** T, and gives one output per sample, `(N, K)`, as `build_rnn` does. The
# arguments are D, M and K; there is no T.
#
# The check tries it with sequences of 1, 4 and 7 steps, and with the same weights each time.

# %% nbgrader={"grade": false, "grade_id": "build_any_length", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_any_length(D, M, K):
    """The model for sequences of any length: D features in, M hidden units, K outputs."""
    ### BEGIN SOLUTION
    i = Input(shape=(None, D))
    x = SimpleRNN(M)(i)
    x = Dense(K)(x)
    return Model(i, x)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_build_any_length", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(build_any_length)
### BEGIN HIDDEN TESTS
check(build_any_length, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("build_any_length") ]]

# %% [markdown]
# ## What you can do now
#
# - Build `Input`, `SimpleRNN`, `Dense`, and say what each is told and what it finds out by itself.
# - Read `(None, 10, 3)` and `(None, 2)`, and give a model one sample without an error.
# - Say the shape of every output before the model runs, and free a model from its T.
#
# Next: [Every number accounted for](../03_summary_and_parameters/summary_and_parameters.ipynb). You saw five weight arrays
# go by. How many numbers are in them, and why?
