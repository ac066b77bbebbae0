# SPDX-License-Identifier: BSD-2-Clause
"""A SET drains a member where it is allowed, and nothing else can be set."""
from lab import wait_until
from published import Published


def test_set_reaches_edge_health_and_nonsense_does_not(lab):
    p = Published(lab, set=True).start()
    one, two = p.member("edge1"), p.member("edge2")
    assert p.set(f"edgePoolMemberAdmin.{one}", "draining") == ""
    wait_until(lambda: p.rows("edgePoolMemberUse")[one] == "existing", 15, "the drain to show")
    assert p.rows("edgePoolMemberState") == {one: "draining", two: "up"}
    wait_until(lambda: p.told("MemberAdminChange"), 15, "the notification")
    assert p.set(f"edgePoolMemberAdmin.{one}", "4") == "wrongValue"
    assert p.set(f"edgePoolMemberAdmin.{one}", "0") == "wrongValue"
    assert p.set(f"edgePoolMemberAdmin.{one}", "-1") == "wrongValue"
    assert p.set(f"edgePoolMemberAdmin.{one}", "draining", "=") == ""
    assert p.set(f"edgePoolMemberAdmin.{one.rpartition('.')[0]}.77", "2") == "noCreation"
    assert p.set(f"edgePoolMemberName.{one}", "mine", "s") == "notWritable"
    assert p.set("edgePoolInstance.0", "mine", "s") == "notWritable"
    assert p.set(f"edgePoolMemberAdmin.{one}", "enabled") == ""
    wait_until(lambda: p.rows("edgePoolMemberUse")[one] == "new", 15, "the member to be back")


def test_without_edge_health_a_set_is_refused_and_nothing_hangs(lab):
    p = Published(lab, set=True).start()
    one = p.member("edge1")
    p.edge.daemon["health"].pause()
    assert p.set(f"edgePoolMemberAdmin.{one}", "draining") == "resourceUnavailable"
    p.edge.daemon["health"].kill()
    assert p.set(f"edgePoolMemberAdmin.{one}", "draining") == "resourceUnavailable"
    assert p.rows("edgePoolMemberAdmin")[one] == "enabled"


def test_set_is_off_unless_it_is_configured(lab):
    p = Published(lab).start()
    one = p.member("edge1")
    assert p.set(f"edgePoolMemberAdmin.{one}", "draining") == "notWritable"
    p.reconfigure(set=True)
    p.edge.ask("snmp", "reload")
    assert p.set(f"edgePoolMemberAdmin.{one}", "draining") == ""
