# SPDX-License-Identifier: BSD-2-Clause
"""Clients whom a member refuses through the kernel engine make the prober look at once: TCP and
UDP, both families; and the refusals are counted."""
import contextlib
import socket

import pytest

from echo import board, echoes, relay_conf, stun, udp_socket, until_up
from lab import PATIENCE, wait_until
from topology import Net

pytestmark = pytest.mark.engines("kernel")


def place(net, v6):
    address = net.members[0].addresses["access"][v6]
    return f"edge1/external/[{address}]:443/tcp" if v6 else f"edge1/external/{address}:443/tcp"


def knock(net, v6):
    with net.client.entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_STREAM)
    s.settimeout(10 * PATIENCE)
    with s, pytest.raises(ConnectionRefusedError):
        s.connect((net.vip("access", v6), 443))


def test_a_refusal_is_evidence(lab, engine):
    net = Net(lab, "routed", members=1, engine=engine)
    conf = relay_conf(net)
    net.edge.write(conf)
    with echoes(net) as members:
        net.edge.start("health", "lb")
        until_up(net)
        # From now on the prober looks only if somebody tells it to.
        conf["health"] |= {"interval": 3600, "down_interval": 3600}
        net.edge.write(conf)
        net.edge.ask("health", "reload")
        members["edge1"].refuse()
        for v6 in (False, True):
            knock(net, v6)

        def looked():
            state = {e["full_name"].split("/", 1)[1]: e["state"] for e in net.edge.members()[0]["endpoints"]}
            for v6 in (False, True):
                assert state[place(net, v6)]["reason"] == "connect-refused", state
            counts = {name.split("/", 1)[1]: c["connect_failures"] for name, c in board(net).items()}
            return all(counts[place(net, v6)] >= 1 for v6 in (False, True))
        wait_until(looked, 20, "both places to be down")
        with contextlib.suppress(OSError), udp_socket(net, 1) as u:
            u.sendto(stun(bytes(16)), (net.vip("av"), 3478))
        wait_until(lambda: any("/udp" in name and c["connect_failures"] for name, c in board(net).items()), 15,
                   "the unreachable port to be counted")
