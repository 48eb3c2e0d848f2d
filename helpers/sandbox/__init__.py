"""Where a submission's cells run: a sandbox around warm processes, each submission in namespaces of its own.

`inside/` is what runs in there, and all of the course that is in there beside `helpers.observing` and the
data; `bubblewrap` makes the walls, `session` talks through them.
"""
