"""Where the time of `make test` goes, part by part.

    python benchmarks/test_time.py [arguments of pytest]

Runs all tests once, and prints the seconds of each test file and notebook, and their share.
"""

import collections
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.xml")
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *sys.argv[1:]])
        wall = time.perf_counter() - start
        cases = list(ElementTree.parse(report).iter("testcase"))
    seconds: collections.Counter[str] = collections.Counter()
    count: collections.Counter[str] = collections.Counter()
    for case in cases:
        part = case.get("classname", "") or case.get("name", "")
        seconds[part] += float(case.get("time", 0))
        count[part] += 1
    total = sum(seconds.values())
    print(f"\n{'part':<60}{'tests':>7}{'seconds':>9}{'share':>8}")
    for part, spent in seconds.most_common():
        print(f"{part:<60}{count[part]:>7}{spent:>9.1f}{spent / total:>8.0%}")
    print(f"{'in all':<60}{sum(count.values()):>7}{total:>9.1f}")
    print(f"wall clock: {wall:.0f} s; tests overlap {total / wall:.1f} times")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
