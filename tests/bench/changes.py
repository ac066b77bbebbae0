# SPDX-License-Identifier: BSD-2-Clause
"""changes - the figures of what changes under load: reloads and upgrades.

Full load: 64 TCP clients and 1000 UDP clients that begin anew when they were answered, and
500 sessions that stay, each with a message every tenth of a second whose echo is compared.
A reload changes something each time (relays.Setup.changed()).
"""
import time

from lab import LabError, wait_until
from relays import Setup

REQUEST, DATAGRAM, STAYING, MESSAGE_EVERY = 100, 200, 500, 0.1


class Work:
    """Clients that come and go, until .end()."""

    def __init__(self, rig, relay, size):
        self.loads = {"tcp": rig.load("short", relay, clients=64, seconds=0, octets=REQUEST)}
        if relay.udp_vip:
            self.loads["udp"] = rig.load("udp", relay, udp=True, addresses=1000, clients=size.udp_clients, seconds=0,
                                         octets=DATAGRAM)

    def end(self):
        """{kind: the generator's result}"""
        for load in self.loads.values():
            load.child.stdin.close()
            load.child.stdin = None
        return {kind: load.finished() for kind, load in self.loads.items()}


class Counters:
    """edge-lb's counters: never less than before, in the end what the clients did."""

    def __init__(self, relay):
        self.relay, self.broken, self.last = relay, [], {}
        # The board is a second behind; the connection that ended the start must be in it.
        wait_until(lambda: relay.counters()["listener", "tcp", "sessions_total"] > 0, 5, "the start on the board")
        self.first = relay.counters()

    def look(self):
        now = self.relay.totals()
        self.broken += [f"{k} went from {v} to {now[k]}" for k, v in self.last.items() if now.get(k, v) < v]
        self.last.update(now)

    def compare(self, work, staying):
        """@work: results; @staying: that of the sessions which stayed."""
        tcp = [w["tcp"] for w in work]
        octets = sum(r["octets"] for r in tcp) + staying["octets"]
        want = {"tcp": {"sessions_total": sum(r["used"] for r in tcp) + staying["used"], "octets_in": octets,
                        "octets_out": octets}}
        datagrams = sum(w["udp"]["done"] for w in work)
        if not any(w["udp"]["failed"] for w in work):
            want["udp"] = {"sessions_total": sum(w["udp"]["used"] for w in work), "packets_in": datagrams,
                           "packets_out": datagrams}
        wanted = {(kind, protocol, word): n for protocol, of in want.items() for word, n in of.items()
                  for kind in ("listener", "endpoint")}

        def found():
            now = self.relay.counters()
            return {k: now[k] - self.first[k] for k in wanted}
        try:
            wait_until(lambda: found() == wanted, 3, "the board to be written")
        except LabError:
            now = found()
            self.broken += [f"{' '.join(k)} counts {now[k]}, clients did {n}" for k, n in wanted.items() if now[k] != n]


def _change(relay, size, counters):
    """All reloads and, where the relay can, upgrades.  A peer that has just reloaded is deaf for a moment."""
    setup = relay.setup
    for n in range(size.reloads):
        setup = setup.changed(n)
        relay.reload(setup)
        if counters:
            counters.look()
        if counters and (n + 1) % size.upgrade_after == 0:
            relay.upgrade()
            counters.look()
        time.sleep(size.reload_every)


def _reload(rig, size, figures, relay):
    """(failed, {kind: share}, lost datagrams)"""
    counters = Counters(relay) if relay.name == "edge" else None
    staying = rig.load("hold", relay, clients=100, sessions=STAYING, octets=300, every=MESSAGE_EVERY, seconds=600)
    staying.ready()
    work = []
    for changes in (False, True, False):
        load = Work(rig, relay, size)
        if changes:
            _change(relay, size, counters)
        else:
            time.sleep(size.rest_seconds)
        work.append(load.end())
    if relay.setup != Setup():
        relay.reload(Setup())
    stayed = staying.finished()
    results = [r for w in work for r in w.values()]
    failed = {"short": sum(w["tcp"]["failed"] for w in work), "staying": stayed["failed"],
              "misrouted": sum(r["misrouted"] for r in results)}
    if counters:
        counters.compare(work, stayed)
        failed["counters"] = len(counters.broken)
        for text in counters.broken:
            figures.say(text)
    rate = [{kind: r["done"] / r["seconds"] for kind, r in w.items()} for w in work]
    shares = {kind: 2 * rate[1][kind] / (rate[0][kind] + rate[2][kind]) for kind in work[0]}
    figures.say(f"{relay.name}: {size.reloads} reloads in {work[1]['tcp']['seconds']:.1f} s; failed: " +
                " ".join(f"{k} {v}" for k, v in failed.items()))
    return sum(failed.values()), shares, sum(w["udp"]["failed"] for w in work if "udp" in w)


def reload(rig, size, figures):
    """Reloads and upgrades under full load; beside it haproxy and nginx with reloads of their own."""
    for name, options in (("edge", {}), ("haproxy", {"reloads": True}), ("nginx", {})):
        relay = rig.start(name, **options)
        failed, shares, lost = _reload(rig, size, figures, relay)
        suffix = "" if name == "edge" else f".{name}"
        figures.add(f"relay.reload.failed_sessions{suffix}", [failed], 0)
        figures.add(f"relay.reload.work_share{suffix}", [min(shares.values())])
        for kind, share in shares.items():
            figures.add(f"relay.reload.work_share.{kind}{suffix}", [share])
        if "udp" in shares:
            figures.add(f"relay.reload.lost_datagrams{suffix}", [lost], 0)
        relay.stop()


def _silence_ms(rig, size, relay, change):
    """The longest time for which any session waited for its answer, across change()."""
    held = rig.load("hold", relay, clients=100, sessions=size.held, octets=300, every=1, seconds=600)
    held.ready()
    time.sleep(0.3 if size.smoke else 1)
    change()
    time.sleep(0.2 if size.smoke else 1)
    result = held.finished()
    if result["failed"]:
        raise LabError(f"{result['failed']} sessions failed")
    return result["max_us"] / 1e3


def upgrade(rig, size, figures):
    """Sessions that stay, one message a second each, and an upgrade in their middle."""
    relay, own = rig.start("edge"), []
    none = [_silence_ms(rig, size, relay, lambda: time.sleep(0.3)) for _ in range(1 if size.smoke else 2)]
    pauses = [_silence_ms(rig, size, relay, lambda: own.append(relay.upgrade())) for _ in range(size.upgrades)]
    figures.add("relay.upgrade.pause_ms.max", pauses, 1)
    figures.add("relay.upgrade.pause_ms.edge_lb_says", own, 1)
    figures.add("relay.upgrade.pause_ms.without_upgrade", none, 1)
    relay.stop()
