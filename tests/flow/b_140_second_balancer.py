# SPDX-License-Identifier: BSD-2-Clause
"""A second edge-lb on the same VIPs ends with a clear error, however many workers either
has, and the first one's clients and kernel settings notice nothing."""
import pytest

from echo import Session, echoes, relay_conf
from topology import Edge


@pytest.mark.parametrize("workers", [1, 2])
def test_two(routed, workers):
    other = Edge(routed.lab, routed.balancer, "other")
    for edge in (routed.edge, other):
        edge.write(relay_conf(routed, lb={"workers": workers}))
    with echoes(routed):
        routed.edge.start("lb")
        before = routed.balancer.run("nft", "list", "table", "inet", "edgepool").stdout
        done = routed.balancer.run("edge-lb", *other.options(), check=False)
        assert done.returncode == 2 and "another edge-lb, has it" in done.stderr, done.stderr
        assert routed.balancer.run("nft", "list", "table", "inet", "edgepool").stdout == before
        for n in range(8):
            assert Session(routed, "av", n).peer()[0] == routed.client_address(n)
