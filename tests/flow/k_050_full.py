# SPDX-License-Identifier: BSD-2-Clause
"""With a full table of flows further sessions are served all the same, by their hash alone, and
counted."""
import pytest

from crowd import Call, Members
from echo import flows, listeners, relay_conf
from lab import wait_until

pytestmark = pytest.mark.engines("kernel")
FLOWS, MORE = 1024, 1376  # the table has more lanes than that, but not twice as many


@pytest.mark.parametrize("v6", [False, True])
def test_all_are_served(routed, v6):
    net = routed
    net.lb_conf["kernel"]["flows"] = FLOWS
    net.edge.write(relay_conf(net))
    Members(net)
    net.edge.start("lb")
    call = Call(net, "access", FLOWS + MORE, addresses=FLOWS + MORE, hold=True, v6=v6)
    assert call.done == FLOWS + MORE
    for _ in range(2):
        assert call.again().done == FLOWS + MORE
    wait_until(lambda: FLOWS <= flows(net) < 2 * FLOWS, 15, "the table to be full")
    wait_until(lambda: sum(x["flows_full"] for x in listeners(net).values()) >= FLOWS + MORE - 2 * FLOWS, 15,
               "who found no room to be counted")
    call.close()
