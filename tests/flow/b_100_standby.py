# SPDX-License-Identifier: BSD-2-Clause
"""Without its VIPs on an interface edge-lb starts all the same and says so; it serves as
soon as they arrive, as when keepalived moves them here."""
import pytest

from echo import Session, echoes, relay_conf, until_applied
from lab import wait_until


def viewed(net):
    return next(x for x in net.edge.ask("lb", "status").splitlines() if x.startswith("view"))


@pytest.mark.engines
def test_a_standby_takes_over_when_the_vips_arrive(routed):
    vips = [f"{routed.vip(g, v6)}/{128 if v6 else 32}" for g in ("access", "webconf", "av") for v6 in (False, True)]
    routed.balancer.ip(*[f"addr del {v} dev lo" for v in vips])
    routed.edge.write(relay_conf(routed))
    with echoes(routed):
        routed.edge.start("lb")
        until_applied(routed)
        view = viewed(routed)
        wait_until(lambda: routed.edge.ask("lb", "sessions").count("vip-on-no-interface") == 10, 15, "its report")
        routed.balancer.address(*vips)
        for v6 in (False, True):
            s = wait_until(lambda: Session(routed, "access", v6=v6), 15, "the first session")
            assert s.who()
            s.close()
        wait_until(lambda: "vip-on-no-interface" not in routed.edge.ask("lb", "sessions"), 15, "its report to change")
        assert viewed(routed) == view, "no state changed, so no view was built"
