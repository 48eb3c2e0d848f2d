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
# What you need: the LSTM and what a gate is (lesson 10), and the loop over a batch (lesson 6).
#
# The LSTM has three gates, and hands on two arrays from step to step. Can it be done with less? The **GRU**, *gated
# recurrent unit*, has two gates and a single state, and often does as well. It comes in two kinds that differ in the
# order of two multiplications. After this lesson you know both, and can tell which one you have before you.

# %%
from helpers import check, figures, hint, stepper

# %%
import keras
import numpy as np
import pandas as pd
from tensorflow.keras.layers import GRU, LSTM, GRUCell, SimpleRNN

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## One road, two gates
#
# The thick line at the top is the road of the state, as the memory's was in the LSTM: no matrix stands on it, and no
# tanh. But there is no second road. What is kept, what is shown and what the gates hear are one and the same `h`.

# %%
figures.gru_cell(D=3, M=5)

# %% [markdown]
# Read it from below. The input makes one product, the last state another. Each is `(3M,)`, and is cut into three blocks
# of M numbers. Each block of the input has its partner among the blocks of the state: `xz` with `hz`, `xr` with `hr`, `xh`
# with `hh`.
#
# | block | name | squashed by | it says |
# | --- | --- | --- | --- |
# | `z` | update gate | sigmoid | how much of the last state is kept |
# | `r` | reset gate | sigmoid | how much of the past the candidate hears |
# | `h` | candidate | tanh | what the new state might be |
#
# Two letters have a new meaning here. In lesson 10 z was the sum before the gates, `(4M,)`; now it is a gate, `(M,)`. And
# block h makes the *candidate* $\tilde h$; it is not the state h.
#
# We begin at the top. The new state is a mixture, unit by unit:
#
# $$h = z \odot h_{last} + (1 - z) \odot \tilde h \qquad\qquad \text{all of them } (M,)$$
#
# The LSTM had one gate for what is kept and another for what is written. Here one gate does both: whatever share is not
# kept is filled up with the candidate $\tilde h$.
#
# **A guess, in your head:** one unit, with `h_last` = 1 and the candidate -1. What is h if z = 1? If z = 0? If z = 0.75?

# %%
h_last, candidate = 1, -1
for z in (1, 0, 0.75):
    print("z =", z, " h =", z * h_last + (1 - z) * candidate)

# %% [markdown]
# A z of 1 keeps everything, a z of 0 takes over the candidate. In between h lies between the two. So a state can
# never leave the range from -1 to 1, and needs no tanh on its way out, as the LSTM's memory did.
#
# Some texts have it the other way round, with $1 - z$ at the last state. Keras and PyTorch have it as it stands here.

# %% [markdown]
# ### The reset gate
#
# Now the candidate. It is what a SimpleRNN would make of input and last state, with one addition: the part
# that comes from the past is multiplied by r first.
#
# $$\tilde h = \tanh\big(x_h + r \odot h_h\big) \qquad\qquad z = \sigma(x_z + h_z) \qquad r = \sigma(x_r + h_r)$$
#
# where $x_z, x_r, x_h$ are the blocks of $x_t\,W_x + b_0$, and $h_z, h_r, h_h$ those of $h_{last}\,W_h + b_1$. All
# of them are `(M,)`.
#
# With r = 1 the candidate hears all of the past. With r = 0 it starts afresh, from the input alone. Mind the name: the
# *reset* gate resets when it is **shut**.

# %% [markdown]
# ## A lamp with two buttons
#
# What would one want two such gates for? Here is a GRU programmed by hand, with one unit: a lamp. Its state is 1 when it
# is on, and 0 when it is off. It has D = 2 features, two buttons:
#
# - `flip` turns it on if it was off, and off if it was on. For this the candidate has to hear the past.
# - `on` turns it on, whatever it was. For this it must not.
#
# As long as no button is pressed, the lamp stays as it is.

# %%
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


buttons = {
    "flip": [0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    "on": [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0],
}
x = np.array(list(buttons.values()), dtype=float).T  # (T, D)

#                 z     r    h
Wx = np.array([[-20.0, 0.0, 0.0],  # flip
               [-20.0, -20.0, 0.0]])  # on
Wh = np.array([[0.0, 0.0, -10.0]])
b = np.array([[10.0, 10.0, 10.0],  # added to the input's product
              [0.0, 0.0, 0.0]])  # added to the state's
print("x (T, D) =", x.shape, "  Wx (D, 3M) =", Wx.shape, "  Wh (M, 3M) =", Wh.shape, "  b (2, 3M) =", b.shape)

# %% [markdown]
# Read the numbers. Without a button the update gate is sigmoid(10), open: keep. Any button shuts it. The reset gate is
# open too, and only `on` shuts it. The candidate is tanh(10 - 10 `h_last`) with an open r: 0 if the lamp was on, and 1 if it
# was off. With r shut it is tanh(10), which is 1.
#
# **A guess:** at which steps is the lamp on?

# %%
lamp = GRU(1, return_sequences=True)
lamp.build((None, None, 2))
lamp.set_weights([Wx, Wh, b])
h = lamp(x[None]).numpy()[0, :, 0]

gates = sigmoid(x @ Wx + b[0])  # (T, 3M); the gates' columns of Wh are zero, so all steps can be done at once
figures.gates(buttons, {"z": gates[:, 0], "r": gates[:, 1]}, {"h": h})

# %% [markdown]
# The lamp goes on at t = 1, off at 4, on at 6. At t = 8 it is on already, and `on` leaves it so. It goes off at 10, and on
# again at 12.
#
# Go through it once more, step by step: at t = 8, which gate is it that makes the candidate forget that the lamp was on?

# %%
stepper(x, Wx, Wh, b, t=1)

# %% [markdown]
# So the two gates share the work: **z says when something changes, r says whether the change depends on what was.**
# A trained GRU has gates of this kind, only half open most of the time, and M of each.

# %% [markdown]
# ## Fewer numbers
#
# A layer with D = 3 and M = 4. **A guess, before you look:** this one is fresh from Keras, as the LSTM was. Will there be
# ones in its bias?

# %%
keras.utils.set_random_seed(11)
layer = GRU(4)
layer.build((None, None, 3))
Wx, Wh, b = layer.get_weights()

figures.weights(Wx=Wx, Wh=Wh, b=b)

# %% [markdown]
# No ones: all gates of an untrained GRU start half open. You have seen that its bias has two rows, `(2, 3M)`, as the
# lamp's had. The bias of a SimpleRNN and that of an LSTM has one. Why? Both layers below are GRUs, and only the first has
# two rows; the argument `reset_after` makes the difference.

# %%
for reset_after in (True, False):
    other = GRU(4, reset_after=reset_after)
    other.build((None, None, 3))
    print(f"reset_after={reset_after!s:5}", [weight.shape for weight in other.get_weights()])

# %% [markdown]
# What it means comes in a minute. First the counting.
#
# [[ exercise("gru_params") ]]
#
# How many parameters has `GRU(M, reset_after=reset_after)` on D features? Work it out from the letters, for both kinds:
# `gru_params(1, 1, True)` is 12, and `gru_params(1, 1, False)` is 9.

# %% nbgrader={"grade": false, "grade_id": "gru_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gru_params(D, M, reset_after):
    """The number of parameters (an int) of GRU(M) on D features; reset_after is True or False."""
    ### BEGIN SOLUTION
    rows = 2 if reset_after else 1
    return 3 * (D * M + M * M + rows * M)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_gru_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(gru_params)
### BEGIN HIDDEN TESTS
check(gru_params, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("gru_params") ]]

# %% [markdown]
# ### What does a gate cost?
#
# Here are the layers of this course side by side, as Keras counts them. The first row of numbers is our old friend, D = 3
# and M = 5 with its 45. **A guess:** by which factor does each column grow from one row to the next, where M doubles?

# %%
layers = {
    "SimpleRNN": SimpleRNN,
    "GRU, reset before": lambda M: GRU(M, reset_after=False),
    "GRU, reset after": GRU,
    "LSTM": LSTM,
}


def count(layer, D):
    layer.build((None, None, D))
    return layer.count_params()


sizes = [(3, 5), (3, 10), (3, 20), (3, 40)]
counts = pd.DataFrame(
    {name: [count(make(M), D) for D, M in sizes] for name, make in layers.items()},
    index=[f"D = {D}, M = {M}" for D, M in sizes],
)
counts

# %% [markdown]
# By less than four at first, and by nearly four at the end: M · M takes over, as in lesson 3. Beside each other the
# four stand as 1 : 3 : a little more than 3 : 4.

# %%
counts.div(counts["SimpleRNN"], axis=0).round(2)

# %% [markdown]
# So a GRU does with a sixth to a quarter less than an LSTM: 150 numbers against 180 at M = 5, and nearly 3 : 4 at M = 40.
# Is it as good? On some tasks yes, on others not, and there is no rule: try both. In lesson 13 you can.

# %% [markdown]
# ## Why two rows of biases?
#
# A SimpleRNN adds two products, and one bias is enough for both. Two biases would only ever be added up, as you saw in
# lesson 4. **A guess:** is there a place in the GRU where two biases are *not* simply added up? Look for it in the first
# picture.

# %%
figures.bias_rows(M=4)

# %% [markdown]
# In the candidate. There the second row goes through the reset gate together with the product it belongs to, and the
# first row does not: $\tanh\big(x_h + r \odot h_h\big)$ has $b_0$ in $x_h$, and $b_1$ in $h_h$.
#
# Let Keras confirm it. One unit, all weights zero but for the bias. We give the number 1 to one of the three blocks, once in
# the first row and once in the second, and let it take one step from `h_last` = 0.5. **A guess:** for which blocks do the two
# rows give different states?

# %%
def one_step(Wx, Wh, b, h_last, reset_after=True):
    """The state h of Keras's own cell after one step from h_last (M,), with an input of zeros."""
    Wx, Wh, b, h_last = (np.asarray(array, "float64") for array in (Wx, Wh, b, h_last))
    cell = GRUCell(len(Wh), reset_after=reset_after, dtype="float64")
    cell.build((None, len(Wx)))
    cell.set_weights([Wx, Wh, b])
    h, _ = cell(np.zeros((1, len(Wx))), [h_last[None]])
    return h.numpy()[0]


nothing = np.zeros((1, 3))
table = {}
for block, name in enumerate(["z", "r", "candidate"]):
    b_first, b_second = np.zeros((2, 3)), np.zeros((2, 3))
    b_first[0, block] = 1
    b_second[1, block] = 1
    table[name] = [one_step(nothing, nothing, rows, [0.5])[0] for rows in (b_first, b_second)]

pd.DataFrame(table, index=["1 in b[0]", "1 in b[1]"]).T.rename_axis("block").round(4)

# %% [markdown]
# For z and r it makes no difference: of the 2 · 3M numbers in the bias, 2M are there for symmetry only. For the candidate it
# does, since r is one half here: tanh(1) = 0.76 against tanh(0.5) = 0.46. Half of that is added to half of `h_last`, as z is
# one half, too: 0.5 · 0.5 + 0.5 · 0.76 = 0.63, and 0.5 · 0.5 + 0.5 · 0.46 = 0.48.

# %% [markdown]
# ### Which block is which? Ask Keras again
#
# The same experiment as in lesson 10. One unit with the candidate's weight in `Wh` set to 1, so that it hears the past, and
# everything else zero. It begins at `h_last` = 1, and we pull down one block of the bias after the other to -100.
#
# **A guess:** untouched, both gates are half open, so h is 0.5 · 1 + 0.5 · tanh(0.5) = 0.73. What is h if z is
# shut? If r is shut? If the candidate is -1?

# %%
hears_the_past = [[0.0, 0.0, 1.0]]
tried = {"nothing": one_step(nothing, hears_the_past, np.zeros((2, 3)), [1.0])[0]}
for block in range(3):
    pulled = np.zeros((2, 3))
    pulled[0, block] = -100
    tried[f"block {block}"] = one_step(nothing, hears_the_past, pulled, [1.0])[0]

pd.DataFrame({"h": tried}).rename_axis("pulled down").round(2) + 0.0  # + 0.0 turns -0 into 0

# %% [markdown]
# - Block 0: h is tanh(0.5) = 0.46, the candidate alone. Nothing was kept: this is **z**.
# - Block 1: h is 0.5 · 1 + 0.5 · tanh(0) = 0.5. The candidate did not hear the past: this is **r**.
# - Block 2: h is 0.5 · 1 - 0.5 · 1 = 0. This is the **candidate**.
#
# That is the order of Keras: **z, r, h**.

# %% [markdown]
# ## Before or after
#
# In the paper that made the GRU known, the reset gate stood at another place: *before* the product. It multiplied the last state
# itself, and the result went through the candidate's own block of `Wh`, its last M columns, here called $W_{h\tilde h}$:
#
# $$\text{before: } \; \tilde h = \tanh\big(x_h + (r \odot h_{last})\,W_{h\tilde h}\big)
# \qquad\qquad \text{after: } \; \tilde h = \tanh\big(x_h + r \odot (h_{last}\,W_{h\tilde h} + b_{1\tilde h})\big)$$
#
# In both, `(M,)` times `(M, M)` is added to `(M,)`. In code $W_{h\tilde h}$ is `Wh[:, 2 * M:]`. This is `reset_after=False`:

# %%
figures.gru_cell(D=3, M=5, reset_after=False)

# %% [markdown]
# There is no bias on the state's side any more: it would only be added to the other, so one row is enough, `b (3M,)`.
#
# Why was it changed? The product has to wait for r, so it can't be done together with the other two. Reset after the product,
# and all three are one product, `h_last @ Wh`. On a graphics card that is much faster, and NVIDIA's library
# cuDNN does it so. TensorFlow 1 still reset before; TensorFlow 2, Keras 3 and PyTorch reset after.
#
# Does it matter? **A guess:** one unit, M = 1. The same weights, both kinds, and no second bias. Do they give the same
# state? And with M = 2?

# %%
rng = np.random.default_rng(14)
for M in (1, 2):
    Wx, Wh, b = np.zeros((1, 3 * M)), rng.normal(0, 2, (M, 3 * M)), rng.normal(0, 1, 3 * M)
    h_last = rng.uniform(-1, 1, M)
    print(f"M = {M}, after: ", one_step(Wx, Wh, np.stack([b, 0 * b]), h_last))
    print(f"M = {M}, before:", one_step(Wx, Wh, b, h_last, reset_after=False))

# %% [markdown]
# With a single unit r multiplies the same number, sooner or later. With more it is another thing: *before*, `r[j]` says
# how loud unit j **speaks**, to all the others. *After*, `r[m]` says how well unit m **hears**, from all the others.
#
# So weights that were trained in one kind are of no use in the other. Look at the bias when you open somebody's GRU: two rows mean after,
# one row means before. (Keras's own help still calls *before* the default in one sentence. Its signature is right:
# `reset_after=True`.)

# %% [markdown]
# Try it. This is a model with (T, D, M, K) = (10, 3, 5, 2), taken apart. **A guess, before you run it:** with two rows the
# GRU has 150 numbers, as counted above. How many has this one?

# %%
figures.draw(keras.Sequential([keras.Input((10, 3)), GRU(5, reset_after=False), keras.layers.Dense(2)]))

# %% [markdown]
# 135: one row of 3M = 15 numbers is gone. Cover the box with your hand, and `b (3M,)` alone still tells you the kind.

# %% [markdown]
# [[ exercise("gru_step") ]]
#
# Write one step, of both kinds: from `x_t (D,)` and `h_last (M,)` to the new state `h (M,)`.
#
# | `reset_after` | `b` | the reset |
# | --- | --- | --- |
# | `True` | (2, 3M) | after the product and its bias |
# | `False` | (3M,) | before the product |
#
# As in lesson 10 it shall also serve a batch, `x_t (N, D)` and `h_last (N, M)`: always speak of the *last* axis. You may use
# `sigmoid` from above.
#
# The smallest example: with D = M = 1 and all weights zero, both gates are half open and the candidate is 0, so that
# `h_last = [0.8]` becomes `[0.4]`.

# %% nbgrader={"grade": false, "grade_id": "gru_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gru_step(x_t, h_last, Wx, Wh, b, reset_after):
    """The new state h (M,) from x_t (D,) and h_last (M,), or each with N in front."""
    ### BEGIN SOLUTION
    M = len(Wh)
    if reset_after:
        xz, xr, xh = np.split(x_t @ Wx + b[0], 3, axis=-1)
        hz, hr, hh = np.split(h_last @ Wh + b[1], 3, axis=-1)
    else:
        xz, xr, xh = np.split(x_t @ Wx + b, 3, axis=-1)
        hz, hr = np.split(h_last @ Wh[:, : 2 * M], 2, axis=-1)
    z = sigmoid(xz + hz)
    r = sigmoid(xr + hr)
    past = r * hh if reset_after else (r * h_last) @ Wh[:, 2 * M :]
    candidate = np.tanh(xh + past)
    return z * h_last + (1 - z) * candidate
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_gru_step", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(gru_step)
### BEGIN HIDDEN TESTS
check(gru_step, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("gru_step") ]]

# %% [markdown]
# ## A whole sequence
#
# An LSTM gave three arrays with `return_sequences=True` and `return_state=True`. **A guess:** how many does a GRU give?

# %%
keras.utils.set_random_seed(12)
N, T, D, M = 6, 4, 2, 5
X = np.random.default_rng(11).standard_normal((N, T, D)).astype("float32")

layer = GRU(M, return_sequences=True, return_state=True)
arrays = layer(X)
print("how many:", len(arrays))

H, h = (array.numpy() for array in arrays)
print("H (N, T, M) =", H.shape, "  h (N, M) =", h.shape)
print("H[:, -1] is h:", np.allclose(H[:, -1], h))

# %% [markdown]
# Two. There is no memory beside the state, so that whoever wants to go on later needs h alone, and has it in H already.
#
# Its biases are zero, as nobody has trained it. We give it others, so that a forgotten row shows:

# %%
Wx, Wh, b = layer.get_weights()
layer.set_weights([Wx, Wh, np.random.default_rng(12).normal(0, 0.5, b.shape)])
H, h = (array.numpy() for array in layer(X))

figures.states(H[:3])

# %% [markdown]
# [[ exercise("gru_forward") ]]
#
# Write the loop: from `X (N, T, D)` to all states `H (N, T, M)` and the last state `h (N, M)`, in this order, for both kinds. The
# state is zeros before the first step. You may call your `gru_step`.
#
# With the layer above, your two arrays have to be those of Keras. When your answer is right, the cell below it compares
# them.

# %% nbgrader={"grade": false, "grade_id": "gru_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gru_forward(X, Wx, Wh, b, reset_after):
    """All states H (N, T, M) and the last state h (N, M) for X (N, T, D)."""
    ### BEGIN SOLUTION
    N, T, _ = X.shape
    h = np.zeros((N, len(Wh)))
    states = []
    for t in range(T):
        h = gru_step(X[:, t], h, Wx, Wh, b, reset_after)
        states.append(h)
    return np.stack(states, axis=1), h
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_gru_forward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(gru_forward)
my_H, my_h = gru_forward(X, *layer.get_weights(), reset_after=True)
print("H agrees with Keras:", np.allclose(my_H, H, atol=1e-5))
print("h agrees with Keras:", np.allclose(my_h, h, atol=1e-5))
### BEGIN HIDDEN TESTS
check(gru_forward, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("gru_forward") ]]

# %% [markdown]
# **If you want to see it**, right or wrong: the stepper from lesson 5 runs your `gru_step` over the first sample, beside
# the true one, and marks the first t at which the two part. This cell never fails.

# %%
stepper(X[0], *layer.get_weights(), answer=gru_step)

# %% [markdown]
# ## The same cell in PyTorch
#
# The LSTM moved to PyTorch with little trouble: its order of blocks was the same, and its biases were only added up. The GRU
# has another order, and its two biases must *not* be added up.
#
# | | Keras `GRU`, `reset_after=True` | PyTorch `nn.GRU` |
# | --- | --- | --- |
# | candidate | $\tilde h = \tanh(x\,W_{x\tilde h} + b_{0\tilde h} + r \odot (h_{last}\,W_{h\tilde h} + b_{1\tilde h}))$ | $n = \tanh(W_{in}\,x + b_{in} + r \odot (W_{hn}\,h_{last} + b_{hn}))$ |
# | new state | $z \odot h_{last} + (1 - z) \odot \tilde h$ | $(1 - z) \odot n + z \odot h_{last}$ |
# | order of the blocks | z, r, h | r, z, n |
# | input to hidden | `Wx` (D, 3M) | `w_ih` (3M, D) |
# | hidden to hidden | `Wh` (M, 3M) | `w_hh` (3M, M) |
# | bias | `b` (2, 3M) | `b_ih` (3M,) and `b_hh` (3M,) |
#
# PyTorch calls the candidate n, for *new*. Its formula is that of `reset_after=True`, and there is no option for the other
# kind: a GRU with one row of biases can't move there. Its order is that of cuDNN; Keras keeps another one, and changes the
# two blocks round by itself when it uses a graphics card.
#
# To put blocks into a new order, cut and join. Here are two rows of letters, brought from z, r, h into an order that
# nobody uses:

# %%
rows = np.array([["z1"], ["z2"], ["r1"], ["r2"], ["h1"], ["h2"]])  # M = 2
first, second, third = np.split(rows, 3)  # along the first axis
np.concatenate([third, second, first])[:, 0]

# %% [markdown]
# [[ exercise("gru_to_torch") ]]
#
# Turn Keras's `Wx (D, 3M), Wh (M, 3M), b (2, 3M)` into PyTorch's `w_ih (3M, D), w_hh (3M, M), b_ih (3M,), b_hh (3M,)`, so
# that both compute the same state.
#
# An example with M = 1: the bias `b = [[1., 2., 3.], [4., 5., 6.]]` has 1 and 4 for z, 2 and 5 for r, 3 and 6 for the
# candidate. Where do they belong in `b_ih` and `b_hh`?
#
# PyTorch itself is not needed: the check puts your arrays into its formula, and compares with Keras's layer.

# %% nbgrader={"grade": false, "grade_id": "gru_to_torch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gru_to_torch(Wx, Wh, b):
    """w_ih (3M, D), w_hh (3M, M), b_ih (3M,), b_hh (3M,) of the same GRU in PyTorch."""
    ### BEGIN SOLUTION
    def r_z_n(rows):
        z, r, n = np.split(rows, 3)
        return np.concatenate([r, z, n])

    return r_z_n(Wx.T), r_z_n(Wh.T), r_z_n(b[0]), r_z_n(b[1])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_gru_to_torch", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(gru_to_torch)
### BEGIN HIDDEN TESTS
check(gru_to_torch, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("gru_to_torch") ]]

# %% [markdown]
# ## What you can do now
#
# - Say what the update gate and the reset gate do, and compute a GRU by hand, in both of its kinds.
# - Tell from the bias alone which kind a GRU is, and say why one of them needs two rows.
# - Carry a GRU over to PyTorch, with its blocks in another order and its biases kept apart.
#
# You know three cells now. [Next](../12_stacked_and_bidirectional/stacked_and_bidirectional.ipynb) you put layers on top of
# each other, and let one read from the end to the beginning.
