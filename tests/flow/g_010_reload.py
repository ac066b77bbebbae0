# SPDX-License-Identifier: BSD-2-Clause
"""A reload changes members, listeners and timeouts under running sessions, which notice
nothing; what is wrong with a new file leaves the old one in effect."""
import signal
import socket

import pytest

from echo import Session, board, echoes, relay_conf, stun, udp_socket, until_applied, until_sessions
from lab import LabError, wait_until


def refused(net, port):
    try:
        Session(net, "access", 5, port=port).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.fixture(params=[1, 2])
def relay(request, routed):
    routed.base = {"workers": request.param}
    routed.edge.write(relay_conf(routed, lb=routed.base))
    with echoes(routed) as members:
        routed.edge.start("lb")
        routed.echoes = members
        yield routed


def test_sessions_outlive_their_listener_and_their_member(relay):
    sessions = [Session(relay, g, n, v6) for n, v6 in ((1, False), (2, True), (3, False))
                for g in ("access", "webconf")] + [Session(relay, "access", 9, port=5061)]
    names = [s.who() for s in sessions]
    assert len(set(names)) > 1
    u = udp_socket(relay, 4)
    u.sendto(stun(bytes(16)), (relay.vip("av"), 3478))
    assert u.recvfrom(2048)
    gone = relay.conf()["pools"][0]["members"][0]["name"]
    for round in range(10):
        conf = relay_conf(relay, lb=relay.base, access={"idle_timeout": 1800.0 + round},
                          federation={"enabled": round % 2 == 1})
        if round % 2 == 0:
            conf["pools"][0]["members"] = conf["pools"][0]["members"][1:]
        conf["pools"][0]["members"][-1]["weight"] = 1 + round
        relay.edge.write(conf)
        relay.edge.ask("lb", "reload")
        until_applied(relay)
        for s in sessions:
            assert s.ask(b"round %d\n" % round) == b"round %d\n" % round
        if round % 2 == 0:
            wait_until(lambda: refused(relay, 5061), 15, "nobody to listen any more")
            new = [Session(relay, "webconf", 30 + n) for n in range(6)]
            assert gone not in {s.who() for s in new}
            for s in new:
                s.close()
    assert [s.line[0] for s in sessions] == names
    for s in sessions:
        s.close()
    u.close()
    wait_until(lambda: "removed" not in relay.edge.ask("lb", "sessions"), 15, "nothing left over")


def test_a_bad_file_changes_nothing(relay):
    s = Session(relay, "access")
    s.who()
    relay.edge.write("pools = (")
    with pytest.raises(LabError, match="stays in effect"):
        relay.edge.ask("lb", "reload")
    assert s.ask() == b"hello\n"
    assert Session(relay, "access").who()


def test_a_listener_that_cannot_open_changes_nothing(relay):
    with relay.balancer.entered():
        taken = socket.create_server((relay.vip("access"), 5269), family=socket.AF_INET)
    conf = relay_conf(relay, lb=relay.base)
    conf["pools"][0]["external"]["xmpp"] = {"enabled": True}
    relay.edge.write(conf)
    with pytest.raises(LabError, match="5269"):
        relay.edge.ask("lb", "reload")
    assert Session(relay, "access").who()
    taken.close()
    relay.edge.ask("lb", "reload")
    assert Session(relay, "access").who()


def test_workers_are_fixed_and_said_so(relay):
    relay.edge.write(relay_conf(relay, lb={"workers": 5}))
    assert "after the next restart" in relay.edge.ask("lb", "reload")


def test_counters_go_on_over_reload_and_restart(relay):
    def total():
        return sum(e["sessions_total"] for e in board(relay).values())
    for n in range(5):
        s = Session(relay, "access", n)
        s.who()
        s.close()
    wait_until(lambda: total() == 5, 15, "five sessions on the board")
    relay.edge.write(relay_conf(relay, lb=relay.base, access={"idle_timeout": 1900.0}))
    relay.edge.ask("lb", "reload")
    assert total() == 5
    relay.edge.daemon["lb"].stop()
    relay.edge.start("lb")
    s = Session(relay, "access", 1)
    s.who()
    wait_until(lambda: total() == 6, 15, "six sessions on the board")
    until_sessions(relay, 1)
    s.close()


def test_a_hangup_reloads_too(relay):
    lb = relay.edge.daemon["lb"]
    relay.edge.write(relay_conf(relay, lb=relay.base, federation={"enabled": False}))
    lb.signal(signal.SIGHUP)
    wait_until(lambda: refused(relay, 5061), 15, "federation to be closed")
    relay.edge.write("pools = (")
    lb.signal(signal.SIGHUP)
    wait_until(lambda: "stays in effect" in lb.output(), 15, "the refusal in the log")
    assert Session(relay, "access").who()
