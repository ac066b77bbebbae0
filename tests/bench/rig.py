# SPDX-License-Identifier: BSD-2-Clause
"""rig - the machine of a benchmark: three hosts, relays side by side, and load.

  gen (198.18.0.0/16) ---- balancer (VIPs) ---- members (8 addresses, each side)
  core A                   core B               core A

Owns: namespaces, the members, the generator.  Must not: know how a relay is configured
(relays.py) or figures, or print any.

All three relays run beside each other on VIPs of their own and sleep while another is
measured, so that rounds can alternate without a start in between.  Links are veth pairs
without a bridge.  A packet that the balancer sends is taken in by the receiver's stack on
the balancer's core and time, and the other way round: the same for all of them.
"""
import functools
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "flow"))

import relays  # noqa: E402
from lab import LabError, program, wait_until  # noqa: E402
from relays import IN4, MODULES, N_MEMBERS, PORT, UDP_PORT, V4, VIP  # noqa: E402

GEN, GEN_NET, N_CLIENTS = "198.18.0.0", "198.18.0.0/16", 4096


def missing():
    """Why nothing can be measured here, in sentences."""
    found = {"haproxy": shutil.which("haproxy", path="/usr/sbin:/usr/bin"),
             "nginx-light": shutil.which("nginx", path="/usr/sbin:/usr/bin"),
             "libnginx-mod-stream": os.path.exists(f"{MODULES}/ngx_stream_module.so")}
    return [f"{package} is not installed" for package, there in found.items() if not there]


@functools.cache
def cores():
    """(generator and members, balancer), of those this program was given"""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[-1]


class Rig:
    """The hosts, wired; members running.

    label: tells its hosts from those of other rigs; placed: the cores of generator,
    balancer and members, if not as above."""

    def __init__(self, lab, label="", placed=None):
        self.lab, self.tuples, self.started = lab, {"tcp": 0, "udp": 0}, 0
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.files = hard
        self.gen_core, self.core, self.member_core = placed or (*cores(), cores()[0])
        os.sched_setaffinity(0, {cores()[0]})  # this program, and what it runs without on()
        self.gen, self.balancer, self.members = (lab.host(f"{n}{label}") for n in ("gen", "balancer", "members"))
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
        places += [f"udp={net}{10 + i}:{UDP_PORT}" for net in (V4, IN4) for i in range(N_MEMBERS)]
        self.member = self.on(self.member_core, self.members, "edge-bench-member", *places)
        wait_until(lambda: "ready" in self.member.output(), 10, "the members to open")

    # --- relays

    def start(self, name, setup=relays.Setup(), **options):
        """A relay of relays.py, answering."""
        self.started += 1
        return relays.KINDS[name](self, setup, self.started, **options)

    # --- load

    def load(self, kind, relay, udp=False, addresses=N_CLIENTS, first=None, **options):
        """The generator's process; finished() gives what came of it.  Its clients are new ones, or those from
        the first'th on, whom there may have been before."""
        seconds, rate = options.get("seconds", 10), options.get("rate", 0)
        most = options.get("clients", 64)
        if not udp:  # whose clients keep their ports
            most += int(options.get("sessions", 0) or max(rate * 2, 40000) * (seconds or 100))
        protocol = "udp" if udp else "tcp"
        if first is None:
            first = self.tuples[protocol]
            self.tuples[protocol] += -(-most // addresses) * addresses
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
