# SPDX-License-Identifier: BSD-2-Clause
"""mib - smilint at level 6 has nothing to say about our modules."""
import shutil
import subprocess
import sys

from tree import ROOT, name, verdict

if not shutil.which("smilint"):
    print("smilint is not installed (package smitools)")
    sys.exit(77)
findings, modules = [], sorted((ROOT / "snmp").rglob("*-MIB*"))
for module in modules:
    done = subprocess.run(["smilint", "-l", "6", str(module)], capture_output=True, text=True)
    findings += [f"{name(module)}: {line}" for line in (done.stdout + done.stderr).splitlines()]
verdict(findings, len(modules))
