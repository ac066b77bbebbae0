# SPDX-License-Identifier: BSD-2-Clause
"""A session has the idle timeout it began with, however many others there are by then: none ends
sooner for all the reloads that changed it."""
import time

from echo import Session, echoes, relay_conf
from lab import PATIENCE, wait_until

TIMEOUTS, SHORTEST = 36, 6 * PATIENCE  # more than a worker once had queues for


def idle_timeout(net, seconds):
    net.edge.write(relay_conf(net, access={"idle_timeout": float(seconds)}))


def test_it(routed):
    idle_timeout(routed, SHORTEST)
    with echoes(routed):
        routed.edge.start("lb")
        speak = []
        for n in range(1, TIMEOUTS):
            speak.append(Session(routed, "access", n))
            speak[-1].who()
            idle_timeout(routed, SHORTEST + n)
            routed.edge.ask("lb", "reload")
            assert [s.ask(b"x") for s in speak] == [b"x"] * n
        idle_timeout(routed, 1800)
        routed.edge.ask("lb", "reload")
        silent = [Session(routed, "access", n, n % 2 == 1) for n in range(2)]
        for s in silent:
            s.who()
        since = time.monotonic()

        def spoke_on():
            assert [s.ask(b"x") for s in speak] == [b"x"] * len(speak)
            return time.monotonic() - since > 1.5 * SHORTEST
        wait_until(spoke_on, 5 * SHORTEST, "silence for longer than the shortest timeout", every=0.5)
        assert [s.ask() for s in silent] == [b"hello\n"] * 2
