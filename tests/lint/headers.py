# SPDX-License-Identifier: BSD-2-Clause
"""headers - each header compiles alone: it includes what it needs."""
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tree import ROOT, files, name, verdict

# What else a part may see (layers.py).
LIBRARIES = {"ctl": ("health/probe",), "lb": ("lb/kernel",), "tests": ("lb/kernel",)}
CC = os.environ.get("CC", "cc")


def flags(*modules):
    done = subprocess.run(["pkg-config", "--cflags", *modules], capture_output=True, text=True)
    return done.stdout.split()


def main():
    extra = flags("netsnmp-agent") + flags("libconfig") + flags("nice") + flags("glib-2.0")
    # lb/kernel/path is compiled for the kernel, with its own pointers and helpers.
    headers = [h for h in files(".h") if h.parent.name not in ("tbl", "path") and "unit" not in h.parts]

    def compile_alone(path):
        part = path.relative_to(ROOT).parts[0]
        # typeof belongs to the maps' macros of the kernel's side
        standard = "gnu17" if path.parent.name == "path" else "c17"
        done = subprocess.run(
            [CC, f"-std={standard}", "-D_GNU_SOURCE", '-DEDGE_VERSION="0"', "-fsyntax-only", "-x", "c", "-w",
             f"-I{ROOT}/core/include", f"-I{ROOT}/core", f"-I{ROOT}/core/systemd", f"-I{ROOT / part}",
             f"-I{path.parent}", *(f"-I{ROOT / i}" for i in LIBRARIES.get(part, ())), *extra, "-include", str(path), "/dev/null"],
            capture_output=True, text=True)
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        return None if done.returncode == 0 else f"{name(path)}: {'; '.join(errors[:1])}"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdict([f for f in pool.map(compile_alone, headers) if f], len(headers))


main()
