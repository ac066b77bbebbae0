# SPDX-License-Identifier: BSD-2-Clause
"""tables - the files of tbl/: ids and words are unique, codes too and without gaps, and
every table undefines its macro."""
import re

from tree import files, name, verdict

ROW = re.compile(r"^([A-Z_]+)\((.*)\)\s*$", re.M)


def columns(text):
    return [c.strip() for c in re.findall(r'(?:"(?:[^"\\]|\\.)*"|\([^()]*\)|[^,()"])+', text)]


def repeated(values):
    return sorted({v for v in values if values.count(v) > 1})


def main():
    findings, rows_seen = [], 0
    for path in files(".h"):
        if path.parent.name != "tbl":
            continue
        text = path.read_text()
        tables = {}
        for macro, row in ROW.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.S)):
            tables.setdefault(macro, []).append(columns(row))
        for macro, rows in tables.items():
            rows_seen += len(rows)
            where = f"{name(path)}: {macro}"
            if not re.search(rf"#\s*undef {macro}\b", text):
                findings.append(f"{where}: no #undef at the end")
            if macro in ("MEMBER_ONLY",):
                continue
            if macro in ("KEY", "MANY", "SUB"):  # unique by group and name
                rows = [[f"{r[0]} {r[1]}", *r[2:]] for r in rows]
            if twice := repeated([r[0] for r in rows]):
                findings.append(f"{where}: twice the id {', '.join(twice)}")
            codes = [int(r[1]) for r in rows if len(r) > 1 and r[1].isdigit()]
            if codes and len(codes) == len(rows) and macro == "REASON":
                if codes != list(range(len(codes))):
                    findings.append(f"{where}: codes do not count up from 0: {codes}")
            words = [r[1] for r in rows if len(r) > 1 and r[1].startswith('"')]
            if macro == "FIELD" and (twice := repeated(words)):
                findings.append(f"{where}: twice the word {', '.join(twice)}")
    verdict(findings, rows_seen)


main()
