"""`course report`: what a class made of a lesson; names left out on request; grades for other systems."""

import csv
import html
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import Gradebook
from submissions.classes import course_folder

from helpers.checking.verdict import Verdict
from helpers.grading.course import CourseError
from helpers.grading.gradebook import Book
from helpers.grading.results import Graded, Judged
from helpers.lessons import LESSONS, find_exercise
from helpers.reporting import counts
from helpers.reporting.report import EXPORTS, PAGE, make_report
from helpers.reporting.show import report_and_show
from helpers.reporting.tables import harmless

LESSON = next(lesson for lesson in LESSONS if lesson.name == "forward_loop")
NO_NP = "NameError: name 'np' is not defined"
NOT_CARRIED, NO_TANH = "state_not_carried", "no_tanh"
SCRIPT = "<script>alert(1)</script>\x1b[2J"


def graded(learner, *remarks, **answers):
    """A submission; answers that are not given are right."""
    judged = []
    for name in LESSON.exercises:
        source, facts = answers.get(name, ("pass", {"status": "passed"}))
        bank = {one.name: one.sentence for one in find_exercise(name).misconceptions}
        unnamed = f"Here `h` is not what it should be. {SCRIPT if SCRIPT in source else ''}"
        verdict = Verdict(name, headline=bank.get(facts.get("misconception"), unnamed), **facts)
        judged.append(Judged(exercise=name, verdict=verdict, source=source))
    return Graded(
        learner=learner, lesson=LESSON.folder, submitted_at=None, key="k", judged=judged, remarks=remarks
    )


def failed(source="def forward(x): return 0", status="failed", **facts):
    return source, {"status": status, **facts}


def named(misconception):
    return failed(misconception=misconception)


def stopped(source, error):
    return failed(source, "error", facts=(("Error", error),))


CLASS = [
    graded("ann"),
    graded("bob", forward=named(NOT_CARRIED), rnn_step=named(NO_TANH)),
    graded("cid", forward=named(NOT_CARRIED)),
    graded("dan", forward=failed("def forward(x):\n    return 0  # by dan smith")),
    graded("eve", forward=failed("def forward(x):\n    return  0 # eve")),
    graded("fay", forward=failed('def forward(x):\n    "by fay smith"\n    return 1')),
    graded("gus", "dense: it ended its process", dense=failed(status="not run")),
    graded("hal", dense=stopped("def dense(", NO_NP)),
    graded("ida", forward_all=failed("", "not written")),
    graded("jon", rnn_step=named(NO_TANH), forward_all=failed(blames="rnn_step")),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course whose class is graded; two have handed in and are not, one was graded by nbgrader alone."""
    root = course_folder(tmp_path_factory.mktemp("class") / "course", LESSON)
    with Book(root) as book:
        for one in CLASS:
            book.write(one)
        plain = book.write(graded("plain"))
    notebook = nbformat.read(plain, as_version=4)
    del notebook.metadata["rnn_by_hand"]
    nbformat.write(notebook, plain)
    for learner in ("ann", "jim", "kim"):
        (root / "submitted" / learner / LESSON.folder).mkdir(parents=True)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnn_by_hand") as gradebook:
        gradebook.update_or_create_student(
            "ann", first_name="Ann", last_name="Smith, Jr.", lms_user_id="4711", email="ann@example.org"
        )
        gradebook.add_student("lee", first_name="Lee", last_name="Absent")
        gradebook.find_grade("check_dense", LESSON.name, LESSON.folder, "bob").manual_score = 0.5
        gradebook.find_submission_notebook(LESSON.name, LESSON.folder, "cid").late_submission_penalty = 1.0
        gradebook.db.commit()
    return root


@pytest.fixture(scope="module")
def report(root):
    return make_report(root, "5")


def table(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def words_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_every_answer_is_counted_as_what_it_is(report):
    forward = report.found.outcomes["forward"]
    assert forward == {"passed": 5, "known": 2, "other": 3}
    assert report.found.outcomes["dense"] == {"passed": 8, "not run": 1, "error": 1}
    assert report.found.outcomes["forward_all"] == {"passed": 8, "not written": 1, "blames": 1}
    assert report.found.all_right == 1
    assert (report.found.waiting, report.found.without_verdicts) == (2, 1)
    for counted in report.found.outcomes.values():
        assert counted.total() == len(CLASS)
    assert table(report.folder, "exercises.csv")[3][:3] == ["forward", "5", "2"]


def test_the_page_says_what_to_teach_next(report):
    page = (report.folder / PAGE).read_text(encoding="utf-8")
    words = words_of(page)
    mistakes = report.found.ranked_mistakes()
    assert [(row[0], row[1], row[2].learners) for row in mistakes] == [
        ("forward", NOT_CARRIED, ["bob", "cid"]),
        ("rnn_step", NO_TANH, ["bob", "jon"]),
    ]
    for exercise, name, _ in mistakes:
        assert words_of(counts.sentence(exercise, name).replace("`", " ")) in words.replace("  ", " ")
    assert "2 learners handed in and are not graded yet" in words
    assert NO_NP in words
    assert "dense: it ended its process" in words
    said = "How many answers to each exercise came out how. rnn_step: 8 passed, 2 a known mistake"
    assert f'alt="{said}' in page
    assert "http" not in re.sub(r'src="data:[^"]*"', "", page)


def test_answers_that_fit_no_mistake_are_grouped_by_what_they_compute(report):
    ((exercise, groups), (stopped, _)) = sorted(report.found.ranked_unknown(), reverse=True)
    assert (exercise, stopped) == ("forward", "dense")
    assert [group.learners for group in groups] == [["dan", "eve"], ["fay"]]
    rows = table(report.folder, "unknown.csv")
    assert ["forward", "2", "Here `h` is not what it should be. ", groups[0].source] in rows


def test_without_names_no_name_is_left_anywhere(root, tmp_path):
    folder = tmp_path / "shown"
    make_report(root, "5", folder=folder)
    assert EXPORTS.keys() < {path.name for path in folder.iterdir()}
    assert "smith" in (folder / PAGE).read_text(encoding="utf-8").lower()
    made = make_report(root, "5", named=False, folder=folder)
    assert made.found.outcomes["forward"]["known"] == 2
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8").lower()
        assert path.name not in EXPORTS
        for name in (*(one.learner for one in CLASS), "smith", "4711"):
            assert not re.search(rf"\b{name}\b", text), (path.name, name)
    numbers = {row[0] for row in table(folder, "learners.csv")[1:]}
    assert len(numbers) == len(CLASS)
    assert numbers <= {f"learner {number}" for number in range(1, len(CLASS) + 2)}


def test_nothing_of_a_learners_gives_orders_to_a_browser_or_a_spreadsheet(tmp_path):
    root = course_folder(tmp_path / "course", LESSON)
    evil = failed(f"def forward(x): '{SCRIPT}'")
    cell = stopped("=HYPERLINK(1)", f"{SCRIPT}: {SCRIPT}")
    with Book(root) as book:
        book.write(graded("=cmd|' C'!A0", f"forward: {SCRIPT}", forward=evil, dense=cell))
    report = make_report(root, "5")
    page = (report.folder / PAGE).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    for path in report.folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "\x1b" not in text, path
        if path.suffix == ".csv" and path.name not in EXPORTS:
            assert not [value for row in table(path.parent, path.name) for value in row if value[:1] == "="]


@given(st.text())
def test_a_spreadsheet_takes_no_text_for_a_formula(text):
    assert harmless(text)[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert harmless(text).removeprefix("'") == text.removeprefix("'")


def test_grades_are_those_of_nbgrader_in_the_columns_of_canvas_and_moodle(root, report):
    _, *rows = table(report.folder, "grades.csv")  # nbgrader's own does not quote commas
    due = {row[3]: float(row[-2]) for row in rows if row[3] != "ann"}
    most = sum(find_exercise(name).stars for name in LESSON.exercises)
    header, possible, *canvas = table(report.folder, "canvas.csv")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", LESSON.folder]
    assert possible == ["Points Possible", "", "", "", "", str(most)]
    scores = {row[3]: float(row[5]) for row in canvas}
    assert scores.pop("ann") == most
    assert scores == {learner: score for learner, score in due.items() if learner != "lee"}
    assert ["Smith, Jr., Ann", "4711", "", "ann", "", str(most)] in canvas
    header, *moodle = table(report.folder, "moodle.csv")
    assert header == ["First name", "Last name", "Username", "ID number", "Email address", LESSON.folder]
    assert ["Ann", "Smith, Jr.", "ann", "4711", "ann@example.org", str(most)] in moodle
    assert {row[2]: float(row[5]) for row in moodle} == scores | {"ann": most}


@pytest.mark.slow
def test_nbgraders_own_command_takes_the_exporters(root, tmp_path):
    for kind in ("Canvas", "Moodle"):
        to = tmp_path / f"{kind}.csv"
        exporter = f"helpers.reporting.exports.{kind}Exporter"
        subprocess.run(
            [Path(sys.executable).with_name("nbgrader"), "export", "--exporter", exporter, "--to", str(to)],
            cwd=root,
            check=True,
            capture_output=True,
        )
        assert "4711" in to.read_text(encoding="utf-8")


def test_what_cannot_be_reported_is_one_sentence_and_leaves_no_half_file(tmp_path, capsys):
    root = course_folder(tmp_path / "course", LESSON)
    with pytest.raises(CourseError, match="Nothing of 05_forward_loop is graded yet: `course grade 5`"):
        make_report(root, "5")
    assert report_and_show(root, "14") == 1
    said = capsys.readouterr()
    assert said.err.startswith("There is no lesson '14'")
    assert said.err.count("\n") == 1
    with Book(root) as book:
        book.write(graded("ann"))
    (root / "in_the_way").write_text("a file")
    with pytest.raises(CourseError, match="cannot be written"):
        make_report(root, "5", folder=root / "in_the_way")
    (root / "gradebook.db").unlink()
    (root / "gradebook.db").write_text("this is no database, and longer than a header of one is" * 9)
    assert report_and_show(root, "5") == 1
    assert "is damaged, or is none" in capsys.readouterr().err
    assert not [path for path in (root / "reports" / LESSON.folder).iterdir() if ".part" in path.name]


def test_the_instructor_reads_the_most_frequent_mistake_and_where_the_page_is(root, capsys, monkeypatch):
    monkeypatch.chdir(root)
    assert report_and_show(root, "5") == 0
    said = capsys.readouterr().out
    assert "10 submissions of 05_forward_loop, 1 of them all right." in said
    assert f"The most frequent mistake, by 2: forward: {counts.sentence('forward', NOT_CARRIED)}" in said
    assert f"reports/{LESSON.folder}/{PAGE} shows it all" in said
    assert "2 learners handed in and not graded yet" in said


@given(
    st.text()
    | st.lists(st.sampled_from(["def f(x):\n", "    ", "'smith'", "# smith\n", "return 1\n"])).map("".join)
)
def test_comments_and_texts_of_their_own_are_gone(source):
    kept = counts.without_comments(source)
    assert "# smith" not in kept
