# SPDX-License-Identifier: BSD-2-Clause
"""kernel_flood - packets of nobody, beside sessions that stay and honest new ones.

The flood comes from a core of its own; balancer, members and honest clients share the
other.  Its rate is the highest at which plain routing to the same members still serves
99 % of honest sessions, or all that this machine can send.
"""
import time
from pathlib import Path

import rig
import ways
from lab import LabError, program, wait_until
from relays import PORT
from rig import Load

REQUEST = 100
INVENTED, N_INVENTED = "10.0.0.0", 1 << 24
HALF_OPEN = 65536
SERVED = 0.99
RATES = [25000 * 2**(n / 2) for n in range(12)]


def _prepare(way):
    """Invented addresses are behind the client, who throws away what comes for them."""
    way.rig.balancer.ip(f"route add {INVENTED}/8 via 198.19.0.1")
    way.rig.gen.ip(f"route add blackhole {INVENTED}/8")
    link = way.rig.balancer.run("ip", "-brief", "link", "show", "dev", "g0").stdout.split()
    way.mac = link[2]


def _flood(way, rate, seconds, packets):
    options = {"to": f"{way.vip}:{PORT}", "from": INVENTED, "addresses": N_INVENTED, "rate": round(rate),
               "seconds": seconds, "sessions": packets, "first": time.monotonic_ns(), "device": "e0", "mac": way.mac,
               **way.options}
    argv = [program("edge-bench-gen"), "flood", *[str(x) for k, v in options.items() for x in (f"--{k}", v)]]
    return Load(way.rig, ["taskset", "-c", str(rig.cores()[0]), *argv])


def _served(result):
    return result["done"] / max(result["done"] + result["failed"], 1)


def _together(way, size, rate, seconds=60, packets=0):
    """(share of honest sessions served, packets of the flood a second, packets), until either is reached"""
    flood = _flood(way, rate, seconds, packets)
    honest = way.load("short", clients=2000, rate=size.honest_rate, seconds=0, octets=REQUEST, patience=3)
    flood = flood.finished()
    return _served(honest.finished()), flood["done"] / flood["seconds"], flood["done"]


def _highest_rate(way, size, figures):
    best = None
    for rate in RATES[:1] if size.smoke else RATES:
        served, sent, _ = _together(way, size, rate, seconds=size.flood_look)
        figures.say(f"plain routing, {sent:.0f} packets a second of nobody: {served:.1%} served")
        if served < SERVED:
            break
        best = rate
        if sent < 0.9 * rate:
            break
    if best is None:
        raise LabError("plain routing serves too little under the smallest flood")
    return best


def _tracked(way):
    with way.rig.balancer.entered():
        return int(Path("/proc/sys/net/netfilter/nf_conntrack_count").read_text())


def flood(laboratory, size, figures):
    with laboratory() as lab:
        placed = (rig.cores()[1],) * 3
        plain, kernel = ways.Direct(lab, placed), ways.Kernel(lab, placed)
        for way in (plain, kernel):
            _prepare(way)
        rate = _highest_rate(plain, size, figures)
        packets = 5000 if size.smoke else 2 * 10 * HALF_OPEN  # every second one is a SYN
        staying = kernel.load("hold", clients=100, sessions=size.established, octets=300, every=1, seconds=600)
        staying.ready()
        wait_until(lambda: kernel.held() >= size.established, 5, "the established flows in the table")
        time.sleep(size.flood_look)
        memory, tracked = kernel.relay.memory(), _tracked(kernel)
        direct_served, _, _ = _together(plain, size, rate, packets=packets)
        served, sent, packets = _together(kernel, size, rate, packets=packets)
        flows = kernel.held()
        memory, tracked = kernel.relay.memory() - memory, _tracked(kernel) - tracked
        time.sleep(size.flood_look)
        stayed = staying.finished()
        figures.say(f"{packets} packets of nobody, {sent:.0f} a second; honest: {direct_served:.1%} plain, {served:.1%} "
                    f"kernel engine; {stayed['used']} established, {stayed['octets']} octets echoed")
        figures.judge("kernel.flood.lost_established", [stayed["failed"]], 0, 0)
        figures.judge("kernel.flood.honest_success", [served / direct_served], 0.90, at_least=True)
        beyond = flows - size.established - 1.5 * size.honest_rate * packets / sent
        figures.judge("kernel.flood.flows_of_nobody", [max(0, round(beyond))], 0, 0)
        figures.judge("kernel.flood.memory_growth_kib", [memory / 1024], 1024, 0)
        figures.judge("kernel.flood.connections_tracked", [tracked], 0, 0)
        kernel.stop()
