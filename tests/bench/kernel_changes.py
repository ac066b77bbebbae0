# SPDX-License-Identifier: BSD-2-Clause
"""kernel_changes - full load (changes.py) on the kernel engine while everything around it changes.

A reload changes a timeout or a listener, a ring change a weight; now and then edge-lb is
killed and started again, and traffic goes on without it.
"""
import dataclasses
import time

import rig
import ways
from changes import MESSAGE_EVERY, STAYING, Work


def _without_ring(setup, n):
    if n % 2:
        return dataclasses.replace(setup, listener=not setup.listener)
    return dataclasses.replace(setup, idle=3601 - setup.idle)


def _other_ring(setup, n):
    return dataclasses.replace(setup, weight=150 - setup.weight)


def _changes(way, size):
    """Begun, all of them; how often edge-lb was killed."""
    relay, killed = way.relay, 0
    setup = relay.setup
    for n in range(2 * size.changes):
        setup = (_other_ring if n % 2 else _without_ring)(setup, n // 2)
        relay.reload(setup)
        if (n + 1) % size.kill_after == 0:
            relay.killed()
            killed += 1
        time.sleep(size.change_every)
    return killed


def change(laboratory, size, figures):
    with laboratory() as lab:
        way = ways.Kernel(lab, (rig.cores()[0], rig.cores()[1], rig.cores()[0]))
        staying = way.load("hold", clients=100, sessions=STAYING, octets=300, every=MESSAGE_EVERY, seconds=600)
        staying.ready()
        work, began = Work(way.rig, way, size), time.monotonic()
        killed = _changes(way, size)
        took = time.monotonic() - began
        done = work.end()
        stayed = staying.finished()
        lost = {"short": done["tcp"]["failed"], "staying": stayed["failed"], "misrouted": done["udp"]["misrouted"]}
        figures.say(f"{size.changes} reloads, {size.changes} ring changes, {killed} kills in {took:.0f} s; "
                    f"{done['tcp']['done']} short sessions, {stayed['octets']} octets in those that stayed, "
                    f"{done['udp']['done']} datagrams; lost: " + " ".join(f"{k} {v}" for k, v in lost.items()))
        figures.judge("kernel.change.lost_sessions", [sum(lost.values())], 0, 0)
        figures.add("kernel.change.lost_datagrams", [done["udp"]["failed"]], 0)
        way.stop()
