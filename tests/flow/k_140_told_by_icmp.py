# SPDX-License-Identifier: BSD-2-Clause
"""What a client is told by ICMP names the VIP: that a port is closed, that a life has ended; and the
VIP answers an echo."""
import contextlib
import os
import socket
import struct

import pytest

from echo import echoes, relay_conf, stun, udp_socket
from lab import PATIENCE, wait_until

pytestmark = pytest.mark.engines("kernel")
IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE = 11, 25, 0x2000
PORT_UNREACHABLE = {False: (3, 3), True: (1, 4)}
TIME_EXCEEDED = {False: (11, 0), True: (3, 0)}


def told(u, v6):
    """(type, code), who says it, and what was sent where, from the socket's queue of errors."""
    octets, ancillary, _, to = u.recvmsg(2048, 512, MSG_ERRQUEUE)
    data = next(d for level, kind, d in ancillary if kind in (IP_RECVERR, IPV6_RECVERR))
    kind, code = struct.unpack_from("=IBBBxII", data)[2:4]
    who = socket.inet_ntop(socket.AF_INET6, data[24:40]) if v6 else socket.inet_ntop(socket.AF_INET, data[20:24])
    return (kind, code), who, octets, to[0]


@contextlib.contextmanager
def asking(net, v6, n):
    with udp_socket(net, n, v6) as u:
        u.setsockopt(*((socket.IPPROTO_IPV6, IPV6_RECVERR) if v6 else (socket.IPPROTO_IP, IP_RECVERR)), 1)
        u.connect((net.vip("av", v6), 3478))
        yield u


@pytest.mark.parametrize("v6", [False, True])
def test_it(net, v6):
    net.edge.write(relay_conf(net))
    vip = net.vip("av", v6)
    with echoes(net) as members:
        net.edge.start("lb")
        for m in members.values():
            m.refuse("av-udp")
        with asking(net, v6, 6) as u:
            question = stun(os.urandom(16), b"closed?")
            u.send(question)
            with pytest.raises(ConnectionRefusedError):
                u.recv(2048)
            assert told(u, v6) == (PORT_UNREACHABLE[v6], vip, question, vip)
        with asking(net, v6, 7) as u:
            # As traceroute does it: the router is the first on the way, the balancer the second.
            u.setsockopt(*((socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if v6 else (socket.IPPROTO_IP, socket.IP_TTL)), 2)
            question = stun(os.urandom(16), bytes(900))
            u.send(question)
            got = wait_until(lambda: told(u, v6), 10, "an answer")
            assert got[:2] == (TIME_EXCEEDED[v6], vip)
            assert question.startswith(got[2]) and len(got[2]) >= 500
        echo(net, v6, vip)


def echo(net, v6, vip):
    with net.client.entered():
        s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) if v6 \
            else socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    with s:
        s.settimeout(10 * PATIENCE)
        body = struct.pack(">HH", 4711, 1) + b"are you there?"
        total = sum(struct.unpack(f">{len(body) // 2}H", body)) + 0x0800
        checksum = ~(total % 0xffff) & 0xffff
        s.sendto(struct.pack(">BBH", 128 if v6 else 8, 0, 0 if v6 else checksum) + body, (vip, 0))
        while True:
            octets, who = s.recvfrom(2048)
            if octets.endswith(body) and who[0] == vip:
                assert octets[0 if v6 else 20] == (129 if v6 else 0)
                break
