# SPDX-License-Identifier: BSD-2-Clause
"""Packets go straight to a next hop's hardware address, without the kernel being asked each time: a next
hop that gets another one is followed all the same, whether it says so or the kernel has to find out.
That it can, it must see that the next hop is in use: else it asks for him no more."""
import contextlib
import itertools
import json
import os

import pytest

from echo import echoes, heard, relay_conf, stun, udp_socket
from lab import PATIENCE, wait_until
from topology import OUT4, OUT6, Net

pytestmark = pytest.mark.engines("kernel")
# Half of the first, at least, is longer than the second: who was found there is not asked for again unless in use.
PROBED = {"base_reachable_time_ms": 2100, "delay_first_probe_time": 1, "retrans_time_ms": 100, "ucast_solicit": 1}


class Talk:
    """One client's conversation of each family."""

    def __init__(self, net, ends):
        self.with_vip = [(ends.enter_context(udp_socket(net, 3, v6)), (net.vip("av", v6), 3478)) for v6 in (False, True)]

    def goes_on(self):
        """Whether a datagram of each is answered soon."""
        for u, at in self.with_vip:
            u.settimeout(0.02 * PATIENCE)
            try:
                heard(u, at, stun(os.urandom(16)))
            except TimeoutError:
                return False
        return True


class Neighbours:
    """The next hops as the kernel sees them, and how often it has found each there again."""

    def __init__(self, host, addresses):
        self.host, self.confirmed, self.state = host, dict.fromkeys(addresses, 0), {}

    def look(self):
        for n in json.loads(self.host.run("ip", "-j", "neigh").stdout):
            name, state = n["dst"], n["state"][0]
            if name in self.confirmed:
                self.confirmed[name] += state == "REACHABLE" and self.state.get(name) in ("STALE", "DELAY", "PROBE")
                self.state[name] = state
        return min(self.confirmed.values())


@pytest.mark.parametrize("side", ["member", "router"])
@pytest.mark.parametrize("told", [True, False], ids=["told", "silent"])
def test_it(lab, engine, side, told):
    net = Net(lab, "routed", members=1, engine=engine)
    if side == "member":
        who, dev, ours, hops = net.members[0].host, "e0", "e1", net.members[0].addresses["av"]
    else:
        who, dev, ours, hops = net.router, "e1", "e0", [f"{OUT4}1", f"{OUT6}1"]
    if told:
        who.sysctl(f"net.ipv4.conf.{dev}.arp_notify", 1)
        who.sysctl(f"net.ipv6.conf.{dev}.ndisc_notify", 1)
    else:
        for family, (key, value) in itertools.product(("ipv4", "ipv6"), PROBED.items()):
            net.balancer.sysctl(f"net.{family}.neigh.{ours}.{key}", value)
    net.edge.write(relay_conf(net))
    with echoes(net), contextlib.ExitStack() as ends:
        net.edge.start("lb")
        talk, neighbours = Talk(net, ends), Neighbours(net.balancer, hops)
        wait_until(talk.goes_on, 10, "an answer")
        wait_until(lambda: talk.goes_on() and (told or neighbours.look() >= 1), 20, "the kernel to ask once more")
        who.ip(f"link set dev {dev} address 02:00:5e:00:00:01")
        wait_until(talk.goes_on, 10, f"an answer when the {side} had moved")
