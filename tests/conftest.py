"""Types of the reference are checked at run time, and the tables that tests note are printed at the end."""

from jaxtyping import install_import_hook

import helpers  # noqa: F401  (before TensorFlow: it quiets its log)

install_import_hook("helpers.reference", "beartype.beartype")

BANK_ROW = "misconception"
ATTACK_ROW = "attack"
HONEST_ROW = "honest"
GRADERS = ("self-study", "course", "nbgrader")


def pytest_terminal_summary(terminalreporter):
    noted = {BANK_ROW: [], ATTACK_ROW: [], HONEST_ROW: []}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for key, value in getattr(report, "user_properties", ()):
                    if key in noted:
                        noted[key].append(value)
    if noted[BANK_ROW]:
        print_bank(terminalreporter, noted[BANK_ROW])
    if noted[ATTACK_ROW]:
        print_attacks(terminalreporter, noted[ATTACK_ROW])
    if noted[HONEST_ROW]:
        print_honest(terminalreporter, noted[HONEST_ROW])


def print_bank(terminalreporter, rows):
    terminalreporter.section("misconceptions: caught, named, told apart")
    terminalreporter.line(
        f"{'lesson':<26}{'exercise':<24}{'bank':>5}{'caught':>8}{'named':>7}{'told apart':>12}"
    )
    for lesson, exercise, bank, caught, named, apart in sorted(rows):
        terminalreporter.line(f"{lesson:<26}{exercise:<24}{bank:>5}{caught:>8}{named:>7}{apart:>12}")
    totals = [sum(row[column] for row in rows) for column in range(2, 6)]
    said = "all" if len(set(totals)) == 1 else "NOT ALL"
    terminalreporter.line(f"{said:<50}" + "{:>5}{:>8}{:>7}{:>12}".format(*totals))


def print_attacks(terminalreporter, rows):
    comes = {}
    for name, tries, grader, what in rows:
        comes.setdefault((name, tries), {})[grader] = what
    terminalreporter.section("what a submission may try, and what comes of it")
    for (name, tries), by in comes.items():
        terminalreporter.line(f"{name}: it {tries}")
        terminalreporter.line(f"    {'course grade':<14}{by.get('course', 'not tried')}")
        if "nbgrader" in by:
            terminalreporter.line(f"    {'nbgrader alone':<14} {by['nbgrader']}")


def print_honest(terminalreporter, rows):
    passed = {}
    for name, grader, all_points in rows:
        passed.setdefault(name, {})[grader] = all_points
    terminalreporter.section("honest work that is unusual: all points?")
    terminalreporter.line(f"{'':<40}{'self-study':>12}{'course grade':>14}{'nbgrader':>10}")
    for name, by in passed.items():
        said = [{True: "yes", False: "NO"}.get(by.get(grader), "") for grader in GRADERS]
        terminalreporter.line(f"{name:<40}{said[0]:>12}{said[1]:>14}{said[2]:>10}")
