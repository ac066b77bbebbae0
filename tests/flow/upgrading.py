# SPDX-License-Identifier: BSD-2-Clause
"""upgrading - an edge-lb installed in the lab's directory, to be replaced there, and
programs that cannot take its place.

Must not: replace a file in place.  As a package manager does, a new one is renamed over
the old one, whose program goes on running.
"""
import re
import select
import shutil
import socket

from lab import PATIENCE, program, wait_until


class Installed:
    """The place of edge-lb; put() changes what is there."""

    def __init__(self, net):
        self.net, self.path = net, net.lab.dir / "edge-lb"
        self.put("edge-lb")
        net.edge.DAEMONS = {**net.edge.DAEMONS, "lb": str(self.path)}

    def put(self, name=None, octets=None, mode=0o755):
        """A program of ours by name, or any octets."""
        aside = self.path.with_suffix(".new")
        if octets is None:
            shutil.copyfile(program(name), aside)
        else:
            aside.write_bytes(octets)
        aside.chmod(mode)
        aside.rename(self.path)

    def without_library(self):
        """edge-lb that needs a library nobody has."""
        octets = open(program("edge-lb"), "rb").read()
        assert octets.count(b"libev.so.4\0") == 1
        self.put(octets=octets.replace(b"libev.so.4\0", b"libev.so.9\0"))

    def upgrade(self):
        """What edgectl says of an upgrade that succeeds."""
        for _ in range(5):
            done = self.net.edge.ctl("upgrade", check=False)
            # Put off where the machine lets one of its threads wait for so long: no play's subject.
            if not re.search("did not come to rest|log hangs", done.stderr):
                break
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self):
        """What edgectl says of one that does not."""
        done = self.net.edge.ctl("upgrade", check=False)
        assert done.returncode == 3, done.stdout + done.stderr
        return done.stderr


def sessions_of(net):
    line = next(x for x in net.edge.ask("lb", "status").splitlines() if x.startswith("sessions"))
    return int(line.split()[1])


def totals(net):
    """Counters of all listeners and endpoints by name, from the control socket."""
    return {line.split()[0]: int(line.split()[-1]) for line in net.edge.ask("lb", "sessions").splitlines()}


def settled(net, n):
    wait_until(lambda: sessions_of(net) == n, 15, f"{n} sessions")


class Pairs:
    """Members whose sessions the play itself holds: make(n) gives (client, member) sockets."""

    def __init__(self, net, group, port):
        self.net, self.group, self.port, self.sockets, self.listening = net, group, port, [], []
        for m in net.members:
            for a in m.addresses[group]:
                with m.host.entered():
                    s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind((a, port))
                s.listen(1024)
                self.listening.append(s)

    def make(self, n):
        made = []
        for i in range(n):
            v6 = i % 2 == 1
            with self.net.client.entered():
                c = socket.create_connection((self.net.vip(self.group, v6), self.port), 10 * PATIENCE,
                                             source_address=(self.net.client_address(i % 60, v6), 0))
            c.sendall(b"!")  # who says nothing is let in a second later
            ready, _, _ = select.select(self.listening, [], [], 10 * PATIENCE)
            assert len(ready) == 1, "one member was connected to"
            m, _ = ready[0].accept()
            m.settimeout(10 * PATIENCE)
            assert m.recv(1) == b"!"
            for s in (c, m):  # or who speaks twice to a silent side waits 40 ms for its ACK
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets += [c, m]
            made.append((c, m))
        return made

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for s in [*self.sockets, *self.listening]:
            s.close()
