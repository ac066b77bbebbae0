# SPDX-License-Identifier: BSD-2-Clause
"""crowd - thousands of clients, each with an address of its own if need be, and members that
say which one they are: tests/sim/crowd.c on the hosts of a net.

    with Members(net):
        Call(net, "access", sessions=8000, hold=True).first   what came of the first round

Client addresses come out of two networks that are routed to the client host as a whole.
"""
import ipaddress
import json
from types import SimpleNamespace

from lab import PATIENCE, wait_until
from topology import CLIENT4, CLIENT6, CLIENTS, SERVICES

CROWD4, CROWD6 = "198.18.0.0", "2001:db8:5::"
FIRST = {False: ipaddress.ip_address("198.18.1.1"), True: ipaddress.ip_address("2001:db8:5::1:1")}


def route_crowd(net):
    """The networks of the crowd lead to the client host, which is every address of them."""
    net.client.ip(f"route add local {CROWD4}/16 dev lo", f"route add local {CROWD6}/64 dev lo")
    net.router.ip(f"route add {CROWD4}/16 via {CLIENT4}{CLIENTS[0]}",
                  f"route add {CROWD6}/64 via {CLIENT6}{CLIENTS[0]}")


class Members:
    """Every member serves these services; edge1 answers with "1"."""

    def __init__(self, net, services=("access",)):
        self.net, self.services, self.of = net, services, {}
        route_crowd(net)
        for m in net.members:
            self._launch(m)
        for name in self.of:
            self._wait(name)

    def _launch(self, member):
        places = []
        for group, port, proto in (SERVICES[s] for s in self.services):
            for address in member.addresses[group]:
                places += [proto, address, port]
        self.of[member.name] = member.host.popen("edge-crowd", "serve", member.name[-1], *places,
                                                 name=f"crowd-{member.name}")

    def _wait(self, name):
        wait_until(lambda: "ready" in self.of[name].output(), 10, f"{name} to be ready")

    def start(self, name):
        """One that was killed, again."""
        self._launch(next(m for m in self.net.members if m.name == name))
        self._wait(name)


class Call:
    """One crowd of clients at a VIP, from so many addresses behind the first one.

    .rounds has what came of each round: done, failed, late (counts), seconds, who (a letter of
    each session, "-" for none); the last one's are attributes of this.
    """

    def __init__(self, net, group, sessions, at_once=64, addresses=1, first=0, hold=False, v6=False, port=443,
                 proto="tcp", seconds=60, wait=True):
        self.limit, self.rounds = seconds * PATIENCE, []
        self.process = net.client.popen(
            "edge-crowd", "call", proto, net.vip(group, v6), port, FIRST[v6] + first,
            addresses, sessions, at_once, "hold" if hold else "end", self.limit, name="crowd-call", input=True)
        if wait:
            self.round()

    def round(self):
        """Waits for the end of the round that is under way, and returns it."""
        n = len(self.rounds)
        line = wait_until(lambda: self.process.output().split("\n")[n:n + 2][1:] and
                          self.process.output().split("\n")[n], self.limit, "the crowd to be answered")
        self.rounds.append(SimpleNamespace(**json.loads(line)))
        return self.rounds[-1]

    def again(self):
        """Every session that is held asks once more."""
        self.process.say("again")
        return self.round()

    def __getattr__(self, name):
        return getattr(self.rounds[-1], name)

    def close(self):
        self.process.hang_up()
        self.process.exit_code(30)
