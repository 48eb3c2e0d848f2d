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
# What you need: windows of a series (lesson 1) and the model `Input`, `SimpleRNN`, `Dense` (lesson 2).
#
# Every network so far had the weights that it was born with: random ones. **Training** moves them, a little at a time,
# until what the network says is near to what is true. First you take single steps of training by hand, with one weight
# and pencil-and-paper numbers. Then you let Keras take a few hundred of them, on 300 years of the sun.

# %%
from helpers import check, figures, hint
from helpers.data.sunspots import load_sunspots

# %%
import keras
import numpy as np
import pandas as pd
from tensorflow.keras.layers import Dense, Input, Rescaling, SimpleRNN
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import SGD, Adam

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## The picture to keep in mind
#
# Somebody has to say how wrong a network is, in a single number: the **loss**. Other weights, another loss. Here is the
# smallest case, a network with one weight `w`. Its loss is a valley, and training walks down into it. A step needs to know
# only the slope of the ground under its feet.

# %%
def loss(w):
    return (w - 3) ** 2


figures.descent([-1, 0.6, 1.56, 2.14, 2.48, 2.69], loss, between=(-2, 8))

# %% [markdown]
# ## How wrong: the loss
#
# The loss that fits forecasts is the **mean squared error**, MSE. Take the error of every output, square it, and take the
# mean of all of them:
#
# $$\text{MSE} = \frac{1}{N K}\sum_{n,k}\,(Y_{nk} - \hat Y_{nk})^2 \qquad \text{one number, from } Y\ (N, K) \text{ and } \hat Y\ (N, K)$$
#
# Here are N = 4 samples with K = 1 output. **A guess:** three of the errors are small, one is large. How much of the loss
# comes from that one?

# %%
table = pd.DataFrame({"truth Y": [10.0, 20.0, 30.0, 40.0], "forecast Yhat": [11.0, 18.0, 31.0, 50.0]})
table["error"] = table["truth Y"] - table["forecast Yhat"]
table["squared"] = table["error"] * table["error"]
table.rename_axis("n")

# %% [markdown]
# 100 of 106: nearly all of it. Squaring makes a large error count for much more than several small ones, and it makes
# errors below and above count alike. The mean of the last column is the loss, 106 / 4. Keras says the same:

# %%
keras_mse = keras.losses.MeanSquaredError()
float(keras_mse(table[["truth Y"]], table[["forecast Yhat"]]))

# %% [markdown]
# [[ exercise("mse") ]]
#
# Compute the mean squared error of forecasts `Yhat (N, K)` for the truth `Y (N, K)`: one number.
#
# For the table above it is 26.5. With K = 2, `mse(np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]]))` has to be 2.0.

# %% nbgrader={"grade": false, "grade_id": "mse", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mse(Y, Yhat):
    """The mean squared error, one number, of Yhat (N, K) for the truth Y (N, K)."""
    ### BEGIN SOLUTION
    return np.mean((Y - Yhat) ** 2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_mse", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(mse)
### BEGIN HIDDEN TESTS
check(mse, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("mse") ]]

# %% [markdown]
# ## One step downhill
#
# Back to the valley. The slope of the loss at a weight is called its **gradient** `g`. For this loss the slope at `w` is
# `2 * (w - 3)`: negative on the left side, where the ground falls, positive on the right. (How a slope is found in a real
# network is the next lesson. Here it is given.)
#
# A rule that makes a step of a gradient is called an **optimiser**. The simplest one is **SGD**, stochastic gradient descent.
# A step goes *against* the slope. Its length is `lr` times the slope, where `lr` is the **learning rate**, a small number
# that you choose.

# %%
def slope(w):
    return 2 * (w - 3)


w, lr, rows = -1.0, 0.2, []
for step in range(6):
    rows.append({"w": w, "loss": loss(w), "slope g": slope(w), "the step": -lr * slope(w)})
    w = w - lr * slope(w)

pd.DataFrame(rows).rename_axis("step").round(3)

# %% [markdown]
# These are the dots of the picture. Nearer to the bottom the slope is gentler, so the steps become shorter by themselves.
#
# Much hangs on `lr`. **A guess:** where does the weight go with `lr = 0.01`, and where with `lr = 1.1`?

# %%
walks = {}
for lr in [0.01, 0.2, 0.9, 1.1]:
    w, walk = -1.0, []
    for step in range(7):
        walk.append(w)
        w = w - lr * slope(w)
    walks[f"w, lr = {lr}"] = walk

pd.DataFrame(walks).rename_axis("step").round(2)

# %% [markdown]
# 0.01 hardly moves. 0.9 jumps over the bottom, from side to side, and still comes nearer. 1.1 jumps farther than it came
# from, every time: the loss grows without end. In a real training that is the moment when the loss becomes `nan`, which
# is "not a number".

# %% [markdown]
# ## Momentum: a ball, not a walker
#
# A walker with a small `lr` is slow on a long gentle slope. A ball is not: it keeps its speed. So give the weight a
# **velocity**, a number of its own that it carries from step to step. Most of the old velocity stays, and each slope gives
# a new push:
#
# $$\text{velocity} \leftarrow \text{momentum}\cdot\text{velocity} - lr\cdot g \qquad\qquad w \leftarrow w + \text{velocity}$$
#
# In a network `w` is an array: `Wx (D, M)`, say. Then `g` and the velocity are arrays of the same shape, and every weight
# goes its own way. `momentum` is a plain number below 1, often 0.9. With 0 nothing is kept, and the step is that of the
# walker.
#
# Let Keras walk and roll, both from -1 and with the same `lr = 0.02`. **A guess:** which of them is nearer to 3 after 8
# steps? And after 12?

# %%
def places(optimizer, steps):
    """Where a Keras optimiser takes the weight, from -1, and the velocities that it keeps."""
    weight = keras.Variable(-1.0)  # a number that an optimiser can change where it stands
    optimizer.build([weight])  # tells the optimiser which weights are its own: it keeps a velocity for each
    w, velocity = [], []
    for _ in range(steps):
        w.append(float(weight))
        velocity.append(float(optimizer.momentums[0]) if optimizer.momentum else np.nan)
        optimizer.apply([slope(weight)])  # one step, with this gradient
    return w, velocity


walker, _ = places(SGD(0.02), 13)
ball, velocity = places(SGD(0.02, momentum=0.9), 13)
pd.DataFrame({"walker: w": walker, "ball: w": ball, "ball: velocity": velocity}).rename_axis("step").round(2)

# %% [markdown]
# At step 8 the ball has nearly arrived, and the walker is not half-way. But the ball has not stopped: at step 12 it is far
# past the bottom, on the way up the other side. It is still the nearer one, 1.31 from the bottom, and the walker 2.45. And
# it will come back, and settle. Faster, and less tidy: that is momentum.

# %% [markdown]
# [[ exercise("sgd_step") ]]
#
# Take one step of SGD as Keras does: from the weights `w` and the velocity before the step to both after it. `w`, `g`,
# `velocity` are arrays of one shape, whatever shape that is; `lr` and `momentum` are numbers. Return two arrays, `w` and
# `velocity`, and leave those that came in as they are.
#
# `sgd_step(np.array([1.0, -2.0]), np.array([0.5, 0.5]), 0.1, np.array([0.2, 0.0]), 0.9)` has to give `w = [1.13, -2.05]`
# and `velocity = [0.13, -0.05]`.

# %% nbgrader={"grade": false, "grade_id": "sgd_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sgd_step(w, g, lr, velocity, momentum):
    """The weights and the velocity after one step of SGD; arrays w, g and velocity of one shape."""
    ### BEGIN SOLUTION
    velocity = momentum * velocity - lr * g
    w = w + velocity
    return w, velocity
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_sgd_step", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(sgd_step)
### BEGIN HIDDEN TESTS
check(sgd_step, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("sgd_step") ]]

# %% [markdown]
# ## Adam: a step of the same size for all
#
# A network has many weights, and their slopes can be of very different size. With one `lr` for all, the steep ones jump
# about while the gentle ones stand still. **Adam**, another optimiser, looks at how large the slopes of a weight usually
# are, and divides by that.
#
# Take two weights, one with the slope 100 at every step, the other with 0.01. **A guess:** after three steps of SGD, how
# far has each of them gone? And after three steps of Adam?

# %%
weights = {name: keras.Variable([0.0, 0.0]) for name in ["SGD", "Adam"]}
optimizers = {"SGD": SGD(0.1), "Adam": Adam(0.1)}
for name, optimizer in optimizers.items():
    for step in range(3):
        optimizer.apply([np.array([100.0, 0.01], "float32")], [weights[name]])

moved = {name: weight.numpy() for name, weight in weights.items()}
pd.DataFrame(moved, index=["slope 100", "slope 0.01"]).round(4)

# %% [markdown]
# SGD moved them by -30 and by -0.003. Adam moved both by -0.3: `lr` times 3 steps. The size of the slope has gone out of
# it, and its direction is left. (The missing 0.0001 is the doing of ε, which comes below.) That is why Adam often works with
# the `lr` that it comes with.
#
# For this Adam keeps two means for every weight, over the last steps:
#
# - `m`, the mean of the gradients: which way does it go?
# - `v`, the mean of their squares: how large are they?
#
# Each is a **running mean**: at every step it keeps the share `beta` of what it was, and takes in the share `1 - beta` of
# what is new. And each starts at 0, which is a lie at first. Watch a running mean of the same number, 1, again and again:

# %%
beta, mean, rows = 0.9, 0.0, []
for t in range(1, 6):
    mean = beta * mean + (1 - beta) * 1.0
    factor = 1 - beta**t
    rows.append({"t": t, "mean": mean, "1 - beta**t": factor, "mean / (1 - beta**t)": mean / factor})

pd.DataFrame(rows).set_index("t").round(4)

# %% [markdown]
# The mean of nothing but ones should be 1, and it creeps up from 0.1. It is too small by just the factor `1 - beta**t`, so
# dividing by that sets it right, from the first step on. (Here `t` counts from 1.) That is the **bias correction**. Adam
# corrects `m` and `v` both, and does it in one number, `alpha`:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\,g \qquad\qquad v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2$$
#
# $$\alpha = lr\,\frac{\sqrt{1 - \beta_2^{\,t}}}{1 - \beta_1^{\,t}} \qquad\qquad w \leftarrow w - \alpha\,\frac{m}{\sqrt{v} + \epsilon}$$
#
# The correction of `m` stands below the line, as it is. That of `v` stands under a root, because `v` itself goes into the
# step under one.
#
# `w`, `g`, `m` and `v` have one shape; `t`, `lr`, the betas, `alpha` and ε are plain numbers. The tiny ε keeps the division
# safe where `v` is 0. This is how Keras writes it. In most books ε stands in a slightly different place, and nobody notices,
# because ε is 0.0000001. The check below tries a large one too.

# %% [markdown]
# [[ exercise("adam_step") ]]
#
# Take step number `t` of Adam, as Keras does it. Return three arrays: the new `w`, and the new `m` and `v` as they go into
# the next step, uncorrected.
#
# With `w`, `g`, `m`, `v` = `np.array([1.0])`, `np.array([2.0])`, `np.array([0.0])`, `np.array([0.0])`, the call
# `adam_step(w, g, m, v, 1, 0.1, 0.9, 0.999, 1e-7)` has to give `w = [0.9]`, `m = [0.2]`, `v = [0.004]`.

# %% nbgrader={"grade": false, "grade_id": "adam_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adam_step(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The weights and both running means after step t = 1, 2, … of Adam; arrays w, g, m, v of one shape."""
    ### BEGIN SOLUTION
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    w = w - alpha * m / (np.sqrt(v) + epsilon)
    return w, m, v
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_adam_step", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(adam_step)
### BEGIN HIDDEN TESTS
check(adam_step, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("adam_step") ]]

# %% [markdown]
# ## Three hundred years of the sun
#
# Now something real. Now and then the sun has dark spots. They have been counted for longer than almost anything else, and
# there is one mean number for every year from 1700 to 2008. (Where the file comes from: `helpers/data/README.md`.)

# %%
years, numbers = load_sunspots()
pd.DataFrame({"sunspots": numbers}, index=pd.Index(years, name="year")).head()

# %%
figures.split_by_time(years, numbers, first_later=1930, upright="sunspots")

# %% [markdown]
# The number goes up and down about every eleven years, never twice in quite the same way. The task: from the last T = 12
# years, forecast the next one.
#
# That is what windows are for (lesson 1): `X (N, T, 1)`, every run of 12 years, and `Y (N, 1)`, the year after each. There
# are N = 309 - 12 of them.

# %%
T = 12
runs = np.lib.stride_tricks.sliding_window_view(numbers, T + 1)  # 12 years and the one after, in each row
X, Y = runs[:, :T, None], runs[:, T:]
Y_year = years[T:]  # the year that each window has to forecast
print("X (N, T, 1) =", X.shape)
print("Y (N, 1)    =", Y.shape)

# %% [markdown]
# ### Why the split is by time
#
# A network can learn its samples by heart. So it is tried on samples that it was not trained on. Which ones? One could mix
# all windows and take a quarter out at random. It is often done, and with a series it is wrong.
#
# Neighbouring windows overlap. **A guess:** of the windows held out at random, how many ask for a year whose number stands
# in some window that the network was trained on?

# %%
def asked_and_seen(held_out):
    """The share of held-out windows whose answer also stands in another window (or is that one's answer)."""
    others = np.flatnonzero(~held_out)
    seen = {year for n in others for year in range(Y_year[n] - T, Y_year[n] + 1)}
    return np.mean([year in seen for year in Y_year[held_out]])


at_random = np.random.default_rng(0).permutation(len(X)) < len(X) // 4
by_time = Y_year >= 1930
print("held out at random:", asked_and_seen(at_random))
print("held out by time:  ", asked_and_seen(by_time))

# %% [markdown]
# All of them, a share of 1! Cut by time, none. A forecast is about the future, and in the future nobody has seen the
# answers. So the years before 1930 are there to train on, and those from 1930 on to be tried on.

# %%
X_past, Y_past = X[~by_time], Y[~by_time]
X_later, Y_later = X[by_time], Y[by_time]
print("past ", X_past.shape, Y_past.shape)
print("later", X_later.shape, Y_later.shape)

# %% [markdown]
# ## The rival that knows nothing
#
# Is a forecast any good? Only a rival can tell. The cheapest there is says: *next year will be like this year*. It is
# called **persistence**, or the naive forecast. A network that is no better than that has learned nothing of use.
#
# [[ exercise("persistence") ]]
#
# Give the naive forecast for each of N windows `X (N, T, 1)`: its last value, as an array `(N, 1)`.
#
# For `X = np.array([[[1.0], [2.0], [3.0]], [[7.0], [6.0], [5.0]]])`, N = 2 windows of T = 3 steps, it is `[[3], [5]]`.

# %% nbgrader={"grade": false, "grade_id": "persistence", "locked": false, "schema_version": 3, "solution": true, "task": false}
def persistence(X):
    """The naive forecast (N, 1) for windows X (N, T, 1): the last value again."""
    ### BEGIN SOLUTION
    return X[:, -1]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_persistence", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(persistence)
### BEGIN HIDDEN TESTS
check(persistence, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("persistence") ]]

# %% [markdown]
# How good is it? Beside each year stands the one before.

# %%
sun = pd.DataFrame({"sunspots": numbers}, index=pd.Index(years, name="year"))
sun["the year before"] = sun["sunspots"].shift(1)
naive_mse = float(keras_mse(sun.loc[1930:, ["sunspots"]], sun.loc[1930:, ["the year before"]]))
print(f"naive forecast from 1930 on: MSE {naive_mse:.0f}, its root {naive_mse**0.5:.0f} sunspots")

# %% [markdown]
# The MSE is in *squared* sunspots, which nobody can imagine. Its root is in sunspots: the naive forecast is off by about
# 32, where the numbers go from 0 to 190. That is the mark to beat.

# %% [markdown]
# ## Three ways down, from the same start
#
# Now the network: T = 12, D = 1, M = 8, K = 1. Its tanh is nearly flat beyond 2, so numbers like 150 are too large for it.
# We count in **hundreds** of sunspots: 150 becomes 1.5.
#
# Two methods of a Keras model do the work. `compile` tells it which optimiser and which loss to use. `train_on_batch` takes
# one step: it finds the gradients, lets the optimiser move the weights, and gives the loss from before the step.
#
# All three optimisers start from the same weights, because the seed is the same. At each step the network sees all N
# windows of the past, and every weight takes one step, as above. **A guess:** which curve ends lowest?

# %%
def network():
    keras.utils.set_random_seed(8)
    i = Input(shape=(T, 1))
    x = SimpleRNN(8)(i)
    x = Dense(1)(x)
    return Model(i, x)


optimizers = {"SGD": SGD(0.02), "SGD with momentum": SGD(0.02, momentum=0.9), "Adam": Adam(0.02)}
losses = {}
for name, optimizer in optimizers.items():
    model = network()
    # Without jit_compile=False Keras may first turn the model into machine code, for longer than it then trains.
    model.compile(optimizer=optimizer, loss="mse", jit_compile=False)
    losses[name] = []
    for step in range(150):
        model.reset_metrics()  # else Keras gives the mean loss of all steps so far
        losses[name].append(float(model.train_on_batch(X_past / 100, Y_past / 100)))

figures.loss_curves(losses)

# %% [markdown]
# The scale is one of powers of ten, so that small losses can be told apart. SGD, the walker, takes the first gain and then
# creeps. Momentum rolls down fastest here, and Adam passes it in the end. Neither is the best on every problem, but Adam is
# a good first choice, and we keep it.

# %% [markdown]
# ## Train, and look
#
# `fit` does the walking for you. It cuts the past into batches of `batch_size` windows, in a new random order each time
# (that is the *stochastic* in SGD), and takes one step for each batch. (Mixing is fine here: this is the past alone.) One
# round through all windows is an **epoch**. Every fourth epoch it prints how far off it is: the root of the loss, turned
# back into sunspots.

# %%
model = network()
model.compile(optimizer=Adam(0.01), loss="mse", jit_compile=False)


def say(epoch, logs):
    if (epoch + 1) % 4 == 0:
        print(f"epoch {epoch + 1:2d}: off by about {100 * logs['loss'] ** 0.5:.0f} sunspots")


progress = keras.callbacks.LambdaCallback(on_epoch_end=say)
history = model.fit(X_past / 100, Y_past / 100, epochs=16, batch_size=8, verbose=0, callbacks=[progress])

# %% [markdown]
# **A guess, before you look:** where will the forecasts be worst, in the quiet years or in the stormy ones?

# %%
Yhat = 100 * model.predict(X_later / 100, verbose=0)
said = {"last_value_again": sun.loc[1930:, "the year before"], "network": Yhat[:, 0]}
figures.forecast(Y_year[by_time], Y_later[:, 0], upright="sunspots", **said)

# %% [markdown]
# The naive forecast is the truth, one year late: always behind, on the way up and on the way down. The network has
# understood that what rises goes on rising for a while, and then turns. It is furthest off in the stormy years, most of all
# on the steep rises: for 1956 it said about 60, and 142 came. It was never trained on a cycle as strong as that one.
#
# Now in numbers. Two more rivals: the mean of the past, and a plain linear formula, twelve weights and a bias. These are
# fitted by **least squares**, which finds the smallest MSE on the past directly, without steps.

# %%
def with_ones(X):
    return np.hstack([X[:, :, 0], np.ones((len(X), 1))])


linear = np.linalg.lstsq(with_ones(X_past), Y_past, rcond=None)[0]
forecasts = {
    "the mean of the past": np.full(Y_later.shape, Y_past.mean()),
    "the last value again": sun.loc[1930:, ["the year before"]].to_numpy(),
    "a linear formula": with_ones(X_later) @ linear,
    "the network": Yhat,
}
errors = pd.DataFrame({"MSE": {name: float(keras_mse(Y_later, said)) for name, said in forecasts.items()}})
errors["root, in sunspots"] = errors["MSE"] ** 0.5
errors["share of naive MSE"] = errors["MSE"] / naive_mse
errors.round({"MSE": -1, "root, in sunspots": 0, "share of naive MSE": 2})

# %% [markdown]
# The network is off by about 20 sunspots where the naive forecast is off by 32. That is real, and it is on years that it
# never saw. But be as honest with the last rival: here a linear formula does better. A network is not better because it
# is a network; that has to be measured, every time.

# %% [markdown]
# ## Sunspots in, sunspots out
#
# One thing is clumsy: whoever uses this model has to know that it counts in hundreds. Better if the model itself does the
# dividing and multiplying. Keras has a layer for it, without any weights:

# %%
Rescaling(1 / 100)(np.array([[50.0, 120.0]])).numpy()

# %% [markdown]
# [[ exercise("fit_forecaster") ]]
#
# Write the whole thing as one function. From `X (N, T, 1)` and `Y (N, 1)`, the years to train on, in order of time and
# counted in sunspots, to a trained model. `seed` is a whole number for `keras.utils.set_random_seed`.
#
# - There is a **recurrent layer** in it, and its output is one number for each window: `(N, 1)`.
# - **Sunspots in, sunspots out**: `model(X)` gives numbers as large as those in Y.
# - The **same seed** gives the same forecasts.
# - **T is not always 12**: take it from X.
# - On later years, which only the check has, its MSE is **at most 0.7 times** that of the naive forecast.
#
# One thing changes when the model counts in sunspots: its loss is in squared sunspots, 10 000 times as large as before, and
# so are its gradients. SGD would need a tiny `lr` for that. Adam doesn't mind.
#
# Give `compile` the argument `jit_compile=False`, as above: without it, Keras may spend most of a minute on turning
# the model into machine code.
#
# The check trains your model three times: twice on the sunspots, with the same seed and a split of its own, and once on the
# years of a made-up star with a cycle of its own, where your function has to learn afresh. With 12 to 30 epochs that takes
# some ten seconds.

# %% nbgrader={"grade": false, "grade_id": "fit_forecaster", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fit_forecaster(X, Y, seed):
    """A model trained on X (N, T, 1) and Y (N, 1), which gives forecasts (N, 1) in the units of Y."""
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    largest = float(Y.max())

    i = Input(shape=X.shape[1:])
    x = Rescaling(1 / largest)(i)
    x = SimpleRNN(8)(x)
    x = Dense(1)(x)
    x = Rescaling(largest)(x)
    model = Model(i, x)

    model.compile(optimizer=Adam(0.01), loss="mse", jit_compile=False)
    model.fit(X, Y, epochs=12, batch_size=8, verbose=0)
    return model
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_fit_forecaster", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(fit_forecaster)
### BEGIN HIDDEN TESTS
check(fit_forecaster, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("fit_forecaster") ]]

# %% [markdown]
# One thing to be careful with. If you change the number of epochs because of the check's number, the later years have begun
# to teach you, and they no longer tell how good your forecasts of the future are. In real work a third part, between past
# and future, is used for such choices.

# %% [markdown]
# ## What you can do now
#
# - Say how wrong a network is, in one number, and take a step of SGD, momentum and Adam by hand, as Keras does.
# - Split a series by time, and measure a forecast against the naive one before you believe it.
# - Train a recurrent network that takes and gives numbers in their own units, the same ones at every run.
#
# Next: [Backwards through time](../09_bptt/bptt.ipynb). All steps here needed the gradient `g`, and it was handed to you.
# There you work it out: for every weight, through every step of time.
