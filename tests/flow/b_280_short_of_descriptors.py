# SPDX-License-Identifier: BSD-2-Clause
"""Where descriptors are short, or sessions at their limit, accepting pauses: whoever came
waits, however small the backlog, and is served when there is room; nobody is reset."""
import contextlib
import os
import socket

import pytest

from echo import Session, board, echoes, listeners, relay_conf, until_sessions
from lab import wait_until

both = pytest.mark.parametrize("v6", [False, True])
CLIENTS, PAUSED = 40, 4


@pytest.fixture
def net(routed):
    """A backlog of four, and a kernel that forgets a handshake without room after 3 seconds."""
    routed.balancer.sysctl("net.core.somaxconn", 4)
    routed.balancer.sysctl("net.ipv4.tcp_synack_retries", 1)
    return routed


class Crowd:
    """Clients at once, each of which speaks as soon as it can and ends when it has its answer."""

    def __init__(self, net, v6, n=CLIENTS, port=443):
        self.waiting, self.reset = {}, []
        for k in range(n):
            with net.client.entered():
                s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
            s.setblocking(False)
            s.bind((net.client_address(k, v6), 0))
            s.connect_ex((net.vip("access", v6), port))
            self.waiting[s] = False

    def _serve(self, s, spoke):
        if not spoke:
            s.send(b"hello\n")
            self.waiting[s] = True
        elif s.recv(100):
            s.close()
            del self.waiting[s]
        else:
            raise ConnectionResetError("ended before the member answered")

    def all_served(self):
        """Speaks for who is connected and hears who is answered; true also after a reset."""
        for s, spoke in list(self.waiting.items()):
            with contextlib.suppress(BlockingIOError):
                try:
                    self._serve(s, spoke)
                except ConnectionError as e:
                    self.reset.append(e)
        return self.reset or not self.waiting

    def close(self):
        for s in self.waiting:
            s.close()


def no_room(net):
    """How often the kernel had none for the end of a handshake."""
    line = net.balancer.run("nstat", "-asz", "TcpExtListenOverflows").stdout.split()
    return int(line[line.index("TcpExtListenOverflows") + 1])


def paused(net):
    """From the board: without a descriptor nobody is heard at the control socket."""
    return any(x["status"] & PAUSED for x in listeners(net).values())


def all_wait_and_are_served(net, v6, held):
    """These sessions fill all places, for longer than the kernel would remember the others."""
    assert all(s.who() for s in held)
    crowd, seen = Crowd(net, v6), no_room(net)
    try:
        wait_until(lambda: crowd.all_served() or (paused(net) and no_room(net) - seen > 2.5 * CLIENTS), 60,
                   "handshakes to find no room again and again")
        assert crowd.waiting and not crowd.reset, (len(crowd.waiting), crowd.reset)
        assert all(s.ask() == b"hello\n" for s in held), "who is served feels nothing"
        for s in held:
            s.close()
        wait_until(crowd.all_served, 60, "everybody to be served")
        assert not crowd.reset
    finally:
        crowd.close()
    wait_until(lambda: not paused(net), 15, "accepting to go on")
    until_sessions(net, 0)
    assert not any(e["connect_failures"] for e in board(net).values()), "it is not held against members"
    assert not any(x[f] for x in listeners(net).values() for f in ("refused", "no_member"))


@both
def test_short_of_descriptors(net, v6):
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        pid = net.edge.daemon["lb"].pid
        # Two for each of four, and one: somebody is accepted whom no member can be found for.
        files = len(os.listdir(f"/proc/{pid}/fd")) + 9
        net.balancer.run("prlimit", f"--pid={pid}", f"--nofile={files}:")
        all_wait_and_are_served(net, v6, [Session(net, "access", n, v6) for n in range(4)])


@both
def test_at_the_limit_of_sessions(net, v6):
    net.edge.write(relay_conf(net, lb={"sessions": 4}))
    with echoes(net):
        net.edge.start("lb")
        all_wait_and_are_served(net, v6, [Session(net, "access", n, v6) for n in range(4)])
