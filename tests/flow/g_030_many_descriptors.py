# SPDX-License-Identifier: BSD-2-Clause
"""A balancer with more than 1 024 open files is reloaded, upgraded and ended as any other:
nothing in it counts descriptors on select()'s fingers."""
import os

import pytest

from echo import Session, echoes, relay_conf
from upgrading import Installed

SESSIONS = 540  # two descriptors each


@pytest.fixture
def crowded(routed):
    routed.installed = Installed(routed)
    routed.edge.write(relay_conf(routed))
    with echoes(routed):
        routed.edge.start("lb")
        sessions = [Session(routed, ("access", "av")[n % 2], n % 60, n % 4 > 1) for n in range(SESSIONS)]
        yield routed, sessions
        for s in sessions:
            s.close()


def test_nothing_ends_at_1024(crowded):
    net, sessions = crowded
    names, lb = [s.who() for s in sessions], net.edge.daemon["lb"]
    assert len(os.listdir(f"/proc/{lb.pid}/fd")) > 1100
    conf = relay_conf(net)
    conf["pools"][0]["members"].pop()
    for step in conf, relay_conf(net):
        net.edge.write(step)
        net.edge.ask("lb", "reload")
    assert "silent" in net.installed.upgrade()
    net.edge.write(conf)
    net.edge.ask("lb", "reload")
    assert [s.who() for s in sessions if s.ask() == b"hello\n"] == names
    assert lb.stop() == 0
    assert "edgepool" not in net.balancer.run("nft", "list", "ruleset").stdout
