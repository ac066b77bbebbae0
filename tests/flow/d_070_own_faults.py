# SPDX-License-Identifier: BSD-2-Clause
"""What is the prober's own fault is never held against a member: no descriptors, a loop
that stood still, no way to any member."""
import contextlib
import os
import resource
import time
from pathlib import Path

from lab import wait_until
from probed import PORTS, Probed


def probes(p):
    """How many were begun since the prober began."""
    return int(p.edge.ask("health", "status").split(" begun=")[1].split()[0])


def descriptors(pid):
    with contextlib.suppress(FileNotFoundError):
        return {int(f.name): os.readlink(f) for f in Path(f"/proc/{pid}/fd").iterdir()}
    return descriptors(pid)  # one was closed meanwhile


def test_without_descriptors_nothing_changes(lab):
    p = Probed(lab).start().all_up()
    pid = p.edge.daemon["health"].pid
    hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    before, until = descriptors(pid), time.monotonic() + 1.5
    wait_until(lambda: time.monotonic() > until, 15, "the probes of now to end")
    lasting = {n for n, what in descriptors(pid).items() if before.get(n) == what}
    # One is left: the control socket's own connection needs it, status must go on working.
    free = next(n for n in range(100) if n not in lasting)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free + 1, hard))
    wait_until(lambda: "could not be probed: a fault of the prober itself" in p.log(), 15, "the fault to be said")
    line = next(t for t in p.log().splitlines() if "could not be probed" in t)
    assert "(Too many open files)" in line
    until = time.monotonic() + 2
    wait_until(lambda: time.monotonic() > until, 15, "many probes to fail")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard, hard))
    wait_until(lambda: all(r["last"] == "ok" for r in p.status()), 10, "probes to work again")
    assert "-> down" not in p.log()
    assert p.log().count("could not be probed") == 1, "said once, not once a probe"


def test_a_stopped_prober_blames_nobody(lab):
    p = Probed(lab).start().all_up()
    daemon = p.edge.daemon["health"]
    for length in (0.3, 0.3, 0.3, 5):  # the last is longer than any probe may take
        daemon.pause()
        until = time.monotonic() + length
        wait_until(lambda: time.monotonic() > until, 15, "time to pass without it")
        daemon.resume()
        p.edge.ask("health", "status")
        wait_until(lambda: all(r["last"] == "ok" for r in p.status()), 10, "probes to go on")
    assert "down" not in p.log()
    lost = next(r for r in p.edge.ask("health", "status").splitlines() if "lost-times" in r)
    assert int(lost.split("lost-times=")[1].split()[0]) >= 1
    assert int(lost.split("lost-ms=")[1].split()[0]) >= 4000


def route(p, members, verb):
    """Takes away, or gives back, the way to these members, in both families."""
    p.host.ip(*[f"addr {verb} {a}/{128 if ':' in a else 32} dev lo" + (" nodad" if ":" in a and verb == "add" else "")
                for m in members for group in m.addresses.values() for a in group])


def test_no_way_to_anybody_is_our_own_fault_and_no_way_to_one_is_his(lab):
    p = Probed(lab).start().all_up()
    route(p, p.members, "del")
    wait_until(lambda: all(r["last"] == "local" for r in p.status()), 15, "no way to be noticed")
    begun = probes(p)
    wait_until(lambda: probes(p) > begun + 100, 30, "many more probes")
    assert "down" not in p.log()
    assert "(Network is unreachable)" in p.log()
    route(p, p.members[:1], "add")
    p.wait({(0, s): ("up", "ok") for s in PORTS} | {(1, s): ("down", "unreachable") for s in PORTS})
    assert "edge1" not in "".join(t for t in p.log().splitlines() if "-> down" in t)
    route(p, p.members[1:], "add")
    p.wait({(m, s): ("up", "ok") for m in (0, 1) for s in PORTS})
