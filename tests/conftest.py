"""Types of the reference are checked at run time, and the bank's table is printed at the end."""

from jaxtyping import install_import_hook

import helpers  # noqa: F401  (before TensorFlow: it quiets its log)

install_import_hook("helpers.reference", "beartype.beartype")

BANK_ROW = "misconception"


def pytest_terminal_summary(terminalreporter):
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for key, value in getattr(report, "user_properties", ())
        if key == BANK_ROW
    ]
    if not rows:
        return
    terminalreporter.section("misconceptions: caught, named, told apart")
    terminalreporter.line(
        f"{'lesson':<26}{'exercise':<24}{'bank':>5}{'caught':>8}{'named':>7}{'told apart':>12}"
    )
    for lesson, exercise, bank, caught, named, apart in sorted(rows):
        terminalreporter.line(f"{lesson:<26}{exercise:<24}{bank:>5}{caught:>8}{named:>7}{apart:>12}")
    totals = [sum(row[column] for row in rows) for column in range(2, 6)]
    said = "all" if len(set(totals)) == 1 else "NOT ALL"
    terminalreporter.line(f"{said:<50}" + "{:>5}{:>8}{:>7}{:>12}".format(*totals))
