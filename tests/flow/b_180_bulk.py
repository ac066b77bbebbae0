# SPDX-License-Identifier: BSD-2-Clause
"""Five hundred sessions at a time relay bulk with pauses, half-closes and resets: what ends
in order has arrived whole, with its checksum; of what is reset a part has, and the other
side learns of a reset and never of an end."""
import os
import time

import pytest

from echo import pipe_ends, relay_conf, until_sessions
from lab import PATIENCE, wait_until
from storm import MOODS, Storm
from upgrading import Installed

LONG = bool(os.environ.get("EDGE_SOAK"))
SEED = int(os.environ.get("EDGE_SEED", time.time_ns() % 1000000))
AT_ONCE, BURST = 500, 400000
SESSIONS, MOST, TOTAL = (2000, 1 << 20, 1 << 30) if LONG else (600, 250000, 30 << 20)
FEW = 4  # descriptors of the pipes of edge-lb-few-pipes: one pipe a worker
BREAKS = {"client breaks": "served", "member breaks": "ended"}  # and who has to learn of it


@pytest.fixture
def storm(routed):
    print("EDGE_SEED=%d begins the same sessions" % SEED)
    storm = Storm(routed, ("access", "webconf", "av"), SEED, most=MOST, burst=BURST)
    for m in routed.members:
        storm.start_member(m)
    yield storm
    storm.close()


def blow(net, storm, meanwhile=lambda: None):
    """All sessions; returns how many descriptors of pipes were seen at once."""
    net.edge.write(relay_conf(net, lb={"workers": 2, "half_close": 120.0, "connect_timeout": 60.0}))
    net.edge.start("lb")
    until_sessions(net, 0)
    pipes, blowing = [0], storm.blow(AT_ONCE, range(SEED, SEED + SESSIONS))
    while not blowing.done():
        seen = sum(storm.ended.values())
        meanwhile()

        def more():
            pipes.append(pipe_ends(net))
            return blowing.done() or sum(storm.ended.values()) >= seen + SESSIONS / 10
        wait_until(more, 60, "sessions to end")
    blowing.result()
    return max(pipes)


def all_is_well(net, storm):
    assert not storm.wrong, storm.wrong[:5]
    assert storm.octets >= TOTAL and storm.longest < 60 * PATIENCE
    for mood in MOODS:
        for ends in ("ended", "served"):
            how = {how for (m, how), n in getattr(storm, ends).items() if m == mood}
            if mood not in BREAKS:
                assert how == {"whole"}, f"{mood}: {ends} {how}"
            elif ends == BREAKS[mood]:
                assert how == {"broken"}, f"{mood}: {ends} {how}"
    until_sessions(net, 0)
    wait_until(lambda: pipe_ends(net) == 0, 10, "pipes that nobody needs to be closed")


def test_through_pipes(routed, storm):
    assert blow(routed, storm) > FEW
    all_is_well(routed, storm)


def test_where_most_is_copied(routed, storm):
    routed.edge.DAEMONS = {**routed.edge.DAEMONS, "lb": "edge-lb-few-pipes"}
    assert 0 < blow(routed, storm) <= FEW
    all_is_well(routed, storm)


def test_while_the_program_is_replaced(routed, storm):
    installed = Installed(routed)
    blow(routed, storm, installed.upgrade)
    all_is_well(routed, storm)
