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


def until_held(net, crowd):
    seen = no_room(net)
    wait_until(lambda: crowd.all_served() or (paused(net) and no_room(net) - seen > 2.5 * CLIENTS), 60,
               "handshakes to find no room again and again")
    assert crowd.waiting and not crowd.reset, (len(crowd.waiting), crowd.reset)


def until_served(net, crowd, *others):
    wait_until(crowd.all_served, 60, "everybody to be served")
    assert not crowd.reset
    crowd.close()
    for s in others:
        assert s.who()
        s.close()
    wait_until(lambda: not paused(net), 15, "accepting to go on")
    until_sessions(net, 0)


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


@both
def test_at_a_new_listener(net, v6):
    net.edge.write(relay_conf(net, lb={"sessions": 4}, federation={"enabled": False}))
    with echoes(net):
        net.edge.start("lb")
        held = [Session(net, "access", n, v6) for n in range(4)]
        assert all(s.who() for s in held)
        first = Session(net, "access", 5, v6)
        first.s.sendall(b"hello\n")
        wait_until(lambda: paused(net), 15, "accepting to pause")
        reload(net, relay_conf(net, lb={"sessions": 4}))
        crowd = Crowd(net, v6, port=5061)
        until_held(net, crowd)
        for s in held:
            s.close()
        until_served(net, crowd, first)
