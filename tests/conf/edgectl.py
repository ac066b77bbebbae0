# SPDX-License-Identifier: BSD-2-Clause
"""edgectl EDGECTL DIR - edgectl check says of every file what the file expects, prints
nothing else, and ends with 2 on errors, 1 on warnings under --strict, 0 otherwise."""
import resource
import subprocess
import sys
from pathlib import Path


def cpu_time():
    """Of the processor, so that a busy machine fails nothing."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    edgectl, folder = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2])
    failures, files = [], sorted(folder.glob("*/*.conf"))
    for path in files:
        expected = [line.removeprefix("# expect: ") for line in path.read_text().splitlines()
                    if line.startswith("# expect: ")]
        begin = cpu_time()
        done = subprocess.run([edgectl, "check", "--strict", path.name], cwd=path.parent,
                              capture_output=True, text=True, timeout=30)
        took = cpu_time() - begin
        wrong = any(": error" in line for line in expected)
        warned = any(": warning" in line for line in expected)
        said = done.stdout.splitlines()
        if not wrong:
            if not said or ": ok, " not in said[-1]:
                failures.append(f"{path.name}: no summary")
            said = said[:-1]
        if said != expected or done.stderr:
            failures.append(f"{path.name}: expected {expected}, got {said} {done.stderr}")
        if done.returncode != (2 if wrong else 1 if warned else 0):
            failures.append(f"{path.name}: exit {done.returncode}")
        if took > 1:
            failures.append(f"{path.name}: took {took:.1f} s")
    # What is installed as an example: clean, and nothing in it that has no effect yet.
    done = subprocess.run([edgectl, "check", "--strict", folder.parents[1] / "etc/edgepool.conf"],
                          capture_output=True, text=True, timeout=30)
    if done.returncode != 0 or len(done.stdout.splitlines()) != 1 or done.stderr:
        failures.append(f"etc/edgepool.conf: {done.returncode} {done.stdout} {done.stderr}")
    print("\n".join(failures + [f"{len(files)} files, {len(failures)} failures"]))
    return bool(failures) or len(files) < 100


sys.exit(main())
