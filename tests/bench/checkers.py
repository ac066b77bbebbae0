# SPDX-License-Identifier: BSD-2-Clause
"""checkers - edge-health and its peers beside each other: told, started, watched.

Owns: how each is told whom to check, and how what it finds is heard: an edge-health by its
notices, as edge-lb hears it, the others by their log, as they come.  All times are
CLOCK_BOOTTIME in nanoseconds.

Must not: know figures, or who falls ill.
"""
import os
import re
import socket
import string
import struct
from pathlib import Path

import spent
from lab import LabError, program, wait_until
from pools import SERVICES, boot_ns
from topology import Edge

HERE = Path(__file__).resolve().parent
NOTICE = struct.Struct("<IIQQq")  # core/include/edge/notice.h
NOTICE_STATE = 1
UP, DOWN, PANIC_OR_HELD = 1, 2, 6  # core/include/edge/state.h


class Notices:
    """What an edge-health tells edge-dnslb, which does not run here: every state as it is published.

    Hear it often: what the sender may have on the way is bounded."""

    def __init__(self, host, run_dir):
        host.sysctl("net.unix.max_dgram_qlen", 4096)
        with host.entered():
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(str(run_dir / "dnslb.notice"))

    def fileno(self):
        return self.socket.fileno()

    def heard(self):
        """(time, id, in rotation?) of endpoints and members."""
        while True:
            try:
                _, kind, key, word, boot = NOTICE.unpack(self.socket.recv(64))
            except BlockingIOError:
                return
            if kind == NOTICE_STATE:
                yield boot, key, word & 15 == UP or bool(word >> 16 & PANIC_OR_HELD)


class Checker:
    """.heard(): what has changed since the last call, as (time, place, in rotation?); a
    place is (member, service, is IPv6)."""

    def __init__(self, pools, name):
        self.pools, self.name = pools, name
        self.stem = f"{name}-{pools.checkers}"  # of its files: the name of one that ended may come again
        self.host = pools.checker_host(self.stem)

    def _run(self, *argv, output=None, env=None):
        self.process = self.host.popen("taskset", "-c", self.pools.checker_core, program(argv[0]), *argv[1:],
                                       name=self.stem, output=output, env=env)

    def cpu_ns(self):
        return spent.cpu_ns(self.process.pid)

    def counted(self, protocol, word):
        """A counter of its host's kernel, e.g. Tcp ActiveOpens: connections begun."""
        lines = Path(f"/proc/{self.host.pid}/net/snmp").read_text().splitlines()
        names, values = [line.split() for line in lines if line.startswith(f"{protocol}:")]
        return int(values[names.index(word)])

    def stop(self):
        self.process.stop()


class EdgeHealth(Checker):
    def __init__(self, pools, name="edge", **conf):
        super().__init__(pools, name)
        self.edge = Edge(pools.lab, self.host, self.stem)
        self.edge.write(pools.conf(**conf))
        self.notices = Notices(self.host, self.edge.run_dir)
        self._run("edge-health", *self.edge.options())
        wait_until(self._answers, 20, "edge-health to answer")
        self.places = self._find_places()

    def _answers(self):
        if not self.process.running():
            raise RuntimeError(self.process.output()[-800:])
        return self.edge.ask("health", "status")

    def _find_places(self):
        """id -> place"""
        members = {(m.pool, m.name): m for m in self.pools.members}
        found = {}
        for n, pool in enumerate(self.edge.status()["pools"]):
            for m in pool["members"]:
                for e in m["endpoints"]:
                    service = f"int-{e['services'][0]}" if e["side"] == "internal" and \
                        e["services"][0].startswith("av") else e["services"][0]
                    place = (members[n, m["name"]], service, ":" in e["address"])
                    found[int(e["id"], 16)] = place
        return found

    def fileno(self):
        return self.notices.fileno()

    def heard(self):
        for when, key, used in self.notices.heard():
            if key in self.places:
                yield when, self.places[key], used

    def endpoints(self):
        return [e for m in self.edge.members() for e in m["endpoints"]]

    def all_up(self):
        return all(e["state"]["summary"] == "up" for e in self.endpoints() if e["probe"] != "none")

    def bounds(self, kinds):
        """Within what time a failure of each kind is known, as it says itself: the longest illness it can see."""
        found = {}
        for e in self.endpoints():
            found[kinds[self.places[int(e["id"], 16)][1]]] = e["health"]["detect_bound"] / 1e6
        return " ".join(f"{kind}={ms:.0f}" for kind, ms in sorted(found.items()))

    def says(self, *words):
        """Numbers of the first line of its status."""
        said = dict(w.split("=", 1) for w in self.edge.ask("health", "status").splitlines()[0].split() if "=" in w)
        return [float(said[w]) for w in words]

    def probes(self):
        """Finished so far."""
        return sum(p["health"]["probes"] for p in self.edge.status()["pools"])


class _Logged(Checker):
    """Its log is a pipe, read as it comes; or a file, where nobody listens (watched=False)."""

    SAYS = None  # a pattern of (what identifies the place, word)
    UP_WORD = ""

    def _run(self, *argv, env=None, watched=True):
        if not watched:
            self.pipe = None
            super()._run(*argv, env=env)
            return
        self.pipe, write = os.pipe()
        os.set_blocking(self.pipe, False)
        self.rest, self.tail = "", ""
        super()._run(*argv, output=write, env=env)
        os.close(write)

    def fileno(self):
        return self.pipe

    def heard(self):
        now = boot_ns()
        while True:
            try:
                piece = os.read(self.pipe, 65536).decode(errors="replace")
            except BlockingIOError:
                return
            if not piece:
                raise LabError(f"{self.name} ended: {self.tail[-800:]}")
            self.tail = (self.tail + piece)[-4000:]
            *lines, self.rest = (self.rest + piece).split("\n")
            for line in lines:
                said = self.SAYS.search(line)
                if said and said["place"] in self.places:
                    yield now, self.places[said["place"]], said["word"] == self.UP_WORD

    def _fill(self, template, **values):
        target = self.pools.lab.dir / f"{self.stem}-{template}"
        target.write_text(string.Template((HERE / "peers" / template).read_text()).substitute(values))
        return target

    def stop(self):
        for _ in self.heard() if self.pipe is not None else []:  # a full pipe would hold its end up
            pass
        super().stop()
        if self.pipe is not None:
            os.close(self.pipe)


class Haproxy(_Logged):
    """plain, tls: the services checked with a connection, and with a TLS handshake."""

    SAYS = re.compile(r"Server (?P<place>\S+) is (?P<word>UP|DOWN)")
    UP_WORD = "UP"

    def __init__(self, pools, name="haproxy", plain=(), tls=(), interval=2, reuse=True, watched=True):
        super().__init__(pools, name)
        self.places = {}

        def members(section, services):
            for n, m in enumerate(pools.members):
                for s in services:
                    for v6, a in enumerate(m.addresses[SERVICES[s][0]]):
                        word = f"{s}-{n}-{v6}"
                        self.places[f"{section}/{word}"] = (m, s, bool(v6))
                        yield f"\tserver {word} {'ipv6@' if v6 else ''}{a}:{SERVICES[s][1]} check"
        conf = self._fill("haproxy-check.cfg", INTERVAL=f"{interval * 1000:.0f}ms",
                          PLAIN="\n".join(members("plain", plain)), TLS="\n".join(members("tls", tls)),
                          FAST="fastinter 300ms" if watched else "", REUSE="" if reuse else "no-ssl-reuse")
        self._run("haproxy", "-db", "-f", conf, watched=watched)


class Keepalived(_Logged):
    """Connections only: it knows no other check for these services."""

    SAYS = re.compile(r"(?P<word>Removing|Adding) service (?P<place>\S+) (from|to) VS")
    UP_WORD = "Adding"

    def __init__(self, pools, name="keepalived", plain=(), interval=2, watched=True):
        super().__init__(pools, name)
        self.places, members = {}, []
        for m in pools.members:
            for s in plain:
                for v6, a in enumerate(m.addresses[SERVICES[s][0]]):
                    if v6:
                        continue  # one virtual server has one family
                    port = SERVICES[s][1]
                    self.places[f"[{a}]:tcp:{port}"] = (m, s, False)
                    members.append(f"\treal_server {a} {port} {{\n\t\tTCP_CHECK {{\n\t\t\tconnect_timeout 1.5\n"
                                   "\t\t\tretry 2\n\t\t\tdelay_before_retry 0.3\n\t\t}\n\t}")
        conf = self._fill("keepalived.conf", INTERVAL=interval, MEMBERS="\n".join(members))
        pid = pools.lab.dir / f"{self.stem}.pid"
        self._run("keepalived", "-n", "-l", "-G", "-D", "-C", "-f", conf, "-p", pid, "-c", f"{pid}.checker",
                  watched=watched, env={"LD_PRELOAD": str(Path(program("edge-bench-member")).with_name("no-ipvs.so"))})
