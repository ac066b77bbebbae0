# SPDX-License-Identifier: BSD-2-Clause
"""Handshakes that found no room while accepting paused are held on over an upgrade, and at a
listener that a reload adds meanwhile: nobody is reset."""
import contextlib
import ctypes
import os
import socket

import pytest

from b_280_short_of_descriptors import CLIENTS, Crowd, no_room, paused
from echo import Session, echoes, relay_conf, reload, until_sessions
from lab import wait_until
from upgrading import Installed

LIBC, PIDFD_GETFD = ctypes.CDLL(None), 438
both = pytest.mark.parametrize("v6", [False, True])


@pytest.fixture
def net(routed):
    """As in b_280: a kernel that forgets a handshake without room after 3 seconds."""
    routed.balancer.sysctl("net.core.somaxconn", 4)
    routed.balancer.sysctl("net.ipv4.tcp_synack_retries", 1)
    return routed


def held_for(net, v6):
    """How many seconds a handshake is held at the access listener: edge-lb's own socket tells."""
    pid = net.edge.daemon["lb"].pid
    held, pidfd = set(), os.pidfd_open(pid)
    for fd in os.listdir(f"/proc/{pid}/fd"):
        own = LIBC.syscall(PIDFD_GETFD, pidfd, int(fd), 0)
        if own < 0 or not os.readlink(f"/proc/self/fd/{own}").startswith("socket:"):
            os.close(own) if own >= 0 else None
            continue
        with socket.socket(fileno=own) as s, contextlib.suppress(OSError):
            if s.getsockname()[:2] == (net.vip("access", v6), 443) and \
               s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                held.add(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT))
    os.close(pidfd)
    return held.pop()


@both
def test_over_an_upgrade(net, v6):
    installed = Installed(net)
    net.edge.write(relay_conf(net, lb={"sessions": 4}))
    with echoes(net):
        net.edge.start("lb")
        assert held_for(net, v6) == 1
        sessions = [Session(net, "access", n, v6) for n in range(4)]
        assert all(s.who() for s in sessions)
        waits = Session(net, "access", 5, v6)
        waits.s.sendall(b"hello\n")
        wait_until(lambda: held_for(net, v6) > 60, 15, "handshakes to be held")
        sessions.pop().close()
        assert waits.who(), "there is room again"
        sessions.pop().close()
        installed.upgrade()  # into a program that has no reason to pause
        assert all(s.ask() == b"hello\n" for s in [*sessions, waits])
        assert held_for(net, v6) > 60
        for s in [*sessions, waits]:
            s.close()
        until_sessions(net, 0)


def test_at_a_new_listener(net):
    net.edge.write(relay_conf(net, lb={"sessions": 4}, federation={"enabled": False}))
    with echoes(net):
        net.edge.start("lb")
        held = [Session(net, "access", n, n % 2 == 1) for n in range(4)]
        assert all(s.who() for s in held)
        first = Session(net, "access", 5)
        first.s.sendall(b"hello\n")
        wait_until(lambda: paused(net), 15, "accepting to pause")
        reload(net, relay_conf(net, lb={"sessions": 4}))
        crowds, seen = [Crowd(net, v6, port=5061) for v6 in (False, True)], no_room(net)

        def served():
            done = [c.all_served() for c in crowds]
            return all(done) or any(c.reset for c in crowds)
        wait_until(lambda: served() or no_room(net) - seen > 5 * CLIENTS, 60,
                   "handshakes to find no room again and again")
        assert all(c.waiting and not c.reset for c in crowds), [(len(c.waiting), c.reset) for c in crowds]
        for s in held:
            s.close()
        wait_until(served, 60, "everybody to be served")
        assert not any(c.reset for c in crowds)
        assert first.who()
        first.close()
        wait_until(lambda: not paused(net), 15, "accepting to go on")
        until_sessions(net, 0)
