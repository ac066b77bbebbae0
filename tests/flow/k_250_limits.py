# SPDX-License-Identifier: BSD-2-Clause
"""With the kernel engine a SYN or datagram over a member's rate is dropped and counted, and who repeats
it gets through; sessions over a limit are refused and counted, and who has ended leaves room."""
import select
import socket
import struct

import pytest

from echo import Session, echoes, inner_socket, listeners, relay_conf
from lab import wait_until
from topology import Net

pytestmark = pytest.mark.engines("kernel")
FAMILIES = (False, True)


def refused(net, group, families=FAMILIES):
    """How many the listeners of a VIP have refused, in all."""
    ends = tuple(f"[{net.vip(group, v6)}]" if v6 else net.vip(group, v6) for v6 in families)
    return sum(x["refused"] for name, x in listeners(net).items() if name.rpartition(":")[0].endswith(ends))


def knock(net, n, v6):
    """A SYN; the host repeats it each second."""
    with net.client.entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_STREAM)
    s.bind((net.client_address(n, v6), 0))
    s.setblocking(False)
    assert s.connect_ex((net.vip("access", v6), 443)) != 0
    return s


def test_rate_per_member(lab, engine):
    net = Net(lab, "routed", members=1, engine=engine)
    rate = {"limits": {"rate_per_member": 1}}
    net.edge.write(relay_conf(net, access=rate, internal_av=rate))
    with echoes(net):
        net.edge.start("lb")
        # Both families spend one rate, which saves nothing for bursts.
        waiting = [knock(net, n, n % 2 == 1) for n in range(8)]
        asking = [inner_socket(net, timeout=0.2) for _ in range(8)]
        for u in asking:
            u.sendto(b"once", (net.vip("internal"), 3478))
        through = set()

        def two():
            through.update(select.select([], waiting, [], 0.1)[1])
            return len(through) >= 2
        wait_until(two, 15, "a SYN that is repeated to get through")
        assert all(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 for s in through)

        def repeated():
            asking[-1].sendto(b"again", (net.vip("internal"), 3478))
            return asking[-1].recv(2048)
        wait_until(repeated, 15, "a datagram that is repeated to be answered")
        for group in ("access", "internal"):
            wait_until(lambda: refused(net, group) >= 1, 15, f"what was over the rate of {group} to be counted")
        for s in waiting + asking:
            s.close()


LIMITS = {"access": {"sessions_per_listener": 2}, "webconf": {"sessions_per_member": 1}}
EACH = [(group, v6) for group in LIMITS for v6 in FAMILIES]


def end_at_once(s):
    """By RST, so that its port is free on the client's host."""
    port = s.s.getsockname()[1]
    s.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
    return port


def test_sessions(lab, engine):
    net = Net(lab, "routed", members=2, engine=engine)
    net.edge.write(relay_conf(net, **{group: {"limits": limits} for group, limits in LIMITS.items()}))
    with echoes(net):
        net.edge.start("lb")
        held = {each: [] for each in EACH}
        for (group, v6), sessions in held.items():
            for n in range(2):
                sessions.append(Session(net, group, n, v6))
                assert sessions[n].who()
            for n in range(3):
                with pytest.raises(ConnectionRefusedError):
                    Session(net, group, 2 + n, v6)
            assert all(s.ask(b"on\n") == b"on\n" for s in sessions)
        assert all({s.who() for s in held["webconf", v6]} == {"edge1", "edge2"} for v6 in FAMILIES)
        for group, v6 in EACH:
            wait_until(lambda: refused(net, group, [v6]) == 3, 15, f"three refusals of {group} to be counted")
        # Whoever begins anew from the same port ends what it had before; others wait for the sweep.
        for (group, v6), sessions in held.items():
            port = end_at_once(sessions[1])
            again = Session(net, group, 1, v6, local_port=port)
            assert again.who()
            again.close()
