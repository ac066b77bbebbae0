# SPDX-License-Identifier: BSD-2-Clause
"""A reload that changes the engine of services ends no session: those of the kernel engine go
on in the kernel, those of the relay in edge-lb, and each new one begins where it belongs."""
import pytest

from echo import Session, echoes, relay_conf, until_applied
from lab import wait_until


def engines(net):
    return {s["listener"]["engine"] for p in net.edge.status()["pools"] for s in p["services"] if s["listener"]}


def change(net, engine):
    net.edge.write(relay_conf(net, lb={"engine": engine}))
    net.edge.ask("lb", "reload")
    until_applied(net)
    assert engines(net) == {engine}


def begin(net, first):
    """Sessions of both families, with kept sources (A/V) and without."""
    return [Session(net, group, first + n, v6) for n in range(2) for group in ("av", "access") for v6 in (False, True)]


def all_go_on(sessions):
    for s in sessions:
        s.s.settimeout(10)
        assert s.ask(b"x" * 50000) == b"x" * 50000, s.line


def until_relayed(net, n):
    """Waits until edge-lb holds so many sessions itself."""
    wait_until(lambda: f"\nsessions {n} of " in net.edge.ask("lb", "status"), 15, f"{n} sessions of the relay")


@pytest.mark.engines("kernel")
def test_sessions_live_on(routed):
    routed.edge.write(relay_conf(routed))
    with echoes(routed):
        routed.edge.start("lb")
        assert engines(routed) == {"kernel"}
        sessions = begin(routed, 0)
        until_relayed(routed, 0)
        change(routed, "relay")
        all_go_on(sessions)
        sessions += begin(routed, 10)
        until_relayed(routed, 8)
        change(routed, "kernel")
        all_go_on(sessions)
        sessions += begin(routed, 20)
        until_relayed(routed, 8)
        all_go_on(sessions)
        for s in sessions:
            s.close()
