# SPDX-License-Identifier: BSD-2-Clause
"""pages - what is written for people points to what there is, and is short enough to be read."""
import re

from tree import ROOT, files, name, verdict

LINES = 120  # of a README
LINK = re.compile(r"\]\(([^)#:]+)\)")
FILE = re.compile(r"`([\w/-]+\.[ch]|[\w/-]+\.py)`")
# A table, its words, and the page that has to tell all of them.
TOLD = (("core/include/edge/tbl/conditions.h", r'^CONDITION\(\w+,\s*\d+, "([^"]+)"', "health/probing.md"),
        ("core/include/edge/tbl/reasons.h", r'^REASON\((?!NONE|OK)\w+,\s*\d+,\s*"([^"]+)"', "health/probing.md"),
        ("core/include/edge/model.h", r'^\s*X\(PROBE_(?!NONE)\w+, "([^"]+)"', "health/kinds.md"))


def main():
    findings = []
    sources = {p.name for p in files(".c", ".h", ".py")}
    pages = [ROOT / "README.md", *files(".md")]
    for page in pages:
        text = page.read_text()
        lines = text.count("\n")
        if page.name == "README.md" and lines > LINES:
            findings.append(f"{name(page)}: {lines} lines, {LINES} are enough: give a part a page of its own")
        findings += [f"{name(page)}: points to {link}, which is not there"
                     for link in LINK.findall(text) if not (page.parent / link).exists()]
        findings += [f"{name(page)}: tells of {source}, which is not there"
                     for source in FILE.findall(text) if source.rsplit("/")[-1] not in sources]
    for table, row, page in TOLD:
        words = re.findall(row, (ROOT / table).read_text(), re.M)
        text = (ROOT / page).read_text()
        findings += [f"{page}: nothing about {word}, a row of {table}"
                     for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)]
        if not words:
            findings.append(f"{table}: no rows are found")
    verdict(findings, len(pages))


main()
