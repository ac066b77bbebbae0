# SPDX-License-Identifier: BSD-2-Clause
"""relays - edge-lb and its peers on the balancer: configuration, start, reload, what they use.

Owns: how each of the three is told what to do.  Must not: know loads or figures.
"""
import contextlib
import dataclasses
import re
import signal
import socket
import string
import time
from pathlib import Path

import spent
from lab import LabError, wait_until
from topology import Edge

HERE = Path(__file__).resolve().parent
V4, IN4 = "131.107.155.", "172.25.33."
N_MEMBERS = 8
PORT, UDP_PORT, SECOND_PORT = 443, 3478, 5061
VIP = {"edge": (V4 + "110", IN4 + "100"), "haproxy": (V4 + "111", None), "nginx": (V4 + "112", IN4 + "102")}
TRIES = 20
MODULES = "/usr/lib/nginx/modules"


@dataclasses.dataclass(frozen=True)
class Setup:
    """What reloads change; the defaults are what everything else is measured with."""
    members: int = N_MEMBERS
    weight: int = 100  # of the first member
    listener: bool = False  # a second one
    idle: int = 1800  # seconds
    more: str = ""  # of the configuration; nothing: all defaults

    def changed(self, n):
        """What reload n brings: each time something else, back and forth."""
        what = n % 4
        if what == 0:
            return dataclasses.replace(self, members=2 * N_MEMBERS - 1 - self.members)
        if what == 1:
            return dataclasses.replace(self, weight=150 - self.weight)
        if what == 2:
            return dataclasses.replace(self, listener=not self.listener)
        return dataclasses.replace(self, idle=3601 - self.idle)


class Relay:
    """Its processes and what they use."""

    name = ""

    def __init__(self, rig, setup, number):
        self.rig, self.number = rig, number
        self.vip, self.udp_vip = VIP[self.name]
        self.setup = setup

    def _started(self, process):
        self.process = process
        wait_until(self._connects, 10, f"{self.name} to answer")
        time.sleep(0.3)  # what a start leaves to do is not measured

    def _connects(self):
        if not self.process.running():
            raise RuntimeError(f"{self.name} ended: {self.process.output()[-500:]}")
        with self.rig.gen.entered():
            socket.create_connection((self.vip, PORT), 1).close()
        return True

    def cpu_ns(self, field=0):
        """Time on a CPU so far, of all threads of all its processes."""
        return spent.cpu_ns(self.process.pid, field)

    def waited_ns(self):
        """Time for which they could have run, and others did on their core."""
        return self.cpu_ns(1)

    def memory(self):
        """RssAnon + RssShmem of all its processes, in octets."""
        total = 0
        for pid in spent.family(self.process.pid):
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(("RssAnon:", "RssShmem:")):
                    total += int(line.split()[1]) * 1024
        return total

    def stop(self):
        self.process.stop()

    def _fill(self, template, **values):
        """peers/TEMPLATE with its words filled in; renamed over the one before."""
        target = self.rig.lab.dir / f"{self.number}-{template}"
        aside = target.with_suffix(".new")
        aside.write_text(string.Template((HERE / "peers" / template).read_text()).safe_substitute(values))
        aside.rename(target)
        return target

    def _reload_by(self, number):
        """A signal to the first process, which answers it with a new child."""
        before = set(spent.children(self.process.pid))

        def asked():
            if not self.process.running():
                raise LabError(f"{self.name} ended: {self.process.output()[-500:]}")
            return set(spent.children(self.process.pid)) - before
        for _ in range(TRIES):
            self.process.signal(number)
            with contextlib.suppress(LabError):
                wait_until(asked, 0.3, f"{self.name} to reload", 0.005)
                return
        raise LabError(f"{self.name} does not reload: {self.process.output()[-500:]}")


class Haproxy(Relay):
    name = "haproxy"

    def __init__(self, rig, setup, number, bind="", reloads=False):
        super().__init__(rig, setup, number)
        self.bind = bind
        mode = ["-W", "-db"] if reloads else ["-db"]
        self._started(rig.on(rig.core, rig.balancer, "haproxy", *mode, "-f", self._configure(),
                             name=f"haproxy-{number}"))

    def _configure(self):
        s = self.setup
        weights = [s.weight] + [100] * (s.members - 1)
        members = "\n".join(f"\tserver edge{i + 1} {V4}{10 + i}:{PORT} weight {w}" for i, w in enumerate(weights))
        more = f"frontend second\n\tbind {self.vip}:{SECOND_PORT} backlog 4096\n\tdefault_backend members\n"
        return self._fill("haproxy.cfg", VIP=self.vip, PORT=PORT, MEMBERS=members, BIND=self.bind,
                          IDLE=s.idle, SECOND=more if s.listener else "")

    def reload(self, setup):
        self.setup = setup
        self._configure()
        before = self._loaded()
        self._reload_by(signal.SIGUSR2)
        wait_until(lambda: self._loaded() > before, 10, "haproxy to be ready", 0.005)

    def _loaded(self):
        return self.process.output().count("Loading success")


class Nginx(Relay):
    name = "nginx"

    def __init__(self, rig, setup, number):
        super().__init__(rig, setup, number)
        self._started(rig.on(rig.core, rig.balancer, "nginx", "-e", "stderr", "-p", rig.lab.dir, "-c",
                             self._configure(), name=f"nginx-{number}"))

    def _configure(self):
        s = self.setup

        def members(net, port):
            return "\n".join(f"\t\tserver {net}{10 + i}:{port} max_fails=0 weight={w};"
                             for i, w in enumerate([s.weight] + [100] * (s.members - 1)))
        more = f"server {{ listen {self.vip}:{SECOND_PORT} reuseport; proxy_pass tcp_members; }}"
        return self._fill("nginx.conf", VIP=self.vip, PORT=PORT, UDP_VIP=self.udp_vip, UDP_PORT=UDP_PORT,
                          TCP_MEMBERS=members(V4, PORT), UDP_MEMBERS=members(IN4, UDP_PORT), MODULES=MODULES,
                          DIR=self.rig.lab.dir, FILES=self.rig.files - 500, IDLE=s.idle,
                          SECOND=more if s.listener else "")

    def reload(self, setup):
        self.setup = setup
        self._configure()
        self._reload_by(signal.SIGHUP)


class EdgeLb(Relay):
    name = "edge"

    def __init__(self, rig, setup, number):
        super().__init__(rig, setup, number)
        self.edge = Edge(rig.lab, rig.balancer, f"edge{number}")
        self.edge.write(self.conf(setup))
        health = rig.on(rig.gen_core, rig.balancer, "edge-health", *self.edge.options())
        p = rig.on(rig.core, rig.balancer, "edge-lb", *self.edge.options(), name=f"edge-lb-{number}")
        self.edge.daemon.update(health=health, lb=p)
        wait_until(self._up, 15, "all members to be up")
        self._started(p)

    def killed(self):
        """kill -9, and a new one that answers; without what _started() waits for besides."""
        self.process.kill()
        self.process = self.rig.on(self.rig.core, self.rig.balancer, "edge-lb", *self.edge.options())
        self.edge.daemon["lb"] = self.process
        wait_until(lambda: self.edge.ask("lb", "status"), 15, "edge-lb to answer again")

    def conf(self, setup):
        return edge_conf(setup)

    def _up(self):
        """The access endpoints, which alone are probed (connections; a member here only echoes)."""
        states = [e["state"]["summary"] for m in self.edge.members() for e in m["endpoints"]
                  if "access" in e["services"]]
        return states and set(states) == {"up"}

    def reload(self, setup):
        """As edgectl reload: both daemons answer when they have done it."""
        self.setup = setup
        self.edge.write(self.conf(setup))
        self.edge.ask("health", "reload")
        self.edge.ask("lb", "reload")

    def upgrade(self):
        """The milliseconds for which edge-lb says to have been silent."""
        return float(re.search(r"silent for ([0-9.]+) ms", self.edge.ctl("upgrade").stdout).group(1))

    def totals(self):
        """Sessions begun so far, of each listener and endpoint."""
        return {line.split()[0]: int(line.split()[-1]) for line in self.edge.ask("lb", "sessions").splitlines()}

    def counters(self):
        """What the board counts of the TCP and the UDP listener under load, and of all endpoints."""
        words = ("sessions_total", "octets_in", "octets_out", "packets_in", "packets_out")
        sums = {}
        for pool in self.edge.status()["pools"]:
            rows = [("listener", s["protocol"], s["listener"]["lb"]) for s in pool["services"]]
            rows += [("endpoint", e["protocol"], e["lb"]) for m in pool["members"] for e in m["endpoints"]]
            for kind, protocol, row in rows:
                for word in words:
                    key = (kind, protocol, word)
                    sums[key] = sums.get(key, 0) + (row or {}).get(word, 0)
        return sums

    def loop_lag_ms(self):
        """The longest turn of the last second."""
        return float(re.search(r"loop lag ([0-9.]+) ms", self.edge.ask("lb", "status")).group(1))

    def stop(self):
        super().stop()
        self.edge.daemon["health"].stop()


KINDS = {k.name: k for k in (EdgeLb, Haproxy, Nginx)}


def edge_conf(setup):
    """Members of that setup.  Sources are replaced everywhere, as the peers do."""
    def members():
        for i in range(setup.members):
            yield (f'{{ name = "edge{i + 1}"; fqdn = "edge{i + 1}.contoso.net"; internal = [ "{IN4}{10 + i}" ]; '
                   f'external = [ "{V4}{10 + i}" ]; weight = {setup.weight if i == 0 else 100}; }}')
    return string.Template((HERE / "edgepool.conf.in").read_text()).substitute(
        VIP=VIP["edge"][0], INTERNAL_VIP=VIP["edge"][1], MEMBERS=",\n      ".join(members()), IDLE=setup.idle,
        MORE=setup.more,
        FEDERATION="true" if setup.listener else "false")
