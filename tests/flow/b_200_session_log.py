# SPDX-License-Identifier: BSD-2-Clause
"""Each session that ends is a line of the log: who, where, how much, how long and why."""
import socket
import struct

import pytest

from echo import Session, relay_conf, stun, udp_socket
from logged import balancer, place, reload, until_lines


@pytest.fixture(params=[1, 2])
def relay(request, routed):
    yield from balancer(routed, request.param)


@pytest.mark.parametrize("v6", [False, True])
def test_a_line_tells_the_session(relay, v6):
    s = Session(relay, "access", 3, v6)
    name, mine = s.who(), s.s.getsockname()[:2]
    s.ask(b"x" * 1000)
    s.s.shutdown(socket.SHUT_WR)
    assert s.s.makefile("rb").read() == b"end\n"
    s.close()
    line = until_lines(relay.log, 1)[0]
    member = next(m for m in relay.members if m.name == name)
    at = next(a for a in member.addresses["access"] if (":" in a) == v6)
    said = len(" ".join(s.line)) + 1
    assert line == {"proto": "tcp", "service": "access", "client": place(*mine),
                    "vip": place(relay.vip("access", v6), 443), "member": f"edge.contoso.net/{name}",
                    "at": place(at, 443), "in": "1006", "out": str(1006 + said + len(b"end\n")),
                    "seconds": line["seconds"], "end": "done"}
    assert float(line["seconds"]) < 10
    assert relay.log.stat().st_mode & 0o777 & ~0o640 == 0


@pytest.mark.parametrize("v6", [False, True])
def test_an_association_has_one_too(relay, v6):
    relay.edge.write(relay_conf(relay, lb=relay.base, av={"udp_idle_timeout": 1.0}))
    reload(relay)
    with udp_socket(relay, 5, v6) as u:
        u.connect((relay.vip("av", v6), 3478))
        u.send(stun(bytes(16), b"four"))
        n = len(u.recv(2048))
        mine = u.getsockname()[:2]
        line = until_lines(relay.log, 1, proto="udp")[0]
        assert (line["client"], line["service"], line["end"]) == (place(*mine), "av-udp", "idle")
        assert (line["in"], line["out"]) == ("24", str(n)) and float(line["seconds"]) >= 0.9


def test_why_it_ended(relay):
    linger = struct.pack("ii", 1, 0)
    theirs = Session(relay, "webconf", 2)
    member = relay.echoes[theirs.who()]
    c = next(iter(member.sessions))
    ours = Session(relay, "access", 1)
    ours.who()
    ours.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    ours.close()
    until_lines(relay.log, 1, end="client-reset", service="access")
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    member.drop(c)
    until_lines(relay.log, 1, end="member-reset", service="webconf")
    for m in relay.echoes.values():
        m.refuse("access")
    with pytest.raises(ConnectionResetError):
        Session(relay, "access", 4).who()
    assert until_lines(relay.log, 1, end="no-member")[0]["in"] == "0"
    relay.edge.write(relay_conf(relay, lb=relay.base, webconf={"idle_timeout": 1.0}))
    reload(relay)
    silent, last = Session(relay, "webconf", 5), Session(relay, "av", 6)
    silent.who(), last.who()
    until_lines(relay.log, 1, end="idle")
    relay.edge.daemon["lb"].stop()
    until_lines(relay.log, 1, end="stop", service="av-tcp")
    last.close()
