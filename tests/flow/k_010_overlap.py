# SPDX-License-Identifier: BSD-2-Clause
"""A conversation through the VIP and a direct one of the same client port overlap, in any order and
with repetitions: every answer bears the address its question was sent to, and the member sees
the client's own port in both."""
import os
import random
import select
import socket

import pytest

from echo import Session, echoes, relay_conf, stun, udp_socket
from lab import PATIENCE, wait_until

pytestmark = pytest.mark.engines("kernel")
both = pytest.mark.parametrize("v6", [False, True])
PORT = 25000


class Held:
    """The A/V members' UDP port: what comes is kept until the play answers it."""

    def __init__(self, net, v6):
        self.sockets = []
        for m in net.members:
            with m.host.entered():
                s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
            s.bind((m.addresses["av"][v6], 3478))
            self.sockets.append(s)

    def take(self, n):
        """The next n questions: (the member's socket, octets, who asked)."""
        taken = []
        while len(taken) < n:
            ready = select.select(self.sockets, [], [], 10 * PATIENCE)[0]
            assert ready, f"{len(taken)} of {n} questions arrived"
            for s in ready:
                octets, peer = s.recvfrom(2048)
                taken.append((s, octets, peer[:2]))
        return taken

    def close(self):
        for s in self.sockets:
            s.close()


@pytest.fixture
def held(net, v6):
    net.edge.write(relay_conf(net))
    net.edge.start("lb")
    held = Held(net, v6)
    yield held
    held.close()


@both
def test_datagrams(net, held, v6):
    client, vip, rng = (net.client_address(5, v6), PORT), (net.vip("av", v6), 3478), random.Random(5)
    with udp_socket(net, 5, v6, port=PORT) as u:
        first = stun(os.urandom(16))
        for _ in range(2):  # the first answer is lost, so it is asked again
            u.sendto(first, vip)
            (member, octets, peer), = held.take(1)
            assert (octets, peer) == (first, client)
        direct = member.getsockname()[:2]
        for _ in range(12):
            # More at once than a flow remembers by itself, half of them to each; the first again.
            asked = {stun(os.urandom(16)): to for to in [vip, direct] * 6} | {first: vip}
            questions = list(asked.items())
            rng.shuffle(questions)
            for octets, to in questions:
                u.sendto(octets, to)
            taken = held.take(len(questions))
            assert {(s, peer) for s, _, peer in taken} == {(member, client)}
            rng.shuffle(taken)
            for _, octets, peer in taken:
                member.sendto(octets, peer)
            got = [u.recvfrom(2048) for _ in taken]
            assert {octets: peer[:2] for octets, peer in got} == asked


def connected(net, v6, to):
    """From PORT, whatever else uses it."""
    with net.client.entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(10 * PATIENCE)
    s.bind((net.client_address(6, v6), PORT))
    s.connect(to)
    return s


class Conversation(Session):
    def __init__(self, s):
        self.s, self.line = s, None


@both
def test_connections(net, v6):
    """Two of one port with the same member are one to that member: there it is one after the other."""
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        client = (net.client_address(6, v6), PORT)
        ways = [Conversation(connected(net, v6, (net.vip("av", v6), 443)))]
        name = ways[0].who()
        chosen = next(m for m in net.members if m.name == name)
        ways += [Conversation(connected(net, v6, (m.addresses["av"][v6], 443))) for m in net.members if m is not chosen]
        for n in range(10):
            for w in ways:
                octets = os.urandom(20000 + n)
                assert w.ask(octets) == octets
        assert len({w.who() for w in ways}) == 3 and {w.peer() for w in ways} == {client}
        ways[0].close()

        def free():
            return Conversation(connected(net, v6, (chosen.addresses["av"][v6], 443)))
        again = wait_until(free, 10, "the member's last words")
        assert again.who() == name and again.peer() == client
        assert all(w.ask(b"on\n") == b"on\n" for w in [again, *ways[1:]])
