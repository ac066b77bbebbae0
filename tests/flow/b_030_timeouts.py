# SPDX-License-Identifier: BSD-2-Clause
"""A silent session ends after its service's idle timeout, a speaking one does not, and a
half-closed one has a limit of its own."""
import socket
import time

from echo import Session, echoes, relay_conf, until_sessions
from lab import wait_until


def ended(s):
    s.s.settimeout(20)
    began = time.monotonic()
    try:
        assert s.s.recv(1) == b""
    except ConnectionResetError:
        pass
    return time.monotonic() - began


def test_idle_sessions_end_and_others_stay(routed):
    conf = relay_conf(routed, lb={"half_close": 1.0}, access={"idle_timeout": 2.0})
    routed.edge.write(conf)
    with echoes(routed):
        routed.edge.start("lb")
        silent, speaking, other = (Session(routed, g) for g in ("access", "access", "webconf"))
        for s in (silent, speaking, other):
            s.who()
        began = time.monotonic()

        def speaks_on():
            speaking.ask(b"x")
            return time.monotonic() - began > 3.5
        wait_until(speaks_on, 10, "3.5 s of talk", every=0.2)
        assert ended(silent) < 1, "it ended while the other spoke"
        assert 1 < ended(speaking) < 6
        assert other.ask() == b"hello\n", "its service's timeout is another"
        until_sessions(routed, 1)


def test_a_half_closed_session_does_not_stay(routed):
    routed.edge.write(relay_conf(routed, lb={"half_close": 1.0}))
    with echoes(routed) as members:
        routed.edge.start("lb")
        s = Session(routed, "access")
        theirs = next(iter(members[s.who()].sessions))
        theirs.shutdown(socket.SHUT_WR)
        assert s.s.recv(1) == b""
        until_sessions(routed, 0, 5)


def test_a_session_that_lives_on_gets_keepalives_on_both_legs(routed):
    routed.edge.write(relay_conf(routed))
    with echoes(routed):
        routed.edge.start("lb")
        s = Session(routed, "access")
        s.who()
        wait_until(lambda: routed.balancer.run("ss", "-Htno", "state", "established").stdout.count("keepalive") == 2,
                   10, "keepalive timers on both legs")
        assert s.ask() == b"hello\n"
        s.close()
