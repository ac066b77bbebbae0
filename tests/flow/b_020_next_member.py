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
        sessions = [Session(routed, "access", n, v6) for n in range(6) for v6 in (False, True)]
        for of_family in sessions[::2], sessions[1::2]:
            assert {s.who() for s in of_family} == {"edge1", "edge3"}
        magic, kind, _, reason, _ = struct.unpack("=IIQQq", ear.recv(64))
        assert (kind, reason) == (3, 2), "evidence: connect-refused"
        v4, v6 = members["edge2"].member.addresses["access"]
        failed = {f"edge.contoso.net/edge2/external/{at}:443/tcp" for at in (v4, f"[{v6}]")}
        wait_until(lambda: {n for n, e in board(routed).items() if e["connect_failures"]} == failed, 15,
                   "failures on the board, there and nowhere else")
        for s in sessions:
            assert s.ask(b"still there\n") == b"still there\n"
            s.close()


def test_nobody_left_closes_the_session(routed):
    routed.edge.write(relay_conf(routed))
    with echoes(routed) as members:
        for m in members.values():
            m.refuse("webconf")
        routed.edge.start("lb")
        for v6 in (False, True):
            s = Session(routed, "webconf", v6=v6)
            assert s.s.recv(1) == b""
            s.close()
        wait_until(lambda: "sessions 0 of" in routed.edge.ask("lb", "status"), 15, "no session left")
