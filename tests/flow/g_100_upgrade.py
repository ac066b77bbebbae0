# SPDX-License-Identifier: BSD-2-Clause
"""Sessions of every kind outlive the program: hundreds of TCP sessions, half-closed ones,
ones in the middle of a transfer, kept sources, UDP associations; counters go on."""
import pytest

from echo import Session, board, echoes, relay_conf, stun, udp_socket
from lab import wait_until
from upgrading import Installed, settled, totals


@pytest.fixture(params=[1, 2])
def relay(request, routed):
    routed.base = {"workers": request.param}
    routed.edge.write(relay_conf(routed, lb=routed.base))
    routed.installed = Installed(routed)
    with echoes(routed) as members:
        routed.edge.start("lb")
        routed.echoes = members
        yield routed


def test_hundreds_of_sessions(relay):
    groups = ("access", "webconf", "av")
    sessions = [Session(relay, groups[n % 3], n % 60, n % 2 == 1) for n in range(300)]
    names = [s.who() for s in sessions]
    peers = [s.peer() for s in sessions]
    settled(relay, 300)
    before = totals(relay)
    for n in range(2):
        assert "300 sessions and 0 associations taken over" in relay.installed.upgrade()
        for s in sessions:
            assert s.ask(b"after %d\n" % n) == b"after %d\n" % n
    assert relay.edge.daemon["lb"].running(), "the process is the same"
    assert relay.edge.daemon["lb"].output().count("upgraded in place") == 2
    assert [s.line[0] for s in sessions] == names and [s.peer() for s in sessions] == peers
    assert totals(relay) == before
    for n in range(20):
        s = Session(relay, "access", n)
        s.who()
        s.close()
    for s in sessions:
        s.close()
    settled(relay, 0)
    after = totals(relay)
    assert sum(after.values()) == sum(before.values()) + 40, "20 at listeners, 20 at endpoints"


def test_a_reload_after_an_upgrade(relay):
    s = [Session(relay, g, n) for n in range(6) for g in ("access", "av")]
    for x in s:
        x.who()
    relay.edge.write(relay_conf(relay, lb=relay.base, federation={"enabled": False},
                                access={"idle_timeout": 1900.0}))
    assert "reload first" in relay.installed.refused()
    relay.edge.ask("lb", "reload")
    relay.installed.upgrade()
    conf = relay_conf(relay, lb=relay.base)
    conf["pools"][0]["members"].pop(0)
    relay.edge.write(conf)
    relay.edge.ask("lb", "reload")
    relay.installed.upgrade()
    for x in s:
        assert x.ask() == b"hello\n"
    assert Session(relay, "access", 9, port=5061).who() != "edge1"
    for x in s:
        x.close()
    wait_until(lambda: "removed" not in relay.edge.ask("lb", "sessions"), 15, "nothing left over")


def test_associations_and_what_waits_for_them(relay):
    conf = relay_conf(relay, lb=relay.base)
    clients = [udp_socket(relay, n, v6) for n in range(10) for v6 in (False, True)]
    for u, v6 in zip(clients, [False, True] * 10):
        u.connect((relay.vip("av", v6), 3478))
        u.send(stun(bytes(16), b"one"))
    first = [u.recv(2048).rsplit(b" ", 3)[1:] for u in clients]
    assert "20 associations taken over" in relay.installed.upgrade()
    for u in clients:
        u.send(stun(bytes(15) + b"2", b"two"))
    assert [u.recv(2048).rsplit(b" ", 3)[1:] for u in clients] == first
    conf["pools"][0]["external"]["av"]["udp_port"] = 3479
    relay.edge.write(conf)
    relay.edge.ask("lb", "reload")
    assert "20 associations" in relay.installed.upgrade()
    for u in clients:
        u.send(stun(bytes(15) + b"3", b"three"))
    assert [u.recv(2048).rsplit(b" ", 3)[1:] for u in clients] == first
    for u in clients:
        u.close()


def test_counters_on_the_board(relay):
    for n in range(5):
        s = Session(relay, "access", n)
        s.who()
        s.close()

    def total():
        return sum(e["sessions_total"] for e in board(relay).values())
    wait_until(lambda: total() == 5, 15, "five sessions on the board")
    relay.installed.upgrade()
    assert total() == 5
    s = Session(relay, "access", 1)
    s.who()
    wait_until(lambda: total() == 6, 15, "six sessions on the board")
    s.close()
