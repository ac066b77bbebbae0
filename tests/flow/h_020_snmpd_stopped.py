# SPDX-License-Identifier: BSD-2-Clause
"""While snmpd is stopped for 30 s, no probe is late, no session slow, and records follow."""
import time

from lab import PATIENCE, wait_until
from sessions import Traffic

STOPPED = 30.0
# Probes are due every 0.5 s (jitter 10 %), take a moment, and PSOM holds for 0.3 s; a session
# is a TLS handshake and one answer.  On a busy machine either may wait its turn, or for a
# second SYN; who waited for snmpd would wait for the rest of the 30 s.
PROBE_AGE_MAX = SESSION_MAX = 8.0 * PATIENCE


def test_it(everything):
    net, ages = everything, []
    victim = net.dns_members[0]

    def probe_ages():
        return [e["health"]["last_probe_age_s"] for m in net.edge.members() for e in m["endpoints"]]

    def sampled(until):
        ages.extend(probe_ages())
        return time.monotonic() >= until
    with Traffic(net) as traffic:
        wait_until(lambda: traffic.count() >= 10, 10, "traffic")
        net.master.process.pause()
        began = time.monotonic()
        wait_until(lambda: sampled(began + STOPPED / 2), STOPPED, "half of the time", every=0.2)
        assert max(ages) < PROBE_AGE_MAX, "a probe was late"
        victim.kill()
        wait_until(lambda: net.published(victim) == 0, 10, "the dead member's records to leave")
        victim.start()
        wait_until(lambda: net.published(victim) == 3, 10, "its records to return")
        ages.clear()
        wait_until(lambda: sampled(began + STOPPED), STOPPED, "the rest of the time", every=0.2)
        net.master.process.resume()
        assert max(ages) < PROBE_AGE_MAX, "a probe was late"
        assert not traffic.errors(began)
        assert traffic.slowest(began) < SESSION_MAX
        assert traffic.count(began) > 5 * STOPPED / PATIENCE, "traffic went on all the time"
    wait_until(lambda: all(m.name in net.master.walk("EDGE-POOL-MIB::edgePoolMemberName") for m in net.hosts),
               60, "snmpd to answer for the members again")
