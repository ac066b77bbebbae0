# SPDX-License-Identifier: BSD-2-Clause
"""However many questions one client asks, the packet filter has room for those of others,
who are answered from the VIP."""
import os

import pytest

from echo import DEAF, asked, echoes, relay_conf, udp_socket

# More than the packet filter remembers, each another; as fast as they can be sent.
FLOOD, ROOM = 90000, 65536


def remembered(net, v6):
    text = net.balancer.run("nft", "list", "set", "inet", "edgepool", "asked6" if v6 else "asked4").stdout
    return text.count("expires")


# Nobody answers; a member does, and the client goes on.
@pytest.mark.parametrize("v6", [False, True])
@pytest.mark.parametrize("settled", [False, True])
def test_others_are_answered(routed, v6, settled):
    net, at = routed, (routed.vip("av", v6), 3478)
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        with udp_socket(net, 1, v6) as greedy, udp_socket(net, 2, v6) as other:
            assert asked(other, at), "neighbours are found"
            if settled:
                assert asked(greedy, at) and asked(greedy, at)
            for n in range(FLOOD):
                greedy.sendto(DEAF + os.urandom(16), at)
            most = remembered(net, v6)
            assert 100 < most < ROOM, "the set is not full"
            assert asked(other, at)
