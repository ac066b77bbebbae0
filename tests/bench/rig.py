# SPDX-License-Identifier: BSD-2-Clause
"""rig - the machine of a benchmark: three hosts, one balancer at a time, and its CPU.

  gen (198.18.0.0/16) ---- balancer (VIPs) ---- members (8 addresses, each side)
  core A                   core B               core A

Owns: namespaces, the members, edgepool and the peers with their configurations, and the
reading of what they used.  Must not: know figures (relay.py) or print any.

All three relays run beside each other on VIPs of their own and sleep while another is
measured, so that rounds can alternate without a start in between.  Links are veth pairs
without a bridge.  A packet that the balancer sends is taken in by the receiver's stack on
the balancer's core and time, and the other way round: the same for all of them.
"""
import json
import os
import resource
import shutil
import socket
import string
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "flow"))

from lab import LabError, program, wait_until  # noqa: E402
from topology import Edge  # noqa: E402

V4, IN4 = "131.107.155.", "172.25.33."
N_MEMBERS = 8
GEN, GEN_NET, N_CLIENTS = "198.18.0.0", "198.18.0.0/16", 4096
PORT, UDP_PORT = 443, 3478
VIP = {"edge": (V4 + "110", IN4 + "100"), "haproxy": (V4 + "111", None), "nginx": (V4 + "112", IN4 + "102")}
MODULES = "/usr/lib/nginx/modules"


def missing():
    """The peers that are not installed."""
    found = {"haproxy": shutil.which("haproxy", path="/usr/sbin:/usr/bin"),
             "nginx-light": shutil.which("nginx", path="/usr/sbin:/usr/bin"),
             "libnginx-mod-stream": os.path.exists(f"{MODULES}/ngx_stream_module.so")}
    return [package for package, there in found.items() if not there]


def cores():
    """(generator and members, balancer)"""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[-1]


def machine_ticks():
    """(all, busy, stolen) of the whole machine, in clock ticks."""
    t = [int(x) for x in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, steal = t[3] + t[4], t[7]
    return sum(t), sum(t) - idle - steal, steal


class Relay:
    """One of the three, running on the balancer: its processes and what they use."""

    def __init__(self, name, process):
        self.name, self.process = name, process
        self.vip, self.udp_vip = VIP[name]

    def pids(self):
        """The process and its children."""
        found, look = [], [self.process.pid]
        while look:
            pid = look.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").iterdir():
                look += [int(p) for p in (task / "children").read_text().split()]
        return found

    def cpu_ns(self):
        """Time on a CPU so far, of all threads of all its processes."""
        return sum(int((task / "schedstat").read_text().split()[0])
                   for pid in self.pids() for task in Path(f"/proc/{pid}/task").iterdir())

    def memory(self):
        """RssAnon + RssShmem of all its processes, in octets."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(("RssAnon:", "RssShmem:")):
                    total += int(line.split()[1]) * 1024
        return total

    def stop(self):
        self.process.stop()


class Rig:
    """The hosts, wired; members running."""

    def __init__(self, lab):
        self.lab, self.tuples, self.started = lab, 0, 0
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.files = hard
        self.gen_core, self.core = cores()
        self.gen, self.balancer, self.members = lab.host("gen"), lab.host("balancer"), lab.host("members")
        self._wire()
        self._start_members()

    def _wire(self):
        g, b, m = self.gen, self.balancer, self.members
        b.ip(f"link add g0 type veth peer name e0 netns {g.pid}", f"link add m0 type veth peer name e0 netns {m.pid}",
             "link set g0 up", "link set m0 up", "addr add 198.19.0.2/24 dev g0",
             f"addr add {V4}1/24 dev m0", f"addr add {IN4}1/24 dev m0",
             *[f"addr add {a}/32 dev lo" for pair in VIP.values() for a in pair if a])
        # Every address of the client network is the generator's, without 65 536 lines.
        g.ip("link set e0 up", "addr add 198.19.0.1/24 dev e0", f"route add local {GEN_NET} dev lo",
             "route add default via 198.19.0.2")
        b.ip(f"route add {GEN_NET} via 198.19.0.1")
        m.ip("link set e0 up", *[f"addr add {net}{10 + i}/24 dev e0" for net in (V4, IN4) for i in range(N_MEMBERS)],
             f"route add default via {V4}1")
        # A relay opens more sessions a minute than there are ports to a member.
        b.sysctl("net.ipv4.ip_local_port_range", "1024 65535")
        b.sysctl("net.ipv4.tcp_tw_reuse", 1)
        g.sysctl("net.ipv4.tcp_max_tw_buckets", 1000)

    def on(self, core, host, *argv, name=None):
        return host.popen("taskset", "-c", core, program(str(argv[0])), *argv[1:], name=name)

    def _start_members(self):
        places = [f"tcp={V4}{10 + i}:{PORT}" for i in range(N_MEMBERS)]
        places += [f"udp={IN4}{10 + i}:{UDP_PORT}" for i in range(N_MEMBERS)]
        p = self.on(self.gen_core, self.members, "edge-bench-member", *places)
        wait_until(lambda: "ready" in p.output(), 10, "the members to open")

    # --- relays

    def start(self, name, **options):
        """A Relay; options: see _haproxy() and Edge's configuration."""
        self.started += 1
        return getattr(self, f"_{name}")(**options)

    def _fill(self, template, **values):
        target = self.lab.dir / f"{self.started}-{template}"
        target.write_text(string.Template((HERE / "peers" / template).read_text()).safe_substitute(values))
        return target

    def _answers(self, relay):
        def connects():
            if not relay.process.running():
                raise RuntimeError(f"{relay.name} ended: {relay.process.output()[-500:]}")
            with self.gen.entered():
                socket.create_connection((relay.vip, PORT), 1).close()
            return True
        wait_until(connects, 10, f"{relay.name} to answer")
        time.sleep(0.3)  # what a start leaves to do is not measured
        return relay

    def _haproxy(self, bind=""):
        members = "\n".join(f"\tserver edge{i + 1} {V4}{10 + i}:{PORT}" for i in range(N_MEMBERS))
        cfg = self._fill("haproxy.cfg", VIP=VIP["haproxy"][0], PORT=PORT, MEMBERS=members, BIND=bind)
        p = self.on(self.core, self.balancer, "haproxy", "-db", "-f", cfg, name=f"haproxy-{self.started}")
        return self._answers(Relay("haproxy", p))

    def _nginx(self):
        def members(net, port):
            return "\n".join(f"\t\tserver {net}{10 + i}:{port} max_fails=0;" for i in range(N_MEMBERS))
        cfg = self._fill("nginx.conf", VIP=VIP["nginx"][0], PORT=PORT, UDP_VIP=VIP["nginx"][1], UDP_PORT=UDP_PORT,
                         TCP_MEMBERS=members(V4, PORT), UDP_MEMBERS=members(IN4, UDP_PORT), MODULES=MODULES,
                         DIR=self.lab.dir, FILES=self.files - 500)
        p = self.on(self.core, self.balancer, "nginx", "-e", "stderr", "-p", self.lab.dir, "-c", cfg,
                    name=f"nginx-{self.started}")
        return self._answers(Relay("nginx", p))

    def _edge(self):
        edge = Edge(self.lab, self.balancer, f"edge{self.started}")
        edge.write(edge_conf())
        health = self.on(self.gen_core, self.balancer, "edge-health", *edge.options())
        p = self.on(self.core, self.balancer, "edge-lb", *edge.options(), name=f"edge-lb-{self.started}")
        edge.daemon.update(health=health, lb=p)
        wait_until(lambda: self._up(edge), 15, "all members to be up")
        relay = self._answers(Relay("edge", p))
        relay.edge = edge
        return relay

    @staticmethod
    def _up(edge):
        """The access endpoints, which alone are probed (connections; a member here only echoes)."""
        states = [e["state"]["summary"] for m in edge.members() for e in m["endpoints"]
                  if "access" in e["services"]]
        return states and set(states) == {"up"}

    # --- load

    def load(self, kind, relay, udp=False, addresses=N_CLIENTS, **options):
        """The generator's process; finished() gives what came of it."""
        seconds, rate = options.get("seconds", 10), options.get("rate", 0)
        most = int(options.get("sessions", 0) or max(rate * 2, 40000) * seconds) + options.get("clients", 64)
        first, self.tuples = self.tuples, self.tuples + -(-most // addresses) * addresses
        to = f"{relay.udp_vip}:{UDP_PORT}" if udp else f"{relay.vip}:{PORT}"
        argv = [program("edge-bench-gen"), kind, "--to", to, "--from", GEN, "--addresses", addresses, "--first", first]
        argv += [str(x) for k, v in options.items() for x in (f"--{k}", v)]
        return Load(self, ["taskset", "-c", str(self.gen_core), *map(str, argv)])


class Load:
    """A run of the generator.  Its pipes are held here, so it is no lab Process."""

    def __init__(self, rig, argv):
        with rig.gen.entered():
            self.child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ready(self):
        line = self.child.stdout.readline().strip()
        if line != "ready":
            raise LabError(f"the generator: {line!r}, exit {self.child.wait(5)}")

    def finished(self):
        """Ends a load that waits for it, and returns its last line."""
        out, _ = self.child.communicate(timeout=120)
        if self.child.returncode != 0:
            raise LabError(f"the generator ended with {self.child.returncode}")
        return json.loads(out.strip().splitlines()[-1])


def edge_conf():
    """A pool of eight members.  Sources are replaced everywhere, as the peers do."""
    def members():
        for i in range(N_MEMBERS):
            yield (f'{{ name = "edge{i + 1}"; fqdn = "edge{i + 1}.contoso.net"; internal = [ "{IN4}{10 + i}" ]; '
                   f'external = [ "{V4}{10 + i}" ]; }}')
    return string.Template((HERE / "edgepool.conf.in").read_text()).substitute(
        VIP=VIP["edge"][0], INTERNAL_VIP=VIP["edge"][1], MEMBERS=",\n      ".join(members()))
