# SPDX-License-Identifier: BSD-2-Clause
"""health_handover - from a verdict to the balancer, and what traffic tells the prober.

edge-lb has its full load (changes.py).  Twelve members beside those that carry the long
sessions are killed and started again at random times; each time edge-health publishes a
state, and edge-lb's workers swap their view.

  the kill ............ health.detect.traffic_ms ......... state published (notice)
  state published ..... health.verdict_to_balancer_ms .... the last worker's swap (lb.board)
"""
import mmap
import os
import random
import struct
import time

from changes import DATAGRAM, MESSAGE_EVERY, STAYING, Work  # noqa: F401
from checkers import Notices
from health_detect import HELD_BACK
from lab import wait_until
from pools import boot_ns
from relays import IN4, N_MEMBERS, PORT, UDP_PORT, V4, Setup
from rig import Rig
from topology import libconfig

HEADER = struct.Struct("<QIIQ")  # magic, abi, words a row, rows: core/board_map.h
HEADER_SIZE, PROCESS_ID = 128, 1
STATUS, APPLIED = 0, 20  # core/include/edge/tbl/lb_fields.h
ALONE_NS = 30_000_000  # transitions closer than this cannot be told apart by their views
GIVE_UP_S = 15


class LbBoard:
    """The process row of lb.board."""

    def __init__(self, run_dir):
        fd = os.open(run_dir / "lb.board", os.O_RDONLY)
        self.map = mmap.mmap(fd, 0, prot=mmap.PROT_READ)
        os.close(fd)
        _, _, words, rows = HEADER.unpack_from(self.map)
        stride = 8 * (words + 2)
        self.row = next(at for at in range(HEADER_SIZE, HEADER_SIZE + rows * stride, stride)
                        if self._word(at + 8) == PROCESS_ID) + 16

    def _word(self, at):
        return struct.unpack_from("<Q", self.map, at)[0]

    def applied(self):
        """(generation, when the last worker took it)"""
        while True:
            generation, when = self._word(self.row + 8 * STATUS), self._word(self.row + 8 * APPLIED)
            if self._word(self.row + 8 * STATUS) == generation:
                return generation, when


class Killed:
    """A member of one process, that dies and comes back."""

    def __init__(self, rig, index):
        self.rig, self.index, self.process = rig, index, None
        rig.members.ip(f"addr add {V4}{10 + index}/24 dev e0", f"addr add {IN4}{10 + index}/24 dev e0")

    def launch(self):
        self.process = self.rig.on(self.rig.gen_core, self.rig.members, "edge-bench-member",
                                   f"tcp={V4}{10 + self.index}:{PORT}", f"udp={IN4}{10 + self.index}:{UDP_PORT}",
                                   name=f"member-{self.index + 1}")

    def kill(self):
        now = boot_ns()
        self.process.kill()
        return now


class Handover:
    """Hears states and sees swaps."""

    def __init__(self, relay, members):
        self.notices = Notices(relay.rig.balancer, relay.edge.run_dir)
        self.board = LbBoard(relay.edge.run_dir)
        self.generation, _ = self.board.applied()
        self.of = {int(e["id"], 16): next(k for k in members if e["address"] == f"{V4}{10 + k.index}")
                   for m in relay.edge.members() for e in m["endpoints"]
                   if "access" in e["services"] and e["address"] in {f"{V4}{10 + k.index}" for k in members}}
        self.changes, self.swaps, self.up = [], [], {}

    def look(self):
        for when, key, used in self.notices.heard():
            if key in self.of:
                self.changes.append(when)
                self.up[self.of[key]] = (used, when)
        generation, when = self.board.applied()
        if generation != self.generation:
            self.generation = generation
            self.swaps.append(when)

    def delays_ms(self):
        """Of transitions that were alone: to the first swap after it."""
        found = []
        for i, when in enumerate(self.changes):
            near = [c for c in self.changes[max(0, i - 1):i + 2] if c != when and abs(c - when) < ALONE_NS]
            after = [s for s in self.swaps if s >= when]
            if not near and after:
                found.append((min(after) - when) / 1e6)
        return found


def _kill_in_turn(handover, members, size):
    """Each is killed at a random time while up, and started again at once when it is out."""
    detected, due, killed = [], {k: time.monotonic() + random.uniform(0, size.interval) for k in members}, {}
    end = time.monotonic() + size.handover_seconds
    while time.monotonic() < end or killed:
        handover.look()
        now = time.monotonic()
        for k in members:
            used, when = handover.up.get(k, (False, 0))
            if k in killed and (not used or now - killed[k][1] > GIVE_UP_S):
                detected.append((when - killed.pop(k)[0]) / 1e6)
                k.launch()
                due[k] = now + random.uniform(1, 3)
            elif k not in killed and used and due[k] <= now < end:
                killed[k] = k.kill(), now
        time.sleep(0.002)
    return detected


def verdict_to_balancer(lab, size, figures):
    """State published to the last worker's swap, and a kill to its verdict, under full load."""
    rig = Rig(lab)
    os.sched_setaffinity(0, {rig.gen_core, rig.core})  # what watches must not wait long for a core
    os.setpriority(os.PRIO_PROCESS, 0, -15)
    killed = [Killed(rig, i) for i in range(N_MEMBERS, N_MEMBERS + size.killed)]
    for k in killed:
        k.launch()
    # Without a slow start: a member that has just come back would have hardly any traffic to tell by.
    more = libconfig({"health": HELD_BACK | size.quick, "lb": {"slow_start": 0}})
    relay = rig.start("edge", Setup(members=N_MEMBERS + size.killed, more=more))
    for k in killed:  # the long sessions are not to be theirs
        k.kill()
    names = {f"edge{k.index + 1}" for k in killed}

    def states():
        return {m["name"]: m["state"]["health"] for m in relay.edge.members()}
    wait_until(lambda: all(states()[n] == "down" for n in names), 30, "the killed to be out", 0.1)
    staying = rig.load("hold", relay, clients=100, sessions=size.staying, octets=4096, every=MESSAGE_EVERY, seconds=300)
    staying.ready()
    work = Work(rig, relay, size)
    handover = Handover(relay, killed)
    for k in killed:
        k.launch()
    wait_until(lambda: handover.look() or all(handover.up.get(k, (False,))[0] for k in killed), 30,
               "the killed to be back")
    detected = _kill_in_turn(handover, killed, size)
    results = work.end()
    held = staying.finished()
    figures.say(f"{results['tcp']['done'] / results['tcp']['seconds']:.0f} short sessions a second, "
                f"{results['udp']['done'] / results['udp']['seconds']:.0f} datagrams; broken by kills: "
                f"{results['tcp']['failed']}; staying sessions broken: {held['failed']}")
    figures.quantiles("health.verdict_to_balancer_ms", handover.delays_ms(), 2)
    figures.quantiles("health.detect.traffic_ms", detected)
    relay.stop()
