# SPDX-License-Identifier: BSD-2-Clause
"""Both legs of a session have what long-lived Edge sessions need of TCP: no waiting for more
octets, keepalives, a limit for a peer that has vanished, and a local port found late."""
import ctypes
import os
import socket

from echo import Session, echoes, relay_conf
from lab import wait_until
from topology import V4, V6

PIDFD_GETFD = 438
IP_BIND_ADDRESS_NO_PORT = 24
SOURCES = [f"{V4}40", f"{V6}40"]
ESTABLISHED = b"\1"


def copies(pid):
    """A process's sockets, one at a time."""
    pidfd = os.pidfd_open(pid)
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            copy = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, pidfd, int(fd), 0)
            assert copy >= 0, os.strerror(ctypes.get_errno())
            try:
                with socket.socket(fileno=copy) as s:
                    yield s
            except OSError:
                os.close(copy)
    finally:
        os.close(pidfd)


def legs(pid):
    """What the kernel was told of each leg, by its own address: keepalive, after how long, the
    limit of what stays unanswered (ms), no delay; and whether the port was found late."""
    return {s.getsockname()[0]: [s.getsockopt(level, name) for level, name in (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE), (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
        (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT), (socket.IPPROTO_TCP, socket.TCP_NODELAY),
        (socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT))]
        for s in copies(pid) if s.family in (socket.AF_INET, socket.AF_INET6) and s.type == socket.SOCK_STREAM
        and s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == ESTABLISHED}


def test_it(routed):
    net, vips = routed, [routed.vip("access", v6) for v6 in (False, True)]
    net.balancer.address(f"{SOURCES[0]}/26", f"{SOURCES[1]}/121", dev="e1")
    conf = relay_conf(net, lb={"keepalive": 77.0, "user_timeout": 1.0})
    conf["pools"][0]["external"]["source_address"] = SOURCES
    net.edge.write(conf)
    with echoes(net) as members:
        net.edge.start("lb")
        sessions = [Session(net, "access", 1, v6) for v6 in (False, True)]

        def speak_on():
            """They are never silent, neither before they have their limits nor after."""
            for s in sessions:
                s.ask()
            seen = legs(net.edge.daemon["lb"].pid)
            assert {told[2] for told in seen.values()} == {1000}, seen
            return seen
        seen = wait_until(speak_on, 15, "sessions to have lived for a moment", every=0.3)
        assert seen == {own: [1, 77, 1000, 1, own in SOURCES] for own in vips + SOURCES}
        net.client.run("nft", "-f", "-", input="table inet gone { chain in { type filter hook input priority 0; "
                                               "tcp sport 443 drop; }; }")
        for c in (c for m in members.values() for c in m.sessions):
            c.send(b"anybody?")
        # Without the limit the kernel would repeat itself to them for a quarter of an hour.
        wait_until(lambda: "sessions 0 of" in net.edge.ask("lb", "status"), 20, "the balancer to give them up")
