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
# What you need: the five letters (lesson 1), the model (lesson 2), and how many numbers it has (lesson 3).
#
# Your model has 57 numbers; you counted them. In this lesson you take them out, look at them, put others in, and watch
# what the network does then. At the end you program a network with your own hands: no training, just five arrays.

# %%
from helpers import check, figures, hint

# %%
import keras
import numpy as np
import pandas as pd
from tensorflow.keras.layers import Dense, Input, SimpleRNN
from tensorflow.keras.models import Model, Sequential

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## Three kernels on arrows, two biases in boxes
#
# On every arrow there is a **kernel**, a matrix that the numbers on their way are multiplied by: three arrows, three
# kernels. In the box where they arrive, a **bias** is added, one number for each unit there: two boxes, two biases. (Then
# tanh squeezes every number of `h` to between −1 and 1; lesson 5 looks at it closely.) *Weights* is the word for all five
# arrays together.

# %%
figures.network(T=10, D=3, M=5, K=2)

# %% [markdown]
# Three kernels and two biases, the same at every step:
#
# | name | from | to | Keras calls it |
# | --- | --- | --- | --- |
# | `Wx` | the input at this step | the hidden units | `kernel` |
# | `Wh` | the hidden units, one step before | the hidden units | `recurrent_kernel` |
# | `bh` | | the hidden units | `bias` |
# | `Wo` | the hidden units | the outputs | `kernel` |
# | `bo` | | the outputs | `bias` |
#
# Keras puts a row vector on the left of each kernel. So a kernel's first axis is what goes in, and its second axis is
# what comes out. Here is such a product for a layer that is not in our model, from 4 numbers to 2:

# %%
v = np.array([1.0, 2.0, 3.0, 4.0])
W = np.ones((4, 2))
print("v (4,)  @  W (4, 2)  gives", (v @ W).shape)

# %% [markdown]
# [[ exercise("weight_shapes") ]]
#
# Write down what you know before we look inside: the shapes of the five arrays, for any D, M and K, without asking Keras.
# They stand in the picture; try it without, and ask of each kernel what goes in, and what comes out.
#
# Return a dict of tuples. With one of everything, `weight_shapes(1, 1, 1)`, it is
#
# ```python
# {"Wx": (1, 1), "Wh": (1, 1), "bh": (1,), "Wo": (1, 1), "bo": (1,)}
# ```
#
# Mind the comma in `(1,)`: it makes a tuple of a single number.

# %% nbgrader={"grade": false, "grade_id": "weight_shapes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def weight_shapes(D, M, K):
    """The shapes of the five arrays, as tuples: a dict with the keys "Wx", "Wh", "bh", "Wo", "bo"."""
    ### BEGIN SOLUTION
    return {
        "Wx": (D, M),
        "Wh": (M, M),
        "bh": (M,),
        "Wo": (M, K),
        "bo": (K,),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_weight_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(weight_shapes)
### BEGIN HIDDEN TESTS
check(weight_shapes, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("weight_shapes") ]]

# %% [markdown]
# ## Take them out
#
# Here is our model again, with (N, T, D) = (1, 10, 3), M = 5 and K = 2. The seed makes it start with the same numbers
# each time you run this.

# %%
keras.utils.set_random_seed(4)

N, T, D, M, K = 1, 10, 3, 5, 2
X = np.random.default_rng(0).standard_normal((N, T, D))

i = Input(shape=(T, D))
x = SimpleRNN(M)(i)
x = Dense(K)(x)
model = Model(i, x)

model.layers

# %% [markdown]
# Three layers, numbers 0, 1 and 2. `get_weights()` of a layer gives its arrays, as a list of NumPy arrays.
#
# **A guess, before you run it:** three of the five belong to the SimpleRNN. In which order does it give them?

# %%
model.layers[1].get_weights()

# %% [markdown]
# The shapes say which is which:

# %%
a, b, c = model.layers[1].get_weights()
a.shape, b.shape, c.shape

# %% [markdown]
# `(D, M) = (3, 5)`, then `(M, M) = (5, 5)`, then `(M,) = (5,)`: input kernel, recurrent kernel, bias. We give them
# their names, and take the Dense layer's two as well.

# %%
Wx, Wh, bh = model.layers[1].get_weights()
Wo, bo = model.layers[2].get_weights()

figures.weights(Wx=Wx, Wh=Wh, bh=bh, Wo=Wo, bo=bo)

# %% [markdown]
# Here they are, all 57 numbers of the model: 15 + 25 + 5 in the recurrent layer, 10 + 2 in the Dense layer. A row of
# `Wx` is what one feature says to the five units; a column is what one unit hears.
#
# There is no T in it and no N. The same 57 numbers serve every step and every sample.

# %% [markdown]
# ## Why they start as they do
#
# Nobody has trained this model. **Look at the picture again, and guess:** were the five arrays filled in the same way? Here
# are the lowest and the highest number in each:

# %%
arrays = {"Wx": Wx, "Wh": Wh, "bh": bh, "Wo": Wo, "bo": bo}
ends = {name: [array.min(), array.max()] for name, array in arrays.items()}
pd.DataFrame(ends, index=["lowest", "highest"]).round(2)

# %% [markdown]
# They were not. The biases are zero. `Wx` and `Wo` are random, evenly spread between two ends that depend on the sizes.
# For `Wx` the ends are $\pm\sqrt{6/(D+M)}$, which is ±0.87 here; this is called Glorot uniform. It is wide enough to
# say something, and narrow enough that tanh is not always at its ends.
#
# And `Wh`? It looks random too. **A guess:** what comes out if you multiply it by its own transpose?

# %%
np.round(Wh @ Wh.T, 4) + 0.0  # + 0.0 turns -0 into 0

# %% [markdown]
# Ones on the diagonal and zeros beside it: the identity. A matrix that gives the identity with its own transpose, as `Wh`
# does, is called **orthogonal**. To multiply by it turns a vector round (or mirrors it), and leaves its length as it is.
#
# That matters for one reason: `Wh` is the only kernel whose result goes through it again. What was seen at t = 0 goes
# through `Wh` at every later step. Let us send a vector of length 1 through three kernels, without tanh and without input:
# `Wh` itself, `Wh` made 10 % smaller, and `Wh` made 10 % larger. **A guess:** how long is the vector after 50 steps?

# %%
v = np.ones(M) / np.sqrt(M)
kernels = {"0.9 * Wh": 0.9 * Wh, "Wh": Wh, "1.1 * Wh": 1.1 * Wh}
steps = [0, 1, 10, 50]

lengths = {
    name: [np.linalg.norm(v @ np.linalg.matrix_power(kernel, t)) for t in steps]
    for name, kernel in kernels.items()
}
pd.DataFrame(lengths, index=pd.Index(steps, name="steps")).round(3)

# %% [markdown]
# Ten percent less, and after 50 steps next to nothing is left. Ten percent more, and it is a hundred times too long.
# The orthogonal kernel is the one that neither forgets nor explodes. **A guess:** and with tanh around it, as in our
# network?

# %%
h = v
for t in range(1, 51):
    h = np.tanh(h @ Wh)
    if t in steps:
        print(f"after {t:2} steps: {np.linalg.norm(h):.3f}")

# %% [markdown]
# tanh makes every number a little smaller, at every step: after 50 steps a quarter is left. That is much more than the
# nothing of `0.9 * Wh`, and a fair start for a network that has to remember.
#
# The biases can start at zero because the random kernels already make the units differ. If all weights were
# zero, or all alike, then all M units would do the same, and training would change them all alike: M units, and the mind
# of one.

# %% [markdown]
# ## Put others in
#
# `set_weights` is the way back: a list of arrays, in the same order and of the same shapes. We keep what the model has now,
# so that every experiment can put it back at its end:

# %%
start = model.get_weights()

# %% [markdown]
# **A guess:** which of the three lines below are alike?

# %%
Wx, Wh, bh, Wo, bo = model.get_weights()
print("as it was:              ", model.predict(X, verbose=0)[0])

bo[0] = 10
print("after bo[0] = 10:       ", model.predict(X, verbose=0)[0])

model.set_weights([Wx, Wh, bh, Wo, bo])
print("after set_weights:      ", model.predict(X, verbose=0)[0])

model.set_weights(start)

# %% [markdown]
# The first two are alike: what `get_weights` gives is a copy, so writing into it changes nothing yet. Then the first output
# moved by 10, and the second stayed where it was: nothing stands between `bo` and the output.
#
# Now a deeper cut. `Wh` is the only road from one step to the next. We close it, and show the network two samples that
# differ everywhere except in the last step. **A guess:** what do you see, with `Wh` and without it?

# %%
X_other = np.random.default_rng(1).standard_normal((N, T, D))
X_other[:, -1] = X[:, -1]  # the last step alone is the same

Wx, Wh, bh, Wo, bo = start
print("with Wh:   ", model.predict(X, verbose=0)[0], model.predict(X_other, verbose=0)[0])

model.set_weights([Wx, 0 * Wh, bh, Wo, bo])
print("without it:", model.predict(X, verbose=0)[0], model.predict(X_other, verbose=0)[0])

model.set_weights(start)

# %% [markdown]
# Without `Wh` the network cannot tell them apart. All its memory of the first nine steps came through that one matrix.

# %% [markdown]
# ## Two kinds of model, two ways to count
#
# The same network can be written as a `Sequential`. It has five arrays of the same shapes. **A guess:** is the SimpleRNN
# number 1 in its list of layers, too?

# %%
same = Sequential([Input(shape=(T, D)), SimpleRNN(M), Dense(K)])

pd.DataFrame(
    {
        "functional": [type(layer).__name__ for layer in model.layers],
        "Sequential": [type(layer).__name__ for layer in same.layers] + [""],
    }
).rename_axis("number in .layers")

# %% [markdown]
# A functional model lists its `InputLayer`, and a Sequential does not. So `layers[1]` is the SimpleRNN in one of
# them, and the Dense layer in the other. Many a program that worked yesterday stops at this.
#
# Names are no better. Keras counts them on from model to model:

# %%
print([layer.name for layer in model.layers])
print([layer.name for layer in same.layers])

# %% [markdown]
# Run the cell that makes `same` once more, and its SimpleRNN will have another name again.

# %% [markdown]
# [[ exercise("unpack") ]]
#
# Write the function that you will use from now on: it takes a model of this kind, functional or Sequential, and returns
# its five arrays `Wx (D, M), Wh (M, M), bh (M,), Wo (M, K), bo (K,)`, as NumPy arrays and in this order.
#
# For the model above, the first of the five has the shape `(D, M) = (3, 5)`, and the last `(K,) = (2,)`. Here you may
# ask Keras whatever you like.

# %% nbgrader={"grade": false, "grade_id": "unpack", "locked": false, "schema_version": 3, "solution": true, "task": false}
def unpack(model):
    """Wx, Wh, bh, Wo, bo of a model made of SimpleRNN(M) and Dense(K), functional or Sequential."""
    ### BEGIN SOLUTION
    Wx, Wh, bh = model.layers[-2].get_weights()
    Wo, bo = model.layers[-1].get_weights()
    return Wx, Wh, bh, Wo, bo
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_unpack", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(unpack)
### BEGIN HIDDEN TESTS
check(unpack, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("unpack") ]]

# %% [markdown]
# ## Program a network by hand
#
# Training is one way to find weights. Another is to think. What a step does with them is one line, and all of it stands in
# the picture at the top: `x[t]` comes through `Wx`, the last state through `Wh`, both are added up with the bias, and tanh
# is taken of the sum.
#
# $$h = \tanh(x_t\,W_x + h_{last}\,W_h + b_h) \qquad (M,) = (D,)(D, M) + (M,)(M, M) + (M,)$$
#
# Now we take tanh off (`activation=None`), so that numbers are free to grow. Then a step is only
#
# $$h = x_t\,W_x + h_{last}\,W_h + b_h$$
#
# Take D = 1 feature and M = 4 units which do not hear each other: `Wh` has numbers on its diagonal only. Each unit
# multiplies its own last state by its own number, 0, 0.5, 1 or -1, and adds what comes in.

# %%
Wx_by_hand = np.ones((1, 4))
Wh_by_hand = np.diag([0, 0.5, 1, -1])
bh_by_hand = np.zeros(4)

figures.weights(Wx=Wx_by_hand, Wh=Wh_by_hand, bh=bh_by_hand)

# %% [markdown]
# Now a single knock: 1 at t = 0, then silence. We let Keras run it, with our weights in its layer, and with
# `return_sequences=True`, which gives the states of all steps.
#
# **A guess:** what does each of the four units do in the silence? One word for each.

# %%
by_hand = Sequential([Input(shape=(None, 1)), SimpleRNN(4, activation=None, return_sequences=True)])
by_hand.set_weights([Wx_by_hand, Wh_by_hand, bh_by_hand])

knock = np.zeros((1, 6, 1))
knock[0, 0, 0] = 1

H = by_hand.predict(knock, verbose=0)
print("(N, T, M) =", H.shape)
figures.states(H[0])

# %% [markdown]
# 0 forgets, 0.5 fades, 1 keeps, -1 swings to and fro. One number on the diagonal of `Wh`, and a unit has a character.
# A trained network is made of the same, only that its units also hear each other, and that tanh bends it.
#
# And a bias? Here is a network that hears nothing at all (`Wx` is zero). It has one unit that keeps what it has, and
# a bias of 1. **A guess:** what does it put out?

# %%
counter = Sequential([Input(shape=(None, 1)), SimpleRNN(1, activation=None, return_sequences=True)])
counter.set_weights([np.zeros((1, 1)), np.ones((1, 1)), np.ones(1)])
counter.predict(knock, verbose=0)[0, :, 0]

# %% [markdown]
# It counts the steps: the bias comes in at every step, and the unit keeps it. You have just read a program which
# is written in weights.

# %% [markdown]
# [[ exercise("running_sum_weights") ]]
#
# Now write one. Find weights for a linear network (`activation=None`) with D features, M = D hidden units and K = 1
# output, which puts out **the sum of all numbers that it has seen so far**, over all steps and all features. The output is
# `h @ Wo + bo`.
#
# For D = 2 and the steps `[1, 2]`, `[3, 4]`, `[5, 6]` it has to put out 3, then 10, then 21.
#
# Return `Wx (D, M), Wh (M, M), bh (M,), Wo (M, 1), bo (1,)`. There is more than one right answer: the check puts yours
# into a Keras model, and looks at what comes out.

# %% nbgrader={"grade": false, "grade_id": "running_sum_weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def running_sum_weights(D):
    """Wx, Wh, bh, Wo, bo of a linear network with M = D and K = 1 that puts out the sum of all it has seen."""
    ### BEGIN SOLUTION
    Wx = np.eye(D)  # unit d hears feature d
    Wh = np.eye(D)  # each unit keeps what it has
    bh = np.zeros(D)
    Wo = np.ones((D, 1))  # the output adds the units up
    bo = np.zeros(1)
    return Wx, Wh, bh, Wo, bo
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_running_sum_weights", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(running_sum_weights)
### BEGIN HIDDEN TESTS
check(running_sum_weights, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("running_sum_weights") ]]

# %% [markdown]
# If you want to see it run, make a new cell, and put your weights into a model of your own:
#
# ```python
# summing = Sequential([
#     Input(shape=(None, 2)),
#     SimpleRNN(2, activation=None, return_sequences=True),
#     Dense(1),
# ])
# summing.set_weights(running_sum_weights(2))
# summing.predict(np.array([[[1, 2], [3, 4], [5, 6]]]), verbose=0)
# ```

# %% [markdown]
# ## The same network in PyTorch
#
# Sooner or later you meet these arrays elsewhere. PyTorch has the same layer, and writes it from the other side: x and h
# are columns, and the matrix stands on the left.
#
# | | Keras `SimpleRNN` | PyTorch `nn.RNN` |
# | --- | --- | --- |
# | a step | $h = \tanh(x\,W_x + h_{last}\,W_h + b_h)$ | $h = \tanh(W_{ih}\,x + b_{ih} + W_{hh}\,h_{last} + b_{hh})$ |
# | input to hidden | `Wx` (D, M) | `w_ih` (M, D) |
# | hidden to hidden | `Wh` (M, M) | `w_hh` (M, M) |
# | bias | `bh` (M,) | `b_ih` (M,) and `b_hh` (M,) |
#
# (PyTorch writes them out as `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0` and `bias_hh_l0`: `l0` is layer 0.)
#
# Two things differ. PyTorch stores its kernels the other way, (out, in) where Keras has (in, out). And PyTorch has two
# biases where Keras has one; it only ever adds them up, so there is no more in two than in one.
#
# Watch the first on a small layer, from 3 numbers to 2, with other letters than ours:

# %%
A = np.array([[1, 2], [3, 4], [5, 6]])  # (in, out)
v = np.array([1, 10, 100])

print("v on the left:             v @ A   =", v @ A)
print("v on the right:            A.T @ v =", A.T @ v)
print("reshape is no transpose:           =", A.reshape(2, 3) @ v)

# %% [markdown]
# And a square matrix? There, `S @ v` runs as well as `S.T @ v`. No error tells you that one of them is wrong:

# %%
S = np.array([[1, 2], [3, 4]])
v = np.array([1, 10])
print("v @ S   =", v @ S)
print("S @ v   =", S @ v)
print("S.T @ v =", S.T @ v)

# %% [markdown]
# [[ exercise("to_torch") ]]
#
# Turn Keras's `Wx (D, M), Wh (M, M), bh (M,)` into PyTorch's `w_ih (M, D), w_hh (M, M), b_ih (M,), b_hh (M,)`, so
# that both formulas give the same state `h`.
#
# The smallest example: with D = M = 1, `Wx = [[2.]]`, `Wh = [[3.]]` and `bh = [4.]` become `[[2.]]`, `[[3.]]`, and any two
# biases that add up to 4.
#
# PyTorch itself is not needed. The check puts your arrays into its formula, and compares with what Keras's layer gives.

# %% nbgrader={"grade": false, "grade_id": "to_torch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def to_torch(Wx, Wh, bh):
    """w_ih (M, D), w_hh (M, M), b_ih (M,), b_hh (M,) of the same layer in PyTorch."""
    ### BEGIN SOLUTION
    return Wx.T, Wh.T, bh, np.zeros_like(bh)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_to_torch", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(to_torch)
### BEGIN HIDDEN TESTS
check(to_torch, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("to_torch") ]]

# %% [markdown]
# ## What you can do now
#
# - Say the shapes of the five arrays, and take them out of any model of this kind.
# - Put arrays of your own in, and say beforehand what the network will do.
# - Hand a layer over to PyTorch, with its kernels on their side and its bias in two.
#
# Next: [The loop by hand](../05_forward_loop/forward_loop.ipynb). You have the weights, and you know what a step
# does with them. Now you write `model.predict` yourself.
