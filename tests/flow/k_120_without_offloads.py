# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel engine sends on arrives whole where no interface fills in checksums or cuts
super-packets, and where some do and some do not: sessions of 1 MiB, datagrams of any length."""
import ctypes
import fcntl
import os
import socket
import struct

import pytest

from echo import Session, answer_to, asked, echoes, relay_conf, udp_socket

pytestmark = pytest.mark.engines("kernel")
SIOCETHTOOL = 0x8946
OFFLOADS = (0x17, 0x19, 0x1f, 0x2c)  # ETHTOOL_STXCSUM, SSG, STSO, SGRO


def without_offloads(host):
    with host.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for name in [n for _, n in socket.if_nameindex() if n != "lo"]:
            for command in OFFLOADS:
                value = ctypes.create_string_buffer(struct.pack("II", command, 0))
                fcntl.ioctl(s, SIOCETHTOOL, struct.pack("16sP16x", name.encode(), ctypes.addressof(value)))


def everything_arrives(net):
    for v6 in (False, True):
        session = Session(net, "access", v6=v6)
        for _ in range(32):
            octets = os.urandom(32768)
            assert session.ask(octets) == octets
        assert session.peer()[0] == net.client_address(0, v6)
        session.close()
        with udp_socket(net, 1, v6) as u:
            vip = net.vip("av", v6), 3478
            asked(u, vip)  # neighbours are found
            for n in (20, 21, 100, 1401):
                octets = os.urandom(n)
                u.sendto(octets, vip)
                assert answer_to(u, vip, octets)[1] == net.client_address(1, v6)


def test_sessions_and_datagrams(net):
    net.edge.write(relay_conf(net))
    with echoes(net, ["access", "av-udp"]):
        net.edge.start("lb")
        # What senders left to be filled in is filled in behind the balancer, and looked at.
        without_offloads(net.balancer)
        everything_arrives(net)
        for host in (net.client, net.router, *net.members):
            without_offloads(getattr(host, "host", host))
        everything_arrives(net)
