# SPDX-License-Identifier: BSD-2-Clause
"""tree - the files of the project, for the lints; no git needed."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("core", "lb", "health", "dnslb", "snmp", "web", "ctl", "etc", "tests")
SKIP = {"build", "__pycache__", ".git", ".pytest_cache", "corpus", "corpora", "data", "bad", "good"}


def files(*suffixes, under=FOLDERS):
    for folder in under:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not SKIP & set(path.relative_to(ROOT).parts) \
                    and (not suffixes or path.suffix in suffixes):
                yield path


def name(path):
    return str(path.relative_to(ROOT))


def verdict(findings, examined):
    """Prints what was found and ends; examining nothing is a failure too."""
    for line in findings:
        print(line)
    if not examined:
        print("nothing was examined: the lint looks in the wrong place")
    sys.exit(1 if findings or not examined else 0)
