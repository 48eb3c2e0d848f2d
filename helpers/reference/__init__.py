"""The right answers, one file per lesson, each read like a textbook's page.

NumPy alone, in Keras's row-vector convention and the course's five letters: N samples, T time steps,
D features, M hidden units, K outputs. Shapes are types (jaxtyping).
"""
