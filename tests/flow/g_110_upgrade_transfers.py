# SPDX-License-Identifier: BSD-2-Clause
"""What is on its way when the program is replaced arrives: octets that a slow side has not
taken, in memory or in a pipe, and the halves of sessions whose other half has ended."""
import hashlib
import random
import socket

import pytest

from echo import echoes, pipe_ends, relay_conf
from lab import wait_until
from upgrading import Installed, Pairs, settled

BULK = random.Random(1).randbytes(6 << 20)


@pytest.fixture(params=[1, 2])
def pairs(request, routed):
    routed.edge.write(relay_conf(routed, lb={"workers": request.param}))
    routed.installed = Installed(routed)
    with echoes(routed, ["access", "federation", "av-tcp", "sip", "mras", "int-av-tcp"]), \
            Pairs(routed, "webconf", 443) as p:
        routed.edge.start("lb")
        yield p


def fill(s, n=0):
    """Writes until the other side takes no more; how many octets went in by now."""
    s.setblocking(False)
    try:
        while n < len(BULK):
            n += s.send(BULK[n:n + 65536])
    except BlockingIOError:
        pass
    return n


def drain(s, n):
    s.settimeout(20)
    h = hashlib.sha256()
    while n > 0:
        part = s.recv(min(n, 65536))
        assert part, f"{n} octets are missing"
        h.update(part)
        n -= len(part)
    return h.digest()


def test_octets_on_their_way(pairs):
    made = pairs.make(20)
    for s in (s for pair in made for s in pair):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)  # or the kernel might take all of it
    filled = [(0, 0)] * len(made)

    def in_pipes():
        filled[:] = [(fill(c, a), fill(m, b)) for (c, m), (a, b) in zip(made, filled)]
        return pipe_ends(pairs.net) >= 20
    wait_until(in_pipes, 20, "octets in a pipe for a quarter of the directions")
    assert "20 sessions" in pairs.net.installed.upgrade()
    filled = [(a + send_more(c, a), b + send_more(m, b)) for (c, m), (a, b) in zip(made, filled)]
    assert "20 sessions" in pairs.net.installed.upgrade()
    for (c, m), (a, b) in zip(made, filled):
        assert drain(m, a) == hashlib.sha256(BULK[:a]).digest()
        assert drain(c, b) == hashlib.sha256(BULK[:b]).digest()
        c.settimeout(10)
        c.sendall(b"last")
        assert drain(m, 4) == hashlib.sha256(b"last").digest()
    wait_until(lambda: pipe_ends(pairs.net) == 0, 10, "pipes that nobody needs to be closed")


def send_more(s, n):
    try:
        return s.send(BULK[n:n + 1000])
    except BlockingIOError:
        return 0


def test_halves(pairs):
    made = pairs.make(200)
    for n, (c, m) in enumerate(made):
        first, second = (c, m) if n % 2 else (m, c)
        first.sendall(b"before")
        first.shutdown(socket.SHUT_WR)
        assert second.recv(100) == b"before" and second.recv(100) == b""
    assert "200 sessions" in pairs.net.installed.upgrade()
    for n, (c, m) in enumerate(made):
        first, second = (c, m) if n % 2 else (m, c)
        for word in (b"one", b"two"):
            second.sendall(word)
            assert first.recv(100) == word
    assert "200 sessions" in pairs.net.installed.upgrade()
    for n, (c, m) in enumerate(made):
        first, second = (c, m) if n % 2 else (m, c)
        second.shutdown(socket.SHUT_WR)
        assert first.recv(100) == b""
    settled(pairs.net, 0)


def test_an_end_behind_octets_that_wait(pairs):
    made = pairs.make(4)
    filled = []
    for c, m in made:
        filled.append(fill(c))
        c.shutdown(socket.SHUT_WR)
    assert "4 sessions" in pairs.net.installed.upgrade()
    for (c, m), n in zip(made, filled):
        assert drain(m, n) == hashlib.sha256(BULK[:n]).digest()
        assert m.recv(1) == b""
        m.sendall(b"answer")
        assert c.setblocking(True) is None and c.recv(100) == b"answer"
        m.close()
    settled(pairs.net, 0)


def test_what_happens_during_the_upgrade_is_noticed_after_it(pairs):
    made = pairs.make(30)
    lb = pairs.net.edge.daemon["lb"]
    pairs.net.edge.ask("lb", "upgrade")
    for n, (c, m) in enumerate(made):
        c.sendall(b"%d" % n)
        if n % 3 == 0:
            c.shutdown(socket.SHUT_WR)
        if n % 3 == 1:
            m.close()
    wait_until(lambda: "upgraded in place" in lb.output(), 20, "the upgrade")
    for n, (c, m) in enumerate(made):
        if n % 3 == 1:
            with pytest.raises(OSError):
                while c.recv(100):
                    pass
                c.sendall(b"x")
                c.sendall(b"x")
                raise ConnectionResetError
            continue
        assert m.recv(len(b"%d" % n)) == b"%d" % n
        assert n % 3 != 0 or m.recv(1) == b""
    settled(pairs.net, 20)
