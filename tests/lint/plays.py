# SPDX-License-Identifier: BSD-2-Clause
"""plays - a test waits for a condition with a deadline, never for time to pass; every
play's title is a sentence."""
import ast
import re

from tree import ROOT, files, name, verdict

SLEEP = re.compile(r"\b(u?sleep|nanosleep|time\.sleep)\s*\(|^\s*sleep\s+[0-9]", re.M)
# The one place that may: wait_until() itself.  The slowness of simulators, peers and the
# storm's sessions, how long clients stay away, and how fast a flood is, is their subject.
MAY = ("tests/flow/lab.py", "tests/flow/odd.py", "tests/flow/storm.py", "tests/flow/rehome.py", "tests/flow/spoof.py",
       "tests/sim/", "tests/lint/", "tests/bench/")


def main():
    findings, examined = [], 0
    for path in files(".c", ".h", ".py", ".sh", "", under=("tests",)):
        if name(path).startswith(MAY):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        examined += 1
        for found in SLEEP.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            findings.append(f"{name(path)}:{line}: sleeps; wait for a condition instead")
    for path in (ROOT / "tests/flow").glob("[a-z]_*.py"):
        title = ast.get_docstring(ast.parse(path.read_text())) or ""
        if not re.match(r"[A-Za-z].+[.:!]", title.split("\n\n")[0], re.S):
            findings.append(f"{name(path)}: its first docstring must be a sentence that says what holds")
    verdict(findings, examined)


main()
