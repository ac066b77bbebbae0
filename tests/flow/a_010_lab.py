# SPDX-License-Identifier: BSD-2-Clause
"""Before anything else is blamed: every path of both layouts carries packets, and
a process that failed is not waited for."""
import socket

import pytest
from lab import LabError, wait_until
from topology import MEMBER


def reaches(source, address, on):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with on.entered():
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, 7))
        listener.listen()
    with listener, source.entered(), socket.create_connection((address, 7), 10) as c:
        peer, _ = listener.accept()
        with peer:
            assert peer.getpeername() == c.getsockname(), "an address was translated on the way"


def test_client_reaches_members_and_vips_in_both_families(net):
    for member in net.members:
        for group in MEMBER:
            for address in member.addresses[group]:
                reaches(net.client, address, member.host)
        for address in member.addresses["internal"]:
            reaches(net.inner, address, member.host)
    for group in MEMBER:
        for v6 in (False, True):
            reaches(net.client, net.vip(group, v6), net.balancer)
    for v6 in (False, True):
        reaches(net.inner, net.vip("internal", v6), net.balancer)


def test_direct_packets_pass_the_balancer_only_in_the_routed_layout(net):
    def forwarded():
        text = net.balancer.run("cat", "/proc/net/snmp").stdout
        names, values = [line.split()[1:] for line in text.splitlines() if line.startswith("Ip:")]
        return int(dict(zip(names, values))["ForwDatagrams"])
    address = (net.members[0].addresses["av"][0], 7)
    with net.members[0].host.entered(), socket.socket(type=socket.SOCK_DGRAM) as s, \
            net.client.entered(), socket.socket(type=socket.SOCK_DGRAM) as c:
        s.bind(address)
        s.settimeout(5)
        before = forwarded()
        for _ in range(10):
            c.sendto(b"direct", address)
            assert s.recv(16) == b"direct"
    assert forwarded() - before == (10 if net.layout == "routed" else 0)


def test_nobody_is_waited_for_who_is_gone(lab):
    peer = lab.host("host").popen("sh", "-c", "echo no such door; exit 3", name="peer")
    with pytest.raises(LabError, match="waited for a door, but peer ended by itself with 3:\n *no such door"):
        wait_until(lambda: False, 10, "a door")
    peer.end = lambda: None  # it ended as it should
