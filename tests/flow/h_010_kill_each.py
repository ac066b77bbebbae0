# SPDX-License-Identifier: BSD-2-Clause
"""Whichever daemon is killed, the others go on: sessions, probes, records and SNMP; and
when it is back, so is what it does."""
import time

import pytest

from lab import wait_until
from sessions import Traffic


def sessions_flow(net, traffic):
    since = time.monotonic()
    wait_until(lambda: traffic.count(since) >= 30, 20, "30 sessions to be answered")
    assert not traffic.errors(since)


def probes_run(net, _):
    def counts():
        return {e["id"]: e["health"]["probes"] for m in net.edge.members() for e in m["endpoints"]}
    before = counts()
    wait_until(lambda: all(n >= before[i] + 3 for i, n in counts().items()), 15, "3 probes of each endpoint")


def records_follow(net, _):
    member, other = net.dns_members
    member.kill()
    wait_until(lambda: net.published(member) == 0, 15, "the dead member's records to leave")
    assert net.published(other) == 3
    member.start()
    wait_until(lambda: net.published(member) == 3, 15, "its records to return")


def snmp_answers(net, _):
    names = net.master.walk("EDGE-POOL-MIB::edgePoolMemberName")
    assert all(m.name in names for m in net.hosts), names


CHECKS = {"lb": sessions_flow, "health": probes_run, "dnslb": records_follow, "snmp": snmp_answers}


@pytest.mark.parametrize("victim", sorted(CHECKS))
def test_the_others_go_on(everything, victim):
    net = everything
    with Traffic(net) as traffic:
        sessions_flow(net, traffic)
        net.edge.daemon[victim].kill()
        since = time.monotonic()
        for name, check in CHECKS.items():
            # Records follow states: without edge-health they must stay as they are.
            if name != victim and not (name == "dnslb" and victim == "health"):
                check(net, traffic)
        if victim == "health":
            assert all(net.published(m) == 3 for m in net.dns_members)
        if victim != "lb":
            assert not traffic.errors(since)
        assert all(d.running() for n, d in net.edge.daemon.items() if n != victim)
        net.edge.start(victim)
        for check in CHECKS.values():
            wait_until(lambda: check(net, traffic) is None, 30, f"{check.__name__} after the restart")
