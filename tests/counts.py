# SPDX-License-Identifier: BSD-2-Clause
"""counts.py RESULT.xml        "passed failed skipped name..." of a ctest run (skip:name)
counts.py RESULT.xml NAME   the output of one test
counts.py RESULT.xml -s     what plays left out of themselves, and why"""
import re
import sys
import xml.etree.ElementTree as tree

cases = tree.parse(sys.argv[1]).getroot().findall("testcase")
if sys.argv[2:] == ["-s"]:
    for c in cases:
        for line in re.findall(r"^SKIPPED (.*)$", c.findtext("system-out") or "", re.M):
            print(f"{c.get('name')}: {line}")
    sys.exit()
if len(sys.argv) > 2:
    print(next((c.findtext("system-out") or "" for c in cases if c.get("name") == sys.argv[2]), ""))
    sys.exit()
skipped = [c.get("name") for c in cases if c.find("skipped") is not None]
failed = [c.get("name") for c in cases if c.get("status") == "fail"]
print(len(cases) - len(failed) - len(skipped), len(failed), len(skipped),
      *failed, *["skip:" + n for n in skipped])
