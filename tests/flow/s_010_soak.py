# SPDX-License-Identifier: BSD-2-Clause
"""Everything at once for ten minutes (`tests/run long`; for seconds otherwise): bulk with
pauses and resets, long sessions, datagrams, members that crash, reloads, drains, upgrades.
No octet is wrong, nobody who lives on is lost, memory does not grow, nothing is left over
and, under ASan, nothing leaks."""
import itertools
import os
import re
import threading
import time

import pytest

from echo import Session, board, echoes, relay_conf, stun, udp_socket, until_sessions, until_up
from lab import wait_until
from storm import Storm
from topology import SERVICES
from upgrading import Installed

SECONDS = 600 if os.environ.get("EDGE_SOAK") else 8
EXTERNAL = ("access", "webconf", "av")
STORMY = [s for s, (group, _, proto) in SERVICES.items() if group in EXTERNAL and proto == "tcp"]
CALM = [s for s in SERVICES if s not in STORMY]
GROWTH = 8 << 20  # what allocators may keep: a leak of ten minutes is far above


def configuration(net, step):
    """Each step another one; step 0 is what the play begins and ends with."""
    conf = relay_conf(net, lb={"workers": 2, "half_close": 120.0, "log": {"sessions": str(net.lab.dir / "log")}},
                      access={"idle_timeout": 1800.0 + step}, federation={"enabled": step % 2 == 0},
                      webconf={"on_down": "reset", "algorithm": "round-robin" if step % 2 else "least-sessions"},
                      av={"udp_idle_timeout": 5.0, "algorithm": "source-hash" if step % 3 == 2 else "least-sessions"})
    conf["pools"][0]["members"][1]["weight"] = 1 + step % 5
    if step % 3 == 1:
        conf["pools"][0]["members"].pop()
    return conf


def reload(net, step):
    net.edge.write(configuration(net, step))
    for daemon in "health", "lb":
        net.edge.ask(daemon, "reload")


class Datagrams(threading.Thread):
    """A new association per question, and one that lives; .wrong is what failed."""

    def __init__(self, net):
        super().__init__(daemon=True)
        self.net, self.asked, self.unanswered, self.wrong, self.over = net, 0, 0, [], False

    def _ask(self, s, transaction):
        s.send(stun(transaction, b"x" * (self.asked % 1000)))
        try:
            if transaction not in s.recv(4096):
                self.wrong.append("another datagram came back")
        except TimeoutError:
            self.unanswered += 1

    def run(self):
        old = udp_socket(self.net, 61, timeout=2.0)
        old.connect((self.net.vip("av"), 3478))
        with old:
            while not self.over:
                v6 = self.asked % 2 == 1
                with udp_socket(self.net, self.asked % 60, v6, timeout=2.0) as s:
                    s.connect((self.net.vip("av", v6), 3478))
                    self._ask(s, self.asked.to_bytes(16, "big"))
                self._ask(old, (1 << 100 | self.asked).to_bytes(16, "big"))
                self.asked += 1

    def end(self):
        self.over = True
        self.join(20)


def resident(net):
    """What the balancer holds for itself, in octets."""
    with open(f"/proc/{net.edge.daemon['lb'].pid}/status") as f:
        return 1024 * int(re.search(r"RssAnon:\s+(\d+)", f.read()).group(1))


def descriptors(net):
    return len(os.listdir(f"/proc/{net.edge.daemon['lb'].pid}/fd"))


@pytest.fixture
def soaked(routed, monkeypatch):
    # What is freed must not be kept for long, or memory would say nothing.
    monkeypatch.setenv("ASAN_OPTIONS", os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4")
    routed.installed = Installed(routed)
    routed.edge.write(configuration(routed, 0))
    routed.storm = Storm(routed, EXTERNAL, services=STORMY)
    with echoes(routed, CALM):
        for m in routed.members:
            routed.storm.start_member(m)
        routed.edge.start("health", "lb")
        until_up(routed)
        yield routed
        routed.storm.close()


class Disturbances:
    """One after the other, for as long as the play lasts."""

    def __init__(self, net):
        self.net, self.step = net, 0

    def reload(self):
        reload(self.net, self.step)

    def crash(self):
        victim = self.net.members[self.step % 2]
        self.net.storm.stop_member(victim)
        self.go_on()
        self.net.storm.start_member(victim)

    def drain(self):
        self.net.edge.ctl("drain", "edge1")
        self.go_on()
        self.net.edge.ctl("enable", "edge1")

    def upgrade(self):
        self.net.installed.upgrade()

    def go_on(self):
        seen = sum(self.net.storm.ended.values())
        wait_until(lambda: self.net.blowing.done() or sum(self.net.storm.ended.values()) > seen + 30,
                   60, "sessions to go on")

    def next(self, *chosen):
        self.step += 1
        chosen[self.step % len(chosen)]()
        self.go_on()


def totals(net):
    return sum(e["sessions_total"] + e["octets_in"] for n, e in board(net).items() if "edge3" not in n)


def calm(net, held):
    """The balancer is as at the start, but for the sessions held."""
    reload(net, 0)
    until_sessions(net, held, 90)
    return descriptors(net), resident(net)


def test_soak(soaked):
    held = [Session(soaked, "internal", host=soaked.inner, v6=n % 2 == 1) for n in range(100)]
    names = [s.who() for s in held]
    do, began = Disturbances(soaked), time.monotonic()
    counted, seen, wrong, asked, unanswered = 0, [], [], 0, 0
    # A program that was replaced tells nobody what it leaked: no upgrades after the first part.
    rest = do.reload, do.crash, do.drain
    for share, chosen in (0.25, (do.upgrade, *rest)), (0.6, rest), (1, rest):
        until = began + SECONDS * share
        numbers = itertools.takewhile(lambda _, until=until: time.monotonic() < until, itertools.count())
        datagrams = Datagrams(soaked)
        datagrams.start()
        soaked.blowing = soaked.storm.blow(60, numbers)
        while not soaked.blowing.done():
            do.next(*chosen)
            assert [s.ask(b"still here\n") for s in held] == [b"still here\n"] * len(held)
            now = totals(soaked)
            assert now >= counted, "counters only grow"
            counted = now
        soaked.blowing.result()
        datagrams.end()
        wrong += datagrams.wrong
        asked, unanswered = asked + datagrams.asked, unanswered + datagrams.unanswered
        seen.append(calm(soaked, len(held)))
    print(f"{dict(soaked.storm.ended)}; {asked} questions by UDP, {unanswered} unanswered; "
          f"{do.step} disturbances; (descriptors, octets) {seen}")
    assert not soaked.storm.wrong, soaked.storm.wrong[:5]
    assert not wrong, wrong[:5]
    assert asked > 2 * SECONDS and unanswered < asked / 10
    assert [s.who() for s in held] == names
    assert seen[2][0] <= seen[0][0], "descriptors were left over"
    assert seen[2][1] < seen[1][1] + GROWTH, "memory grew"
    for s in held:
        s.close()
    until_sessions(soaked, 0, 90)
    assert soaked.edge.daemon["lb"].stop(60) == 0
