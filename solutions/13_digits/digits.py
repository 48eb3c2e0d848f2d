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
# What you need: the model (lesson 2), its weights (lesson 4), the loop over a batch (lesson 6), training (lesson 8), and
# the steps of an LSTM and a GRU (lessons 10 and 11).
#
# This is the last lesson, and there is no new recurrence in it. You walk the whole road once, from a file of pixels to a
# network that reads handwriting. Then you take its weights out, and compute in NumPy every probability that Keras
# gives. That is the promise this course began with.

# %%
from helpers import check, figures, hint

# %%
import keras
import numpy as np
import pandas as pd
from tensorflow.keras.layers import GRU, LSTM, Dense, Input, SimpleRNN
from tensorflow.keras.models import Model, Sequential
from tensorflow.keras.optimizers import Adam

from helpers.data.digits import load_digits, prepared_digits

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## The data
#
# 1797 digits, written by hand on forms, scanned, and shrunk to 8 × 8 pixels: part of a data set that E. Alpaydin and
# C. Kaynak published in 1998. (`helpers/data/README.md` has the source and the licence.) The file has one line for each
# digit: 64 pixels from 0 (paper) to 16 (ink), and which digit it is.

# %%
images, y = load_digits()
print("images ", images.shape, images.dtype)
print("y      ", y.shape)
print()
print("the first image, as it stands in the file:")
print(images[0])
print("it is a", y[0])

# %% [markdown]
# Can you see the 0 in those numbers? The pixels stand row by row from the top. Here are the first ten images, with their
# rows back in place.

# %%
figures.digits([image.reshape(8, 8) for image in images[:10]], y[:10])

# %% [markdown]
# ## A picture is a sequence
#
# Where is time in a picture? Nowhere; but we can read it as we read a page, **row by row from the top**. Then each row
# is a time step, and the eight pixels of a row are its features.

# %%
figures.reading(images[7].reshape(8, 8), label=y[7])

# %% [markdown]
# **A guess, before you go on:** what are N, T, D and K here? And which of the letters is still yours to choose?

# %%
pd.Series({"N": len(images), "T": 8, "D": 8, "K": 10}, name="size").to_frame().assign(
    meaning=["digits", "rows of a digit", "pixels of a row", "classes: 0 to 9"]
)

# %% [markdown]
# M is left, the size of the memory. The network is the one that you know, with K = 10 outputs: one for each digit. It is
# drawn with a SimpleRNN here; an LSTM or a GRU can stand in its place.

# %%
figures.unrolled(T=8, D=8, M=16, K=10)

# %% [markdown]
# [[ exercise("prepare") ]]
#
# Make of `images (N, 64)` what a recurrent layer can read: an array `(N, T, D) = (N, 8, 8)` in `float32`, row t of digit
# n at `[n, t]`, with 0 for paper and 1 for full ink, which is 16 in the file.
#
# For example, `prepare(images[:3])` has the shape `(3, 8, 8)`, and its largest number is 1.

# %% nbgrader={"grade": false, "grade_id": "prepare", "locked": false, "schema_version": 3, "solution": true, "task": false}
def prepare(images):
    """From pixels 0 to 16, (N, 64), to rows of numbers from 0 to 1, (N, 8, 8) in float32."""
    ### BEGIN SOLUTION
    return (images.reshape(len(images), 8, 8) / 16).astype("float32")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_prepare", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(prepare)
### BEGIN HIDDEN TESTS
check(prepare, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("prepare") ]]

# %% [markdown]
# The cells of this lesson use digits that are prepared already. So you can go on, whether or not your `prepare` is done.

# %%
X, y = prepared_digits()
print("X (N, T, D) =", X.shape, " from", X.min(), "to", X.max())

# %% [markdown]
# ## From scores to probabilities
#
# The last layer gives K = 10 numbers `z = h @ Wo + bo`, and any of them may be negative, or 50. Call them **scores**. (The
# letter z has many masters: in this section it is the scores, in lesson 10 it was what the gates were cut from, and in a
# GRU it is the update gate.) We want **probabilities**: ten numbers, none of them negative, that add up to 1. The **softmax** makes them in two steps:
# raise e to every score, then divide by the sum.
#
# $$p_k = \frac{e^{z_k}}{e^{z_0} + e^{z_1} + \dots + e^{z_{K-1}}} \qquad (K,) \to (K,)$$
#
# **A guess:** three classes have the scores 2, 1 and -1. The first score is twice the second. Is its probability, too?

# %%
z = np.array([2.0, 1.0, -1.0])
print("the scores          ", z)
print("e to the scores     ", np.exp(z))
print("their sum           ", round(np.exp(z).sum(), 4))
print("share of the first  ", round(7.3891 / 10.4752, 4))  # the numbers printed above
print("share of the second ", round(2.7183 / 10.4752, 4))

# %% [markdown]
# It is 2.7 times the second's: what counts is the **difference** of two scores, here 1, and e¹ ≈ 2.7. Add 100 to all three
# scores, and the probabilities stay as they are, because e¹⁰⁰ then stands above and below the line.
#
# That is more than a curiosity. Computers run out of numbers:

# %%
with np.errstate(over="ignore"):
    print("e to the  50:", np.exp(50.0))
    print("e to the 800:", np.exp(800.0))

# %% [markdown]
# `inf`, too large for a float; and `inf / inf` is not a number at all. The way out: only differences count, so move the
# scores of a sample to where nothing can overflow.
#
# [[ exercise("softmax") ]]
#
# Write `softmax(z)` over the **last axis**: the scores of one sample, `z (K,)`, of a batch, `(N, K)`, or of every step,
# `(N, T, K)`. The result has the shape of `z`, and is right for scores of 2000 and -3000, too.
#
# For example, `softmax(np.array([2.0, 1.0, -1.0]))` gives `[0.7054 0.2595 0.0351]`.

# %% nbgrader={"grade": false, "grade_id": "softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(z):
    """Probabilities from scores, over the last axis; like z."""
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_softmax", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check(softmax)
### BEGIN HIDDEN TESTS
check(softmax, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("softmax") ]]

# %% [markdown]
# ## How wrong is a probability?
#
# A reader that gives the right digit a probability of 0.9 is better than one that gives it 0.5. The loss for classes says
# how surprised the reader was by the truth: minus the logarithm of the probability that it gave to the **right** digit.
# It is called *cross-entropy*, and where the labels are whole numbers, Keras calls it
# `"sparse_categorical_crossentropy"`.
#
# **A guess:** a reader that knows nothing gives every digit 0.1. What is its loss, about?

# %%
p = np.array([1.0, 0.9, 0.5, 0.1, 0.01])
pd.DataFrame({"probability of the right digit": p, "loss": -np.log(p) + 0.0}).round(3)

# %% [markdown]
# About 2.3: remember that number. A training that stays there learns nothing.
#
# [[ exercise("build_reader") ]]
#
# Build a reader with M hidden units: digits `(N, 8, 8)` go in, one recurrent layer reads them from the top row down, and a
# Dense layer with softmax gives `(N, 10)`. The recurrent layer is yours to choose: `SimpleRNN(M)`, `LSTM(M)` or `GRU(M)`, with every
# other option left as it is.
#
# It is not trained yet. The check puts its own weights in, and looks at what your model computes from them.

# %% nbgrader={"grade": false, "grade_id": "build_reader", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_reader(M):
    """A model from (N, 8, 8) to (N, 10) probabilities, with one recurrent layer of M units."""
    ### BEGIN SOLUTION
    i = Input(shape=(8, 8))
    x = GRU(M)(i)
    x = Dense(10, activation="softmax")(x)
    return Model(i, x)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_build_reader", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
check(build_reader)
### BEGIN HIDDEN TESTS
check(build_reader, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("build_reader") ]]

# %% [markdown]
# ## A small reader goes to school
#
# A reader that has seen a digit may know it by heart. To find out whether it can *read*, we need digits that it has never
# seen. So: bring all digits into a random order, hold a quarter of them out, and train on the rest.

# %%
held_out = len(X) // 4
order = np.random.default_rng(13).permutation(len(X))
X_test, y_test = X[order[:held_out]], y[order[:held_out]]
X_train, y_train = X[order[held_out:]], y[order[held_out:]]

print("to train on (N, T, D) =", X_train.shape)
print("held out    (N, T, D) =", X_test.shape)

# %% [markdown]
# The first pupil is small: a SimpleRNN with M = 16. It has 8·16 + 16·16 + 16 + 16·10 + 10 = 570 parameters, fewer than
# the ten digits above have pixels.

# %%
def small_reader():
    keras.utils.set_random_seed(13)
    layers = [Input((8, 8)), SimpleRNN(16), Dense(10, activation="softmax")]
    reader = Sequential(layers)
    reader.compile(optimizer=Adam(0.005), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return reader


reader = small_reader()
history = reader.fit(X_train, y_train, epochs=20, batch_size=64, verbose=0).history

progress = pd.DataFrame(history, index=pd.RangeIndex(1, 21, name="epoch")).round(2)
progress.iloc[[0, 1, 2, 4, 9, 14, 19]]

# %% [markdown]
# The loss began near 2.3 and fell; the accuracy, the share of digits read rightly, rose. But these are the digits that
# the reader was trained on. **A guess:** is it better or worse on the quarter that was held out?

# %%
P = reader.predict(X_test, verbose=0)
said = P.argmax(axis=1)
said_of_train = reader.predict(X_train, verbose=0).argmax(axis=1)
print("probabilities (N, K) =", P.shape)
print("right on the digits it was trained on:", round(100 * (said_of_train == y_train).mean()), "%")
print("right on the digits held out:         ", round(100 * (said == y_test).mean()), "%")

# %% [markdown]
# A little worse, as one expects: 94 against 95.
#
# ## What it gets wrong
#
# A table of the truth against the answer says more than one number. The right ones stand on the diagonal. **A guess:**
# which digit is the hardest to tell from others?

# %%
pd.crosstab(pd.Series(y_test, name="is a"), pd.Series(said, name="read as"))

# %% [markdown]
# The 8, whose loops look like everybody else's: read the row of the 8, and its column. Here are some of the misread ones.
# Would you have read them rightly?

# %%
misread = np.flatnonzero(said != y_test)[:6]
captions = [f"{y_test[n]}, read as {said[n]}" for n in misread]
figures.digits(X_test[misread], captions)

# %% [markdown]
# ## An easy test and a hard one
#
# How good the reader is depends on whom you ask. Thirteen people wrote these digits, about 140 each, and the file seems to
# go from one writer to the next. We shuffled: so for every held-out digit, the reader has seen others **by the same
# hand**. What if it has not? Leave the file in its order, and hold out its last quarter.

# %%
X_early, y_early = X[:-held_out], y[:-held_out]
X_late, y_late = X[-held_out:], y[-held_out:]

stranger = small_reader()
stranger.fit(X_early, y_early, epochs=20, batch_size=64, verbose=0)

right_early = (stranger.predict(X_early, verbose=0).argmax(axis=1) == y_early).mean()
right_late = (stranger.predict(X_late, verbose=0).argmax(axis=1) == y_late).mean()
print("right on the digits it was trained on: ", round(100 * right_early), "%")
print("right on the last quarter of the file: ", round(100 * right_late), "%")

# %% [markdown]
# The same network, the same training, the same number of digits, and clearly more mistakes. Neither test is wrong: the
# first one asks how it reads the next digit of people that it knows, the second how it reads people that it has never
# met. Whoever tells you an accuracy should tell you which of the two it is. The check below uses the first, easier one: it
# shuffles.

# %% [markdown]
# [[ exercise("train_reader") ]]
#
# Train a better one: at least **95 %** on digits that were held out, in less than a minute. `X (N, 8, 8)` is prepared,
# `y (N,)` holds whole numbers. Set the random seed to `seed`, build a reader, train it, and return it.
#
# Train it on `X` and `y`, which the check hands over, and not on this notebook's `X_train`: some of the digits that it is
# tested on are among those.
#
# Build it with your `build_reader`, so that it has five arrays of weights, which the last exercise takes apart. What to
# change against the small reader is yours to find out: its size, its cell, the learning rate, the batches, the epochs.
#
# The check shuffles all digits with a seed of its own, trains your reader on three quarters, and asks it for the quarter
# that it held out. It takes as long as your training does.

# %% nbgrader={"grade": false, "grade_id": "train_reader", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_reader(X, y, seed):
    """A trained reader, from digits X (N, 8, 8) and labels y (N,)."""
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    reader = build_reader(64)
    epochs, batch_size = 15, 32
    steps = epochs * -(-len(X) // batch_size)  # the batches of all epochs, the last and smaller ones too
    rate = keras.optimizers.schedules.CosineDecay(0.01, steps)
    reader.compile(optimizer=Adam(rate), loss="sparse_categorical_crossentropy")
    reader.fit(X, y, epochs=epochs, batch_size=batch_size, verbose=0)
    return reader
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_train_reader", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(train_reader)
### BEGIN HIDDEN TESTS
check(train_reader, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("train_reader") ]]

# %% [markdown]
# ## Watch it read
#
# What goes on while a digit is read? With `return_sequences=True` the recurrent layer shows its state after every row.
# The Dense layer was made for the last state; but nobody forbids us to ask it about the others: *what would you say by
# now?* Here is the small reader again, with the last of the held-out digits.

# %%
every_state = SimpleRNN(16, return_sequences=True)
every_state.build((None, 8, 8))
every_state.set_weights(reader.layers[0].get_weights())

H = every_state(X_test)
so_far = reader.layers[1](H).numpy()
H = H.numpy()
print("states        (N, T, M) =", H.shape)
print("probabilities (N, T, K) =", so_far.shape)

figures.reading(X_test[-1], H[-1], so_far[-1], label=y_test[-1])

# %% [markdown]
# Take it from the top. On the left a row of pixels comes in. In the middle the state takes it up, and hands itself down to
# the next row. On the right are the ten probabilities, with the likeliest digit beside them. The last line is what
# `predict` returns.
#
# **A guess:** take all held-out digits. After how many of the eight rows is the reader right more often than wrong?

# %%
def right_after_each_row(P):
    right = (P.argmax(axis=2) == y_test[:, None]).mean(axis=0)
    percent = (100 * right).round().astype(int)
    return pd.DataFrame({"right, in %": percent}, index=pd.RangeIndex(1, 9, name="rows read")).T


right_after_each_row(so_far)

# %% [markdown]
# After all eight, and hardly before. In the middle it is *worse* than somebody who throws dice: that would be 10 %. The bars
# halfway down are no beliefs. In its training the reader was asked after the last row only, and before that the state
# may hold what it has seen in any form it likes; the Dense layer never learned to read it.
#
# So let us ask after **every** row, with the same right answer each time: eight labels for each digit, `(N, T)`. With
# `return_sequences=True` the Dense layer gives `(N, T, K)`, as in lesson 6, and the loss takes the mean over N and T.
# The memory is a GRU of M = 16 this time.

# %%
keras.utils.set_random_seed(13)
talker = Sequential([Input((8, 8)), GRU(16, return_sequences=True), Dense(10, activation="softmax")])
talker.compile(optimizer=Adam(0.01), loss="sparse_categorical_crossentropy")
talker.fit(X_train, np.repeat(y_train[:, None], 8, axis=1), epochs=20, batch_size=64, verbose=0)

so_far = talker.predict(X_test, verbose=0)
right_after_each_row(so_far)

# %% [markdown]
# Now it speaks as soon as it knows something. (It pays for that at the end: it has to be ready to answer at any time, and
# is not as good after the last row.) The same digit, read by it:

# %%
n = -1  # which of the held-out digits

every_state = GRU(16, return_sequences=True)
every_state.build((None, 8, 8))
every_state.set_weights(talker.layers[0].get_weights())
H = every_state(X_test).numpy()

figures.reading(X_test[n], H[n], so_far[n], label=y_test[n])

# %% [markdown]
# After one row it can be almost anything. A round top: a 2, perhaps. The loop seems to close: a 9! Then the left side goes
# on downwards, and it is a 0; every further row makes it surer. This is what a hidden state is for: nothing of the upper
# rows comes in again, and yet each answer rests on all of them.
#
# Change `n` in the first line, and watch other digits being read.

# %% [markdown]
# ## The whole road back
#
# What is a trained reader? Five arrays. The small one's are 570 numbers, and they are all that it knows of handwriting.

# %%
Wx, Wh, bh, Wo, bo = reader.get_weights()
figures.weights(Wx=Wx, Wh=Wh, bh=bh, Wo=Wo, bo=bo)

# %% [markdown]
# And each has its place. This is the whole reader, with every shape in letters:

# %%
figures.draw(reader)

# %% [markdown]
# Rows of pixels go in at the top, and ten probabilities come out at the bottom. Between them there are 570 numbers, and you
# could say of each which array it is in. Any model of your own opens in the same way: `from helpers import draw`, then
# `draw(model)`.

# %% [markdown]
# A reader with gates has five arrays, too; only wider ones. The width of the kernels in units of M tells the cell:

# %%
shapes = {}
for layer in (SimpleRNN(6), GRU(6), LSTM(6)):
    layer.build((None, 8, 8))
    shapes[type(layer).__name__] = [str(array.shape) for array in layer.get_weights()]
pd.DataFrame(shapes, index=["Wx", "Wh", "bias"]).T

# %% [markdown]
# Here M = 6, so the kernels are M, 3M and 4M wide. (A GRU's bias has two rows: lesson 11 says why.)
#
# The three steps once more, for a batch: `x_t (N, D)`, and all states `(N, M)`. σ is the sigmoid, ⊙ the product number by
# number. The kernels and biases of LSTM and GRU are cut into blocks of M columns.
#
# | cell | blocks | one step |
# | :-- | :-- | :-- |
# | SimpleRNN | | $h = \tanh(x_t W_x + h_{last} W_h + b)$ |
# | LSTM | i, f, c, o | $i, f, o = \sigma(x_t W_x + h_{last} W_h + b)$ of their blocks, $\tilde c = \tanh(\dots)$ of block c |
# | | | $c = f \odot c_{last} + i \odot \tilde c, \qquad h = o \odot \tanh(c)$ |
# | GRU | z, r, h | $z, r = \sigma(x_t W_x + b_0 + h_{last} W_h + b_1)$ of their blocks |
# | | | $\tilde h = \tanh\big(x_t W_x + b_0 + r \odot (h_{last} W_h + b_1)\big)$ of block h |
# | | | $h = z \odot h_{last} + (1 - z) \odot \tilde h$ |
#
# All states start as zeros. After the last row: `softmax(h @ Wo + bo)`.

# %% [markdown]
# [[ exercise("predict_by_hand") ]]
#
# From digits `X (N, 8, 8)` and the five arrays of a reader, `weights = reader.get_weights()`, to its probabilities
# `(N, 10)`, in NumPy alone. It has to work for a SimpleRNN, an LSTM and a GRU; M may be any number.
#
# Most of it you have written before. Copy your own code from lessons 6, 10 and 11 into this cell, and put it together.
# `softmax` is above; `sigmoid` you must copy, too. When your answer is right, the two lines below the check compare it with Keras: the small reader,
# and all the digits held out.

# %% nbgrader={"grade": false, "grade_id": "predict_by_hand", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_by_hand(X, weights):
    """What a reader predicts: (N, 10) probabilities from X (N, 8, 8) and its five arrays of weights."""
    ### BEGIN SOLUTION
    Wx, Wh, b, Wo, bo = weights
    M = len(Wh)
    h = c = np.zeros((len(X), M))
    for t in range(X.shape[1]):
        x_t = X[:, t]
        if Wh.shape[1] == M:
            h = np.tanh(x_t @ Wx + h @ Wh + b)
        elif Wh.shape[1] == 4 * M:
            i, f, candidate, o = np.split(x_t @ Wx + h @ Wh + b, 4, axis=1)
            i, f, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), 1 / (1 + np.exp(-o))
            c = f * c + i * np.tanh(candidate)
            h = o * np.tanh(c)
        else:
            xz, xr, xh = np.split(x_t @ Wx + b[0], 3, axis=1)
            hz, hr, hh = np.split(h @ Wh + b[1], 3, axis=1)
            z, r = 1 / (1 + np.exp(-xz - hz)), 1 / (1 + np.exp(-xr - hr))
            h = z * h + (1 - z) * np.tanh(xh + r * hh)
    return softmax(h @ Wo + bo)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_predict_by_hand", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check(predict_by_hand)
by_hand = predict_by_hand(X_test, reader.get_weights())
print("largest difference from reader.predict, below 0.00001:", abs(by_hand - P).max() < 1e-5)
print("the same answer to all", len(X_test), "digits:", (by_hand.argmax(axis=1) == said).all())
### BEGIN HIDDEN TESTS
check(predict_by_hand, seed=2026)
### END HIDDEN TESTS

# %% [markdown]
# [[ hints("predict_by_hand") ]]

# %% [markdown]
# A network that reads handwriting, and nothing in it that you have not computed yourself. Try your function on the reader
# that *you* trained: `mine = train_reader(X_train, y_train, seed=0)`, then `predict_by_hand(X_test, mine.get_weights())`
# beside `mine.predict(X_test)`.

# %% [markdown]
# ## What you can do now
#
# - Turn data of any kind into `(N, T, D)`, and scores into probabilities.
# - Train a recurrent classifier, test it on data it never saw, and say what that test is worth.
# - Take any recurrent Keras model, read every shape in it in five letters, and compute `model.predict` by hand.
#
# That was the last lesson. From here, take a model of your own apart. All that you need is on the
# [cheat sheet](../99_cheat_sheet/cheat_sheet.ipynb).
