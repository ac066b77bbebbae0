# SPDX-License-Identifier: BSD-2-Clause
"""health_cost - what probes cost: CPU per check beside haproxy and keepalived, and a thousand endpoints.

All checkers check the same members all the time, each from a host of its own, pinned to
one core; a round is a window of time, in which the kernel of each host counts the
connections begun.  Nothing else runs on that core, and it is mostly idle: each finds its
caches as cold as the others do.
"""
import statistics
import time

import spent
from checkers import EdgeHealth, Haproxy, Keepalived
from lab import wait_until
from measure import STEAL_MAX, TRIES
from pools import SERVICES, UDP, Pools

TCP = [s for s in SERVICES if s not in UDP]
STRANGERS = ["access", "webconf"]  # services that let clients without a certificate in


def _only(kind, services):
    return {s: kind if s in services else "none" for s in SERVICES}


class Window:
    """What each checker did and used in some seconds."""

    def __init__(self, checkers, seconds):
        ticks, began = spent.machine_ticks(), time.monotonic()
        before = {c.name: (c.cpu_ns(), c.counted("Tcp", "ActiveOpens")) for c in checkers}
        time.sleep(seconds)
        # On a machine that is very busy (smoke) a window lasts until everybody has checked.
        wait_until(lambda: all(c.counted("Tcp", "ActiveOpens") > before[c.name][1] for c in checkers), 20,
                   "a check by everybody")
        self.used = {c.name: (c.cpu_ns() - before[c.name][0], c.counted("Tcp", "ActiveOpens") - before[c.name][1])
                     for c in checkers}
        self.seconds = time.monotonic() - began
        after = spent.machine_ticks()
        self.steal = (after[2] - ticks[2]) / max(after[0] - ticks[0], 1)

    def us(self, checker):
        cpu, n = self.used[checker.name]
        return cpu / n / 1e3

    def rate(self, checker):
        return self.used[checker.name][1] / self.seconds


def _windows(size, checkers, n):
    """Rounds; one in which cycles were stolen is done again."""
    found, again = [], 0
    while len(found) < n:
        w = Window(checkers, size.window)
        if w.steal <= STEAL_MAX or again >= TRIES * n:
            found.append(w)
        else:
            again += 1
    return found


def _compare(size, figures, name, edge, peers):
    """Ratios and microseconds; everything is up and in step when it begins."""
    wait_until(edge.all_up, 60, "all members to be up", 0.5)
    time.sleep(size.settle)
    windows = _windows(size, [edge, *peers], size.rounds)
    for p in peers:
        figures.add(f"{name}.vs_{p.name}", [w.us(edge) / w.us(p) for w in windows])
    for c in [edge, *peers]:
        figures.add(f"{name}.{c.name}_us", [w.us(c) for w in windows], 2)
    rates = ", ".join(f"{c.name} {statistics.median(w.rate(c) for w in windows):.0f}" for c in [edge, *peers])
    figures.say(f"{name}: checks a second: {rates}; steal<={max(w.steal for w in windows):.1%}")
    for c in [edge, *peers]:
        c.stop()


def cpu_per_probe(lab, size, figures):
    """A connection; a TLS handshake, which both resume; a full one each time."""
    pools = Pools(lab, size.checked, v6=False, together=True)
    every = {"interval": size.interval}
    peer = every | {"watched": False}
    edge = EdgeHealth(pools, probes=_only("tcp", TCP), health=every)
    _compare(size, figures, "health.cpu_per_probe.tcp", edge,
             [Haproxy(pools, plain=TCP, **peer), Keepalived(pools, plain=TCP, **peer)])
    edge = EdgeHealth(pools, probes=_only("tls", STRANGERS), health=every)
    _compare(size, figures, "health.cpu_per_probe.tls", edge, [Haproxy(pools, tls=STRANGERS, **peer)])
    edge = EdgeHealth(pools, probes=_only("tls", STRANGERS), health=every | {"full_handshake": 0})
    _compare(size, figures, "health.cpu_per_probe.tls_full", edge, [Haproxy(pools, tls=STRANGERS, reuse=False, **peer)])


# Six kinds of ten endpoints each, and a pool whose members have more TLS: what the issue asks for.
SCALE = {"mras": "sip"}
SCALE_TLS = _only("tls", ["access", "federation", "webconf", "sip", "mras"]) | {"xmpp": "xmpp"}


def scale(lab, size, figures):
    """A thousand endpoints every 2 s."""
    pools = Pools(lab, size.scaled, of_pool=size.scaled // 6, v6=False, together=True)
    edge = EdgeHealth(pools, probes=lambda pool: SCALE_TLS if pool == 5 else SCALE)
    began, cpu = time.monotonic(), edge.cpu_ns()
    wait_until(edge.all_up, 60, "all members to be up", 0.5)
    time.sleep(max(0.0, began + size.settle - time.monotonic()))
    figures.say(f"the first {time.monotonic() - began:.1f} s, with full handshakes only: "
                f"{(edge.cpu_ns() - cpu) / 1e9 / (time.monotonic() - began):.3f} of a core")
    shares, members, rates, early = [], [], [], edge.says("late")[0]
    for _ in range(size.rounds):
        began, cpu, sims, probes = time.monotonic(), edge.cpu_ns(), _members_ns(pools), edge.probes()
        time.sleep(size.window)
        seconds = time.monotonic() - began
        shares.append((edge.cpu_ns() - cpu) / 1e9 / seconds)
        members.append((_members_ns(pools) - sims) / 1e9 / seconds)
        rates.append((edge.probes() - probes) / seconds)
    n = sum(e["probe"] != "none" for e in edge.endpoints())
    figures.say(f"{n} endpoints, {statistics.median(rates):.0f} probes a second; the members use "
                f"{statistics.median(members):.2f} of the other core")
    figures.add("health.scale.cpu_share", shares)
    # Of all probes since the start: its first seconds, when every handshake is in full, are among them.
    began, late, p999, worst = edge.says("begun", "late", "late-p999-ms", "late-worst-ms")
    figures.add("health.scale.late_ms_p999", [p999], 0)
    figures.say(f"of {began:.0f} probes {late:.0f} began more than 100 ms late, {early:.0f} of them in those first "
                f"seconds; the worst {worst:.1f} ms")
    edge.stop()


def _members_ns(pools):
    return sum(spent.cpu_ns(p.pid) for p in pools.sims)
