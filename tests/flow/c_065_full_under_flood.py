# SPDX-License-Identifier: BSD-2-Clause
"""In a worker that is full a flood takes the place that a session leaves, and gives it to the
TCP client that waits."""
import socket
import struct
import threading

import pytest

from b_170_rates import one_turn
from b_280_short_of_descriptors import paused
from echo import DEAF, Session, echoes, relay_conf, udp_socket
from lab import wait_until

FULL = 4


class Flood:
    """Each datagram from another port, until the end."""

    def __init__(self, net, at, v6):
        self.net, self.at, self.v6, self.over = net, at, v6, threading.Event()
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self):
        while not self.over.wait(0.005):
            with udp_socket(self.net, 7, self.v6) as u:
                u.sendto(DEAF, self.at)

    def close(self):
        self.over.set()
        self.thread.join()


def reset(session):
    session.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    session.close()


@pytest.mark.parametrize("v6", [False, True])
def test_it_gives_way(routed, v6):
    net, at = routed, (routed.vip("av", v6), 3478)
    net.edge.write(relay_conf(net, lb={"sessions": FULL}))
    with echoes(net):
        net.edge.start("lb")
        sessions = [Session(net, "access", n, v6) for n in range(FULL)]
        assert all(s.who() for s in sessions)
        waits = Session(net, "access", FULL, v6)
        waits.s.sendall(b"hello\n")
        wait_until(lambda: paused(net), 15, "accepting to pause")
        with one_turn(net):
            with udp_socket(net, 8, v6) as u:
                u.sendto(DEAF, at)
            flood = Flood(net, at, v6)
            reset(sessions.pop())
        try:
            assert waits._line(), "it is served while the flood goes on"
        finally:
            flood.close()
        assert all(s.ask() == b"hello\n" for s in sessions)
