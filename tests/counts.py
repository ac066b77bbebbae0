# SPDX-License-Identifier: BSD-2-Clause
"""counts.py RESULT.xml        "passed failed skipped name..." of a ctest run (skip:name)
counts.py RESULT.xml NAME   the output of one test"""
import sys
import xml.etree.ElementTree as tree

cases = tree.parse(sys.argv[1]).getroot().findall("testcase")
if len(sys.argv) > 2:
    print(next((c.findtext("system-out") or "" for c in cases if c.get("name") == sys.argv[2]), ""))
    sys.exit()
skipped = [c.get("name") for c in cases if c.find("skipped") is not None]
failed = [c.get("name") for c in cases if c.get("status") == "fail"]
print(len(cases) - len(failed) - len(skipped), len(failed), len(skipped),
      *failed, *["skip:" + n for n in skipped])
