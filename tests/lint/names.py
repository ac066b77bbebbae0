# SPDX-License-Identifier: BSD-2-Clause
"""names - one word per thing, a licence line in every file, no drawers for leftovers."""
import re

from tree import ROOT, files, name, verdict

# What else a member is called elsewhere, and what belongs to one machine only.
WORDS = [(re.compile(r"\b(back-?end|upstream|real[ _-]server)s?\b", re.I), 'say "member"'),
         (re.compile(r"\b(TODO|FIXME|XXX)\b"), "finish it or open an issue"),
         (re.compile("/work" + "/|[.][.]/sha" + "red|/mnt" + "/sandbox"), "a path of one machine")]
# A rule must be able to name what it forbids, and peers have their own words.
EXEMPT = ("tests/lint/", "tests/bench/peers/", "LICENSE")
DRAWERS = re.compile(r"^(utils?|helpers?|misc|common|stuff)\.[ch]$")
SOURCE = (".c", ".h", ".py", ".cmake")


def main():
    findings, examined = [], 0
    top = [p for p in ROOT.glob("*") if p.is_file() and p.suffix in (".md", ".txt")]
    for path in [*files(".c", ".h", ".py", ".cmake", ".txt", ".md", ".sh", ".conf", ""), *top]:
        here = name(path)
        if here.startswith(EXEMPT):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        examined += 1
        if DRAWERS.match(path.name):
            findings.append(f"{here}: a drawer for leftovers; name it after what it owns")
        if path.suffix in SOURCE and "SPDX-License-Identifier: " not in text[:300]:
            findings.append(f"{here}: no SPDX line")
        for number, line in enumerate(text.splitlines(), 1):
            findings += [f"{here}:{number}: {m.group(0)!r}: {why}"
                         for pattern, why in WORDS if (m := pattern.search(line))]
    verdict(findings, examined)


main()
