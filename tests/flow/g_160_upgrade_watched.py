# SPDX-License-Identifier: BSD-2-Clause
"""No event is lost by an upgrade, whether sockets stay registered or, after a program of
before that, are registered anew: streams at full speed go on, and who was silent is heard."""
import array
import fcntl
import hashlib
import signal
import termios
import threading
from pathlib import Path

import pytest

from echo import echoes, relay_conf
from lab import wait_until
from upgrading import Installed, Pairs

PIECE, UPGRADES, MUCH = 1 << 16, 4, 768 << 10


@pytest.fixture(params=[1, 2])
def pairs(request, routed):
    # So that much fits between the peer and who does not read.
    routed.balancer.sysctl("net.ipv4.tcp_rmem", "4096 4194304 8388608")
    routed.edge.write(relay_conf(routed, lb={"workers": request.param}))
    routed.installed = Installed(routed)
    routed.installed.put("edge-lb-past")
    with echoes(routed, ["access", "federation", "av-tcp", "sip", "mras", "int-av-tcp"]), \
            Pairs(routed, "webconf", 443) as p:
        routed.edge.start("lb")
        routed.installed.put("edge-lb")
        yield p


class Stream(threading.Thread):
    """Octets from one socket to the other, without end; .wrong is what failed."""

    def __init__(self, number, source, sink):
        super().__init__(daemon=True)
        self.source, self.sink, self.wrong, self.moved, self.over = source, sink, [], 0, False
        self.octets = hashlib.sha256(b"%d" % number).digest() * (PIECE // 32)
        self.writer = threading.Thread(target=self.write, daemon=True)

    def write(self):
        try:
            while not self.over:
                self.source.sendall(self.octets)
            self.source.shutdown(1)
        except OSError as e:
            self.wrong.append(repr(e))

    def run(self):
        self.writer.start()
        expected = self.octets * 2
        try:
            while part := self.sink.recv(PIECE):
                at = self.moved % PIECE
                if part != expected[at:at + len(part)]:
                    raise OSError(f"other octets at {self.moved}")
                self.moved += len(part)
            if self.moved == 0 or self.moved % PIECE:
                raise OSError(f"cut at {self.moved}")
        except OSError as e:
            self.wrong.append(repr(e))
            self.over = True

    def end(self):
        self.over = True
        self.writer.join(20)
        self.join(20)
        return self.wrong + (["hangs"] if self.is_alive() or self.writer.is_alive() else [])


def test_streams_and_the_silent(pairs):
    made = pairs.make(24)
    streams = []
    for n, (c, m) in enumerate(made[:4]):
        c.settimeout(20)
        m.settimeout(20)
        streams += [Stream(2 * n, c, m), Stream(2 * n + 1, m, c)]
    for s in streams:
        s.start()
    for n in range(UPGRADES):
        # Said while nobody listens: between the last turn of one program and the first of the next.
        shouting = threading.Thread(target=lambda: [m.sendall(b"%d" % n) for _, m in made[4:14]], daemon=True)
        shouting.start()
        assert ": 24 sessions and 0 associations taken over" in pairs.net.installed.upgrade()
        shouting.join(10)
        for c, m in made[4:14]:
            assert c.recv(1) == b"%d" % n
        for c, m in made[14:]:
            c.sendall(b"%d" % n)
            assert m.recv(1) == b"%d" % n
        before = [s.moved for s in streams]
        wait_until(lambda: all(s.moved > b + (4 << 20) for s, b in zip(streams, before)), 20,
                   "every stream to go on")
    # Turns of a worker that moves all this take time, and the board tells the longest.
    wait_until(lambda: pairs.net.edge.status()["lb"]["loop_lag"] > 0, 10, "loop lag")
    assert [s.end() for s in streams] == [[]] * len(streams)


STOPS = b"""#!/bin/sh
for last; do before=$option; option=$last; done
[ "$before" = --takeover ] && exec PROGRAM "$@"
PROGRAM "$@" && kill -STOP $PPID
"""


def unsent(s):
    n = array.array("i", [0])
    fcntl.ioctl(s, termios.TIOCOUTQ, n)
    return n[0]


def through(pairs, octets):
    for c, m in pairs:
        threading.Thread(target=c.sendall, args=(octets,), daemon=True).start()
        got = 0
        while got < len(octets):
            got += len(m.recv(1 << 20))


def test_more_to_do_and_no_event_to_come(pairs):
    """All octets have arrived, more than are relayed in a turn, and the last turn is over."""
    made, lb, installed = pairs.make(16), pairs.net.edge.daemon["lb"], pairs.net.installed
    for c, m in made:
        c.settimeout(20)
        m.settimeout(20)
    installed.upgrade()
    through(made, bytes(8 << 20))  # its windows grow with what is read
    real = pairs.net.lab.dir / "edge-lb-real"
    installed.path.rename(real)
    installed.put(octets=STOPS.replace(b"PROGRAM", str(real).encode()))
    pairs.net.edge.ask("lb", "upgrade")
    stat = Path(f"/proc/{lb.pid}/stat")
    wait_until(lambda: ") T " in stat.read_text(), 20, "the check to have said yes")
    writers = [threading.Thread(target=c.sendall, args=(bytes(MUCH),), daemon=True) for c, _ in made]
    for w in writers:
        w.start()
    wait_until(lambda: not any(w.is_alive() for w in writers) and not any(unsent(c) for c, _ in made),
               20, "all octets to be at the balancer")
    lb.signal(signal.SIGCONT)
    for _, m in made:
        got = 0
        while got < MUCH:
            part = m.recv(MUCH)
            assert part, "ended in the middle"
            got += len(part)
    wait_until(lambda: lb.output().count("upgraded in place") == 2, 20, "the upgrade")
