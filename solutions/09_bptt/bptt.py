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
# What you need: the loop over many samples (lesson 6), what training does with a gradient (lesson 8), and the chain
# rule from school, of one variable: the slope of $f(g(x))$ is the slope of $f$ times the slope of $g$. For several
# variables, *who touches several, adds up* is all you need, and it comes below.
#
# Training asks one question of every number in the network: if you were a little larger, would the loss go up or down,
# and how fast? Keras answers it for all of them at once, and says nothing about how. In this lesson you work the
# answers out yourself: two small rules, and one loop that runs backwards in time. It has a long name, **backpropagation
# through time**, BPTT.

# %%
from helpers import check, figures, hint

# %%
from contextlib import redirect_stdout
from io import StringIO

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.keras.layers import Dense, Input, SimpleRNN
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import SGD

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## The picture to keep in mind
#
# From left to right and upwards goes what you know: states, an output, and at the end a loss, one single number. In
# red, against them, go the gradients. You need not understand it all yet. Look at the shapes: whatever goes back along a
# **state or output** has the shape of what came that way, and each **weight's gradient** has the shape of that weight.

# %%
figures.backward(N=4, T=3, D=2, M=5, K=1)

# %% [markdown]
# ## What a gradient says
#
# Here is a network of that size, with targets that it should learn: (N, T, D) = (4, 3, 2), M = 5 and K = 1. It computes
# in `float64`, so that we may compare many digits. The loss is the mean squared error of lesson 8.

# %%
keras.utils.set_random_seed(9)
N, T, D, M, K = 4, 3, 2, 5, 1
rng = np.random.default_rng(9)
X = rng.standard_normal((N, T, D))
Y = rng.standard_normal((N, K))

i = Input(shape=(T, D), dtype="float64")
x = SimpleRNN(M, dtype="float64")(i)
x = Dense(K, dtype="float64")(x)
model = Model(i, x)

Wx, Wh, bh, Wo, bo = [rng.normal(0, 0.5, w.shape) for w in model.get_weights()]  # biases that are not zero
model.set_weights([Wx, Wh, bh, Wo, bo])

another = keras.models.clone_model(model)  # of the same layers, with weights of its own


def loss_with(Wh):
    """The loss of this network if it had another Wh (M, M), as Keras computes it."""
    another.set_weights([Wx, Wh, bh, Wo, bo])
    return np.mean((another(X).numpy() - Y) ** 2)


print("loss:", round(loss_with(Wh), 6))

# %% [markdown]
# Take one weight out of the M · M = 25 in `Wh`, say `Wh[4, 1]`, and make it larger by 0.001. Nothing else changes.
#
# **A guess, before you run it:** does the loss move by more than 0.001, by less, or by just that? In which direction?

# %%
nudged = Wh.copy()
nudged[4, 1] += 0.001

change = loss_with(nudged) - loss_with(Wh)
print(f"the loss changes by {change:.6f}")
print(f"that is {change / 0.001:.3f} for each unit that the weight grows")

# %% [markdown]
# That ratio is the **gradient** of the loss with respect to `Wh[4, 1]`: a slope. Every number in the network has one.
# We write the gradient of an array with a d in front, and it has the array's shape: `dWh (M, M)` belongs to `Wh (M, M)`,
# and `dWh[4, 1]` to `Wh[4, 1]`.
#
# Keras works them all out in one go. A `GradientTape` writes down what is computed, and then plays it backwards:

# %%
with tf.GradientTape() as tape:
    loss = keras.losses.MeanSquaredError(dtype="float64")(Y, model(X))
gradients = [gradient.numpy() for gradient in tape.gradient(loss, model.trainable_weights)]
by_keras = dict(zip(["Wx", "Wh", "bh", "Wo", "bo"], gradients, strict=True))

print("dWh[4, 1] =", by_keras["Wh"][4, 1].round(3))
figures.weights(**{f"d{name}": gradient for name, gradient in by_keras.items()})

# %% [markdown]
# The ratio from above is among them. Red: if this weight grows, so does the loss. Blue: if it grows, the loss falls. A
# step of training goes against the gradient: `w = w - lr * dw`.
#
# These five arrays are what you will compute at the end of this lesson, in NumPy alone.

# %% [markdown]
# ## Back through tanh
#
# The loss depends on a state `h`, and `h = tanh(a)` depends on the sum `a`. Suppose that somebody has told us `dh`, how
# the loss changes as `h` does. How does it change as `a` does? The chain rule says: multiply by the slope of tanh.
#
# $$da = dh \cdot \tanh'(a)$$
#
# So what is the slope of tanh? **A guess:** at which `a` is the curve steepest, and about how steep is it at a = 4?

# %%
figures.tanh()

# %%
a = np.array([-2, -0.5, 0, 0.5, 2, 4])
measured = (np.tanh(a + 0.001) - np.tanh(a - 0.001)) / 0.002

pd.DataFrame({"a": a, "tanh(a)": np.tanh(a), "slope": measured, "1 - tanh(a)²": 1 - np.tanh(a) ** 2}).round(4)

# %% [markdown]
# Steepest at zero, with slope 1; nearly flat where tanh saturates. And the last two columns are the same:
#
# $$\tanh'(a) = 1 - \tanh(a)^2 = 1 - h^2$$
#
# That is handy. On the way back nobody has to remember `a`: the state `h`, which went on anyway, tells the slope.
#
# [[ exercise("tanh_backward") ]]
#
# Write it for a whole batch: from `dh (N, M)` and the state `h (N, M)` to `da (N, M)`. Every entry goes its own way, as
# it did forwards.
#
# For example, `tanh_backward(np.array([[1.0, 10.0]]), np.array([[0.0, 0.5]]))` gives `[[1, 7.5]]`.


# %% nbgrader={"grade": false, "grade_id": "tanh_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tanh_backward(dh, h):
    """Back through h = np.tanh(a): from dh (N, M) and h (N, M) to da (N, M)."""
    ### BEGIN SOLUTION
    return dh * (1 - h**2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_tanh_backward", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(tanh_backward)
### BEGIN HIDDEN TESTS
check(tanh_backward, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("tanh_backward") ]]

# %% [markdown]
# ## Where it begins: the loss
#
# The way back starts at the loss, because there we need nobody to tell us anything. The loss is the mean of N · K
# squares:
#
# $$L = \frac{1}{N K} \sum_{n, k} \left( \hat{Y}_{nk} - Y_{nk} \right)^2$$
#
# One output $\hat{Y}_{nk}$ stands in one of these squares, and the slope of $e^2$ is $2 e$. So
#
# $$dY_{nk} = \frac{2}{N K} \left( \hat{Y}_{nk} - Y_{nk} \right) \qquad (N, K)$$
#
# We call it `dY`, for short. **A guess:** an output is too large, so `Yhat - Y` is positive. Which sign has its
# gradient, and where will training push that output?

# %%
Yhat = model(X).numpy()
dY = 2 * (Yhat - Y) / (N * K)

pd.DataFrame({"Y": Y[:, 0], "Yhat": Yhat[:, 0], "dY": dY[:, 0]}).rename_axis("n").round(4)

# %% [markdown]
# ## Back through Dense
#
# Next stands `Yhat = h @ Wo + bo`, with `h (N, M)` the last state. Written out, with $W$ and $b$ short for `Wo` and `bo`, one
# output is
#
# $$\hat{Y}_{nk} = \sum_m h_{nm}\, W_{mk} + b_k$$
#
# Ask each of the three on the right: **which outputs do you touch, and by how much?**
#
# | who | touches | by a factor of | so its gradient is |
# | :-- | :-- | :-- | :-- |
# | $W_{mk}$ | $\hat{Y}_{nk}$, for every sample n | $h_{nm}$ | $\sum_n h_{nm}\, dY_{nk}$ |
# | $b_k$ | $\hat{Y}_{nk}$, for every sample n | 1 | $\sum_n dY_{nk}$ |
# | $h_{nm}$ | $\hat{Y}_{nk}$, for every output k | $W_{mk}$ | $\sum_k dY_{nk}\, W_{mk}$ |
#
# That is the chain rule once more, with one thing added: **who touches several, adds up what comes back from each.**
#
# Try the first line on one weight, `Wo[2, 0]`. All N samples used it, so all N have a say. (The last states come from
# Keras here.)

# %%
last_state = Model(i, model.layers[1].output)
h = last_state(X).numpy()

share = [h[n, 2] * dY[n, 0] for n in range(N)]
print("the shares of the samples:", np.array(share))
print("their sum:                ", np.sum(share).round(4))
print("Keras says dWo[2, 0] =    ", by_keras["Wo"][2, 0].round(4))

# %% [markdown]
# All M · K entries at once are a product of two matrices. You need not remember which: there is only one way to get the
# shape `(M, K)` out of `h (N, M)` and `dY (N, K)`, with N as the inner letter that goes away. To make N the inner letter,
# one of the two has to be turned round: `.T` makes `(M, N)` of `(N, M)`.
#
# [[ exercise("dense_backward") ]]
#
# Give the three gradients of the table, as arrays: from `dY (N, K)`, `h (N, M)` and `Wo (M, K)` to the tuple `dWo (M, K)`,
# `dbo (K,)`, `dh (N, M)`, in this order.
#
# The `dY` that comes in is any gradient. If it is that of a mean, then the 1/(N · K) is in it already.


# %% nbgrader={"grade": false, "grade_id": "dense_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dense_backward(dY, h, Wo):
    """Back through Y = h @ Wo + bo: from dY (N, K) to dWo (M, K), dbo (K,) and dh (N, M)."""
    ### BEGIN SOLUTION
    dWo = h.T @ dY
    dbo = dY.sum(axis=0)
    dh = dY @ Wo.T
    return dWo, dbo, dh
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dense_backward", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(dense_backward)
### BEGIN HIDDEN TESTS
check(dense_backward, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("dense_backward") ]]

# %% [markdown]
# ## Through time, with plain numbers
#
# Now the recurrent part. Again the smallest network there is, D = M = 1 and one sample, so that everything is a plain
# number. It reads T = 3 inputs, and its last state should be 1: the loss is `(h_2 - 1)**2`.
#
# Forwards, one line for each step:

# %%
x_0, x_1, x_2 = 1.0, -0.5, 0.8
wx, wh, b = 0.7, 0.9, 0.1

h_0 = np.tanh(x_0 * wx + 0.0 * wh + b)
h_1 = np.tanh(x_1 * wx + h_0 * wh + b)
h_2 = np.tanh(x_2 * wx + h_1 * wh + b)
print("loss:", round((h_2 - 1) ** 2, 6))

# %% [markdown]
# Now read these lines from the last to the first. `h_2` is where the loss looks: `dh_2` is the slope of the square. From
# `dh_2` back through tanh to `da_2`. Into `a_2` went `h_1`, with the factor `wh`: so `dh_1` is `da_2 * wh`. And so on.

# %%
dh_2 = 2 * (h_2 - 1)
da_2 = dh_2 * (1 - h_2 * h_2)

dh_1 = da_2 * wh
da_1 = dh_1 * (1 - h_1 * h_1)

dh_0 = da_1 * wh
da_0 = dh_0 * (1 - h_0 * h_0)

# %% [markdown]
# And the gradient of `wh`? It is one number, but it was used three times, once in each step: times `0.0`, times `h_0` and
# times `h_1`. Who touches several, adds up what comes back from each.
#
# **A guess, before you run it:** which of the three steps has the largest share in the gradient of `wh`, and which has
# none?

# %%
table = pd.DataFrame(
    {
        "h_last": [0.0, h_0, h_1],
        "h": [h_0, h_1, h_2],
        "dh": [dh_0, dh_1, dh_2],
        "da": [da_0, da_1, da_2],
        "share of wx": [da_0 * x_0, da_1 * x_1, da_2 * x_2],
        "share of wh": [0.0, da_1 * h_0, da_2 * h_1],
        "share of b": [da_0, da_1, da_2],
    }
).rename_axis("t")
table.round(4)

# %% [markdown]
# Step 0 has no share in `wh`: there was nothing yet to remember. The column's sum is the gradient. Does it hold? Nudge
# `wh` as before, and look:


# %%
def tiny_loss(wh):
    h_0 = np.tanh(x_0 * wx + 0.0 * wh + b)
    h_1 = np.tanh(x_1 * wx + h_0 * wh + b)
    h_2 = np.tanh(x_2 * wx + h_1 * wh + b)
    return (h_2 - 1) ** 2


print("sum of the shares of wh:   ", table["share of wh"].sum().round(6))
print("measured, nudged by 0.0001:", ((tiny_loss(wh + 0.0001) - tiny_loss(wh - 0.0001)) / 0.0002).round(6))

# %% [markdown]
# ## Through time, with arrays
#
# Nothing new comes now, only letters. At step t the network computes
#
# $$a_t = X_t W_x + h_{t-1} W_h + b_h \qquad h_t = \tanh(a_t) \qquad (N, M)$$
#
# where $X_t$ is `X[:, t] (N, D)`, and $h_{-1}$, before the first step, is zeros. Suppose we have `dh`, the gradient of
# this step's state. Then, line by line:
#
# | line ($\top$ is `.T`) | shapes | why |
# | :-- | :-- | :-- |
# | $da = dh \odot (1 - h_t^2)$ | $(N, M) = (N, M) \odot (N, M)$ | back through tanh, entry by entry, which is what $\odot$ says |
# | $dW_x \mathrel{+}= X_t^\top\, da$ | $(D, M) = (D, N)\,(N, M)$ | $X_t W_x$ is a Dense layer, with $X_t$ as what goes in |
# | $dW_h \mathrel{+}= h_{t-1}^\top\, da$ | $(M, M) = (M, N)\,(N, M)$ | $h_{t-1} W_h$ is one too, with the state **before** the step |
# | $db_h \mathrel{+}= \sum_n da_n$ | $(M,)$ | the bias touched all N samples |
# | $dh = da\, W_h^\top$ | $(N, M) = (N, M)\,(M, M)$ | for the step before: the state went in through $W_h$ |
#
# Two kinds of lines, and it matters which is which:
#
# - **The weights add up** (`+=`). The same `Wx`, `Wh` and `bh` work at every step, so each step has a share.
# - **`dh` is handed on** (`=`). Every state but the last goes to one place only, the next step. Only the last goes into
#   the Dense layer, and that is where the first `dh` comes from.
#
# And the order: step t needs the `dh` that step t + 1 made. So this loop begins at the **last** step, and ends at step 0.
# It meets every state again, last first: keep them all on the way forwards.

# %% [markdown]
# Before you write it, something to measure yourself by. Keras trains a network to remember: it reads T = 5 numbers, and
# has to say what the **first** was. Plain gradient descent, all N = 60 samples in each step, 300 steps.

# %%
rng = np.random.default_rng(0)
X_first = rng.standard_normal((60, 5, 1))
Y_first = X_first[:, 0]
start = {
    "Wx": rng.normal(0, 0.5, (1, 8)),
    "Wh": rng.normal(0, 0.25, (8, 8)),
    "bh": np.zeros(8),
    "Wo": rng.normal(0, 0.35, (8, 1)),
    "bo": np.zeros(1),
}

i_first = Input(shape=(5, 1), dtype="float64")
x = SimpleRNN(8, dtype="float64")(i_first)
x = Dense(1, dtype="float64")(x)
remember = Model(i_first, x)
remember.set_weights(list(start.values()))
remember.compile(SGD(0.05), keras.losses.MeanSquaredError(dtype="float64"))

losses = []
for step in range(300):
    remember.reset_metrics()  # else Keras gives the mean of the losses so far
    losses.append(remember.train_on_batch(X_first, Y_first))

for step in (0, 50, 100, 200, 299):
    print(f"step {step:3}   loss {losses[step]:.4f}")

# %% [markdown]
# It learns: the error falls to a small part of what it was, although what counts lies five steps back. Your loop will have
# to do the same, in NumPy alone.
#
# [[ exercise("bptt") ]]
#
# Give the gradients of the mean squared error between `Yhat (N, K)`, the output after the last step, and `Y (N, K)`: a
# dict with the keys `"Wx"`, `"Wh"`, `"bh"`, `"Wo"`, `"bo"`, each gradient in the shape of its array.
#
# It has three parts: forwards through time, and keep every state; `dY` and back through Dense; backwards through time. You
# may call your `tanh_backward` and `dense_backward`.
#
# When your answer is right, the cell below it shows how far it is from `GradientTape`, and trains the network that has to
# remember, by your gradients.


# %% nbgrader={"grade": false, "grade_id": "bptt", "locked": false, "schema_version": 3, "solution": true, "task": false}
def bptt(X, Y, Wx, Wh, bh, Wo, bo):
    """The gradients of the mean squared error: a dict with "Wx", "Wh", "bh", "Wo", "bo"."""
    ### BEGIN SOLUTION
    N, T = X.shape[:2]
    H = [np.zeros((N, len(bh)))]  # H[t] is the state before step t, H[t + 1] the one after it
    for t in range(T):
        H.append(np.tanh(X[:, t] @ Wx + H[t] @ Wh + bh))
    Yhat = H[T] @ Wo + bo

    dY = 2 * (Yhat - Y) / Y.size
    dWo, dbo, dh = dense_backward(dY, H[T], Wo)

    dWx, dWh, dbh = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(bh)
    for t in reversed(range(T)):
        da = tanh_backward(dh, H[t + 1])
        dWx += X[:, t].T @ da
        dWh += H[t].T @ da
        dbh += da.sum(axis=0)
        dh = da @ Wh.T
    return {"Wx": dWx, "Wh": dWh, "bh": dbh, "Wo": dWo, "bo": dbo}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_bptt", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(bptt)

print("as GradientTape's, to six digits:")
for name, gradient in bptt(X, Y, Wx, Wh, bh, Wo, bo).items():
    print(f"d{name}", np.allclose(gradient, by_keras[name], rtol=1e-6, atol=1e-6))

w = {name: array.copy() for name, array in start.items()}
print("\ntraining in NumPy alone, by your gradients:")
for step in range(300):
    if step in (0, 50, 100, 200, 299):
        h = np.zeros((60, 8))
        for t in range(5):
            h = np.tanh(X_first[:, t] @ w["Wx"] + h @ w["Wh"] + w["bh"])
        loss = np.mean((h @ w["Wo"] + w["bo"] - Y_first) ** 2)
        print(f"step {step:3}   loss {loss:.4f}   (Keras: {losses[step]:.4f})")
    with redirect_stdout(StringIO()):  # should your answer print something: not 300 times
        gradients = bptt(X_first, Y_first, **w)
    w = {name: w[name] - 0.05 * gradients[name] for name in w}
### BEGIN HIDDEN TESTS
check(bptt, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("bptt") ]]

# %% [markdown]
# If the two columns of losses agree: this is training, all of it. Forwards, backwards, a step against the gradient, three
# hundred times. What Keras adds is speed, and gradients of layers that nobody has derived by hand.

# %% [markdown]
# ## How would you know, without Keras?
#
# A wrong gradient is a quiet mistake. Nothing stops with an error; the network just learns a little worse. But a gradient
# can be tested without knowing the right one: you did it above, by nudging a weight and watching the loss.
#
# You may nudge to one side, or to both:
#
# $$\text{one-sided:}\ \frac{L(w + \varepsilon) - L(w)}{\varepsilon} \qquad\quad \text{central:}\ \frac{L(w + \varepsilon) - L(w - \varepsilon)}{2\,\varepsilon}$$
#
# Try both on a function whose slope is known: w³ has the slope 3w². **A guess:** if ε becomes ten times smaller, how many
# times smaller does the error of each become? And is the smallest ε the best?


# %%
def cube(w):
    return w * w * w


rows = []
for eps in [0.1, 0.01, 0.001, 1e-5, 1e-9, 1e-13]:
    one_sided = (cube(0.7 + eps) - cube(0.7)) / eps
    central = (cube(0.7 + eps) - cube(0.7 - eps)) / (2 * eps)
    rows.append(
        {"ε": f"{eps:g}", "one-sided is off by": one_sided - 1.47, "central is off by": central - 1.47}
    )
pd.DataFrame(rows).set_index("ε").map("{:.0e}".format)

# %% [markdown]
# Ten times smaller ε: the one-sided error becomes ten times smaller, the central one a hundred times. The bend of the curve
# lifts the loss by the same amount on both sides, so it drops out of the difference. But below some point both get worse
# again: the two losses then differ in their last digits only, and these digits are noise. In `float64`, a central
# difference with ε about 1e-5 is a good choice.
#
# [[ exercise("numerical_gradient") ]]
#
# `loss` is any function that takes an array like `w` and gives one number. Give its gradient at `w`, by central
# differences with `eps`: an array `g` of the shape of `w`, which may have one axis or two. Each entry is nudged alone, while
# all others stay as they are.
#
# `w` belongs to whoever called you: when you are done, it has to be as it was.
#
# For example, `numerical_gradient(lambda w: (w**2).sum(), np.array([3.0, 4.0]), 0.1)` gives `[6, 8]`, and so it does with any
# other `eps`.


# %% nbgrader={"grade": false, "grade_id": "numerical_gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
def numerical_gradient(loss, w, eps):
    """The gradient of loss(w), a number, by central differences: an array of the shape of w."""
    ### BEGIN SOLUTION
    g = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[index] += eps
        down[index] -= eps
        g[index] = (loss(up) - loss(down)) / (2 * eps)
    return g
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_numerical_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(numerical_gradient)
difference = np.abs(numerical_gradient(loss_with, Wh, 1e-5) - by_keras["Wh"]).max()
print("your numerical dWh and GradientTape's differ by less than 1e-8:", difference < 1e-8)
### BEGIN HIDDEN TESTS
check(numerical_gradient, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("numerical_gradient") ]]

# %% [markdown]
# So why does nobody train like this? Count: `Wh` alone has M · M = 25 numbers, and each asks for the loss twice. A network
# of a million weights would run two million times for one step of training. The way back costs about as much as one or two
# runs, however many weights there are. That is what made neural networks possible.

# %% [markdown]
# ## What becomes of a gradient on a long way
#
# At each step back in time, `dh` is multiplied by the slopes of tanh and by `Wh.T`. After 30 steps that has happened 30
# times.
#
# **A guess:** take plain numbers. What is about 0.8 ** 30, and what is 1.2 ** 30?

# %%
print("0.8 ** 30 =", round(0.8**30, 4))
print("1.2 ** 30 =", round(1.2**30, 1))

# %% [markdown]
# For a matrix, the number that decides is its **spectral radius**: the largest size of its eigenvalues,
# `np.abs(np.linalg.eigvals(Wh)).max()`. (You don't need eigenvalues: think of it as the factor in the next sentence.) It is
# the factor by which a vector grows, in the long run, if it is multiplied by `Wh` again and again.
#
# Measure it. `arriving` makes a layer whose `Wh` has a given radius, and asks the tape how strongly the input of each step
# still moves the last state. First with tiny inputs: then tanh is straight, its slope is 1, and `Wh` alone is at work.


# %%
def arriving(radius, size, T=30, M=16):
    """For each step t (T,): the norm of the gradient of sum(last state) with respect to X[:, t]."""
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.standard_normal((M, M)))[0]  # a matrix of radius 1 that changes no length
    layer = SimpleRNN(M, dtype="float64")
    layer.build((None, T, M))
    layer.set_weights([np.eye(M), radius * rotation, np.zeros(M)])  # D = M: each unit has an input of its own
    X = tf.constant(size * rng.standard_normal((8, T, M)))
    with tf.GradientTape() as tape:
        tape.watch(X)
        total = tf.reduce_sum(layer(X))
    return np.sqrt((tape.gradient(total, X).numpy() ** 2).sum(axis=(0, 2)))


figures.fading({f"radius {radius}": arriving(radius, size=1e-6) for radius in (0.5, 0.9, 1.0, 1.1, 1.5)})

# %% [markdown]
# Read the right edge, 29 steps back. With radius 0.5, two billionths of the gradient arrive: the loss cannot tell `Wx` what
# to do about an input so long ago. That is the **vanishing gradient**. With radius 1.5 it is a hundred thousand times as
# strong as at the last step, and one step of training throws the weights anywhere: the **exploding gradient**. And each
# line is straight on a scale of powers: with T twice as long, the exponent is twice as large.
#
# Keras starts every `Wh` as an *orthogonal* matrix (one that turns vectors and changes no length), of radius 1, and now you
# see why.
#
# **A guess:** now with inputs of usual size, around 1. The states then reach where tanh is flat. Which way do the lines
# move?

# %%
figures.fading({f"radius {radius}": arriving(radius, size=1.0) for radius in (0.5, 0.9, 1.0, 1.1, 1.5)})

# %% [markdown]
# Down, all of them. A slope of tanh is at most 1, and often much less, and 29 of them are multiplied as well. A SimpleRNN
# forgets: it can hardly learn what happened more than ten or twenty steps ago.

# %% [markdown]
# [[ exercise("gradient_norms") ]]
#
# Look inside: how large is `dh` at every step? Take `h_last.sum()`, the sum of all N · M numbers of the last state, in place
# of a loss. Give `norms (T,)`: entry t is the norm of the gradient of that sum with respect to `h_t (N, M)`, the state after
# step t.
#
# - The norm of an array is the root of the sum of all its squares, over N and M together.
# - With respect to the last state itself the gradient is all ones, so `norms[T - 1]` is $\sqrt{N M}$.


# %% nbgrader={"grade": false, "grade_id": "gradient_norms", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gradient_norms(X, Wx, Wh, bh):
    """The norms (T,) of the gradients of h_last.sum() with respect to each h_t (N, M)."""
    ### BEGIN SOLUTION
    N, T = X.shape[:2]
    H = [np.zeros((N, len(bh)))]
    for t in range(T):
        H.append(np.tanh(X[:, t] @ Wx + H[t] @ Wh + bh))

    norms = np.zeros(T)
    dh = np.ones((N, len(bh)))
    for t in reversed(range(T)):
        norms[t] = np.sqrt((dh**2).sum())
        dh = tanh_backward(dh, H[t + 1]) @ Wh.T
    return norms
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_gradient_norms", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(gradient_norms)
### BEGIN HIDDEN TESTS
check(gradient_norms, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("gradient_norms") ]]

# %% [markdown]
# ## Clipping
#
# Against fading gradients the usual cure is another kind of cell: lessons 10 and 11. Against exploding ones there is a simple
# trick. If the gradient is too long, shorten it, and keep its direction.

# %%
figures.clipping([[2.4, 1.0], [-0.3, 0.4], [-1.8, -1.5], [0.2, -0.5], [0.6, 2.0]], max_norm=1.0)

# %% [markdown]
# In Keras that is one word for the optimiser: `SGD(lr, clipnorm=1.0)`. It takes each weight array's gradient on its own.
# (`global_clipnorm` takes all arrays together as one long one, and `clipvalue` cuts entry by entry, which bends the
# direction.)
#
# **A guess, before you run it:** a weight of two zeros gets a step with `lr = 1`. Where does it end if the gradient is
# `[3, 4]`? If it is `[0.3, 0.4]`? If it is `[0, 0]`?

# %%
for gradient in ([3.0, 4.0], [0.3, 0.4], [0.0, 0.0]):
    weight = keras.Variable([0.0, 0.0])
    SGD(1.0, clipnorm=1.0).apply([tf.constant(gradient)], [weight])
    print(gradient, "moves the weight to", weight.numpy() + 0)

# %% [markdown]
# The norm of `[3, 4]` is $\sqrt{9 + 16} = 5$, so it is divided by 5. The norm of `[0.3, 0.4]` is 0.5, below the limit: it
# stays as it is, and is not made longer. And zeros stay zeros: nothing was divided by their norm, 0.
#
# [[ exercise("clip_by_norm") ]]
#
# Write it: from a gradient `g`, an array with any axes, and the number `max_norm` to the clipped gradient, of the same
# shape.
#
# For example, `clip_by_norm(np.array([3.0, 4.0]), 1.0)` gives `[0.6, 0.8]`.


# %% nbgrader={"grade": false, "grade_id": "clip_by_norm", "locked": false, "schema_version": 3, "solution": true, "task": false}
def clip_by_norm(g, max_norm):
    """The gradient g, shortened to a norm of max_norm if its norm is larger; of the shape of g."""
    ### BEGIN SOLUTION
    norm = np.sqrt((g**2).sum())
    if norm > max_norm:
        return g * (max_norm / norm)
    return g
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_clip_by_norm", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(clip_by_norm)
### BEGIN HIDDEN TESTS
check(clip_by_norm, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("clip_by_norm") ]]

# %% [markdown]
# ## What you can do now
#
# - Work out every gradient of a recurrent network, line by line, with its shapes, and train it in NumPy alone.
# - Test any gradient, without knowing the right one.
# - Say why gradients fade or explode over many steps, and clip those that explode.
#
# Next: [A memory with gates](../10_lstm/lstm.ipynb). An LSTM keeps a second state, whose way back leads through no matrix
# and no tanh. That is how it remembers for longer.
