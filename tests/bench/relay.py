# SPDX-License-Identifier: BSD-2-Clause
"""relay - the figures of the relay engine, in the order in which they are printed.

Each function measures one of them and begins its own relays: what one figure leaves
behind (memory, sessions in TIME_WAIT) is not met by the next.
"""
import time

from changes import reload, upgrade
from lab import LabError
from measure import Used, per, ratios, rounds
from rig import Rig, missing  # noqa: F401: missing() is run's

REQUEST, DATAGRAM = 100, 200


class Size:
    """How much of everything: the full run, or --smoke."""

    def __init__(self, smoke, n_rounds=None):
        self.smoke = smoke
        self.rounds = n_rounds or (1 if smoke else 9)
        self.seconds = 0.3 if smoke else 2
        # edge-lb's limit with the 20 000 descriptors of a small machine is 8000; short ones need room.
        self.held = 500 if smoke else 7800
        self.hold_seconds = 1 if smoke else 60
        # A reload every so often, an upgrade after so many; beside them as long a rest before and after.
        self.reloads, self.upgrade_after = (4, 4) if smoke else (100, 20)
        self.reload_every, self.rest_seconds = 0.2, (0.3 if smoke else 4)
        self.udp_clients = 200 if smoke else 1000
        self.upgrades = 1 if smoke else 5


def _all_done(relay, result):
    if result["failed"]:
        raise LabError(f"{relay.name}: {result['failed']} of {result['done']} sessions failed")
    return result


def _stop(relays):
    for r in relays:
        r.stop()


def cpu_per_session(rig, size, figures):
    """64 clients, one question and one answer of 100 octets a session."""
    relays = [rig.start("edge"), rig.start("haproxy"), rig.start("nginx")]

    def run(relay):
        load = rig.load("short", relay, clients=64, seconds=size.seconds, octets=REQUEST)
        return _all_done(relay, load.finished())
    for r in relays:
        run(r)
    found = rounds(figures, size.rounds, relays, run)
    for peer in ("haproxy", "nginx"):
        figures.add(f"relay.tcp.cpu_per_session.vs_{peer}", ratios(found, per("done"), peer))
    for r in relays:
        figures.add(f"relay.tcp.cpu_per_session.{r.name}_us", [per("done")(u[r.name]) / 1e3 for u in found], 2)
        figures.add(f"relay.tcp.sessions_per_second.{r.name}",
                    [u[r.name].result["done"] / u[r.name].result["seconds"] for u in found], 0)
    _stop(relays)


def idle_bytes(rig, size, figures):
    """Memory of a relay that holds sessions, and after a crowd has come and gone beside them."""
    for name in ("edge", "haproxy", "nginx"):
        quiet, after = [], []
        for _ in range(1 if size.smoke or name != "edge" else 3):
            relay = rig.start(name)
            held = rig.load("hold", relay, clients=100, sessions=size.held, octets=4096, seconds=100)
            held.ready()
            time.sleep(1)
            quiet.append(relay.memory() / size.held)
            crowd = rig.load("short", relay, clients=64, sessions=size.held * 5 // 4, seconds=60, octets=REQUEST)
            _all_done(relay, crowd.finished())
            time.sleep(1)
            after.append(relay.memory() / size.held)
            _all_done(relay, held.finished())
            relay.stop()
        suffix = "" if name == "edge" else f".{name}"
        figures.add(f"relay.tcp.idle_bytes_per_session{suffix}", quiet, 0)
        figures.add(f"relay.tcp.idle_bytes_per_session.after_short{suffix}", after, 0)


def cpu_per_gb(rig, size, figures):
    """Eight sessions at full speed, four each way."""
    relays = [rig.start("edge"), rig.start("haproxy"), rig.start("nginx")]

    def run(relay):
        return _all_done(relay, rig.load("bulk", relay, clients=8, seconds=size.seconds).finished())
    found = rounds(figures, size.rounds, relays, run)
    for peer in ("haproxy", "nginx"):
        figures.add(f"relay.tcp.cpu_per_gb.vs_{peer}", ratios(found, per("octets"), peer))
    for r in relays:
        figures.add(f"relay.tcp.cpu_per_gb.{r.name}_s", [per("octets")(u[r.name]) for u in found])
        figures.add(f"relay.tcp.gb_per_second.{r.name}",
                    [u[r.name].result["octets"] / u[r.name].result["seconds"] / 1e9 for u in found])
    _stop(relays)


def cpu_per_packet(rig, size, figures):
    """1000 clients with one datagram of 200 octets under way each."""
    relays = [rig.start("edge"), rig.start("nginx")]
    # Each round brings 1000 new clients, whose associations live for 60 s: all must fit.
    n_rounds = min(size.rounds, size.held // 1000 or 1)

    def run(relay):
        result = rig.load("udp", relay, udp=True, addresses=1000, clients=1000, seconds=size.seconds,
                          octets=DATAGRAM).finished()
        if result["misrouted"]:
            raise LabError(f"{relay.name}: datagrams of {result['misrouted']} clients went to two members")
        # Every answer is two datagrams relayed; of a lost one nobody knows how far it came.
        return result | {"packets": 2 * result["done"]}
    found = rounds(figures, n_rounds, relays, run)
    figures.add("relay.udp.cpu_per_packet.vs_nginx", ratios(found, per("packets"), "nginx"))
    figures.add("relay.udp.lost", [u["edge"].result["failed"] for u in found], 0)
    figures.add("relay.udp.lost.nginx", [u["nginx"].result["failed"] for u in found], 0)
    for r in relays:
        figures.add(f"relay.udp.cpu_per_packet.{r.name}_us", [per("packets")(u[r.name]) / 1e3 for u in found])
        figures.add(f"relay.udp.packets_per_second.{r.name}",
                    [u[r.name].result["packets"] / u[r.name].result["seconds"] for u in found], 0)
    _stop(relays)


def p99_latency(rig, size, figures):
    """Connect to first answer, at a fifth of the load at which nginx's core would be full."""
    relays = [rig.start("edge"), rig.start("nginx")]

    def short(relay, **options):
        return _all_done(relay, rig.load("short", relay, octets=REQUEST, **options).finished())
    full = Used(relays[1], lambda r: short(r, clients=64, seconds=0.5))
    rate = 0.2 * 1e9 / per("done")(full)
    found = rounds(figures, size.rounds, relays,
                   lambda r: short(r, clients=500, seconds=1.5 * size.seconds, rate=round(rate)))
    figures.say(f"{rate:.0f} sessions a second")
    figures.add("relay.tcp.p99_latency.vs_nginx", ratios(found, lambda u: u.result["p99_us"], "nginx"))
    figures.add("relay.tcp.p99_latency.minus_nginx_ms",
                [(u["edge"].result["p99_us"] - u["nginx"].result["p99_us"]) / 1e3 for u in found])
    for r in relays:
        figures.add(f"relay.tcp.p99_latency.{r.name}_ms", [u[r.name].result["p99_us"] / 1e3 for u in found])
    _stop(relays)


def hold(rig, size, figures):
    """Sessions that stay and speak once a minute, and 500 short ones a second beside them."""
    relay, lags = rig.start("edge"), []
    held = rig.load("hold", relay, clients=100, sessions=size.held, octets=4096, every=60, seconds=600)
    held.ready()
    time.sleep(1.5)  # the second in which they came is not one of those that count
    crowd = rig.load("short", relay, clients=1000, rate=500, seconds=size.hold_seconds, octets=REQUEST)
    begun, waited = time.monotonic(), relay.waited_ns()
    end = begun + size.hold_seconds
    while time.monotonic() < end:
        time.sleep(1)
        lags.append(relay.loop_lag_ms())
    waited = (relay.waited_ns() - waited) / 1e6 / (time.monotonic() - begun)
    figures.say(f"others kept edge-lb from its core for {waited:.0f} ms a second")
    lost = crowd.finished()["failed"] + held.finished()["failed"]
    figures.add("relay.hold.lost_sessions", [lost], 0)
    lags.sort()
    figures.add("relay.hold.loop_lag_p99_ms", [lags[int(0.99 * (len(lags) - 1))]])
    relay.stop()


FIGURES = [cpu_per_session, idle_bytes, cpu_per_gb, cpu_per_packet, p99_latency, hold, reload, upgrade]
PEERS = [("/usr/sbin/haproxy", "-v"), ("/usr/sbin/nginx", "-v")]


def measure(chosen, size, figures, laboratory):
    """The chosen ones of FIGURES, all on one machine."""
    with laboratory() as lab:
        machine = Rig(lab)
        if machine.core == machine.gen_core:
            figures.say("one core only: the balancer shares it with its load")
        for figure in chosen:
            figure(machine, size, figures)
