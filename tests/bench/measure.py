# SPDX-License-Identifier: BSD-2-Clause
"""measure - rounds, and what is printed of them.

A round gives every relay the same load, one after the other, and the relay that begins
changes from round to round.  Ratios are taken within a round: what the machine does
beside it (another guest, a warmer cache) then touches both sides alike.
"""
import math
import statistics
import time

from spent import machine_ticks

STEAL_MAX, TRIES = 0.02, 4
SETTLE = 0.15  # seconds; sessions that have ended for the client end in the relay too


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3


class Figures:
    """name -> values, printed as they come."""

    def __init__(self, out):
        self.out = out

    def add(self, name, values, digits=3):
        median = statistics.median(values)
        print(f"{name}={median:.{digits}f} min={min(values):.{digits}f} max={max(values):.{digits}f} "
              f"rounds={len(values)}", file=self.out, flush=True)
        return median

    def judge(self, name, values, limit, digits=3, at_least=False):
        """A figure that must reach a limit: only a median within it, and a quartile not far
        from it, say that it does."""
        low, median, high = quartiles(values)
        worse, better, margin = (low, high, 1 / 1.03) if at_least else (high, low, 1.03)

        def within(value, far=1):
            return value >= limit * far if at_least else value <= limit * far
        word = "undecided"
        if within(median) and within(worse, margin):
            word = "reached"
        elif not within(better):
            word = "not reached"
        print(f"{name}={median:.{digits}f} q1={low:.{digits}f} q3={high:.{digits}f} min={min(values):.{digits}f} "
              f"max={max(values):.{digits}f} rounds={len(values)} limit{'>=' if at_least else '<='}{limit:g} {word}",
              file=self.out, flush=True)

    @staticmethod
    def p99(values):
        return sorted(values)[min(len(values) - 1, math.ceil(0.99 * len(values)) - 1)]

    def quantiles(self, name, values, digits=0):
        """Of things that happened, as detections; not of rounds."""
        if not values:
            self.say(f"{name}: no samples")
            return
        print(f"{name}.p99={self.p99(values):.{digits}f} p50={statistics.median(values):.{digits}f} "
              f"max={max(values):.{digits}f} samples={len(values)}", file=self.out, flush=True)

    def raw(self, lines):
        """What a program has found and put into words itself."""
        print(lines, end="", file=self.out, flush=True)

    def say(self, text):
        print(f"# {text}", file=self.out, flush=True)


class Used:
    """What one load cost: .cpu_ns of the relay, .machine of the machine, .result of the generator."""

    def __init__(self, relay, run):
        ticks, cpu, began = machine_ticks(), relay.cpu_ns(), time.monotonic()
        self.result = run(relay)
        time.sleep(SETTLE)
        self.seconds = time.monotonic() - began
        self.cpu_ns = relay.cpu_ns() - cpu
        after = machine_ticks()
        total = max(after[0] - ticks[0], 1)
        self.machine, self.steal = (after[1] - ticks[1]) / total, (after[2] - ticks[2]) / total

    def cpu_share(self):
        return self.cpu_ns / 1e9 / self.seconds


def rounds(figures, n, relays, run):
    """[{relay name: Used}] of n rounds; one in which cycles were stolen is done again."""
    found, machine, steals, again = [], [], [], 0
    while len(found) < n:
        turn = len(found) % len(relays)
        used = {r.name: Used(r, run) for r in relays[turn:] + relays[:turn]}
        steal = max(u.steal for u in used.values())
        if steal > STEAL_MAX and again < TRIES * n:
            again += 1
            continue
        found.append(used)
        steals.append(steal)
        machine += [u.machine for u in used.values()]
    shares = {r.name: statistics.median(u[r.name].cpu_share() for u in found) for r in relays}
    figures.say("cpu " + " ".join(f"{k}={v:.0%}" for k, v in shares.items()) +
                f" machine={statistics.median(machine):.0%} steal<={max(steals):.1%} repeated={again}")
    return found


def ratios(found, value, peer, ours="edge"):
    return [value(u[ours]) / value(u[peer]) for u in found]


def per(unit):
    """CPU nanoseconds per what the load counted."""
    return lambda used: used.cpu_ns / max(used.result[unit], 1)
