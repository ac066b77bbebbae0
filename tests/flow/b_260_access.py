# SPDX-License-Identifier: BSD-2-Clause
"""What lists and limits forbid is refused and counted, over TCP and over UDP, and nobody
else notices: by the client's network, its sessions, its rate, and by listener and member."""
import os
from collections import Counter

import pytest

from echo import Session, echoes, listeners, relay_conf, reload, stun, udp_socket
from lab import PATIENCE, wait_until
from topology import CLIENT4, CLIENT6, CLIENTS

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
def all_clients(routed):
    """Of each protocol and family."""
    made = [Clients(routed, proto, v6) for proto in ("tcp", "udp") for v6 in (False, True)]
    yield made
    for c in made:
        c.close()


def client(last_figures):
    return CLIENTS.index(last_figures)


@pytest.mark.engines
def test_networks(routed, all_clients):
    # Figures of IPv6 addresses are hexadecimal: 20 to 2f; of IPv4: 16 to 31.
    inside, outside = {False: (16, 31), True: (20, 29)}, {False: (15, 32), True: (19, 30)}
    everybody = [f"{CLIENT4}0/24", f"{CLIENT6}/64"]
    routed.edge.write(relay_conf(routed, lb={"limits": {"deny": [f"{CLIENT4}16/28", f"{CLIENT6}20/124"]}},
                                 av={"limits": {"allow": everybody}}))
    with echoes(routed):
        routed.edge.start("lb")
        for c in all_clients:
            assert all(c.answered(client(n)) for n in outside[c.v6])
            assert not any(c.ask(client(n)) for n in inside[c.v6])
        for c in all_clients:
            c.counted(2)
        only = [f"{CLIENT4}{CLIENTS[0]}/32", f"{CLIENT6}{CLIENTS[0]}/128"]
        reload(routed, relay_conf(routed, av={"limits": {"allow": only}}))
        for c in all_clients:
            assert not c.ask(1)
            assert c.answered(0)
        for c in all_clients:
            c.counted(3)


def test_sessions_of_a_listener_and_of_a_member(routed, all_clients):
    conf = relay_conf(routed, av={"udp_idle_timeout": 60.0, "limits": {"sessions_per_listener": 4}})
    routed.edge.write(conf)
    with echoes(routed):
        routed.edge.start("lb")
        for c in all_clients:
            assert all(c.answered(n) for n in range(4))
            assert not c.ask(4)
        for c in all_clients:
            c.counted(1)
        conf["pools"][0]["external"]["av"]["limits"] = {"sessions_per_member": 2}
        reload(routed, conf)
        for c in all_clients:
            assert all(c.answered(n) for n in (4, 5))
            refused = c.refusals()
            assert not c.ask(6)
            c.counted(refused + 1)
        lines = routed.edge.ask("lb", "sessions").splitlines()
        held = Counter(int(x.split()[3]) for x in lines if "/edge" in x and "external" in x)
        assert held[2] == 12 and held.total() == held[2] + held[0], "two on each endpoint, none elsewhere"


def test_sessions_and_rate_of_a_source(routed, all_clients):
    conf = relay_conf(routed, av={"limits": {"sessions_per_source": 2}})
    routed.edge.write(conf)
    with echoes(routed):
        routed.edge.start("lb")
        for c in all_clients:
            assert c.answered(0) and c.answered(0)
            assert not c.ask(0)
            assert c.answered(1), "another client"
        for c in all_clients:
            c.counted(1)
        conf["pools"][0]["external"]["av"]["limits"] = {"rate_per_source": 3}
        reload(routed, conf)
        for c in all_clients:
            before = c.refusals()
            assert not all(c.ask(2) for _ in range(12))
            assert c.answered(3), "another client"
            wait_until(lambda c=c: c.ask(2), 10, "the next second")
            c.counted(before + 1, at_least=True)
