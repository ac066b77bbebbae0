# SPDX-License-Identifier: BSD-2-Clause
"""paired - what a unit of work costs the machine, one way against another.

In a round every way does the same twice, once on the way there and once on the way back
(a b c c b a), so that what changes steadily meanwhile touches all alike; the way that
begins changes.  A value is taken within a round.

What counts is the time on a CPU of everything that works for a way: generator, members,
the balancer's processes, and the kernel's threads for interrupts.  A packet is forwarded
in the time of who sent it, so this is all of it; on one core it must be all the time that
passed, and how far it is not is printed.
"""
import dataclasses
import time

import spent
from lab import LabError
from measure import SETTLE, STEAL_MAX, TRIES

SETTLED = SETTLE / 3  # seconds; here nothing is left to do but what TCP ends by itself


@dataclasses.dataclass
class Cost:
    cpu_ns: int = 0
    units: int = 0
    seconds: float = 0

    def add(self, other):
        self.cpu_ns += other.cpu_ns
        self.units += other.units
        self.seconds += other.seconds

    def ns(self):
        return self.cpu_ns / max(self.units, 1)


def cost(way, load, unit):
    """Of one load: load(way) starts it, unit(result) says how much was done."""
    way.between()
    before = way.cpu_ns() + spent.softirq_ns()
    result = load(way).finished()
    if result["failed"]:
        raise LabError(f"{way.name}: {result['failed']} failed of {result['done']}")
    time.sleep(SETTLED)
    after = way.cpu_ns() + spent.softirq_ns()
    return Cost(after - before + result["cpu_ns"], unit(result), result["seconds"])


def rounds(figures, n, ways, load, unit):
    """[{way's name: Cost}] of n rounds; one in which cycles were stolen is done again."""
    found, again = [], 0
    for way in ways:
        cost(way, load, unit)
    while len(found) < n:
        turn = len(found) % len(ways)
        order = ways[turn:] + ways[:turn]
        used, ticks = {w.name: Cost() for w in ways}, spent.machine_ticks()
        for way in order + order[::-1]:
            used[way.name].add(cost(way, load, unit))
        after = spent.machine_ticks()
        if (after[2] - ticks[2]) / max(after[0] - ticks[0], 1) > STEAL_MAX and again < TRIES * n:
            again += 1
            continue
        found.append(used)
    shares = {w.name: sum(u[w.name].cpu_ns for u in found) / 1e9 / sum(u[w.name].seconds for u in found)
              for w in ways}
    figures.say("cpu, in cores: " + " ".join(f"{k}={v:.2f}" for k, v in shares.items()) + f" repeated={again}")
    return found


def ratio(found, peer, ours="kernel"):
    return [u[ours].ns() / u[peer].ns() for u in found]


def added(found, peer, plain="direct", ours="kernel"):
    """What ours adds to plain, against what the peer adds to it."""
    return [(u[ours].ns() - u[plain].ns()) / (u[peer].ns() - u[plain].ns()) for u in found]
