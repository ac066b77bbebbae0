# SPDX-License-Identifier: BSD-2-Clause
"""Invented SYNs and ACKs, ten times what the table of half-open flows holds, cost no session
anything and make nothing that lasts; who comes honestly meanwhile is served."""
import sys
from pathlib import Path

import pytest

from echo import DEAF, Session, asked, echoes, flows, relay_conf, udp_socket
from engine import SIZES
from lab import wait_until

pytestmark = pytest.mark.engines("kernel")
SEGMENTS, PER_SECOND = 10 * SIZES["half_open"], 30000
SPOOF = Path(__file__).with_name("spoof.py")


class Sessions:
    """Of both families, and UDP clients, all answered."""

    def __init__(self, net):
        self.tcp = [Session(net, g, n, v6) for n in range(8) for g in ("access", "av") for v6 in (False, True)]
        self.udp = [(udp_socket(net, n, v6), (net.vip("av", v6), 3478)) for n in range(4) for v6 in (False, True)]
        self.members = self.go_on()

    def go_on(self):
        return [s.ask(b"on\n") and s.who() for s in self.tcp] + [asked(*c)[0] for c in self.udp]


def tracked(net):
    """Connections that the balancer's kernel tracks."""
    done = net.balancer.run("cat", "/proc/sys/net/netfilter/nf_conntrack_count", check=False)
    return int(done.stdout or 0)


def test_nobody_notices(routed):
    net = routed
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        sessions = Sessions(net)
        held = len(sessions.members)
        wait_until(lambda: flows(net) == held, 15, "all of them to be in the table")
        before, rounds = tracked(net), 0
        floods = [net.client.popen(sys.executable, SPOOF, net.vip("access", v6), 443, SEGMENTS, PER_SECOND, kind,
                                   name="flood") for v6 in (False, True) for kind in ("tcp:syn", "tcp:ack")]
        floods += [net.client.popen(sys.executable, SPOOF, net.vip("av", v6), 3478, SEGMENTS, PER_SECOND,
                                    DEAF.decode(), name="flood") for v6 in (False, True)]
        while any(f.running() for f in floods):
            assert sessions.go_on() == sessions.members
            assert Session(net, "access", 30 + rounds % 20, rounds % 2 == 1).who(), "an honest one"
            rounds += 1
        assert all(f.exit_code() == 0 and "sent" in f.output() for f in floods)
        assert rounds and sessions.go_on() == sessions.members
        assert tracked(net) - before < 100, "nothing of it is tracked"
        # Honest sessions that were closed may be there for a moment.
        assert flows(net) <= held + rounds
