# SPDX-License-Identifier: BSD-2-Clause
"""What is the prober's own fault is never held against a member: no descriptors, a loop
that stood still, no way to any member."""
import resource
import time
from pathlib import Path

from lab import wait_until
from probed import PORTS, Probed


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


def test_no_way_to_any_member_is_no_members_fault(lab):
    p = Probed(lab).start().all_up()
    v4 = [m.at(s) for m in p.members for s in PORTS]
    # Also before the table of the host's own addresses, which the members have.
    p.host.ip("rule add pref 20 lookup local")
    p.host.ip("rule add pref 10 to 192.0.2.0/24 unreachable")
    p.host.ip("rule del pref 0")

    def last():
        rows = {w: r for r in p.status() for w in r["words"]}
        return {rows[at]["last"] for at in v4}
    wait_until(lambda: last() == {"local"}, 15, "no endpoint of IPv4 to be reached")
    before = int(p.status("pool")[0]["local-faults"])
    wait_until(lambda: int(p.status("pool")[0]["local-faults"]) > before + 4 * len(v4), 15, "more probes than suffice")
    p.host.ip("rule del pref 10")
    wait_until(lambda: last() == {"ok"}, 15, "the way to be there again")
    assert "-> down" not in p.log()
    assert "could not be probed: a fault of the prober itself, no evidence (Network is unreachable)" in p.log()
