# SPDX-License-Identifier: BSD-2-Clause
"""What lists and limits forbid is refused and counted, over TCP and over UDP, and nobody
else notices: by the client's network, its sessions, its rate, and by listener and member."""
import os
from collections import Counter

import pytest

from echo import Session, echoes, listeners, relay_conf, reload, stun, udp_socket
from lab import PATIENCE, wait_until
from topology import CLIENT4, CLIENT6, CLIENTS

both = pytest.mark.parametrize("v6", [False, True])
each = pytest.mark.parametrize("proto", ["tcp", "udp"])


class Clients:
    """Sessions of one protocol and family with the A/V service."""

    def __init__(self, net, proto, v6):
        self.net, self.proto, self.v6, self.open = net, proto, v6, []

    def ask(self, n, seconds=0.2):
        """Who answers a new session of the n-th client; None: nobody does so soon, as when it
        is refused (which counted() knows)."""
        try:
            s, who = self._tcp(n) if self.proto == "tcp" else self._udp(n, seconds)
        except (ConnectionError, TimeoutError):
            return None
        self.open.append(s)
        return who

    def _tcp(self, n):
        s = Session(self.net, "av", n, self.v6)
        return s, s.who()

    def _udp(self, n, seconds):
        s, question = udp_socket(self.net, n, self.v6, timeout=min(seconds, 1)), stun(os.urandom(16))

        def repeated():  # from the same port, which has its place from the first datagram on
            s.sendto(question, (self.net.vip("av", self.v6), 3478))
            return s.recv(2048)
        answer = wait_until(repeated, 10, "an answer") if seconds > 1 else repeated()
        assert answer.startswith(question)
        return s, answer[len(question):].split()[0].decode()

    def answered(self, n):
        return self.ask(n, 10 * PATIENCE)

    def refusals(self):
        vip, at = self.net.vip("av", self.v6), f":{443 if self.proto == 'tcp' else 3478}/{self.proto}"
        return next(x["refused"] for name, x in listeners(self.net).items()
                    if name.endswith(f"/[{vip}]{at}" if self.v6 else f"/{vip}{at}"))

    def counted(self, n, at_least=False):
        wait_until(lambda: self.refusals() >= n, 15, f"{n} refusals to be counted")
        assert at_least or self.refusals() == n

    def close(self):
        for s in self.open:
            s.close()
        self.open = []


@pytest.fixture
def clients(routed, proto, v6):
    c = Clients(routed, proto, v6)
    yield c
    c.close()


def client(last_figures):
    return CLIENTS.index(last_figures)


@both
@each
def test_networks(routed, clients, v6):
    # Figures of IPv6 addresses are hexadecimal: 20 to 2f; of IPv4: 16 to 31.
    denied, inside, outside = ((f"{CLIENT6}20/124", (20, 29), (19, 30)) if v6 else
                               (f"{CLIENT4}16/28", (16, 31), (15, 32)))
    everybody = [f"{CLIENT4}0/24", f"{CLIENT6}/64"]
    routed.edge.write(relay_conf(routed, lb={"limits": {"deny": [denied]}}, av={"limits": {"allow": everybody}}))
    with echoes(routed):
        routed.edge.start("lb")
        assert all(clients.answered(client(n)) for n in outside)
        assert not any(clients.ask(client(n)) for n in inside)
        clients.counted(2)
        only = [f"{CLIENT4}{CLIENTS[0]}/32", f"{CLIENT6}{CLIENTS[0]}/128"]
        reload(routed, relay_conf(routed, av={"limits": {"allow": only}}))
        assert not clients.ask(1)
        assert clients.answered(0)
        clients.counted(3)


@both
@each
def test_sessions_of_a_listener_and_of_a_member(routed, clients):
    conf = relay_conf(routed, av={"udp_idle_timeout": 60.0, "limits": {"sessions_per_listener": 4}})
    routed.edge.write(conf)
    with echoes(routed):
        routed.edge.start("lb")
        assert all(clients.answered(n) for n in range(4))
        assert not clients.ask(4)
        clients.counted(1)
        conf["pools"][0]["external"]["av"]["limits"] = {"sessions_per_member": 2}
        reload(routed, conf)
        assert all(clients.answered(n) for n in (4, 5))
        refused = clients.refusals()
        assert not clients.ask(6)
        clients.counted(refused + 1)
        line = routed.edge.ask("lb", "sessions")
        held = Counter(int(x.split()[3]) for x in line.splitlines() if "/edge" in x and "external" in x)
        assert held[2] == 3 and held.total() == held[2] + held[0], "two on each member, none elsewhere"


@both
@each
def test_sessions_and_rate_of_a_source(routed, clients):
    conf = relay_conf(routed, av={"limits": {"sessions_per_source": 2}})
    routed.edge.write(conf)
    with echoes(routed):
        routed.edge.start("lb")
        assert clients.answered(0) and clients.answered(0)
        assert not clients.ask(0)
        assert clients.answered(1), "another client"
        clients.counted(1)
        conf["pools"][0]["external"]["av"]["limits"] = {"rate_per_source": 3}
        reload(routed, conf)
        before = clients.refusals()
        assert not all(clients.ask(2) for _ in range(12))
        assert clients.answered(3), "another client"
        wait_until(lambda: clients.ask(2), 10, "the next second")
        clients.counted(before + 1, at_least=True)
