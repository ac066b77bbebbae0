# SPDX-License-Identifier: BSD-2-Clause
"""ways - how a packet may get to a member: routed, translated by nft, relayed, by the kernel engine.

Owns: a network for each way, and what is told to the balancer in it.  Must not: know loads
or figures.

Each way has a network of its own: client, balancer, members.  What one way leaves in its
balancer (rules, connection tracking, flows, filters at its links) costs no other.
"""
import os
import socket
import string
import struct

import relays
import spent
from engine import Bpffs
from lab import LabError
from rig import Rig

V4 = relays.V4
NETLINK_NETFILTER, NLM_F_REQUEST, NLM_F_ACK = 12, 1, 4


class Way:
    """.vip and .udp_vip: where clients send; .options: what the generator must know."""

    name, options = "", {}
    vip = udp_vip = V4 + "110"

    def __init__(self, lab, placed):
        self.rig = Rig(lab, f"-{self.name}", placed)

    def load(self, kind, **options):
        return self.rig.load(kind, self, **self.options, **options)

    def between(self):
        """What must be forgotten before the next load, outside of what is measured."""

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
        """Forgets all connections, as `conntrack -F`."""
        delete = (1 << 8) | 2  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
        with self.rig.balancer.entered(), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as s:
            s.send(struct.pack("=IHHIIBBH", 20, delete, NLM_F_REQUEST | NLM_F_ACK, 1, 0, socket.AF_UNSPEC, 0, 0))
            error = struct.unpack_from("=i", s.recv(4096), 16)[0]
        if error:
            raise LabError(f"cannot forget connections: {os.strerror(-error)}")


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
    """edge-lb's kernel engine, with all its defaults."""

    name = "kernel"

    def __init__(self, lab, placed, **sizes):
        super().__init__(lab, placed)
        self.bpffs = Bpffs(lab)
        lab.ends.append(self.bpffs.end)
        self.sizes = sizes
        self.rig.balancer.forward()
        self.relay = KernelEdge(self.rig, relays.Setup(), 1, self)

    def processes(self):
        return [*super().processes(), *self.relay.edge.daemon.values()]

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
