# SPDX-License-Identifier: BSD-2-Clause
"""kernel - the figures of the kernel engine, in the order in which they are printed."""
import contextlib
import json
import shutil
import sys

import engine
import rig
import ways
from kernel_changes import change
from kernel_flood import flood
from lab import LabError, program
from paired import added, ended, ratio, rounds

REQUEST, DATAGRAM = 100, 200


class Size:
    """How much of everything: the full run, or --smoke."""

    def __init__(self, smoke, n_rounds=None):
        self.smoke = smoke
        self.rounds = n_rounds or (1 if smoke else 21)
        self.seconds = 0.1 if smoke else 1
        # A load stands when what began 10 s ago has been deleted for a whole sweep, 10 s at most.
        self.standing = (0, 0.1) if smoke else (20, 20)
        self.flows = 20000 if smoke else 1000000
        self.flood_look, self.honest_rate = (0.2, 200) if smoke else (1.5, 500)
        self.established = 200 if smoke else 5000
        # Of reloads and of ring changes; a kill -9 after so many of both.
        self.changes, self.kill_after, self.change_every = (2, 2, 0.1) if smoke else (100, 40, 0.1)
        self.udp_clients = 200 if smoke else 1000

    def places(self):
        return list(PLACES.items())[:1 if self.smoke else None]


def missing():
    return rig.missing() + ([] if shutil.which("nft", path="/usr/sbin:/usr/bin") else ["nftables is not installed"])


@contextlib.contextmanager
def _ways(laboratory, kinds, placed):
    with laboratory() as lab:
        made = [kind(lab, placed) for kind in kinds]
        yield made
        for way in made:
            way.stop()


def _one_core():
    """Everything on the last core: what it spends is what the machine spends."""
    return (rig.cores()[1],) * 3


def _apart():
    """The generator's packets are forwarded on one core, the members' on another."""
    return rig.cores()[0], rig.cores()[1], rig.cores()[1]


PLACES = {"": _one_core, ".two_cores": _apart}


def cpu_per_session(laboratory, size, figures):
    """64 clients, one question and one answer of 100 octets a session."""
    def short(seconds):
        return lambda w: w.load("short", clients=64, seconds=seconds, octets=REQUEST)

    def done(result):
        return result["done"]
    for suffix, placed in size.places():
        with _ways(laboratory, (ways.Direct, ways.Kernel, ways.Nft, ways.Haproxy), placed()) as made:
            _, kernel, nft, _ = made
            kernel.ended_ns = ended(figures, kernel, short, done, size.standing)
            found = rounds(figures, size.rounds, made, short(size.seconds), done, ends=True)
        figures.judge(f"kernel.tcp.cpu_per_session.vs_direct{suffix}", ratio(found, "direct"), 1.05)
        figures.judge(f"kernel.tcp.added_cpu.vs_haproxy{suffix}", added(found, "haproxy"), 0.06)
        figures.judge(f"kernel.tcp.added_cpu.vs_nft{suffix}", added(found, "nft"), 0.25)
        for w in made:
            figures.add(f"kernel.tcp.cpu_per_session.{w.name}_us{suffix}", [u[w.name].ns() / 1e3 for u in found], 2)
        for w in (kernel, nft):
            figures.add(f"kernel.tcp.cpu_per_session.{w.name}_aside_us{suffix}",
                        [u[w.name].aside() / 1e3 for u in found], 2)


def cpu_per_gb(laboratory, size, figures):
    """Eight sessions at full speed, four each way."""
    for suffix, placed in size.places():
        with _ways(laboratory, (ways.Direct, ways.Kernel), placed()) as made:
            found = rounds(figures, size.rounds, made,
                           lambda w: w.load("bulk", clients=8, seconds=size.seconds),
                           lambda result: result["octets"])
        figures.judge(f"kernel.tcp.cpu_per_gb.vs_direct{suffix}", ratio(found, "direct"), 1.10)
        for w in made:
            figures.add(f"kernel.tcp.cpu_per_gb.{w.name}_s{suffix}", [u[w.name].ns() for u in found])


def cpu_per_packet(laboratory, size, figures):
    """1000 clients with one datagram of 200 octets under way each, the same in all rounds: flows of others stay in
    the table for half an hour."""
    for suffix, placed in size.places():
        with _ways(laboratory, (ways.Direct, ways.Kernel, ways.Nft), placed()) as made:
            found = rounds(figures, size.rounds, made,
                           lambda w: w.load("udp", udp=True, first=0, addresses=1000, clients=1000,
                                            seconds=size.seconds, octets=DATAGRAM),
                           lambda result: 2 * result["done"])
        figures.judge(f"kernel.udp.cpu_per_packet.vs_direct{suffix}", ratio(found, "direct"), 1.05)
        figures.judge(f"kernel.udp.cpu_per_packet.vs_nft{suffix}", ratio(found, "nft"), 0.88)
        for w in made:
            figures.add(f"kernel.udp.cpu_per_packet.{w.name}_us{suffix}", [u[w.name].ns() / 1e3 for u in found])


def flows(laboratory, size, figures):
    """Flows made by packets, visited, swept."""
    core = str(rig.cores()[1])
    with laboratory() as lab:
        done = lab.host("flows").run("taskset", "-c", core, program("edge-bench-flows"), size.flows, timeout=180)
    seen = json.loads(done.stdout)
    if seen["wrong"]:
        raise LabError(f"{seen['wrong']} packets went elsewhere")
    few, many = seen["few_ns"], seen["all_ns"]
    figures.judge("kernel.flows.held", [seen["held"]], size.flows, 0, at_least=True)
    figures.judge("kernel.flows.bytes_per_flow", [seen["octets"] / seen["held"]], 128, 1)
    figures.judge("kernel.flows.lookup_1m.vs_1k", [many / few], 2.0)
    figures.judge("kernel.flows.lookup_1m.more_ns", [many - few], 250, 1)
    figures.say(f"a packet: {few:.0f} ns of the program with 1000 flows, {many:.0f} with all")
    figures.judge("kernel.flows.sweep_ms", [seen["sweep_ms"]], 250, 1)
    figures.judge("kernel.flows.sweep_hold_ms", [seen["hold_ms"]], 10, 2)
    figures.say(f"all of them idle at once: {seen['storm_ms']:.0f} ms, the loop held {seen['storm_hold_ms']:.2f} ms at most")


FIGURES = [cpu_per_session, cpu_per_gb, cpu_per_packet, flows, flood, change]
PEERS = [("/usr/sbin/haproxy", "-v"), ("/usr/sbin/nft", "-v")]


def measure(chosen, size, figures, laboratory):
    """The chosen ones of FIGURES, each in laboratories of its own."""
    if why := engine.missing():
        figures.say(f"skipped: {why}")
        sys.exit(77)
    for figure in chosen:
        figure(laboratory, size, figures)
