# SPDX-License-Identifier: BSD-2-Clause
"""All services of a side send one client to one member, TCP and UDP, whatever the number of
workers."""
import collections

import pytest

from echo import Session, echoes, relay_conf, stun, udp_socket


@pytest.mark.parametrize("engine,workers", [("relay", 1), ("relay", 3), ("kernel", 1)], indirect=["engine"])
@pytest.mark.parametrize("v6", [False, True])
def test_a_client_meets_one_member(routed, workers, v6):
    routed.edge.write(relay_conf(routed, lb={"workers": workers}))
    with echoes(routed):
        routed.edge.start("lb")
        first, sessions = {}, []
        for n in range(30):
            s = Session(routed, "access", n, v6)
            first[n] = s.who()
            sessions.append(s)
        counts = collections.Counter(first.values())
        assert len(counts) == 3, "all members are used"
        for n in range(30):
            others = [Session(routed, "webconf", n, v6), Session(routed, "av", n, v6)]
            assert {s.who() for s in others} == {first[n]}
            with udp_socket(routed, n, v6) as u:
                u.sendto(stun(bytes(16)), (routed.vip("av", v6), 3478))
                octets, peer = u.recvfrom(2048)
            assert octets.split()[-3].decode() == first[n], "UDP meets the same member"
            assert peer[0] == routed.vip("av", v6), "and is answered by the VIP"
            sessions += others
        for s in sessions:
            s.close()
