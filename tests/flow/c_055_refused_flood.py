# SPDX-License-Identifier: BSD-2-Clause
"""Datagrams that lists or limits refuse make nobody give way: however many come, a new client
is answered, and who is in the middle of something stays."""
import pytest

from b_170_rates import one_turn
from echo import asked, echoes, listeners, relay_conf, stun, udp_socket
from lab import wait_until

# More than new associations may begin in a second, fewer than wait at the listener's socket.
FLOOD = 6000
DENIED, GREEDY, NEW = 5, 6, 7


def refused(net):
    return sum(x["refused"] for name, x in listeners(net).items() if name.endswith("/udp"))


def dropped(net):
    """Datagrams that the balancer's kernel had no room for."""
    said = net.balancer.run("nstat", "-asz", "UdpRcvbufErrors", "Udp6RcvbufErrors").stdout
    return sum(int(line.split()[1]) for line in said.splitlines() if line[:3] == "Udp")


@pytest.mark.parametrize("v6", [False, True])
@pytest.mark.parametrize("n", [DENIED, GREEDY])
def test_a_new_client_is_answered(routed, v6, n):
    net, at = routed, (routed.vip("av", v6), 3478)
    deny = [f"{net.client_address(DENIED, x)}/{128 if x else 32}" for x in (False, True)]
    net.edge.write(relay_conf(net, av={"limits": {"deny": deny, "sessions_per_source": 1}}))
    with echoes(net):
        net.edge.start("lb")
        with udp_socket(net, n, v6) as first, udp_socket(net, n, v6) as flood, udp_socket(net, NEW, v6) as new:
            if n == GREEDY:
                assert asked(first, at), "its one session"
            with udp_socket(net, NEW + 1, v6) as known:  # neighbours are found
                assert asked(known, at)
            before = refused(net)
            with one_turn(net):
                for _ in range(FLOOD):
                    flood.sendto(b"x" * 20, at)
                new.sendto(question := stun(bytes(range(16))), at)
            assert new.recv(2048).startswith(question), "one datagram, one answer"
            wait_until(lambda: refused(net) - before + dropped(net) >= FLOOD, 15, "the flood to have arrived")
