# SPDX-License-Identifier: BSD-2-Clause
"""What a client said is not lost with a member that breaks, who cannot be reached is passed
over, and who is gone holds no place: endings that meet at an odd moment."""
import socket

import pytest

from echo import Session, board, echoes, relay_conf, until_sessions, until_up
from lab import PATIENCE, wait_until
from upgrading import Pairs

FAMILIES = (False, True)


def breaks(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
    return sock


def start(net, **options):
    net.edge.write(relay_conf(net, **options))
    net.edge.start("lb")


def test_a_member_that_breaks_does_not_take_the_first_octets_with_it(routed):
    with echoes(routed) as members:
        start(routed)
        for v6 in FAMILIES:
            s = Session(routed, "access", v6=v6)
            wait_until(lambda: [m for m in members.values() if m.sessions], 15, "a member to have it")
            first = next(m for m in members.values() if m.sessions)
            routed.edge.daemon["lb"].freeze()
            s.s.sendall(b"hello\n")  # seen first, and the reset in the same turn
            first.drop(breaks(next(iter(first.sessions))))
            routed.edge.daemon["lb"].resume()
            assert s._line()[0] != first.name and s._read(6) == b"hello\n"
            s.close()
            wait_until(lambda: not any(m.sessions for m in members.values()), 15, "all of it to be over")


def test_a_broken_client_is_noticed_behind_a_member_that_does_not_read(routed):
    deaf = []
    for m in routed.members:
        for a in m.addresses["access"]:
            with m.host.entered():
                deaf.append(socket.create_server((a, 443), family=socket.AF_INET6 if ":" in a else socket.AF_INET))
    start(routed)
    for v6 in FAMILIES:
        s = Session(routed, "access", v6=v6)
        s.s.settimeout(0.5)
        with pytest.raises(TimeoutError):
            while True:
                s.s.send(bytes(1 << 20))
        until_sessions(routed, 1)
        breaks(s.s).close()
        until_sessions(routed, 0)


def test_a_member_that_answers_and_resets_has_answered(routed):
    answer = bytes(range(250)) * 40
    with Pairs(routed, "webconf", 443) as pairs:
        start(routed)
        for c, m in pairs.make(4):
            c.settimeout(10 * PATIENCE)
            m.sendall(answer)
            breaks(m).close()
            got = b""
            with pytest.raises(ConnectionResetError):
                while part := c.recv(65536):
                    got += part
            assert got == answer


def test_urgent_octets_are_octets(routed):
    with echoes(routed):
        start(routed)
        for v6 in FAMILIES:
            s = Session(routed, "access", v6=v6)
            s.who()
            routed.edge.daemon["lb"].freeze()
            s.s.send(b"before")
            s.s.send(b"!", socket.MSG_OOB)
            s.s.send(b"after")
            routed.edge.daemon["lb"].resume()
            assert s._read(12) == b"before!after"


def test_a_forbidden_way_to_a_member_is_passed_over(routed):
    with echoes(routed) as members:
        start(routed)
        routed.balancer.ip(*[f"route add prohibit {a}" for a in members["edge1"].member.addresses["access"]])
        sessions = [Session(routed, "access", n, v6) for n in range(6) for v6 in FAMILIES]
        assert {s.who() for s in sessions} == {"edge2", "edge3"}
        assert sum(e["connect_failures"] for e in board(routed).values()) == 0, "nobody's fault"


def silence(member):
    member.host.run("nft", "-f", "-", input="table inet silent { chain in { type filter hook input "
                                            "priority 0; tcp dport 443 drop; }; }")


def test_a_client_that_gave_up_on_a_silent_member_does_not_meet_it_again(routed):
    with echoes(routed):
        silence(routed.members[0])
        start(routed, lb={"connect_timeout": 60.0})
        for n in range(4):
            met = set()
            for _ in range(3):
                s = Session(routed, "access", n, n % 2 == 1)
                s.s.settimeout(0.5)
                try:
                    met.add(s.who())
                except TimeoutError:
                    breaks(s.s).close()
                until_sessions(routed, 0 if s.line is None else 1)
                s.close()
            assert met - {"edge1"}, "another member, at the second time at last"


def test_a_member_that_goes_down_while_it_is_connected_to_costs_nothing(routed):
    conf = relay_conf(routed, lb={"connect_timeout": 60.0}, webconf={"on_down": "reset"})
    conf["health"]["timeout"] = 0.5
    routed.edge.write(conf)
    with echoes(routed):
        routed.edge.start("health", "lb")
        until_up(routed)
        silence(routed.members[0])
        sessions = [Session(routed, "webconf", n, v6, timeout=20) for n in range(3) for v6 in FAMILIES]
        assert {s.who() for s in sessions} == {"edge2", "edge3"}
