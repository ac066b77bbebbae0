# SPDX-License-Identifier: BSD-2-Clause
"""A TCP session through a VIP is carried octet by octet, in both families and on both
sides, and each half of it ends on its own."""
import hashlib
import os
import socket
import threading

import pytest

from echo import Session, echoes, relay_conf, until_sessions
from lab import wait_until

pytestmark = pytest.mark.engines
FAMILIES = (False, True)


@pytest.fixture
def relay(routed):
    routed.edge.write(relay_conf(routed))
    with echoes(routed) as members:
        routed.edge.start("lb")
        routed.echoes = members
        yield routed


def test_sessions_reach_a_member_on_both_sides(relay):
    for v6 in FAMILIES:
        outer = Session(relay, "access", v6=v6)
        inner = Session(relay, "internal", v6=v6, host=relay.inner)
        assert outer.who() in relay.echoes and inner.who() in relay.echoes
        until_sessions(relay, 2)
        outer.close()
        inner.close()
        until_sessions(relay, 0)


def test_a_half_closed_session_still_answers(relay):
    for v6 in FAMILIES:
        s = Session(relay, "access", v6=v6)
        s.ask()
        s.s.shutdown(socket.SHUT_WR)
        assert s._read(4) == b"end\n", "the member answers after the client's end"
        assert s.s.recv(1) == b"", "and then its own end is passed on"
    until_sessions(relay, 0)


def theirs(relay, s):
    """The member's socket of the only session there is, and who has it."""
    member = relay.echoes[s.who()]
    wait_until(lambda: len(member.sessions) == 1, 15, "those before to be over")
    return next(iter(member.sessions)), member


def test_a_member_may_end_first(relay):
    for v6 in FAMILIES:
        s = Session(relay, "webconf", v6=v6)
        theirs(relay, s)[0].shutdown(socket.SHUT_WR)
        assert s.s.recv(1) == b""
        s.s.sendall(b"still listening?")
        s.s.shutdown(socket.SHUT_WR)
        until_sessions(relay, 0)


@pytest.mark.parametrize("v6", FAMILIES)
def test_a_slow_reader_loses_nothing(relay, v6):
    s = Session(relay, "access", v6=v6)
    s.who()
    octets = os.urandom(24 << 20)
    got = hashlib.sha256()

    def send():
        s.s.sendall(octets)
        s.s.shutdown(socket.SHUT_WR)
    thread = threading.Thread(target=send)
    s.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    thread.start()
    n = 0
    while n < len(octets):
        part = s.s.recv(min(1 << 16, len(octets) - n))
        assert part, "ended early"
        n += len(part)
        got.update(part)
    thread.join(10)
    assert got.digest() == hashlib.sha256(octets).digest()
    assert s._read(4) == b"end\n"


def test_a_reset_is_passed_on_as_a_reset(relay):
    for v6 in FAMILIES:
        s = Session(relay, "access", v6=v6)
        there, member = theirs(relay, s)
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
        member.drop(there)
        with pytest.raises(ConnectionResetError):
            s.s.recv(1)
        until_sessions(relay, 0)
