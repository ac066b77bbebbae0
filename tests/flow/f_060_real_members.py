# SPDX-License-Identifier: BSD-2-Clause
"""Real probes end in real notifications, and a SET drains a real member for good."""
import pytest

import topology
from lab import wait_until
from master import Master
from published import Published


@pytest.fixture
def p(lab):
    """Published's way of asking, before the daemons of a whole pool."""
    net = topology.routed(lab, members=2)
    p = Published.__new__(Published)
    p.net, p.host, p.edge, p.master = net, net.balancer, net.edge, Master(lab, net.balancer)
    p.master.start()
    net.start_members()
    net.edge.write(net.conf() | {"snmp": p.master.conf() | {"set": True}})
    net.edge.start("health", "lb", "snmp")
    net.wait_members("up")
    p.wait_served()
    return p


def test_a_killed_member_is_told_and_its_return(p):
    one, two = p.net.members
    index = p.member(one.name)
    assert set(p.rows("edgePoolMemberHealth").values()) == {"up"}
    one.kill()
    down = wait_until(lambda: p.told("MemberDown"), 15, "memberDown")[0]
    assert f"edgePoolMemberName.{index} = STRING: {one.name}" in down and "connectRefused" in down
    wait_until(lambda: p.rows("edgePoolMemberUse")[index] == "none", 15, "the tables to follow")
    endpoints = len([e for e in p.rows("edgePoolEndpointHealth") if e.startswith(index)])
    wait_until(lambda: len(p.told("EndpointDown")) == endpoints, 20, "endpointDown for each")
    one.start()
    wait_until(lambda: p.told("MemberUp"), 20, "memberUp")
    wait_until(lambda: set(p.rows("edgePoolMemberHealth").values()) == {"up"}, 10, "the tables to follow")
    assert not [line for line in p.told("Member") if f"STRING: {two.name}" in line]


def test_a_set_drains_and_stays_over_a_restart_of_edge_health(p):
    one, two = p.member(p.net.members[0].name), p.member(p.net.members[1].name)
    assert p.set(f"edgePoolMemberAdmin.{one}", "draining") == ""
    wait_until(lambda: p.rows("edgePoolMemberUse")[one] == "existing", 15, "the drain to show")
    wait_until(lambda: set(v for i, v in p.rows("edgePoolEndpointAdmin").items() if i.startswith(one)) == {"draining"},
               15, "its endpoints to follow")
    p.edge.daemon["health"].kill()
    assert p.set(f"edgePoolMemberAdmin.{one}", "enabled") == "resourceUnavailable"
    assert p.rows("edgePoolMemberUse") == {one: "existing", two: "new"}
    p.edge.start("health")
    assert p.rows("edgePoolMemberAdmin")[one] == "draining"
    assert p.set(f"edgePoolMemberAdmin.{one}", "enabled") == ""
    wait_until(lambda: p.rows("edgePoolMemberUse")[one] == "new", 15, "the member to be back")
    assert int(p.rows("edgePoolPoolMembersUp")[one.partition(".")[0]]) == 2
