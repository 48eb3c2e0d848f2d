"""The real data of the course, shipped with it; where each comes from is said in `README.md`.

One module and one loader for each data set.
"""
