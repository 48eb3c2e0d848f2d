# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # RNN by hand
#
# **What does a recurrent network really compute?** After this course you can take any Keras recurrent model, read every
# shape in it, take its weights out, and compute `model.predict` with a NumPy loop of your own.
#
# You need: Python (functions, lists, loops), a little NumPy (an array, its `shape`, an index), and to have seen a
# matrix product once. You do not need to have built a neural network before.

# %% [markdown]
# ## First, run a cell
#
# A notebook is made of cells. The next one holds code. Click into it and press **Shift + Enter**: it runs, and the
# cursor moves on. (The first one takes a moment.)

# %%
from helpers import figures, hint, verdict

figures.letters()

# %% [markdown]
# These five letters name every size in the course. Say 3 weather stations each measured 2 things, temperature and wind,
# on 4 days. That is a *batch* of N = 3 samples, of T = 4 time steps with D = 2 features: an array `X` of shape
# `(N, T, D) = (3, 4, 2)`. A shape is always said so: in letters first, in numbers second.

# %% [markdown]
# ## How an exercise works
#
# In an exercise you write a function. Below it stands a check. Run it, and it tries your function on many inputs, asks
# Keras (or NumPy) what is right, and tells you.
#
# Here is somebody's answer to an exercise that you will meet in lesson 1: from `X (N, T, D)`, give what all samples say at
# time step t, `(N, D)`. It is wrong, on purpose. **Before you run it:** can you see why?

# %%
def time_step(X, t):
    return X[t]


verdict(time_step)

# %% [markdown]
# The check says what went wrong, and not only that it did: in letters, which axis is missing and which should not be
# there. In the lessons the check cells say `check(…)`. When an answer is wrong they end with an error, on purpose: mend
# the answer, run its cell (**Shift + Enter**) and then the check again, as often as you like. (Run All Cells stops at the
# first check that is not passed; go on below it by hand.)
#
# Four things a check may say:
#
# | it says | it means |
# | :-- | :-- |
# | **✓ passed** | Right, on every case that was tried. |
# | **✗ not yet** | It runs, but the result is wrong. Read what the box says; it often knows the mistake. |
# | **✗ stopped with an error** | Python could not finish. The box shows your line and the shapes in it. |
# | **✗ not written** | The answer still says `raise NotImplementedError(…)`. Put your own lines in its place. |

# %% [markdown]
# **Stuck?** Below each check, hints fold out one at a time. You can also ask for them in a cell of your own, again and
# again for more:

# %%
hint(time_step)

# %% [markdown]
# You may add cells wherever you like, to try things or to print: **+** above the page puts one below the cell that you are
# in. Nothing in a lesson depends on your answers but the checks, so you can always read on and come back.
#
# If a cell shows `[*]` and does not end, press ■ above the page, and look for a loop that never stops. If all else fails:
# **Kernel → Restart Kernel**, then run the cells again from the top. Your text stays as it is.
#
# What you write is saved every two minutes, and at once by **Ctrl + S**. `make lab` opens it again: your own copy of the
# notebooks, in the folder `work`, which no update of the course overwrites. To begin a lesson anew, say
# `.venv/bin/course reset 5` in a terminal: what you wrote is kept beside the fresh copy.

# %% [markdown]
# ## The lessons

# %%
figures.course_map()

# %% [markdown]
# [[ contents() ]]
#
# In front of each exercise stand its stars and minutes: ★☆☆ is a line or two, ★★☆ a loop, ★★★ takes some thought.
#
# Every layer, shape and formula on one page, for when you have met them: the
# [cheat sheet](../99_cheat_sheet/cheat_sheet.ipynb).

# %% [markdown]
# ## How far you are
#
# Every check that you run in a lesson is counted, on your own computer only. Come back to this page whenever you like
# and run this cell: it says what you have done, which mistakes you have overcome, and what comes next.

# %%
from helpers import progress

progress()

# %% [markdown]
# **Start here:** [1 · Five letters](../01_notation/notation.ipynb).
