# SPDX-License-Identifier: BSD-2-Clause
"""A member process that dies is noticed by its idle connections, long before the next
probe is due, and gets new ones only once its probes are good again."""
from lab import wait_until
from probed import PORTS, Probed

TCP = [s for s in PORTS if not s.endswith("udp")]


def watched(p):
    """Rows of TCP endpoints of the first member."""
    at = {p.members[0].at(s, v6) for s in TCP for v6 in (False, True)}
    return [r for r in p.status() if at & set(r["words"])]


def held(rows):
    return all(r["sentinel"] == "held" for r in rows)


def test_a_crash_is_noticed(lab):
    p = Probed(lab).start(health={"sentinel": True}).all_up()
    # From here on no probe comes by itself.
    p.edge.write(p.conf(health={"sentinel": True, "interval": 3600, "down_interval": 3600}))
    p.edge.ask("health", "reload")
    p.edge.ask("health", "probe-now edge1")
    wait_until(lambda: held(watched(p)), 15, "idle connections to the TCP endpoints")
    assert all("sentinel" not in r for r in p.status() if r["probe"] == "turn-udp")
    p.members[0].sim.kill()
    wait_until(lambda: all(r["health"] == "down" and r["reason"] == "connect-refused" for r in watched(p)),
               15, "its TCP endpoints to be down")
    rows = watched(p)
    assert len(rows) == 2 * len(TCP)
    assert all(r["sentinel"] == "awaiting" and int(r["alarms"]) >= 1 for r in rows), rows
    p.members[0].start()
    p.edge.ask("health", "probe-now edge1")
    wait_until(lambda: all(r["health"] == "up" and r["sentinel"] == "held" for r in watched(p)),
               15, "it to be up and watched again")
