# SPDX-License-Identifier: BSD-2-Clause
"""100 000 datagrams with invented sources cost no session anything: associations, TCP
sessions and what is remembered of clients stay, and so do memory and descriptors."""
import os
import re
import socket
import sys
from pathlib import Path

import pytest

from echo import DEAF, Session, echoes, listeners, relay_conf, stun, udp_socket
from lab import PATIENCE, wait_until

SESSIONS = 2000  # so a quarter of them are 500
EACH, PER_SECOND = 50000, 12500
SPOOF = Path(__file__).with_name("spoof.py")


def inner_socket(net, v6):
    with net.inner.entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    return s


def says(u, at, octets):
    """Sends once: the name of the member that answers, or an OSError."""
    u.sendto(octets, at)
    while True:
        answer, peer = u.recvfrom(2048)
        if answer.startswith(octets):
            assert peer[0] == at[0]
            return answer.split()[-3].decode()


class Clients:
    """Associations of kept and of replaced sources, and TCP sessions, all answered."""

    def __init__(self, net, v6):
        self.kept_at, self.inner_at = (net.vip("av", v6), 3478), (net.vip("internal", v6), 3478)
        self.udp = [(udp_socket(net, n, v6), self.kept_at) for n in range(8)]
        self.udp += [(inner_socket(net, v6), self.inner_at) for _ in range(8)]
        self.tcp = [Session(net, "av", 20 + n, v6) for n in range(8)]
        self.members = self.go_on()

    def go_on(self):
        return [says(u, at, stun(os.urandom(16))) for u, at in self.udp] + \
               [s.ask(b"on\n") and s.who() for s in self.tcp]


def used(pid):
    """Descriptors, and memory of its own in KiB."""
    rss = re.search(r"RssAnon:\s*(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)
    return len(os.listdir(f"/proc/{pid}/fd")), int(rss)


def flood(net, v6, payload, sources):
    arguments = [str(EACH), str(PER_SECOND), payload]
    return [net.client.popen(sys.executable, SPOOF, net.vip("av", v6), "3478", *arguments, *sources, name="flood"),
            net.inner.popen(sys.executable, SPOOF, net.vip("internal", v6), "3478", *arguments, name="flood")]


# What nobody answers; and what members answer as they would a client's.
@pytest.mark.parametrize("v6,payload", [(False, DEAF.decode()), (True, DEAF.decode()), (True, "x" * 20)])
def test_nobody_notices(routed, v6, payload):
    net = routed
    net.edge.write(relay_conf(net, lb={"sessions": SESSIONS}))
    with echoes(net):
        net.edge.start("lb")
        pid = net.edge.daemon["lb"].pid
        gone = [net.client_address(40 + n, v6) for n in range(12)]
        remembered = []
        for n in range(12):
            s = Session(net, "access", 40 + n, v6)
            remembered.append(s.who())
            s.close()
        clients = Clients(net, v6)
        before, most, rounds = used(pid), 0, 0
        senders = flood(net, v6, payload, gone)
        while any(p.running() for p in senders):
            assert clients.go_on() == clients.members
            most, rounds = max(most, used(pid)[0]), rounds + 1
        for p in senders:
            assert p.exit_code() == 0 and f"sent {EACH}" in p.output(), p.output()
        assert rounds > 5, "they spoke during the flood"
        with udp_socket(net, 60, v6, timeout=0.2) as u:
            wait_until(lambda: says(u, clients.kept_at, stun(os.urandom(16))), 2, "a new client to be served")
        assert clients.go_on() == clients.members
        for n, name in enumerate(remembered):
            s = Session(net, "access", 40 + n, v6)
            assert s.who() == name, "a client meets the member it knows"
            s.close()
        counts = [c for name, c in listeners(net).items() if name.endswith("/udp")]
        assert sum(c["sessions_total"] for c in counts) >= 2 * EACH * 0.9, "the flood arrived"
        if payload == DEAF.decode():
            assert sum(c["recycled"] for c in counts) > 1000
            assert most - before[0] <= SESSIONS / 4 + 50
        if PATIENCE == 1:  # sanitizers keep what is freed
            assert used(pid)[1] - before[1] < 8192, "memory is bounded"
