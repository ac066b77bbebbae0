# SPDX-License-Identifier: BSD-2-Clause
"""A drained member keeps its sessions and gets no new ones, until it is enabled again."""
import contextlib

import pytest

from echo import until_told
from lab import wait_until
from sessions import SipSession


def answerers(net, *clients):
    """Which members answer one new session of each of these client addresses (a range)."""
    found = []
    for n in range(*clients):
        with SipSession(net.client, (net.vip("access"), 443), net.client_address(n)) as s:
            assert s.options() == 504
            found.append(s.member)
    return set(found)


def state(net, name):
    return next(m for m in net.edge.members() if m["name"] == name)


@pytest.fixture
def pool(routed):
    routed.start("health", "lb")
    routed.wait_members("up")
    return routed


def test_drain_and_enable(pool):
    with contextlib.ExitStack() as held:
        sessions = [held.enter_context(SipSession(pool.client, (pool.vip("access"), 443),
                                                  pool.client_address(n))) for n in range(12)]
        assert {s.options() for s in sessions} == {504}
        name = sessions[0].member
        mine = [s for s in sessions if s.member == name]
        done = pool.edge.ctl("drain", name)
        assert f"edge.contoso.net/{name}: " in done.stdout and "left; edgectl status" in done.stdout
        now = state(pool, name)
        assert (now["state"]["summary"], now["state"]["takes"]) == ("draining", "existing")
        assert f"{name}   draining" in pool.edge.ctl("status", check=False).stdout

        wait_until(lambda: name not in answerers(pool, 40), 10, f"new sessions to avoid {name}")
        assert {s.options() for s in mine} == {504}, "what it had goes on"
        wait_until(lambda: state(pool, name)["sessions"] == len(mine), 15, "only its old sessions to be counted")

        pool.edge.ctl("enable", f"edge.contoso.net/{name}")
        until_told(pool, "draining", 0)
        # Those that were moved stay where they are: affinity.  Newcomers find it.
        wait_until(lambda: name in answerers(pool, 40, 60), 10, f"new clients to meet {name} again")


def test_disabled_and_drained_survive_a_restart_of_the_prober(pool):
    pool.edge.ctl("disable", "edge1")
    pool.edge.ctl("drain", "edge2")
    pool.edge.daemon["health"].kill()
    pool.edge.start("health")
    wait_until(lambda: [m["state"]["summary"] for m in pool.edge.members()] == ["disabled", "draining", "up"],
               15, "edge1 disabled, edge2 draining, edge3 up")
    wait_until(lambda: answerers(pool, 20) == {"edge3"}, 10, "new sessions to meet edge3 only")
