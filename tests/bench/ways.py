# SPDX-License-Identifier: BSD-2-Clause
"""ways - how a packet may get to a member: routed, translated by nft, relayed, by the kernel engine.

Owns: a network for each way, and what is told to the balancer in it.  Must not: know loads
or figures.

Each way has a network of its own: client, balancer, members.  What one way leaves in its
balancer (rules, connection tracking, flows, filters at its links) costs no other.
"""
import os
import re
import socket
import string
import struct
import time

import relays
import spent
from engine import Bpffs
from lab import LabError, wait_until
from rig import Rig, cores
from spacers import spacers

V4 = relays.V4
NETLINK_NETFILTER, NLM_F_REQUEST, NLM_F_ACK = 12, 1, 4
DISCARD_PORT = 9
SPACERS = 5  # an odd number: places are 0, 2, 4, 1, 3 of them behind what else is loaded
REST, REST_MOST = 0.25, 0.02  # seconds, and the part of a core that a resting edge-lb uses of them


class Way:
    """.vip and .udp_vip: where clients send; .options: what the generator must know."""

    name, options = "", {}
    vip = udp_vip = V4 + "110"

    def __init__(self, lab, placed):
        self.rig = Rig(lab, f"-{self.name}", placed)

    def load(self, kind, **options):
        return self.rig.load(kind, self, **self.options, **options)

    def round_begins(self, n):
        """What a round, counted from 0, shall not have in common with the one before."""

    def between(self):
        """What must be forgotten before the next load, outside of what is measured."""

    def aside_ns(self, sessions):
        """CPU that these sessions cost when they are over, outside of what is measured."""
        return 0

    def processes(self):
        """What works for it, but the generator."""
        return [self.rig.member]

    def cpu_ns(self):
        return sum(spent.cpu_ns(p.pid) for p in self.processes())

    def stop(self):
        pass


class Direct(Way):
    """Plain routing: the client knows the members' addresses."""

    name, options = "direct", {"spread": relays.N_MEMBERS}
    vip = udp_vip = V4 + "10"

    def __init__(self, lab, placed):
        super().__init__(lab, placed)
        self.rig.balancer.forward()


class Nft(Way):
    """Destination translation by nftables, a hash of address and port chooses the member."""

    name = "nft"

    def __init__(self, lab, placed):
        super().__init__(lab, placed)
        b = self.rig.balancer
        b.forward()
        members = ", ".join(f"{i} : {V4}{10 + i}" for i in range(relays.N_MEMBERS))
        text = (relays.HERE / "peers" / "dnat.nft").read_text()
        b.run("nft", "-f", "-", input=string.Template(text).substitute(
            VIP=self.vip, PORT=relays.PORT, UDP_PORT=relays.UDP_PORT, N=relays.N_MEMBERS, MEMBERS=members))

    def between(self):
        self._forget()

    def aside_ns(self, sessions):
        """Their connections deleted, as the kernel's own collection would do two minutes
        later, one by one, in its worker.  The walk through the table is not charged: how
        often that is made, only a standing load could tell."""
        os.sched_setaffinity(0, {self.rig.core})
        all_ns = self._forget()
        self._track_one()  # of no connection at all, no table is walked through
        walk_ns = self._forget()
        os.sched_setaffinity(0, {cores()[0]})
        return max(all_ns - walk_ns, 0)

    def _forget(self):
        """Forgets all connections, as `conntrack -F`; the CPU nanoseconds of it: all in our call."""
        delete = (1 << 8) | 2  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
        with self.rig.balancer.entered(), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as s:
            before = time.thread_time_ns()
            s.send(struct.pack("=IHHIIBBH", 20, delete, NLM_F_REQUEST | NLM_F_ACK, 1, 0, socket.AF_UNSPEC, 0, 0))
            used = time.thread_time_ns() - before
            error = struct.unpack_from("=i", s.recv(4096), 16)[0]
        if error:
            raise LabError(f"cannot forget connections: {os.strerror(-error)}")
        return used

    def _track_one(self):
        with self.rig.balancer.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"", (f"{V4}10", DISCARD_PORT))


class Haproxy(Way):
    name = "haproxy"

    def __init__(self, lab, placed):
        super().__init__(lab, placed)
        self.relay = self.rig.start("haproxy")
        self.vip = self.relay.vip

    def processes(self):
        return [*super().processes(), self.relay.process]

    def stop(self):
        self.relay.stop()


class Kernel(Way):
    """edge-lb's kernel engine, with all its defaults.

    .ended_ns: what edge-lb costs a session, if that was measured aside (paired.ended); else
    what it does during a load is in the load's cost, in proportion to time."""

    name, ended_ns = "kernel", None

    def __init__(self, lab, placed, **sizes):
        super().__init__(lab, placed)
        self.bpffs = Bpffs(lab)
        lab.ends.append(self.bpffs.end)
        self.sizes = sizes
        self.rig.balancer.forward()
        self.relay = KernelEdge(self.rig, relays.Setup(), 1, self)

    def aside_ns(self, sessions):
        return (self.ended_ns or 0) * sessions

    def processes(self):
        daemons = self.relay.edge.daemon
        return [*super().processes(), *(p for n, p in daemons.items() if n != "lb" or self.ended_ns is None)]

    def round_begins(self, n):
        """edge-lb anew, and with it the program, at another place."""
        with spacers(2 * n % SPACERS):
            self.relay.killed()
        wait_until(self._rests, 30, "edge-lb to have nothing to do")

    def _rests(self):
        """It has read its whole table once, and looks at nothing but the time."""
        before = self.keeper_ns()
        time.sleep(REST)
        return self.keeper_ns() - before < REST_MOST * REST * 1e9

    def keeper_ns(self):
        """edge-lb's CPU so far."""
        return self.relay.cpu_ns()

    def held(self):
        """Flows in the table, ended ones among them until they are deleted."""
        return int(re.search(r"^kernel flows (\d+)", self.relay.edge.ask("lb", "status"), re.MULTILINE).group(1))

    def stop(self):
        self.relay.stop()


class KernelEdge(relays.EdgeLb):
    def __init__(self, rig, setup, number, way):
        self.way = way
        super().__init__(rig, setup, number)

    def conf(self, setup):
        members = ",\n      ".join(
            f'{{ name = "edge{i + 1}"; fqdn = "edge{i + 1}.contoso.net"; internal = [ "{relays.IN4}{10 + i}" ]; '
            f'external = [ "{V4}{10 + i}" ]; weight = {setup.weight if i == 0 else 100}; }}'
            for i in range(setup.members))
        return string.Template((relays.HERE / "edgepool-kernel.conf.in").read_text()).substitute(
            PINS=self.way.bpffs.pins, SIZES=" ".join(f"{k} = {v};" for k, v in self.way.sizes.items()),
            VIP=f'"{V4}110"', INTERNAL_VIP=f'"{relays.IN4}100"', MEMBERS=members, IDLE=setup.idle,
            FEDERATION="true" if setup.listener else "false")
