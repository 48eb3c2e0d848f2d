"""nbgrader's settings: read by `nbgrader …` in this folder, and by the Nbgrader menu of `course lab`."""

import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import GetGrades

from helpers.hidden_tests import HideHiddenTests
from helpers.kernel import use_warm_kernels

HERE = Path(__file__).parent

c = get_config()  # put here by the loader: traitlets has another function of that name

# nbgrader calls `alembic` by name, which lies beside Python where nobody has activated anything.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

c.CourseDirectory.course_id = "rnn_by_hand"
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
# The sources hold the answers. Named one by one: a learner's own .py files are part of a submission.
c.CourseDirectory.ignore.extend(path.name for path in sorted(HERE.glob("solutions/*/*.py")))

# Where the Release and Collect buttons hand over; a class on one server needs one that all reach.
EXCHANGE = HERE / "exchange"
with suppress(OSError):  # nbgrader wants it there beforehand; where nobody may write, nobody releases either
    EXCHANGE.mkdir(exist_ok=True)
c.Exchange.root = str(EXCHANGE)

c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("Replace this line by your answer.")'}

# Importing TensorFlow on a busy machine, or training on a slow one, takes longer than nbgrader's 30 s.
c.Execute.timeout = 180
# Of nbgrader's own making, in `autograde`: it says nothing that an instructor could act on.
warnings.filterwarnings("ignore", message="Object of type <Submitted.*> not in session")

c.NotebookClient.store_widget_state = False  # feedback shows the picture of a widget, and needs no internet
use_warm_kernels()  # the first submission waits for TensorFlow, the others find it there
# Else each kernel remarks in the terminal that others on this machine could listen.
c.KernelManager.transport_encryption = "auto"

# Feedback shows the verdict, and nothing of the hidden tests.
c.GenerateFeedback.preprocessors = [GetGrades, HideHiddenTests, CSSHTMLHeaderPreprocessor]
