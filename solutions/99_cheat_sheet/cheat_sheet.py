# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Cheat sheet
#
# **Every layer of the course: what it holds, what it computes, what comes out.** Names, shapes and counts on this page
# are read from Keras, and every line of code is run against it. The lessons let you find all of this yourself; look here
# afterwards.
#
# [[ sheet.letters() ]]

# %% [markdown]
# ## What each layer holds
#
# [[ sheet.layers() ]]
#
# Dense reads (N, M), the others (N, T, D), and what comes after *then* reads what the one above gives. From left to right
# the weights stand as in `layer.get_weights()`; a bidirectional layer has them twice, first those of the half that reads
# forwards. The course calls them `Wx`, `Wh` and `b` (`bh` in a SimpleRNN), and those of the last Dense layer `Wo` and `bo`.
# N is in no weight, and T only after `Flatten`. The example has M1 = [[ sheet.EXAMPLE["M1"] ]] and
# M2 = [[ sheet.EXAMPLE["M2"] ]]. A parameter takes 4 bytes in `float32`. Before training every bias is 0, but that of an
# LSTM's forget gate is 1.

# %% [markdown]
# ## What each layer computes
#
# NumPy without its `np.`, in row vectors. Behind each line stands the shape of what it makes. One step goes from
# `x_t` (N, D) and `h_last` (N, M) to `h` (N, M); for one sample, leave N out.
#
# [[ sheet.code("SimpleRNN", "sigmoid", "LSTM", "GRU", "GRU, reset before") ]]

# %% [markdown]
# Whole sequences `X` (N, T, D). A layer is its three arrays here, `fwd` and `bwd` are those of the two halves:
#
# [[ sheet.code("states", "mask", "stack", "Bidirectional") ]]

# %% [markdown]
# The way out, and the way without recurrence:
#
# [[ sheet.code("Dense", "softmax", "Flatten") ]]

# %% [markdown]
# ## What comes out
#
# [[ sheet.outputs() ]]
#
# The output comes first, then the last states: h, of an LSTM h and c, of a bidirectional layer the h of each half.
# `layer(X, initial_state=[…])` starts from states like these instead of zeros. A mask (N, T) changes no shape;
# `Masking()` makes one that is False where all D features are 0. `Dense(K)` makes [[ sheet.gives("Dense(K)", "N T M") ]] of
# (N, T, M), with the same weights at every step.

# %% [markdown]
# ## From `model.get_weights()` to `predict`
#
# 1. `weights = model.get_weights()`, and print their shapes. They stand layer by layer, as the table at the top says.
# 2. Read the letters off them: `kernel` has D rows, `recurrent_kernel` has M, and its width says which cell it is:
#    [[ sheet.weight("SimpleRNN(M)", "recurrent_kernel") ]] SimpleRNN,
#    [[ sheet.weight("GRU(M)", "recurrent_kernel") ]] GRU, [[ sheet.weight("LSTM(M)", "recurrent_kernel") ]] LSTM.
# 3. Start with `h` as zeros (N, M), an LSTM with `c` as well.
# 4. For every t, one step with `x_t = X[:, t]`, from above.
# 5. Dense on the last `h`, then softmax if the layer has it. Compare with `model.predict`:

# %%
import helpers  # before TensorFlow, to keep its log quiet
import numpy as np
from tensorflow.keras import Sequential
from tensorflow.keras.layers import Dense, Input, SimpleRNN

N, T, D, M, K = 1, 10, 3, 5, 2
model = Sequential([Input((T, D)), SimpleRNN(M), Dense(K)])
X = np.random.default_rng(0).standard_normal((N, T, D))

Wx, Wh, bh, Wo, bo = model.get_weights()
h = np.zeros((N, M))
for t in range(T):
    h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
Yhat = h @ Wo + bo

np.allclose(Yhat, model.predict(X, verbose=0), atol=1e-6)

# %% [markdown]
# ## From Keras to PyTorch
#
# [[ sheet.blocks() ]]
#
# In PyTorch kernels stand on their side, and there are two biases. The candidate, c and h in Keras, is called g and n.
#
# [[ sheet.code("LSTM to PyTorch", "GRU to PyTorch") ]]

# %% [markdown]
# ## Training
#
# Keras starts with [[ sheet.optimiser("SGD") ]] and [[ sheet.optimiser("Adam") ]]; here `lr` is the learning rate, `g` the
# gradient of the loss with respect to `w`. `velocity`, `m` and `v` have the shape of `w`, and start at zeros.
#
# [[ sheet.code("mse", "SGD", "Adam", "clip") ]]

# %% [markdown]
# Backpropagation through time, with the mean squared error:
#
# [[ sheet.code("BPTT") ]]
#
# Back to the [start page](../00_start/start.ipynb).
