# SPDX-License-Identifier: BSD-2-Clause
"""A silent session ends after its service's idle timeout, a speaking one does not, and a
half-closed one has a limit of its own."""
import select
import socket
import time

from echo import Session, echoes, relay_conf, until_sessions
from lab import PATIENCE, wait_until
from upgrading import Pairs

HALF = 2.0 * PATIENCE


def ended(s, within=0.0):
    """The balancer has ended it, or does within so many seconds."""
    if not select.select([s.s], [], [], within)[0]:
        return False
    try:
        assert s.s.recv(1) == b""
    except ConnectionResetError:
        pass
    return True


def test_idle_sessions_end_and_others_stay(routed):
    conf = relay_conf(routed, lb={"half_close": 1.0}, access={"idle_timeout": 2.0})
    routed.edge.write(conf)
    with echoes(routed):
        routed.edge.start("lb")
        silent, speaking, other = ([Session(routed, g, v6=v6) for v6 in (False, True)]
                                   for g in ("access", "access", "webconf"))
        for s in silent + speaking + other:
            s.who()
        began = time.monotonic()

        def speak_on():
            for s in speaking:
                s.ask(b"x")
            return time.monotonic() - began > 3.5 and all(ended(s) for s in silent)
        wait_until(speak_on, 15, "3.5 s of talk, and the end of the silent ones", every=0.2)
        assert not ended(speaking[0], 0.5) and not ended(speaking[1]), "their timeout runs from the last octet on"
        assert all(ended(s, 20 * PATIENCE) for s in speaking)
        assert [s.ask() for s in other] == [b"hello\n"] * 2, "their service's timeout is another"
        until_sessions(routed, 2)


def test_a_half_closed_session_stays_as_long_as_its_other_half_speaks(routed):
    routed.edge.write(relay_conf(routed, lb={"half_close": HALF}))
    with Pairs(routed, "webconf", 443) as pairs:
        routed.edge.start("lb")
        made = pairs.make(4)  # of both families, and half of them ended by either side
        halves = made[:2] + [(m, c) for c, m in made[2:]]
        for first, second in halves:
            first.settimeout(10 * PATIENCE)
            second.settimeout(10 * PATIENCE)
            first.shutdown(socket.SHUT_WR)
            assert second.recv(1) == b""
        began = time.monotonic()

        def spoke_on():
            for first, second in halves:
                second.sendall(b"x")
                assert first.recv(1) == b"x"
            return time.monotonic() - began > 1.5 * HALF
        wait_until(spoke_on, 5 * HALF, "the other halves to speak for longer than half_close", every=0.2)
        until_sessions(routed, 4)
        until_sessions(routed, 0, 5 * HALF)
        assert time.monotonic() - began > 2.4 * HALF, "half_close runs from the last octet on"
