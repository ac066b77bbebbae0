# SPDX-License-Identifier: BSD-2-Clause
"""A/V over UDP through the VIP: the member sees the client's own address and port, the 401
comes from the VIP, and the client goes on to the member directly from the same port."""
import pytest

from lab import wait_until
from logged import place
from sessions import turn_udp

PORT = 20123


@pytest.mark.engines
@pytest.mark.parametrize("v6", [False, True])
def test_the_first_allocate_is_relayed_and_the_rest_is_direct(net, v6):
    net.start("lb")
    source = net.client_address(3, v6)
    code, alternate, peer, local = turn_udp(net.client, (net.vip("av", v6), 3478), source, port=PORT)
    assert (code, peer[0], local[1]) == (401, net.vip("av", v6), PORT)
    member = next(m for m in net.members if alternate in m.addresses["av"])
    seen = wait_until(lambda: member.saw("av-udp"), 15, "the member to have seen it")[-1]
    assert seen["peer"] == place(source, PORT), seen
    # The same port, straight to the member: its answer comes from its own address.
    for _ in range(3):
        code, _, peer, _ = turn_udp(net.client, (alternate, 3478), source, port=PORT)
        assert (code, peer[0]) == (401, alternate)
