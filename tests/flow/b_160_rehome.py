# SPDX-License-Identifier: BSD-2-Clause
"""When all clients come at once, each member gets its rate of new sessions and no more: the
others wait in a queue, and behind it in the backlog; all are served and nobody is reset."""
import os

import pytest

from echo import echoes, listeners, relay_conf
from lab import PATIENCE, wait_until
from rehome import Rehome, SynWatch
from topology import routed

SOAK = os.environ.get("EDGE_SOAK")
# Scale 1:10 of a pool's outage; CI has a third of the clients, who hurry three times as much.
CLIENTS, GIVES_UP, RETURNS = (1800, 30, (5, 60)) if SOAK else (600, 8, (1, 6))
CAP = 50


@pytest.fixture
def one(lab):
    return routed(lab, members=1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_storm_is_paced(one, workers):
    if SOAK and workers > 1:
        pytest.skip("one full storm is enough")
    # A short backlog, so that some clients meet nothing at all and repeat their SYN.
    one.balancer.run("sysctl", "-qw", "net.core.somaxconn=128")
    limits = {"rate_per_member": CAP, "queue": 100 if not SOAK else 1000}
    one.edge.write(relay_conf(one, lb={"workers": workers}, access={"limits": limits}))
    with echoes(one, ["access"]) as members:
        one.edge.start("lb")
        seen = SynWatch(one.members[0].host, 443)
        storm = Rehome(one, "access", CLIENTS, GIVES_UP, RETURNS)
        storm.run(CLIENTS / CAP * 4 * PATIENCE)
        seen.close()
        print(f"{CLIENTS} clients in {storm.tries} attempts, at most {seen.most_in_a_second()} a second, "
              f"the last after {max(storm.served):.1f} s of waiting for us")
        assert not storm.resets, storm.resets[:5]
        assert seen.most_in_a_second() <= CAP * 1.05 + (PATIENCE > 1) * 2
        assert max(storm.served) <= 1.3 * CLIENTS / CAP * PATIENCE
        assert storm.tries > CLIENTS, "some gave up and came again"
        # Who gave up cost the member next to nothing.
        assert members["edge1"].accepted <= CLIENTS * 1.05
    wait_until(lambda: sum(x["waited"] for x in listeners(one).values()) > CLIENTS / 2, 15, "counters of the board")
    wait_until(lambda: not any(x["waiting"] for x in listeners(one).values()), 10, "nobody to wait any more")
    assert not any(x["refused"] for x in listeners(one).values())
