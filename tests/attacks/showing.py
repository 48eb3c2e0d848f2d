"""What a browser or a terminal could take for an order, wherever a learner's text is shown."""

from attacks import WRONG, attack

ORDERS = "<script>alert('XSS')</script><img src=x onerror=alert('XSS')><svg onload=alert(1)>\\x1b[2J\\u202e"

attack(
    "script in an output",
    "has its script run in the instructor's browser",
    rnn_step=f"""
from IPython.display import HTML, SVG, Javascript, display
display(HTML("{ORDERS}"), Javascript("alert('XSS')"))
HTML("{ORDERS}")
"""
    + WRONG,
    status="failed",
    plain=True,
)
attack("script in print", "prints script", rnn_step=f'print("{ORDERS}")\n' + WRONG, status="failed")
attack(
    "script in an error",
    "puts script into an error's name and message",
    rnn_step=f"""
Odd = type("{ORDERS}", (Exception,), {{}})
def rnn_step(*arguments):
    raise Odd("{ORDERS}")
""",
    status="error",
)
attack(
    "script in a line",
    "puts script into the line that stops",
    rnn_step="def rnn_step(*arguments):\n    raise ValueError  # <script>alert('XSS')</script> $$\\alpha$$\n",
    status="error",
)
attack(
    "script in a type",
    "returns an object whose type's name is script",
    rnn_step=f"""
def rnn_step(*arguments):
    return type("{ORDERS}", (), {{}})()
""",
    status="failed",
)
attack(
    "script in a function's name",
    "has an error come from a function with an odd name",
    rnn_step=f"""
def stops(): raise ValueError
stops.__code__ = stops.__code__.replace(co_name="{ORDERS}")
def rnn_step(*arguments):
    stops()
""",
    status="error",
)
