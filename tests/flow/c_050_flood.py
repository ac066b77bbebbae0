# SPDX-License-Identifier: BSD-2-Clause
"""A flood of 100 000 invented sources costs no session anything: associations, TCP sessions
and what is remembered of clients stay, and so do memory and descriptors."""
import os
import re
import sys
from pathlib import Path

import pytest

from echo import DEAF, Session, answer_to, asked, echoes, heard, inner_socket, listeners, relay_conf, stun, udp_socket
from lab import PATIENCE, wait_until

SESSIONS = 2000  # so a quarter of them are 500
# More to the kept source than the packet filter remembers transactions.
FLOOD = {"av": 80000, "internal": 20000}
SECONDS = 4
SPOOF = Path(__file__).with_name("spoof.py")


class Clients:
    """Associations of kept and of replaced sources, and TCP sessions, all answered."""

    def __init__(self, net, v6):
        self.kept_at, self.inner_at = (net.vip("av", v6), 3478), (net.vip("internal", v6), 3478)
        self.udp = [(udp_socket(net, n, v6), self.kept_at) for n in range(8)]
        self.udp += [(inner_socket(net, v6), self.inner_at) for _ in range(8)]
        self.tcp = [Session(net, "av", 20 + n, v6) for n in range(8)]
        self.lost = 0
        self.members = [asked(u, at)[0] for u, at in self.udp] + [s.who() for s in self.tcp]
        assert self.go_on() == self.members

    def _answer(self, u, at, question):
        """A busy machine may be late; a client would ask again, and what was lost is counted."""
        for _ in range(3):
            try:
                return answer_to(u, at, question)[0]
            except TimeoutError:
                self.lost += 1
                u.sendto(question, at)
        return None

    def go_on(self):
        questions = [stun(os.urandom(16)) for _ in self.udp]
        for (u, at), question in zip(self.udp, questions):
            u.settimeout(8 * PATIENCE)
            u.sendto(question, at)
        names = [self._answer(u, at, question) for (u, at), question in zip(self.udp, questions)]
        return names + [s.ask(b"on\n") and s.who() for s in self.tcp]


def dropped(net):
    """Datagrams that the kernel of a busy machine had no room for."""
    said = [host.run("nstat", "-asz", "UdpRcvbufErrors", "Udp6RcvbufErrors").stdout
            for host in (net.balancer, *[m.host for m in net.members])]
    return sum(int(line.split()[1]) for text in said for line in text.splitlines() if line[:3] == "Udp")


def used(pid):
    """Descriptors, and memory of its own in KiB."""
    rss = re.search(r"RssAnon:\s*(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)
    return len(os.listdir(f"/proc/{pid}/fd")), int(rss)


def flood(net, v6, payload, sources):
    return [host.popen(sys.executable, SPOOF, net.vip(group, v6), "3478", FLOOD[group], FLOOD[group] / SECONDS,
                       payload, *known, name="flood")
            for host, group, known in ((net.client, "av", sources), (net.inner, "internal", []))]


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
            assert p.exit_code() == 0 and "sent" in p.output(), p.output()
        assert rounds > 2, "they spoke during the flood"
        with udp_socket(net, 60, v6, timeout=1.0) as u:
            wait_until(lambda: heard(u, clients.kept_at, stun(os.urandom(16))), 15, "a new client to be served")
        assert clients.go_on() == clients.members
        for n, name in enumerate(remembered):
            s = Session(net, "access", 40 + n, v6)
            assert s.who() == name, "a client meets the member it knows"
            s.close()
        assert clients.lost == 0 or dropped(net), f"{clients.lost} lost"

        def counted(field):
            return sum(c[field] for name, c in listeners(net).items() if name.endswith("/udp"))
        wait_until(lambda: counted("sessions_total") + dropped(net) >= 0.9 * sum(FLOOD.values()), 15,
                   "the flood to have arrived")
        assert counted("recycled") > 1000
        if payload == DEAF.decode():
            assert most - before[0] <= SESSIONS / 4 + 50
        if PATIENCE == 1:  # sanitizers keep what is freed
            assert used(pid)[1] - before[1] < 8192, "memory is bounded"
