# SPDX-License-Identifier: BSD-2-Clause
"""When sessions are at their limit, or descriptors are short, clients wait in the backlog
and nobody is reset; what lists and limits forbid is refused and counted."""
import os

import pytest

from echo import Session, board, echoes, relay_conf, until_sessions
from lab import program, wait_until


def test_clients_wait_for_a_place(routed):
    routed.edge.write(relay_conf(routed, lb={"sessions": 4}))
    with echoes(routed):
        routed.edge.start("lb")
        first = [Session(routed, "access", n) for n in range(4)]
        for s in first:
            s.who()
        waiting = [Session(routed, "access", 4 + n) for n in range(4)]
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


def test_short_of_descriptors_it_recovers(routed):
    routed.edge.write(relay_conf(routed, lb={"sessions": 100000}))
    with echoes(routed):
        routed.edge.start("lb")
        lb = routed.edge.daemon["lb"]
        used = len(os.listdir(f"/proc/{lb.pid}/fd"))
        routed.balancer.run("prlimit", f"--pid={lb.pid}", f"--nofile={used + 9}:")
        sessions = [Session(routed, "access", n) for n in range(12)]
        for s in sessions:
            s.s.sendall(b"hi\n")
        served = [s for s in sessions if answered(s)]
        assert served, "as many as there are descriptors for"
        for s in served:
            s.close()
        routed.balancer.run("prlimit", f"--pid={lb.pid}", "--nofile=1024:")
        s = Session(routed, "access", 20)
        assert s.who()
        s.close()
        failures = sum(e["connect_failures"] for e in board(routed).values())
        assert failures == 0, "it is not held against members"


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


def answered(s):
    s.s.settimeout(0.5)
    try:
        return s._line()
    except OSError:
        return False


def test_lists_and_member_limits(routed):
    conf = relay_conf(routed, access={"limits": {"sessions_per_member": 1}},
                      webconf={"limits": {"deny": [f"{routed.client_address(9)}/32"]}})
    routed.edge.write(conf)
    with echoes(routed):
        routed.edge.start("lb")
        sessions = [Session(routed, "access", n) for n in range(3)]
        assert {s.who() for s in sessions} == {"edge1", "edge2", "edge3"}
        with pytest.raises(ConnectionError):
            Session(routed, "access", 4).who()
        with pytest.raises(ConnectionError):
            Session(routed, "webconf", 9).who()
        assert Session(routed, "webconf", 8).who()
        for s in sessions:
            s.close()
        until_sessions(routed, 0)
