# SPDX-License-Identifier: BSD-2-Clause
"""Three hundred sessions at a time with pauses, half-closes and resets, while members crash
and configurations change: no octet is wrong, no session is lost that nobody broke, and
afterwards nothing is left over."""
import os
import re

import pytest

from echo import board, relay_conf, until_sessions, until_up
from lab import PATIENCE, wait_until
from storm import Storm

GROUPS = ("access", "webconf", "av")
SESSIONS = 3000 if os.environ.get("EDGE_SOAK") else 1200


def configuration(net, step):
    """Each step another one; step 0 is what the play begins and ends with."""
    conf = relay_conf(net, lb={"workers": 2, "half_close": 300.0},
                      access={"idle_timeout": 1800.0 + step}, federation={"enabled": step % 2 == 0},
                      webconf={"on_down": "reset", "algorithm": "round-robin" if step % 2 else "least-sessions"})
    conf["pools"][0]["members"][1]["weight"] = 1 + step
    if step % 3 == 1:
        conf["pools"][0]["members"].pop()
    return conf


@pytest.fixture
def storm(routed):
    storm = Storm(routed, GROUPS)
    for m in routed.members:
        storm.start_member(m)
    yield storm
    storm.close()


def totals(net):
    return sum(e["sessions_total"] + e["octets_in"] for n, e in board(net).items() if "edge3" not in n)


def descriptors(net):
    return len(os.listdir(f"/proc/{net.edge.daemon['lb'].pid}/fd"))


def test_a_storm_leaves_nothing_behind(routed, storm):
    edge = routed.edge
    edge.write(configuration(routed, 0))
    edge.start("health", "lb")
    until_up(routed)
    until_sessions(routed, 0)
    before, counted = descriptors(routed), 0
    blowing = storm.blow(300, range(SESSIONS))
    step = 0
    while not blowing.done():
        step += 1
        edge.write(configuration(routed, step))
        edge.ask("lb", "reload")
        victim = routed.members[step % 2]
        storm.stop_member(victim)
        seen = sum(storm.ended.values())
        wait_until(lambda: blowing.done() or sum(storm.ended.values()) > seen + 60, 30, "sessions to go on")
        storm.start_member(victim)
        now = totals(routed)
        assert now >= counted, "counters only grow"
        counted = now
    blowing.result()
    assert not storm.wrong, storm.wrong[:5]
    assert storm.longest < 60 * PATIENCE, "a session stood still"
    assert storm.ended["both", "whole"] > SESSIONS / 20, storm.ended
    edge.write(configuration(routed, 0))
    edge.ask("lb", "reload")
    until_sessions(routed, 0)
    wait_until(lambda: not re.search(r"sessions [1-9]", edge.ask("lb", "sessions")), 15, "all gauges to be 0")
    wait_until(lambda: descriptors(routed) == before, 15, f"{before} descriptors, as at the start")
