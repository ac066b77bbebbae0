# SPDX-License-Identifier: BSD-2-Clause
"""When sessions are at their limit clients wait for a place, one at a time; too few descriptors
to start with are said."""
from echo import Session, echoes, relay_conf, until_sessions
from lab import program, wait_until


def test_clients_wait_for_a_place(routed):
    routed.edge.write(relay_conf(routed, lb={"sessions": 4}))
    with echoes(routed):
        routed.edge.start("lb")
        first = [Session(routed, "access", n, n % 2 == 1) for n in range(4)]
        for s in first:
            s.who()
        waiting = [Session(routed, "access", 4 + n, n % 2 == 1) for n in range(4)]
        for s in waiting:
            s.s.sendall(b"anybody?\n")
        wait_until(lambda: "paused" in routed.edge.ask("lb", "sessions"), 15, "accepting to pause")
        for s in first:
            assert s.ask() == b"hello\n"
            s.close()
        for s in waiting:
            assert s._line() and s._read(9) == b"anybody?\n"
            s.close()
        until_sessions(routed, 0)
        wait_until(lambda: "paused" not in routed.edge.ask("lb", "sessions"), 15, "accepting to go on")


def test_few_places_are_shared_among_many_workers(routed):
    routed.edge.write(relay_conf(routed, lb={"sessions": 2, "workers": 4}))
    with echoes(routed):
        routed.edge.start("lb")
        for n in range(16):
            s = Session(routed, "access", n)
            assert s.who(), f"client {n}: no worker is without a place"
            s.close()


def test_too_few_descriptors_to_start_is_said(routed):
    routed.edge.write(relay_conf(routed, lb={"workers": 16}))
    for files in range(290, 345, 6):  # listeners, the board, notices, then the workers lack some
        done = routed.balancer.run("prlimit", f"--nofile={files}:{files}", program("edge-lb"),
                                   *routed.edge.options(), check=False)
        assert done.returncode == 2 and "Too many open files" in done.stderr, (files, done.stderr[-300:])
