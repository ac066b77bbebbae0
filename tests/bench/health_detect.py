# SPDX-License-Identifier: BSD-2-Clause
"""health_detect - from a member's fall to its being out of rotation.

Members fall ill at random times, several at once but never the half of a pool, in one of
three ways, and recover when everybody has seen it.  An edge-health with default settings,
one with sentinels, haproxy and keepalived watch the same members at the same time; every
endpoint that leaves is a sample of its checker, illness and kind.

An endpoint has left when its own verdict says so.  (A member whose access endpoints are
all down leaves every service at that moment, mostly earlier.)
"""
import random
import selectors
import time

from checkers import EdgeHealth, Haproxy, Keepalived
from lab import LabError, wait_until
from pools import Pools

ILLNESSES = ("refused", "silent", "hung")
# What probes ask by default, but for one service each that shows the generic kinds.
PROBES = {"federation": "tls", "mras": "tcp", "int-av-udp": "udp"}
KINDS = {"access": "sip", "federation": "tls", "xmpp": "xmpp", "webconf": "psom", "av-tcp": "turn-tcp",
         "av-udp": "turn-udp", "sip": "mtls", "mras": "tcp", "int-av-tcp": "turn-tcp", "int-av-udp": "udp"}
HELD_BACK = {"flap_damping": False}  # else a member that falls ill again and again returns ever later
GIVE_UP_S, RETURN_S = 20, 60
# Well for so long before the next illness: what probes of MS-TURN may spend has been saved
# up again (its bucket holds three, one a second), and the phase is random by an interval.
PAUSE_S = 6, 8


def can_see(kind, illness):
    """A connection is all that a plain check asks for, and a hung member gives it."""
    return kind != "tcp" or illness != "hung"


class Watched:
    """A checker, which places it watches, and the kind of each."""

    def __init__(self, checker, kinds, families=(False, True)):
        self.checker, self.kinds, self.families = checker, kinds, families
        self.out, self.samples = {}, {}  # place -> since; (illness, kind) -> [ms]

    def places(self, member, illness=None):
        return [(member, s, v6) for s, kind in self.kinds.items() for v6 in self.families
                if v6 < len(member.addresses["access"]) and (illness is None or can_see(kind, illness))]

    def listen(self):
        for when, place, used in self.checker.heard():
            if used:
                self.out.pop(place, None)
            elif place[1] in self.kinds:
                self.out.setdefault(place, when)

    def is_whole(self):
        """Everything is up.  Listens, too: the sender's room for notices is not endless."""
        self.listen()
        if not self.checker.all_up():
            return False
        self.out.clear()
        return True

    def take_samples(self, member, illness, began):
        for place in self.places(member, illness):
            if place in self.out:
                key = illness, self.kinds[place[1]]
                self.samples.setdefault(key, []).append((self.out[place] - began) / 1e6)

    def out_of(self, member):
        return [place for place in self.places(member) if place in self.out]

    def missed(self, member, illness):
        return [p for p in self.places(member, illness) if p not in self.out]


class Patient:
    """A member: well, ill, or returning."""

    def __init__(self, member, pause):
        self.member, self.illness, self.state = member, None, "well"
        self.until = time.monotonic() + random.uniform(*pause)


class Campaign:
    """awaited: whose verdicts an illness waits for."""

    def __init__(self, pools, watched, awaited, each, ill_at_once, pause=PAUSE_S):
        self.watched, self.awaited, self.ill_at_once, self.pause = watched, awaited, ill_at_once, pause
        self.patients = [Patient(m, pause) for m in pools.members]
        self.plan = [illness for illness in ILLNESSES for _ in range(each)]
        random.shuffle(self.plan)
        self.missed = 0
        self.selector = selectors.DefaultSelector()
        for w in watched:
            self.selector.register(w.checker, selectors.EVENT_READ, w)

    def run(self):
        while self.plan or any(p.state != "well" for p in self.patients):
            for key, _ in self.selector.select(0.005):
                key.data.listen()
            random.shuffle(self.patients)  # nobody is always first
            for p in self.patients:
                getattr(self, f"_{p.state}")(p)

    def _well(self, p):
        beside = sum(q.state != "well" for q in self.patients if q.member.pool == p.member.pool)
        if not self.plan or time.monotonic() < p.until or beside >= self.ill_at_once:
            return
        p.illness, p.state = self.plan.pop(), "ill"
        p.began = p.member.fall_ill(p.illness)
        p.until = time.monotonic() + GIVE_UP_S

    def _ill(self, p):
        late = time.monotonic() > p.until
        missed = [m for w in self.awaited for m in w.missed(p.member, p.illness)]
        if missed and not late:
            return
        self.missed += len(missed)
        for w in self.watched:
            w.take_samples(p.member, p.illness, p.began)
        p.member.recover(p.illness)
        p.state, p.until = "returning", time.monotonic() + RETURN_S

    def _returning(self, p):
        away = [f"{w.checker.name} {service} {v6}" for w in self.awaited for _, service, v6 in w.out_of(p.member)]
        if away and time.monotonic() > p.until:
            raise LabError(f"{p.member.sim.name} does not return from being {p.illness}: {away}")
        if away:
            return
        p.state, p.until = "well", time.monotonic() + random.uniform(*self.pause)


def _print(figures, illness, watched, name=None, kinds=None):
    """Every kind, and the worst of them under the figure's name."""
    name = name or f"health.detect.{illness}_ms"
    found = {kind: ms for (how, kind), ms in watched.samples.items() if how == illness and
             (kinds is None or kind in kinds)}
    if not found:
        figures.say(f"{name}: no samples")
        return
    for kind, ms in sorted(found.items()):
        figures.quantiles(f"{name}.{kind}", ms)
    worst = max(found, key=lambda kind: figures.p99(found[kind]))
    figures.say(f"{name}: the worst kind is {worst}")
    figures.quantiles(name, found[worst])


def detection(lab, size, figures):
    """Refused, silent, hung; with sentinels, and beside the peers."""
    pools = Pools(lab, size.members, size.of_pool, v6=not size.smoke)
    health = HELD_BACK | size.quick
    edge = Watched(EdgeHealth(pools, probes=PROBES, health=health), KINDS)
    sentinel = Watched(EdgeHealth(pools, "sentinel", probes=PROBES, health=health | {"sentinel": True}), KINDS)
    haproxy = Watched(Haproxy(pools, plain=["mras"], tls=["access"]), {"mras": "tcp", "access": "tls"})
    keepalived = Watched(Keepalived(pools, plain=["mras"]), {"mras": "tcp"}, families=(False,))
    watched = [edge, sentinel, haproxy, keepalived]
    for w in (edge, sentinel):
        wait_until(w.is_whole, 30, "all members to be up", 0.1)
    campaign = Campaign(pools, watched, watched[:1] if size.smoke else watched, size.illnesses, size.ill_at_once,
                        (0, 1) if size.smoke else PAUSE_S)
    began = time.monotonic()
    campaign.run()
    n = len(pools.members)
    figures.say(f"{size.illnesses} times each illness, {n} members, {time.monotonic() - began:.0f} s; "
                f"not seen within {GIVE_UP_S} s: {campaign.missed}")
    figures.say("bounds that edge-health states, ms: " + edge.checker.bounds(edge.kinds))
    for illness in ILLNESSES:
        _print(figures, illness, edge)
        if illness == "refused":
            _print(figures, illness, sentinel, "health.detect.sentinel_ms", set(KINDS.values()) - {"turn-udp", "udp"})
        for peer in (haproxy, keepalived):
            for kind in sorted({k for how, k in peer.samples if how == illness}):
                figures.quantiles(f"health.detect.{illness}_ms.{peer.checker.name}.{kind}",
                                  peer.samples[illness, kind])
    for w in watched:
        w.checker.stop()
