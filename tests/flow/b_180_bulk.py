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

LONG = bool(os.environ.get("EDGE_SOAK"))
SEED = int(os.environ.get("EDGE_SEED", time.time_ns() % 1000000))
AT_ONCE, BURST = 500, 400000
SESSIONS, MOST, TOTAL = (2000, 1 << 20, 1 << 30) if LONG else (600, 250000, 30 << 20)
BREAKS = {"client breaks": "served", "member breaks": "ended"}


@pytest.fixture(params=["edge-lb", "edge-lb-few-pipes"])
def storm(request, routed):
    routed.edge.DAEMONS = {**routed.edge.DAEMONS, "lb": request.param}
    routed.few = request.param != "edge-lb"
    print("EDGE_SEED=%d begins the same sessions" % SEED)
    storm = Storm(routed, ("access", "webconf", "av"), SEED, most=MOST, burst=BURST)
    for m in routed.members:
        storm.start_member(m)
    yield storm
    storm.close()


def test_bulk(routed, storm):
    routed.edge.write(relay_conf(routed, lb={"workers": 2, "half_close": 120.0, "connect_timeout": 60.0}))
    routed.edge.start("lb")
    until_sessions(routed, 0)
    most = 0
    blowing = storm.blow(AT_ONCE, range(SEED, SEED + SESSIONS))
    while not blowing.done():
        most = max(most, pipe_ends(routed))
        seen = sum(storm.ended.values())
        wait_until(lambda: blowing.done() or sum(storm.ended.values()) >= seen + 5, 60, "sessions to end")
    blowing.result()
    assert not storm.wrong, storm.wrong[:5]
    assert storm.octets >= TOTAL and storm.longest < 60 * PATIENCE
    for mood in MOODS:
        for ends in ("ended", "served"):
            how = {how for (m, how), n in getattr(storm, ends).items() if m == mood}
            if mood not in BREAKS:
                assert how == {"whole"}, f"{mood}: {ends} {how}"
            elif ends == BREAKS[mood]:
                assert how == {"broken"}, f"{mood}: {ends} {how}"
    assert 0 < most <= 4 if routed.few else most > 4, f"{most} descriptors of pipes"
    until_sessions(routed, 0)
    wait_until(lambda: pipe_ends(routed) == 0, 10, "pipes that nobody needs to be closed")
