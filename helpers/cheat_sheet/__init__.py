"""The cheat sheet: what each layer of the course holds and computes, read from Keras when its page is built.

`layers` builds the layers and reads their weights and shapes. `equations` holds lines of NumPy,
`running` runs them, `letters` turns sizes into letters, and `sheet` makes Markdown of it all.
"""
