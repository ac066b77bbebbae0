# SPDX-License-Identifier: BSD-2-Clause
"""What is the prober's own fault is never held against a member: no descriptors, a loop
that stood still, a lost datagram."""
import resource
import time
from pathlib import Path

from lab import wait_until
from probed import Probed


def test_without_descriptors_nothing_changes(lab):
    p = Probed(lab).start().all_up()
    pid = p.edge.daemon["health"].pid
    hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    taken = {int(f.name) for f in Path(f"/proc/{pid}/fd").iterdir()}
    # The control socket's own connection needs one: status must go on working.
    free = next(n for n in range(100) if n not in taken)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, hard))
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
    for _ in range(3):
        daemon.pause()
        until = time.monotonic() + 1.5  # longer than any probe may take
        wait_until(lambda: time.monotonic() > until, 15, "all deadlines to pass")
        daemon.resume()
        p.edge.ask("health", "status")
    assert "down" not in p.log()
    lost = next(r for r in p.edge.ask("health", "status").splitlines() if "lost-times" in r)
    assert int(lost.split("lost-times=")[1].split()[0]) >= 3
