# SPDX-License-Identifier: BSD-2-Clause
"""One member, one source address, tens of thousands of sessions: each finds a local port,
those that have just ended included, and all that the descriptors allow live at once."""
import os

import pytest

from crowd import Call, Members
from echo import board, listeners, relay_conf, until_sessions
from lab import PATIENCE, wait_until
from topology import routed

# With 28 232 ports, all that Linux gives out to one destination, and 20 000 files; with a
# tenth of everything where programs are slow on purpose.
SCALE = 10 if PATIENCE > 1 and not os.environ.get("EDGE_SOAK") else 1
IN_TURN, AT_ONCE, FILES, PORTS = (n // SCALE for n in (30000, 8000, 20000, 28232))


@pytest.fixture
def one(lab):
    net = routed(lab, members=1)
    net.edge.write(relay_conf(net))
    Members(net)
    net.balancer.sysctl("net.ipv4.ip_local_port_range", f"32768 {32767 + PORTS}")
    net.edge.start("lb", files=FILES)
    assert f"sessions 0 of {AT_ONCE}" in net.edge.ask("lb", "status")
    return net


def nothing_is_held_against_members(net):
    """And nobody was turned away, or waited for a port to be forgotten (a minute)."""
    wait_until(lambda: sum(x["sessions_total"] for x in listeners(net).values()) >= IN_TURN, 15, "the board")
    assert not any(e["connect_failures"] for e in board(net).values())
    assert not any(x[f] for x in listeners(net).values() for f in ("refused", "retries", "no_member", "waited"))


def cpu_of(net):
    """Seconds that edge-lb computed."""
    with open(f"/proc/{net.edge.daemon['lb'].pid}/stat") as f:
        return sum(int(x) for x in f.read().rpartition(") ")[2].split()[11:13]) / os.sysconf("SC_CLK_TCK")


def in_turn(net, v6):
    """A third of the sessions, one after another in each of 200 lanes; what they cost."""
    before = cpu_of(net)
    ended = Call(net, "access", IN_TURN // 3, at_once=200, addresses=64, v6=v6, seconds=80)
    assert (ended.done, ended.failed) == (IN_TURN // 3, 0)
    return cpu_of(net) - before


@pytest.mark.parametrize("v6", [False, True])
def test_sessions_in_turn_and_at_once(one, v6):
    costs = [in_turn(one, v6) for _ in range(3)]
    # A port costs no more because many are used; asking the kernel then cost over twenty times as much.
    assert SCALE > 1 or max(costs) < 3 * costs[0], costs
    held = Call(one, "access", AT_ONCE, at_once=200, addresses=4096, hold=True, v6=v6)
    assert (held.done, held.failed) == (AT_ONCE, 0)
    until_sessions(one, AT_ONCE)
    held.again()
    assert (held.done, held.failed) == (AT_ONCE, 0)
    nothing_is_held_against_members(one)
    held.close()
    until_sessions(one, 0)
