"""What a class made of a lesson: `course report`, from the verdicts in the graded notebooks.

`counts` reads and counts, `tables` writes CSV, `page` the HTML page; `exports` are nbgrader's exporters for
Canvas and Moodle.
"""
