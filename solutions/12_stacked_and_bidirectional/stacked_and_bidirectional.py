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
# What you need: how to count parameters (lesson 3), `get_weights` (lesson 4), and the loop over a batch with
# `return_sequences` (lesson 6).
#
# One recurrent layer is often not enough. There are two ways to make more of it. You can put layers **on top of each
# other**: a stack. And you can let a second layer read **from the end to the beginning**: a bidirectional layer. Neither
# needs a new equation. All that is new is the wiring: who reads what, in which order, and which state comes out.

# %%
from helpers import check, figures, hint

# %%
import keras
import numpy as np
import pandas as pd
from tensorflow.keras.layers import Bidirectional, Input, SimpleRNN
from tensorflow.keras.models import Model, Sequential

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## A layer on top of a layer
#
# You know the lower half of this picture. The states of that layer are numbers at every time step, as `X` is. So another
# layer can read them.

# %%
figures.stack(T=4, D=3, units=[5, 4])

# %% [markdown]
# Every layer has its own number of hidden units, so one letter M is not enough: call them $M_1, M_2, \dots$ from below.
# At step t, one after the other:
#
# $$h_1 = \tanh(x_t\,W_{x1} + h_{1,last}\,W_{h1} + b_{h1}) \qquad (M_1,) = (D,)(D, M_1) + (M_1,)(M_1, M_1) + (M_1,)$$
#
# $$h_2 = \tanh(h_1\,W_{x2} + h_{2,last}\,W_{h2} + b_{h2}) \qquad (M_2,) = (M_1,)(M_1, M_2) + (M_2,)(M_2, M_2) + (M_2,)$$
#
# It is the same line twice. Upstairs, `x_t` is the state from downstairs, so **what D is for the first layer, $M_1$ is for
# the second.** Each layer has its own memory, and begins with its own zeros. (`last` in a formula is the step before, as
# always; "the last state" in a sentence is the one at T - 1.)
#
# What can a second layer do that the first can't? Here are two layers of one unit each that only add up what they read:
# all weights 1, no bias, no tanh. **A guess:** the input is 1, 0, 0, 0. What are the four states downstairs? And upstairs?

# %%
def adding_up(**options):
    """A layer with one unit and no tanh, whose state is the sum of all that it has read."""
    layer = SimpleRNN(1, activation=None, **options)
    layer.build((None, None, 1))
    layer.set_weights([np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)])
    return layer


pulse = np.array([1.0, 0.0, 0.0, 0.0]).reshape(1, 4, 1)  # (N, T, D) = (1, 4, 1)
downstairs = adding_up(return_sequences=True)(pulse).numpy()
upstairs = adding_up(return_sequences=True)(downstairs).numpy()

table = {"input": pulse, "layer 1": downstairs, "layer 2": upstairs}
pd.DataFrame({name: array[0, :, 0] for name, array in table.items()}).rename_axis("t").T

# %% [markdown]
# Downstairs remembers *that* there was a 1. Upstairs counts the steps since it came: a sum of sums. It works with what the
# layer below has already found out.

# %% [markdown]
# ### What has to go up
#
# Now in Keras, with D = 3 and the sizes of the picture. **A guess:** what happens with two plain layers, `SimpleRNN(5)` and
# `SimpleRNN(4)`, one on the other?

# %%
T, D = 4, 3
i = Input(shape=(T, D))
h = SimpleRNN(5, name="lower")(i)
try:
    SimpleRNN(4, name="upper")(h)
except ValueError as error:
    print(error)

# %% [markdown]
# It needs three axes, and there are two. A plain layer gives its last state alone, `(N, M)`: time is gone, and the layer
# above has nothing to read. All layers but the top one need `return_sequences=True`, which gives `(N, T, M)`.

# %%
keras.utils.set_random_seed(12)
i = Input(shape=(T, D))
x = SimpleRNN(5, return_sequences=True, name="lower")(i)
x = SimpleRNN(4, name="upper")(x)
model = Model(i, x)

pd.DataFrame({"output shape": {layer.name: str(layer.output.shape) for layer in model.layers[1:]}})

# %% [markdown]
# **A guess, before you run the next cell:** what are the shapes of the six weight arrays?

# %%
for weight in model.weights:
    print(weight.path.replace("simple_rnn_cell/", "").ljust(23), tuple(weight.shape))

# %% [markdown]
# From below: three arrays of the lower layer, then three of the upper one. The second kernel is $(M_1, M_2) = (5, 4)$.

# %% [markdown]
# All of it in one picture. The data go downwards here, so the lower layer stands at the top. **A guess:** in which of the
# six arrays does D matter?

# %%
figures.draw(model)

# %% [markdown]
# In one, the first. From then on each layer knows only what the one before it gives: follow $M_1$ from the arrow between
# them into the second `Wx`.

# %% [markdown]
# [[ exercise("stacked_params") ]]
#
# How many parameters has a stack of SimpleRNNs on D features? `units` is a list with the units of each layer, from below.
# It may have any length.
#
# For example, `stacked_params(3, [5])` is 45, our old friend, and `stacked_params(3, [5, 4])` is 85.

# %% nbgrader={"grade": false, "grade_id": "stacked_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def stacked_params(D, units):
    """The number of parameters (an int) of SimpleRNNs with these units, from below, on D features."""
    ### BEGIN SOLUTION
    total = 0
    for M in units:
        total += D * M + M * M + M
        D = M
    return total
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_stacked_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(stacked_params)
### BEGIN HIDDEN TESTS
check(stacked_params, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("stacked_params") ]]

# %% [markdown]
# ### Wide or deep?
#
# 64 hidden units, on D = 8 features: in one layer, in two of 32, or in four of 16. **A guess:** which has the most
# parameters?

# %%
def count(units, D):
    stack = Sequential([Input(shape=(None, D)), *[SimpleRNN(M, return_sequences=True) for M in units]])
    return stack.count_params()


stacks = {"64": [64], "32, 32": [32, 32], "16, 16, 16, 16": [16, 16, 16, 16]}
pd.DataFrame({"parameters": {name: count(units, 8) for name, units in stacks.items()}}).rename_axis("units")

# %% [markdown]
# The wide one, by far: in one layer each of 64 units hears all 64. A stack is cheaper, since a unit hears only its own layer
# and the one below. In return, nothing comes down again: the lower layer never learns what the upper one made of it.
#
# Two or three layers are common, more are rare: each one makes the way longer that gradients have to go (lesson 9).

# %% [markdown]
# ### By hand
#
# The layers know nothing of each other. To show it we take the lower one out of the model, let it run alone, and give
# its states to the upper one. **A guess:** do we get what `predict` gives?

# %%
N = 3
X = np.random.default_rng(12).standard_normal((N, T, D)).astype("float32")  # (N, T, D) = (3, 4, 3)
lower, upper = model.layers[1:]

H = lower(X)
print("between the layers (N, T, M1) =", tuple(H.shape))
print("same as predict:", np.allclose(upper(H), model.predict(X, verbose=0), atol=1e-6))

# %% [markdown]
# So a stack is one call after another, and its loop is one loop after another. You could also go step by step, and at each
# step from floor to floor: in the picture, a state needs only its neighbours to the left and below. Both
# orders give the same numbers.

# %% [markdown]
# [[ exercise("stacked_forward") ]]
#
# Write what a stack of SimpleRNNs gives: from `X (N, T, D)` to the last state of the top layer, `(N, M)`, where M is the
# top layer's number of units. `layers` is a list, from below, and each entry is `(Wx, Wh, bh)`, as `get_weights` gives it. There may be one
# layer, two, or more. Every layer's state is zeros before the first step.
#
# For the model above, `layers` has two entries, and the result is `(N, M) = (3, 4)`. When your answer is right, the cell
# below it compares the two.

# %% nbgrader={"grade": false, "grade_id": "stacked_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def stacked_forward(X, layers):
    """The last state (N, M) of the top layer for X (N, T, D); layers is a list of (Wx, Wh, bh)."""
    ### BEGIN SOLUTION
    for Wx, Wh, bh in layers:
        N, T, _ = X.shape
        h = np.zeros((N, len(bh)))
        states = []
        for t in range(T):
            h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
            states.append(h)
        X = np.stack(states, axis=1)
    return X[:, -1]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_stacked_forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(stacked_forward)
layers = [layer.get_weights() for layer in model.layers[1:]]
print("agrees with predict:", np.allclose(stacked_forward(X, layers), model.predict(X, verbose=0), atol=1e-5))
### BEGIN HIDDEN TESTS
check(stacked_forward, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("stacked_forward") ]]

# %% [markdown]
# ## Reading from both ends
#
# *He sat down on the bank …* Of the river, or of the park? To understand a word one often has to know what comes after it.
# But the state at step t has read `x[0]` to `x[t]`, and nothing else.
#
# If the whole sequence is there when we begin, that can be helped: let a second layer read it from the end. At
# each step put the two states side by side.

# %%
figures.both_ways(T=4, D=3, M=5)

# %% [markdown]
# Follow the arrows. Two layers read the same `x[t]`, each with weights of its own, and no arrow goes from one to the
# other. They are two separate SimpleRNNs, and only what comes out is joined: M numbers from one and M from the other,
# `(2M,)`.
#
# Here is the same as a table of what has been read. Take your time with its first and its last row.

# %%
figures.seen(T=6)

# %% [markdown]
# At each step the two together have read everything. But **they finish at opposite ends** (if T > 1): the forward half has
# read all at t = T - 1, the backward half at t = 0.
#
# Let the adding-up layer show it. The input is 1, 2, 3, 4. **A guess:** what does the backward half have at each step? Write down
# four numbers, for t = 0, 1, 2, 3.

# %%
ramp = np.array([1.0, 2.0, 3.0, 4.0]).reshape(1, 4, 1)  # (N, T, D) = (1, 4, 1)
both = Bidirectional(adding_up(return_sequences=True))
both.build((None, None, 1))
# Bidirectional made two new layers of the same kind, with new weights: here are theirs.
both.set_weights([np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)] * 2)

sums = both(ramp).numpy()
print("(N, T, 2M) =", sums.shape)

table = {"input": ramp[0, :, 0], "forward half": sums[0, :, 0], "backward half": sums[0, :, 1]}
pd.DataFrame(table).rename_axis("t").T

# %% [markdown]
# The backward half begins at the end: 4, then 4 + 3 = 7, then 9, then 10. It made them in this order, and Keras has **turned
# them round**, so that both numbers of a column belong to the same step. A layer that only reads backwards doesn't do
# that; its states stand in the order in which it read:

# %%
alone = adding_up(return_sequences=True, go_backwards=True)
print("go_backwards=True alone:", alone(ramp).numpy()[0, :, 0])

# %% [markdown]
# ### When only one state comes out
#
# Without `return_sequences=True` the layer gives `(N, 2M)`. **A guess:** here M = 1. Which two numbers of the table will it
# be? 10 and 4, the last column? 1 and 10, the first? Or others?

# %%
both_last = Bidirectional(adding_up())
both_last.build((None, None, 1))
both_last.set_weights(both.get_weights())

print("return_sequences=False:", both_last(ramp).numpy())
print("sums[:, -1]:           ", sums[:, -1])
print("sums[:, 0]:            ", sums[:, 0])

# %% [markdown]
# 10 and 10: each half gives the state in which **it has read everything**. For the forward half that stands at t = T - 1,
# for the backward half at t = 0. So it is *not* `sums[:, -1]`. There the backward half has read one step. This is the
# mistake that is most often made with bidirectional layers, and no shape complains about it.

# %% [markdown]
# ### Six arrays
#
# **A guess:** which shapes does `get_weights()` give for `Bidirectional(SimpleRNN(5))` on D = 3 features? In
# which order?

# %%
keras.utils.set_random_seed(13)
layer = Bidirectional(SimpleRNN(5))
layer.build((None, None, 3))
for weight in layer.weights:
    print(weight.path.split("/")[1].split("_")[0].ljust(9), weight.name.ljust(17), tuple(weight.shape))
print("parameters:", layer.count_params(), "= 2 · 45")

# %% [markdown]
# Three and three. Do the first three really belong to the forward half, and to the first M numbers of the output? Ask Keras:
# we set the last three to zero.

# %%
fwd, bwd = layer.get_weights()[:3], layer.get_weights()[3:]

layer.set_weights(fwd + [0 * weight for weight in bwd])
print(layer(X).numpy().round(3) + 0.0)  # + 0.0 turns -0 into 0
layer.set_weights(fwd + bwd)

# %% [markdown]
# The last M = 5 numbers of each sample are zero. So the order is: **forward, then backward**, in the weights and
# in the output.
#
# The halves need not be put side by side. Keras calls it `merge_mode`, and `"concat"` is what you get if you don't say
# anything. With the adding-up layer, but a kernel of 2 for the backward half, the halves are 10 and 20:

# %%
one = np.ones((1, 1))
rows = {}
for mode in ("concat", "sum", "ave", "mul"):
    merged = Bidirectional(adding_up(), merge_mode=mode)
    merged.build((None, None, 1))
    merged.set_weights([one, one, np.zeros(1), 2 * one, one, np.zeros(1)])
    rows[mode] = ["(N, 2M)" if mode == "concat" else "(N, M)", str(merged(ramp).numpy()[0])]

pd.DataFrame(rows, index=["shape", "output"]).T.rename_axis("merge_mode")

# %% [markdown]
# [[ exercise("bidirectional_forward") ]]
#
# Write what `Bidirectional(SimpleRNN(M))` gives for `X (N, T, D)`: the two halves side by side, `(N, 2M)`, each with its last
# state. `fwd` and `bwd` are tuples `(Wx, Wh, bh)`, with the same shapes.
#
# A small example, without tanh and bias: with `Wx` = 1 and `Wh` = 10 in both halves, 1, 2, 3, 4 becomes `[[1234., 4321.]]`.
# (Your answer has the tanh.)

# %% nbgrader={"grade": false, "grade_id": "bidirectional_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def bidirectional_forward(X, fwd, bwd):
    """The last state of each half, (N, 2M), for X (N, T, D); fwd and bwd are (Wx, Wh, bh)."""
    ### BEGIN SOLUTION
    def last_state(X, Wx, Wh, bh):
        h = np.zeros((len(X), len(bh)))
        for t in range(X.shape[1]):
            h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        return h

    return np.concatenate([last_state(X, *fwd), last_state(X[:, ::-1], *bwd)], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_bidirectional_forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(bidirectional_forward)
### BEGIN HIDDEN TESTS
check(bidirectional_forward, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("bidirectional_forward") ]]

# %% [markdown]
# [[ exercise("bidirectional_states") ]]
#
# Now the states of every step, as `Bidirectional(SimpleRNN(M, return_sequences=True))` gives them: `(N, T, 2M)`. Step t,
# `[:, t]`, holds what the forward half has after `x[t]`, and what the backward half has after `x[t]`.
#
# Think of the table with 1, 2, 3, 4: for t = 0, 1, 2, 3 the backward half has 10, 9, 7, 4 there.

# %% nbgrader={"grade": false, "grade_id": "bidirectional_states", "locked": false, "schema_version": 3, "solution": true, "task": false}
def bidirectional_states(X, fwd, bwd):
    """The states of both halves at every step, (N, T, 2M), for X (N, T, D); fwd and bwd are (Wx, Wh, bh)."""
    ### BEGIN SOLUTION
    def every_state(X, Wx, Wh, bh):
        h = np.zeros((len(X), len(bh)))
        states = []
        for t in range(X.shape[1]):
            h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
            states.append(h)
        return np.stack(states, axis=1)

    backwards = every_state(X[:, ::-1], *bwd)[:, ::-1]
    return np.concatenate([every_state(X, *fwd), backwards], axis=2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_bidirectional_states", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(bidirectional_states)
every, last = bidirectional_states(X, fwd, bwd), layer(X).numpy()
print("first M numbers: the states at T - 1:", np.allclose(every[:, -1, :5], last[:, :5], atol=1e-5))
print("last M numbers:  the states at 0:    ", np.allclose(every[:, 0, 5:], last[:, 5:], atol=1e-5))
### BEGIN HIDDEN TESTS
check(bidirectional_states, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("bidirectional_states") ]]

# %% [markdown]
# ## Both at once, and when not
#
# A bidirectional layer can stand in a stack. **A guess:** below, `Bidirectional(SimpleRNN(5))` on D = 3 features; above it,
# `Bidirectional(SimpleRNN(4))`. What is the shape of the upper kernels?

# %%
stack = Sequential(
    [
        Input(shape=(None, 3)),
        Bidirectional(SimpleRNN(5, return_sequences=True), name="lower"),
        Bidirectional(SimpleRNN(4), name="upper"),
    ]
)
shapes = [[tuple(weight.shape) for weight in layer.weights] for layer in stack.layers]
names = [f"{half} {name}" for half in ("forward", "backward") for name in ("Wx", "Wh", "bh")]
pd.DataFrame(shapes, columns=names, index=["lower", "upper"]).T

# %% [markdown]
# $(2M_1, M_2) = (10, 4)$: upstairs, both halves read both halves. Two separate stacks, one for each direction, could not
# do that. `Bidirectional` takes an LSTM or a GRU as well; the shapes go the same way, and what is joined is h, never c.
#
# When should you *not* use it? When the end is not there yet. A forecast (lesson 8) is made from the past: a layer that
# has read the future in training has nothing to read when it counts. The same goes for speech that is to be written down
# while somebody talks. Where the whole sequence lies before you, a sentence or a recording or a gene, both directions
# often help.

# %% [markdown]
# ## What you can do now
#
# - Put recurrent layers on top of each other, say every shape and count every parameter, and compute the stack by hand.
# - Say what each half of a bidirectional layer has read at each step, and compute both, in Keras's order.
# - Tell the last states of the two halves from the states at the last step, which many take for the same.
#
# You know three cells now, and can wire them upwards and backwards. [The last lesson](../13_digits/digits.ipynb) reads
# handwritten digits with whichever cell you choose.
