# SPDX-License-Identifier: BSD-2-Clause
"""A drained member keeps its sessions and gets no new ones; a disabled one loses them; on
the way down a service keeps its sessions or resets them, as it is told."""
import pytest

from echo import Session, echoes, relay_conf, until_sessions, until_told, until_up
from lab import PATIENCE, wait_until


DRAIN = 3.0 * PATIENCE


@pytest.fixture
def relay(routed):
    conf = relay_conf(routed, lb={"drain_timeout": DRAIN}, webconf={"on_down": "reset"})
    routed.edge.write(conf)
    with echoes(routed) as members:
        routed.edge.start("health", "lb")
        until_up(routed)
        routed.echoes = members
        yield routed


def one_on(net, name, group="access", v6=False):
    """A session on this member, and all others closed."""
    sessions = [Session(net, group, n, v6) for n in range(6)]
    chosen = next(s for s in sessions if s.who() == name)
    for s in sessions:
        if s is not chosen:
            s.close()
    return chosen


def nobody_new_on(net, name, group="access"):
    def all_elsewhere():
        sessions = [Session(net, group, 10 + n) for n in range(6)]
        names = {s.who() for s in sessions}
        for s in sessions:
            s.close()
        return name not in names
    wait_until(all_elsewhere, 10, f"no new session on {name}")


def test_drain_keeps_what_is_there_for_a_while(relay):
    old = one_on(relay, "edge1")
    relay.edge.ctl("drain", "edge1")
    nobody_new_on(relay, "edge1")
    assert old.ask(b"still here\n") == b"still here\n"
    old.s.settimeout(4 * DRAIN)
    with pytest.raises(ConnectionResetError):
        old.s.recv(1)  # drain_timeout is over
    relay.edge.ctl("enable", "edge1")
    until_told(relay, "draining", 0)
    assert one_on(relay, "edge1"), "edge1 is used again"


def test_disable_ends_them(relay):
    old = one_on(relay, "edge2")
    relay.edge.ctl("disable", "edge2")
    with pytest.raises(ConnectionResetError):
        old.s.recv(1)
    nobody_new_on(relay, "edge2")


def test_going_down_keeps_or_resets(relay):
    both = (False, True)
    kept = [one_on(relay, "edge3", "access", v6) for v6 in both]
    lost = [one_on(relay, "edge3", "webconf", v6) for v6 in both]
    relay.echoes["edge3"].refuse()
    for s in lost:
        s.s.settimeout(20 * PATIENCE)
        with pytest.raises(ConnectionResetError):
            s.s.recv(1)
    nobody_new_on(relay, "edge3")
    for s in kept:
        assert s.ask(b"still here\n") == b"still here\n"
        s.close()
    until_sessions(relay, 0)
