# SPDX-License-Identifier: BSD-2-Clause
"""A worker full of associations recycles the one silent for longest, if for ten seconds; one
that nobody answered makes room at once, also for TCP, and lives two seconds at most."""
import time

import pytest

from echo import DEAF, Session, asked, echoes, heard, inner_socket, listeners, relay_conf, udp_socket, until_sessions
from lab import wait_until
from logged import lines, until_lines

FULL = 24


@pytest.fixture
def relay(routed):
    routed.log = routed.lab.dir / "sessions.log"
    routed.edge.write(relay_conf(routed, lb={"sessions": FULL, "log": {"sessions": str(routed.log)}}))
    with echoes(routed):
        routed.edge.start("lb")
        yield routed


def counted(net, field):
    return sum(c[field] for name, c in listeners(net).items() if name.endswith("/udp"))


def served(u, at):
    """Twice, so that it does not make room for the next one itself."""
    u.settimeout(0.3)
    try:
        return heard(u, at, b"new") == heard(u, at, b"more")
    except TimeoutError:
        return False


def test_the_longest_silent_makes_room(relay):
    at = [(relay.vip("internal", v6), 3478) for v6 in (False, True)]
    old = [(inner_socket(relay, n % 2 == 1), at[n % 2]) for n in range(FULL)]
    places = [(asked(*x), asked(*x))[1] for x in old]
    silent, busy = [3, 8], [n for n in range(FULL) if n not in (3, 8)]
    new = [(inner_socket(relay, v6), at[v6]) for v6 in (False, True)]
    assert not served(*new[0]), "all are in the middle of something"
    wait_until(lambda: counted(relay, "refused") > 0, 10, "the refusal to be counted")
    began, met = time.monotonic(), []

    def all_served():
        for n in busy:
            assert asked(*old[n]) == places[n], "the same member, from the same port"
        met.extend(x for x in new if x not in met and served(*x))
        return len(met) == 2
    wait_until(all_served, 30, "the new clients to be served", every=0.3)
    assert time.monotonic() - began > 5, "not before they were silent for long"
    assert all(asked(*old[n]) == places[n] for n in busy)
    until_lines(relay.log, 2, end="outlasted")
    ends = [(x["end"], int(x["client"].rpartition(":")[2])) for x in lines(relay.log)]
    assert ends == [("outlasted", old[n][0].getsockname()[1]) for n in silent]
    wait_until(lambda: counted(relay, "recycled") == 2, 10, "both to be counted")


@pytest.mark.parametrize("v6", [False, True])
def test_who_is_not_answered_makes_room_for_tcp(relay, v6):
    at = (relay.vip("av", v6), 3478)
    sessions = [Session(relay, "access", n, v6) for n in range(FULL - 6)]
    assert all(s.who() for s in sessions)
    for n in range(20):
        with udp_socket(relay, n, v6) as u:
            u.sendto(DEAF, at)
    wait_until(lambda: counted(relay, "sessions_total") == 20, 10, "the flood to have arrived")
    sessions += [Session(relay, "access", 30 + n, v6) for n in range(6)]
    assert all(s.ask() == b"hello\n" for s in sessions)
    wait_until(lambda: len(lines(relay.log)) == 20, 15, "all of them to have ended")
    assert {x["end"] for x in lines(relay.log)} <= {"recycled", "idle"}
    assert all(float(x["seconds"]) < 4 for x in lines(relay.log)), "two seconds, on a busy machine"
    for s in sessions:
        s.close()
    until_sessions(relay, 0)
