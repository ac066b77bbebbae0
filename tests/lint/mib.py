# SPDX-License-Identifier: BSD-2-Clause
"""mib - smilint at level 6 has nothing to say about our modules.

The base modules are stand-ins (tests/mibs) and what libsnmp-base ships.
"""
import os
import shutil
import subprocess
import sys

from tree import ROOT, name, verdict

if not shutil.which("smilint"):
    print("smilint is not installed (package smitools)")
    sys.exit(77)
# Debian ships none of the base modules: ours stand in (tests/mibs/README.md).
env = {**os.environ, "SMIPATH": f"{ROOT}/tests/mibs:/usr/share/snmp/mibs"}
findings, modules = [], sorted((ROOT / "snmp").rglob("*-MIB*"))
for module in modules:
    done = subprocess.run(["smilint", "-s", "-l", "6", str(module)], env=env,
                          capture_output=True, text=True)
    findings += [f"{name(module)}: {line}" for line in (done.stdout + done.stderr).splitlines()]
verdict(findings, len(modules))
