# SPDX-License-Identifier: BSD-2-Clause
"""spent - what processes and the machine have used."""
import contextlib
import functools
from pathlib import Path


def children(pid):
    return [int(p) for task in Path(f"/proc/{pid}/task").iterdir() for p in (task / "children").read_text().split()]


def family(pid):
    """The process and all its descendants."""
    found, look = [], [pid]
    while look:
        found.append(look.pop())
        look += children(found[-1])
    return found


def cpu_ns(pid, field=0):
    """Time on a CPU so far, of all threads of a family; field 1: time spent waiting for one."""
    return sum(int((task / "schedstat").read_text().split()[field])
               for p in family(pid) for task in Path(f"/proc/{p}/task").iterdir())


@functools.cache
def _softirq_threads():
    found = []
    for p in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # a process that has ended meanwhile
            if p.name.isdigit() and (p / "comm").read_text().startswith("ksoftirqd/"):
                found.append(p)
    return found


def softirq_ns():
    """What the kernel's threads for interrupts have used so far: work that met no process to do it in."""
    return sum(int((p / "schedstat").read_text().split()[0]) for p in _softirq_threads())


def machine_ticks():
    """(all, busy, stolen) of the whole machine, in clock ticks."""
    t = [int(x) for x in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, steal = t[3] + t[4], t[7]
    return sum(t), sum(t) - idle - steal, steal
