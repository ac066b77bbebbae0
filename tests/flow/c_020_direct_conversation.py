# SPDX-License-Identifier: BSD-2-Clause
"""A client that talks to its member directly loses nothing to the balancer: not while it
repeats itself to the VIP from the same port, nor when a 401 was lost."""
import os
import socket

import pytest

from echo import echoes, relay_conf, stun, udp_socket, until_sessions

pytestmark = pytest.mark.engines


def test_a_repetition_to_the_vip_steals_no_answer(net):
    """The member answers both conversations; each answer comes from where it was asked."""
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        for v6 in (False, True):
            with udp_socket(net, 5, v6, port=25000) as u:
                vip = (net.vip("av", v6), 3478)
                asked = os.urandom(16)
                u.sendto(stun(asked), vip)
                name = u.recvfrom(2048)[0].split()[-3].decode()
                member = next(m for m in net.members if m.name == name)
                direct = (member.addresses["av"][v6], 3478)
                # The association is open now, on the client's own port.
                for i in range(50):
                    mine = os.urandom(16)
                    u.sendto(stun(mine), direct)
                    octets, peer = u.recvfrom(2048)
                    assert (octets[4:20], peer[0]) == (mine, direct[0]), f"direct answer {i}"
                    if i % 10 == 5:
                        u.sendto(stun(asked), vip)
                        octets, peer = u.recvfrom(2048)
                        assert (octets[4:20], peer[0]) == (asked, vip[0])


ALLOCATE_ERROR = b"\x01\x13"


def allocate():
    return (bytes.fromhex("00030010") + os.urandom(16)
            + bytes.fromhex("000f000472c64bc68008000400000001"))


def refused(u, request, at):
    """The address in the 401 that answers this request, from where it was sent."""
    for _ in range(10):
        u.sendto(request, at)
        try:
            octets, peer = u.recvfrom(2048)
        except TimeoutError:
            continue
        assert (peer[:2], octets[:2], octets[4:20]) == (at, ALLOCATE_ERROR, request[4:20])
        value = octets[octets.index(b"\x00\x0e\x00") + 4:][:20 if at[0].count(":") else 8]
        return socket.inet_ntop(socket.AF_INET6 if len(value) == 20 else socket.AF_INET, value[4:])
    raise TimeoutError(f"{at} did not answer")


@pytest.mark.parametrize("v6", [False, True])
def test_a_lost_401_is_asked_for_again(net, v6):
    """The client heard nothing and repeats the same transaction: the same member answers,
    and no association is left behind."""
    net.start("lb")
    with udp_socket(net, 7, v6, port=25100) as u:
        first, at = allocate(), (net.vip("av", v6), 3478)
        assert len({(refused(u, first, at), until_sessions(net, 0, 5)) for _ in range(4)}) == 1
        # And in the middle of what it says to the member itself, from the same port.
        direct = (refused(u, first, at), 3478)
        for i in range(20):
            assert refused(u, allocate(), direct) == direct[0]
            if i % 4 == 1:
                assert refused(u, first, at) == direct[0]
        # A 401 that comes while the client says the next to the member already.
        for _ in range(5):
            mine = allocate()
            u.sendto(first, at)
            u.sendto(mine, direct)
            got = dict((o[4:20], p[:2]) for o, p in (u.recvfrom(2048) for _ in range(2)))
            assert got == {first[4:20]: at, mine[4:20]: direct}
