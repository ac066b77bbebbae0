# SPDX-License-Identifier: BSD-2-Clause
"""paired - what a unit of work costs the machine, one way against another.

In a round every way does the same twice, once on the way there and once on the way back
(a b c c b a), so that what changes steadily meanwhile touches all alike; the way that
begins changes.  A value is taken within a round.

What counts is the time on a CPU of everything that works for a way: generator, members,
the balancer's processes, and the kernel's threads for interrupts.  A packet is forwarded
in the time of who sent it, so this is all of it; on one core it must be all the time that
passed, and how far it is not is printed.

What sessions cost when they are over falls into other ways' turns, or between them.  It is
measured aside, and charged to each round (aside_ns): ways.py says how, ended() for edge-lb.
"""
import dataclasses
import time

import spent
from lab import LabError, wait_until
from measure import SETTLE, STEAL_MAX, TRIES

SETTLED = SETTLE / 3  # seconds; here nothing is left to do but what TCP ends by itself
SWEPT = 60  # seconds within which ended sessions must be deleted, many times what it takes


@dataclasses.dataclass
class Cost:
    cpu_ns: int = 0
    aside_ns: float = 0
    units: int = 0
    seconds: float = 0

    def add(self, other):
        self.cpu_ns += other.cpu_ns
        self.aside_ns += other.aside_ns
        self.units += other.units
        self.seconds += other.seconds

    def ns(self):
        return (self.cpu_ns + self.aside_ns) / max(self.units, 1)

    def aside(self):
        """Of ns()."""
        return self.aside_ns / max(self.units, 1)


def _finished(way, load):
    result = load(way).finished()
    if result["failed"]:
        raise LabError(f"{way.name}: {result['failed']} failed of {result['done']}")
    return result


def cost(way, load, unit, ends):
    """Of one load: load(way) starts it, unit(result) says how much was done."""
    way.between()
    before = way.cpu_ns() + spent.softirq_ns()
    result = _finished(way, load)
    time.sleep(SETTLED)
    after = way.cpu_ns() + spent.softirq_ns()
    units = unit(result)
    return Cost(after - before + result["cpu_ns"], way.aside_ns(units) if ends else 0, units, result["seconds"])


def ended(figures, way, load, unit, seconds):
    """CPU nanoseconds of edge-lb a session: all that it does while a load stands.

    The load has stood for seconds[0], so that the end of earlier sessions is in it, as that
    of its own is not; and it is over only when as many sessions were deleted as it began.
    """
    if seconds[0]:
        _finished(way, load(seconds[0]))
    held, before, began = way.held(), way.keeper_ns(), time.monotonic()
    done = unit(_finished(way, load(seconds[1])))
    left = way.held()
    wait_until(lambda: way.held() <= held, SWEPT, "edge-lb to delete what has ended", 0.5)
    used = way.keeper_ns() - before
    seconds_used, deleted = time.monotonic() - began, done + held - way.held()
    # The rounds shall not begin among them.
    wait_until(lambda: way.held() == 0, SWEPT, "edge-lb to delete the rest", 0.5)
    figures.say(f"edge-lb used {used / 1e6:.1f} ms in {seconds_used:.1f} s, in which {done} sessions began "
                f"and {deleted} were deleted, of {held + done}")
    if done == 0 or left == 0 or used <= 0:
        raise LabError("sessions that cost edge-lb nothing: this does not measure what it should")
    return used / done


def rounds(figures, n, ways, load, unit, ends=False):
    """[{way's name: Cost}] of n rounds; one in which cycles were stolen is done again.

    ends: what sessions cost when they are over is charged, too."""
    found, again = [], 0
    for way in ways:
        cost(way, load, unit, ends)
    while len(found) < n:
        turn = len(found) % len(ways)
        order = ways[turn:] + ways[:turn]
        for way in ways:
            way.round_begins(len(found))
        used, ticks = {w.name: Cost() for w in ways}, spent.machine_ticks()
        for way in order + order[::-1]:
            used[way.name].add(cost(way, load, unit, ends))
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
