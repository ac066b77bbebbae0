# SPDX-License-Identifier: BSD-2-Clause
"""The pool's rules: a member without access leaves every service, one family down is that
family alone, and when nobody is left all are used, loudly."""
from lab import wait_until
from probed import PORTS, Probed


def states(p, member):
    return {(s, v6): p.endpoint(member, s, v6)["state"] for s in PORTS for v6 in (False, True)}


def test_a_member_without_access_leaves(lab):
    p = Probed(lab).start().all_up()
    p.members[0].be("access", "hang")
    wait_until(lambda: p.member(0)["health"] == "down", 15, "edge1 to be down")
    assert set(states(p, 0).values()) == {"member down"}
    assert set(states(p, 1).values()) == {"up"}
    assert "member edge1: leaves every service, all its external access endpoints are down" in p.log()
    line = "member edge1 access: up -> down, TLS handshake timed out, 3 of 3, at 192.0.2.1:443"
    assert line in p.log(), p.log()
    p.members[0].be("access", "well")
    wait_until(lambda: set(states(p, 0).values()) == {"up"}, 15, "edge1 to return")
    assert "member edge1: takes part in every service again" in p.log()


def test_one_family_is_one_family(lab):
    p = Probed(lab).start().all_up()
    p.host.ip("addr del 192.0.2.1/32 dev lo")
    p.host.ip("route add unreachable 192.0.2.1/32")
    p.wait_one(0, "access", False, ("down", "unreachable"))
    assert p.member(0)["state"] == "up"
    assert p.endpoint(0, "access", True)["state"] == "up"
    assert p.endpoint(0, "av-udp")["state"] == "up"


def test_when_nobody_is_left_all_are_used(lab):
    p = Probed(lab).start().all_up()
    for m in p.members:
        m.be("access", "hang")
    wait_until(lambda: p.endpoint(0, "access")["state"] == "panic"
               and p.endpoint(1, "access", True)["state"] == "panic", 15, "panic")
    assert p.endpoint(0, "av-udp")["state"] == "up", "other services go on as they were"
    assert "pool edge.contoso.net access IPv4: panic: no member is up, all 2 are used" in p.log()
    p.members[1].be("access", "well")
    wait_until(lambda: p.endpoint(1, "access")["state"] == "up"
               and p.endpoint(0, "access")["state"] == "member down", 15, "the end of panic")
    assert "access IPv4: panic is over" in p.log()


def test_the_minimum_keeps_the_one_lost_last(lab):
    p = Probed(lab).start(health={"minimum_members": 2}).all_up()
    p.members[0].be("webconf", "hang")
    wait_until(lambda: p.endpoint(0, "webconf")["state"] == "held", 15, "it to be held")
    p.members[0].be("webconf", "refuse")
    wait_until(lambda: p.endpoint(0, "webconf")["state"] == "down", 15, "a refusal to remove it")
    assert "pool edge.contoso.net webconf IPv4: used although down: 0, before: 1" in p.log()


def test_removals_keep_their_distance(lab):
    p = Probed(lab, members=3).start(webconf={"health": {"removal_interval": 3600}}).all_up()
    p.members[0].be("webconf", "hang")
    wait_until(lambda: p.endpoint(0, "webconf")["state"] == "down", 15, "the first to leave at once")
    p.members[1].be("webconf", "hang")
    wait_until(lambda: p.endpoint(1, "webconf")["state"] == "held", 15, "the second to wait")
    assert "webconf IPv4: one was removed less than 3600 s ago: 1 used although down until then" in p.log()
    p.edge.daemon["health"].kill()
    p.edge.start("health")
    wait_until(lambda: p.endpoint(1, "webconf").get("last") == "tls-timeout", 15, "it to be asked again")
    assert p.endpoint(1, "webconf")["state"] == "held", "who waits does so after a restart, too"
    p.members[1].be("webconf", "refuse")
    wait_until(lambda: p.endpoint(1, "webconf")["state"] == "down", 15, "a refusal to remove it")
    assert p.endpoint(2, "webconf")["state"] == "up"
