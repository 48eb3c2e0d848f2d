"""What NumPy and Keras say when shapes don't fit, in the course's words."""

import ast
import re
from collections.abc import Callable

from helpers.observing import Raised

_PLAIN = (
    (
        r"matmul: Input operand (\d) does not have enough dimensions",
        r"on one side of @ stands a single number or None, not an array",
    ),
    (
        r"'(?:builtin_function_or_method|function|method|type)' object is not subscriptable",
        r"a function is called with round brackets, as in f(x); square ones pick out of an array or a list",
    ),
    (
        r"name '(np|pd|plt|keras|tf|Adam|Dense|Flatten|GRU|Input|LSTM|Model|SGD|Sequential|SimpleRNN)' "
        r"is not defined",
        r"`\1` is not known here: run the cells at the top of the notebook first, which import it, and then "
        r"check again. (A restart of the kernel forgets them.)",
    ),
    (
        r"cannot access local variable '(\w+)' where it is not associated with a value",
        r"`\1` has no value yet when this line runs: give it one first, inside the function",
    ),
    (
        r"only (?:length-1|size-1|0-dimensional) arrays can be converted to Python scalars",
        r"a single number is due here, and this is an array: math.exp takes one number, np.exp a whole array",
    ),
    (
        r"only integer scalar arrays can be converted to a scalar index "
        r"→ .*np\.(concatenate|stack)\((?!\[|\()",
        r"np.\1 takes one list: put the arrays in square brackets, np.\1([…, …])",
    ),
    (
        r"truth value of an array with more than one element is ambiguous.* → .*(?<![.\w])(max|min)\(",
        r"Python's \1 compares whole arrays; entry by entry it is np.\1imum(a, 0)",
    ),
    (
        r"truth value of an array with more than one element is ambiguous",
        r"if, while, and, or and not take one True or False, and this is a whole array of them: "
        r"one for each entry",
    ),
    (
        r"maximum recursion depth exceeded",
        r"the function calls itself, deeper than Python allows, which is about 1,000 calls: does it end? "
        r"A loop has no such limit",
    ),
    (
        r"array split does not result in an equal division",
        r"np.split can't cut this axis into so many equal parts. Without axis=… it cuts the first axis",
    ),
    (
        r"Graph execution error: Detected at node (?:gradient_tape/)?compile_loss/\w+/",
        r"the loss can't compare the labels with what the model puts out: their shapes do not fit",
    ),
    (
        r"Cannot interpret '\d+' as a data type",
        r"a shape is one argument, a tuple with brackets of its own, as in np.zeros((…, …)); "
        r"here its second size was taken for something else",
    ),
    (
        r"ufunc 'bitwise_xor' not supported",
        r"`^` is no power in Python: `g**2` is the square of g",
    ),
    (
        r"The requested array has an inhomogeneous shape",
        r"the parts are of different lengths, so they make no array",
    ),
    (
        r"size (\d+) is different from (\d+)",
        r"the inner sizes of a product differ: \2 on the left of @, \1 on the right",
    ),
    (
        r"Input 0 .*of layer '(\w+?)(?:_\d+)?' is incompatible with the layer: "
        r"expected ndim=(\d+), found ndim=(\d+)\. Full shape received: (\([^()]*\))",
        r"the layer \1 takes an input with \2 axes, and got one with \3: \4. "
        r"(The first axis is N, and Input puts it there by itself: its shape is that of one sample.)",
    ),
    (
        r"Input 0 .*is incompatible with the layer: expected shape=(\(.*?\)), found shape=(\(.*?\))",
        r"the model takes an input of shape \1, and got one of shape \2",
    ),
    (
        r"Cannot convert '\(.*\)' to a shape\. Found invalid dimension 'None' of type '<class 'str'>'",
        r"'None' in quotes is a piece of text: write None without quotes",
    ),
    (
        r"Cannot convert '\(.*\)' to a shape\. Negative dimensions",
        r"a size can't be negative: -1 belongs to NumPy's reshape. "
        r"Keras writes None for a size that is left open",
    ),
    (
        r"Cannot convert '\(.*\)' to a shape\. Found invalid dimension '(.*?)' of type '<class '(.*?)'>'",
        r"a shape is made of whole numbers and None; \1, of type \2, stands in yours",
    ),
    (
        r"Cannot convert '(.*)' to a shape",
        r"\1 is not a shape: a shape is a tuple, and has brackets of its own: Input(shape=(…, …))",
    ),
    (
        r"fully-defined \(no `None` dimensions\).*shape=(\(.*?\)) "
        r"for variable path='(?:.*/)?(\w+?)(?:_\d+)?/(\w+)'",
        r"the \3 of \2 would have the shape \1, and weights can't be made while a size is unknown",
    ),
    (
        r"(?:Argument `name` must be a string|Expected `trainable` to be a boolean).*<\w+ name="
        r"|Sequential\.__init__\(\) takes from",
        r"Sequential takes one list: put the layers in square brackets, Sequential([…, …])",
    ),
    (
        r"Output with path .* is not connected to `inputs`",
        r"the output given to Model was not computed from its input. "
        r"Model takes what goes in first, then what came out: Model(i, x)",
    ),
    (
        r"All `outputs` values must be KerasTensors.* including invalid value <(\w+) name=",
        r"what is given to Model as its output is the layer \1 itself, which was never called: "
        r"call it on what the layer before gave, as in x = \1(…)(x)",
    ),
    (
        r"All `outputs` values must be KerasTensors",
        r"what is given to Model as its output is no layer's result: a layer has to be called, "
        r"as in x = Dense(K)(x)",
    ),
    (
        r"All `inputs` values must be KerasTensors",
        r"what is given to Model as its input did not come from Input(…): "
        r"Model(i, x) begins with i = Input(shape=…)",
    ),
    (
        r"Only input tensors may be passed as positional arguments.* keyword argument: <(\w+) name=",
        r"the layer \1 was made but never called, and the layer in this line was called on it: "
        r"first call \1 on what comes before it, as in x = \1(…)(i)",
    ),
    (
        r"Only input tensors may be passed as positional arguments",
        r"a layer was called on something that is no layer's result: call it on what the layer before gave, "
        r"as in x = Dense(K)(x)",
    ),
    (
        r"`data_format` argument must be one of .*data_format=<kerastensor",
        r"a layer is made first and then called, each with brackets of its own: x = Flatten()(i)",
    ),
    (
        r"invalid value for `units`.*units=<KerasTensor",
        r"what comes in stands where the number of units belongs. A layer is made first and then called, "
        r"each with brackets of its own: x = Dense(M)(i)",
    ),
    (
        r"A symbolic KerasTensor cannot be used as a boolean|identifier: <KerasTensor",
        r"what comes in stands between the brackets that make the layer: there belongs its number of units. "
        r"Make it first, then call it on what comes in, with brackets of its own: x = SimpleRNN(M)(i)",
    ),
    (
        r"^Layer\.__init__\(\) takes 1 positional argument but 2 were given",
        r"Model takes two things, what goes in and what comes out: Model(i, x)",
    ),
)  # fmt: skip


_SHAPE = re.compile(r"\((?:None|\d+),(?: ?(?:None|\d+),?)*\)")


def in_plain_words(error: Raised, say: Callable[[tuple[int | None, ...]], str] = str) -> str:
    """An exception in one line; `say` reads a shape out."""
    message = " ".join(error.message.split())
    for pattern, words in _PLAIN:
        found = re.search(pattern, f"{message} → {error.source}")
        if found:
            return _SHAPE.sub(lambda shape: say(ast.literal_eval(shape[0])), found.expand(words))
    return f"{error.kind}: {message}" if message else error.kind


def alike(one: Raised, other: Raised) -> bool:
    """Whether two exceptions say the same, but for the numbers that Keras puts behind names."""
    return one.kind == other.kind and _unnumbered(one.message) == _unnumbered(other.message)


def _unnumbered(message: str) -> str:
    # Which node of a loss fails first differs from run to run; then come files and lines.
    node = re.search(r"Detected at node (?:gradient_tape/)?compile_loss/(\w+)/", message)
    if node:
        return node[1].replace("mean_squared_error", "mse")
    return re.sub(r"(?<=[a-z])_\d+(?=['/ ,])", "", message)
