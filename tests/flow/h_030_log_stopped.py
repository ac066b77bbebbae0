# SPDX-License-Identifier: BSD-2-Clause
"""Whoever reads the daemons' own log stands still or is gone, as a stopped journal: sessions,
probes, records and SNMP go on, and what could not be said is counted."""
import contextlib
import os
import re
import signal
import socket
import time

import pytest

from lab import wait_until
from sessions import SipSession, Traffic, turn_udp


class Unread:
    """The sink of a log, so full that it takes nothing; or with nobody at its other end."""

    def __init__(self, kind):
        if kind == "socket":
            ends = socket.socketpair()
            self.read, self.write = (s.detach() for s in ends)
        else:
            self.read, self.write = os.pipe()
        os.set_blocking(self.write, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(self.write, b"x" * 512)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(self.write, b"x")
        # Of the description, which the daemon shares: it must not wait all the same.
        os.set_blocking(self.write, True)
        os.set_blocking(self.read, False)
        if kind == "nobody":
            os.close(self.read)
            self.read = None

    def readable(self):
        """What is in it now."""
        got = b""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self.read, 65536):
                got += part
        return got.decode().replace("x", "")

    def close(self):
        for fd in (self.read, self.write):
            if fd is not None:
                os.close(fd)


def lost(net, daemon):
    return int(re.search(r"(log lines lost |log-dropped=)(\d+)\n", net.edge.ask(daemon, "status")).group(2))


@pytest.mark.parametrize("kinds", [("socket", "socket", "pipe", "nobody"), ("pipe", "nobody", "socket", "pipe")],
                         ids=["journal", "others"])
def test_it(prepared, kinds):
    net, sinks = prepared, {}
    for kind, n in zip(kinds, net.edge.DAEMONS):
        sinks[n] = Unread(kind)
        net.edge.start(n, output=sinks[n].write)
    good = net.edge.conf_file.read_text()
    net.edge.write("pools = (")
    before = {n: lost(net, n) for n in sinks}
    for n in sinks:
        net.edge.daemon[n].signal(signal.SIGHUP)
    wait_until(lambda: all(lost(net, n) > before[n] for n in sinks), 10, "what is wrong to be said, to nobody")
    net.edge.write(good)
    net.wait_members("up")
    victim, records = net.members[0], net.dns_members[0]
    with Traffic(net) as traffic:
        wait_until(lambda: traffic.count() >= 20, 20, "traffic")
        for m in (victim, records):
            m.kill()
        net.wait_members("member down", [victim, records])
        wait_until(lambda: net.published(records) == 0, 15, "the dead member's records to leave")
        for m in (victim, records):
            m.start()
        net.wait_members("up")
        wait_until(lambda: net.published(records) == 3, 15, "its records to return")
        since = time.monotonic()
        wait_until(lambda: traffic.count(since) >= 20, 20, "traffic after all that")
        assert not traffic.errors(since)
    with SipSession(net.client, (net.vip("access", True), 443)) as s:
        assert s.options() == 504
    assert turn_udp(net.client, (net.vip("av", True), 3478))[0] == 401
    assert all(m.name in net.master.walk("EDGE-POOL-MIB::edgePoolMemberName") for m in net.hosts)
    for n in net.edge.DAEMONS:
        assert lost(net, n) > 0, n
    heard = {n: s.readable() for n, s in sinks.items() if s.read is not None}
    assert set(heard.values()) == {""}, "it took nothing"

    def told(n):
        heard[n] += sinks[n].readable()
        return " log lines were lost\n" in heard[n]
    for n in heard:
        net.edge.daemon[n].signal(signal.SIGHUP)
    wait_until(lambda: all([told(n) for n in heard]), 10, "whoever is read again to tell what was lost")
    for n in net.edge.DAEMONS:
        assert net.edge.daemon[n].stop() == 0
        sinks[n].close()
