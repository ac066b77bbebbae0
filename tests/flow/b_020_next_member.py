# SPDX-License-Identifier: BSD-2-Clause
"""A member that refuses, or breaks before its first octet, costs the client nothing: the
next member takes the session, and edge-health hears of it."""
import socket
import struct

from echo import Session, board, echoes, relay_conf
from lab import wait_until


def evidence(net):
    """A stand-in for edge-health's ear: reasons by how often they were heard."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.bind(str(net.edge.run_dir / "health.notice"))
    s.settimeout(15)
    return s


def test_a_refused_session_goes_to_the_next_member(routed):
    routed.edge.write(relay_conf(routed))
    with echoes(routed) as members, evidence(routed) as ear:
        members["edge2"].refuse("access")
        routed.edge.start("lb")
        sessions = [Session(routed, "access", n) for n in range(12)]
        assert {s.who() for s in sessions} == {"edge1", "edge3"}
        magic, kind, _, reason, _ = struct.unpack("=IIQQq", ear.recv(64))
        assert (kind, reason) == (3, 2), "evidence: connect-refused"
        wait_until(lambda: sum(e["connect_failures"] for e in board(routed).values()) >= 2, 15,
                   "failures on the board")
        failures = {n for n, e in board(routed).items() if e["connect_failures"]}
        assert failures == {f"edge.contoso.net/edge2/external/{members['edge2'].member.addresses['access'][0]}"
                            ":443/tcp"}
        for s in sessions:
            assert s.ask(b"still there\n") == b"still there\n"
            s.close()


def test_nobody_left_closes_the_session(routed):
    routed.edge.write(relay_conf(routed))
    with echoes(routed) as members:
        for m in members.values():
            m.refuse("webconf")
        routed.edge.start("lb")
        s = Session(routed, "webconf")
        assert s.s.recv(1) == b""
        s.close()
        wait_until(lambda: "sessions 0 of" in routed.edge.ask("lb", "status"), 15, "no session left")
