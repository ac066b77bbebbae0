# SPDX-License-Identifier: BSD-2-Clause
"""A backup member takes sessions only while no other is up; clients of one network stay
together as far as the mask says, and for as long as the timeout says."""
import pytest

from crowd import Members
from b_250_slow_start import Clients, access
from echo import Session, echoes, relay_conf
from lab import wait_until
from topology import CLIENTS

both = pytest.mark.parametrize("v6", [False, True])


@both
@pytest.mark.parametrize("algorithm", ["least-sessions", "source-hash"])
def test_a_backup_stands_back(routed, v6, algorithm):
    conf = relay_conf(routed, lb={"slow_start": 0, "affinity": {"timeout": 0}}, access={"algorithm": algorithm})
    conf["pools"][0]["members"][2]["backup"] = True
    routed.edge.write(conf)
    members, names = Members(routed, ["access", "federation"]), ("edge1", "edge2", "edge3")
    routed.edge.start("health", "lb")

    def until(summaries):
        wait_until(lambda: all(access(routed, n, v6)["state"]["summary"] in summaries for n in names[:2]), 15,
                   f"the others to be {summaries[0]}")
    until(["up"])
    # Everybody's hash is another one.
    clients = Clients(routed, v6, addresses=len(CLIENTS))
    assert {clients.one() for _ in range(60)} == {"1", "2"}
    for n in names[:2]:
        members.of[n].kill()
    until(["down", "member down"])
    wait_until(lambda: {clients.one() for _ in range(9)} == {"3"}, 15, "the backup to take all")
    members.start("edge1")
    wait_until(lambda: {clients.one() for _ in range(9)} == {"1"}, 15, "edge1 to take all again")
    clients.close()


@both
@pytest.mark.parametrize("workers", [1, 3])
def test_the_mask(routed, v6, workers):
    # 16 to 31, and 10 to 1f in the figures of IPv6: one network each; the next is another one.
    lb = {"workers": workers, "affinity": {"mask_v4": 28, "mask_v6": 124}}
    routed.edge.write(relay_conf(routed, lb=lb, access={"algorithm": "round-robin"}))
    inside = range(10, 20) if v6 else range(16, 32)
    with echoes(routed, ["access"]):
        routed.edge.start("lb")

        def ask(figures):
            s = Session(routed, "access", CLIENTS.index(figures), v6)
            who = s.who()
            s.close()
            return who
        assert len({ask(n) for n in inside}) == 1
        others = [ask(n) for n in (32, 48, 64)] if not v6 else [ask(n) for n in (20, 30, 40)]
        # In turn: three networks are on three members, whichever the first had; each worker
        # counts for itself.
        assert len(set(others)) == 3 or workers > 1


@both
def test_the_timeout(routed, v6):
    routed.edge.write(relay_conf(routed, lb={"affinity": {"timeout": 1.0}}, access={"algorithm": "round-robin"}))
    with echoes(routed, ["access"]):
        routed.edge.start("lb")

        def ask():
            s = Session(routed, "access", 0, v6)
            who = s.who()
            s.close()
            return who
        held = Session(routed, "access", 0, v6)
        first = held.who()
        # As long as a session lives its client is remembered, however long that is.
        wait_until(lambda: held.ask() and ask() == first, 5, "the same member", every=1.5)
        held.close()
        wait_until(lambda: ask() != first, 20, "another member's turn", every=1.5)
