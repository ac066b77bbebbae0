# SPDX-License-Identifier: BSD-2-Clause
"""pools - the members that the prober's benchmarks ask, and how they fall ill.

  checker ----+
  checker ----+---- members: every address of every member on one host, and an edge-sim
  checker ----+              for each member, or for each pool

Owns: namespaces, addresses, the members' processes, the configuration of their pools.
Must not: know how a checker is told (checkers.py), or figures.

Each checker has a host and a link of its own, so that the kernel counts its connections.
What a member sends is taken in by the checker's stack in the member's time, and the other
way round, for all checkers alike.
"""
import os
import time

from lab import wait_until

GROUPS = ("access", "webconf", "av", "internal")
# service: (the member's address, port)
SERVICES = {
    "access": ("access", 443), "federation": ("access", 5061), "xmpp": ("access", 5269),
    "webconf": ("webconf", 443), "av-tcp": ("av", 443), "av-udp": ("av", 3478),
    "sip": ("internal", 5061), "mras": ("internal", 5062), "int-av-tcp": ("internal", 443),
    "int-av-udp": ("internal", 3478)}
UDP = ("av-udp", "int-av-udp")
# What probes of kind udp ask: an Allocate of MS-TURN; and how the answer begins, 401.
UDP_QUESTION = {"udp_send": "hex:00030010" + bytes(range(0xa0, 0xb0)).hex() + "000f000472c64bc6" "8008000400000001",
                "udp_expect": "hex:0113"}
PER_POOL = 20  # the most members a pool may have


def boot_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def cores():
    """(members and this program, checkers)"""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[-1]


class Member:
    """Its addresses and, unless its pool shares one, its process."""

    def __init__(self, pools, number):
        self.pools, self.pool, index = pools, number // pools.of_pool, number % pools.of_pool
        self.name, self.sim = f"edge{index + 1}", None
        self.addresses = {}
        for n, group in enumerate(GROUPS):
            inner = group == "internal"
            v4 = f"{'172.25' if inner else '131.107'}.{100 + self.pool}.{10 + 60 * n % 180 + index}"
            v6 = f"{'fd2e:4d7e' if inner else '2001:92a5'}:2bb5:{6000 + self.pool}::{n + 1}:{index + 1}"
            self.addresses[group] = [v4, v6] if pools.v6 else [v4]

    def all(self):
        return [a for group in self.addresses.values() for a in group]

    def at(self, service):
        """ADDRESS, PORT of its IPv4 endpoint."""
        group, port = SERVICES[service]
        return self.addresses[group][0], port

    def listens(self):
        for service, (group, port) in SERVICES.items():
            for a in self.addresses[group]:
                yield f"{service}=[{a}]:{port}" if ":" in a else f"{service}={a}:{port}"

    def launch(self):
        self.sim = self.pools.simulate(f"sim{self.pool}-{self.name}", self.name, self.listens())

    def fall_ill(self, how):
        """Returns the time (CLOCK_BOOTTIME) just before.  refused: its process is killed;
        silent: what is sent to it vanishes; hung: its process stands still, so the kernel
        accepts and nobody says anything."""
        now = boot_ns()
        if how == "refused":
            self.sim.kill()
        elif how == "silent":
            self.pools.drop("add", self.all())
        else:
            self.sim.pause()
        return now

    def recover(self, how):
        if how == "refused":
            self.launch()
        elif how == "silent":
            self.pools.drop("delete", self.all())
        else:
            self.sim.resume()


class Pools:
    """.members, of_pool in each.  together: one process for each pool."""

    def __init__(self, lab, members, of_pool=PER_POOL, v6=True, together=False):
        self.lab, self.of_pool, self.v6, self.checkers = lab, of_pool, v6, 0
        self.core, self.checker_core = cores()
        os.sched_setaffinity(0, {self.core})  # this program, and what it runs without taskset
        self.host = lab.host("members")
        # A host answers "port unreachable" once a second to each peer; these are many hosts.
        for key in ("ipv4.icmp_ratelimit", "ipv6.icmp.ratelimit"):
            self.host.sysctl(f"net.{key}", 0)
        self.certs = lab.dir / "certs"
        self.host.run("make-certs", self.certs)
        self.members = [Member(self, i) for i in range(members)]
        self.host.ip(*[f"addr add {a} dev lo" + (" nodad" if ":" in a else "")
                       for m in self.members for a in m.all()])
        self._filter()
        self.sims = []
        for pool in sorted({m.pool for m in self.members}) if together else []:
            listens = [x for m in self.members if m.pool == pool for x in m.listens()]
            self.sims.append(self.simulate(f"sim{pool}", "edge", listens))
        for m in [] if together else self.members:
            m.launch()
        for p in lab.processes:
            wait_until(lambda p=p: "ready" in p.output(), 30, f"{p.name} to open its ports")

    def simulate(self, name, member, listens):
        args = [a for spec in listens for a in ("--listen", spec)]
        return self.host.popen("edge-sim", "--name", member, "--certs", self.certs, "--resume", *args, name=name)

    def _filter(self):
        self._nft("add table inet ill", "add set inet ill v4 { type ipv4_addr; }",
                  "add set inet ill v6 { type ipv6_addr; }",
                  "add chain inet ill in { type filter hook input priority 0; }",
                  "add rule inet ill in ip daddr @v4 drop", "add rule inet ill in ip6 daddr @v6 drop")

    def _nft(self, *lines):
        self.host.run("nft", "-f", "-", input="\n".join(lines) + "\n")

    def drop(self, verb, addresses):
        self._nft(*[f"{verb} element inet ill {'v6' if ':' in a else 'v4'} {{ {a} }}" for a in addresses])

    def checker_host(self, name):
        """A host with a link to the members and routes to their addresses."""
        h, n = self.lab.host(name), self.checkers
        self.checkers += 1
        self.host.ip(f"link add c{n} type veth peer name e0 netns {h.pid}", f"link set c{n} up",
                     f"addr add 198.19.{n}.1/24 dev c{n}", f"addr add 2001:db8:{n}::1/64 dev c{n} nodad")
        h.ip("link set e0 up", f"addr add 198.19.{n}.2/24 dev e0", f"addr add 2001:db8:{n}::2/64 dev e0 nodad",
             f"route add default via 198.19.{n}.1", f"route add ::/0 via 2001:db8:{n}::1")
        return h

    def conf(self, probes=None, health=None):
        """The configuration: DNS mode, so that no VIP is needed.  probes: service -> kind, or
        a function that gives them for a pool's number;
        health: keys of the health group."""
        of_pool = probes if callable(probes) else lambda pool: probes or {}
        return {"instance": "bench", "lab": True,
                "health": {"tls": {"certificate": f"{self.certs}/client.pem", "key": f"{self.certs}/client.key",
                                   "ca": f"{self.certs}/ca.pem"}} | (health or {}),
                "pools": [self._pool(p, of_pool(p)) for p in sorted({m.pool for m in self.members})]}

    def _pool(self, number, probes):
        def group(name, tcp, udp=None, **more):
            kinds = {"probe": probes[tcp]} if tcp in probes else {}
            kinds |= {"udp_probe": probes[udp]} if udp in probes else {}
            return {name: kinds | (UDP_QUESTION if probes.get(udp) == "udp" else {}) | more}

        def fqdn(host):
            return {"fqdn": f"{host}.contoso{number or ''}.com"}
        return {"fqdn": f"edge.contoso{number or ''}.net", "sip_domains": [f"contoso{number or ''}.com"],
                "product": "lync-2013",
                "external": {"balancing": "dns", **group("access", "access", **fqdn("sip")),
                             **group("federation", "federation"), **group("xmpp", "xmpp", **fqdn("sip")),
                             **group("webconf", "webconf", **fqdn("webcon")),
                             **group("av", "av-tcp", "av-udp", **fqdn("av"))},
                "internal": {"balancing": "dns", **group("sip", "sip"), **group("mras", "mras"),
                             **group("av", "int-av-tcp", "int-av-udp")},
                "members": [{"name": m.name, "fqdn": f"{m.name}.contoso{number or ''}.net", **m.addresses}
                            for m in self.members if m.pool == number]}
