# SPDX-License-Identifier: BSD-2-Clause
"""A member that comes and goes is held down, one that was down waits for the operator where
that is wanted, and neither is forgotten by a prober that was killed."""
from probed import Probed

QUICK = {"interval": 0.2, "down_interval": 0.2}
DOWN, UP = ("down", "connect-refused"), ("up", "ok")


def restarted(p):
    p.edge.daemon["health"].kill()
    p.edge.start("health")


def held(p):
    """The rows of edge1's access that are held down."""
    return [r for v6 in (False, True) if "held-ms" in (r := p.endpoint(0, "access", v6))]


def flaps(p):
    return [float(r["held-ms"]) > 2000_000 and r["health"] == "down" and "flapping" in r["conditions"]
            for r in held(p)]


def test_who_comes_and_goes_is_held_down(lab):
    p = Probed(lab, simulated=("access", "av-udp")).start(
        access={"health": QUICK | {"flap_hold": 3600, "flap_hold_max": 3600}}).wait_up("access", "av-udp")
    for _ in range(9):
        p.members[0].be("access", "refuse")
        p.wait({(0, "access"): DOWN})
        p.members[0].be("access", "well")
        if held(p):
            break
        p.wait({(0, "access"): UP})
    known = flaps(p)
    assert known and all(known)
    lines = [x for x in p.log().splitlines() if "held down for" in x]
    assert len(lines) == len(known), "said once"
    assert "member edge1 access: up -> down, port refused the connection, 2 of 2, at " in lines[0]
    assert lines[0].endswith(" s: it flaps, hold-down 1")
    p.wait_ok(0, "access")
    restarted(p)
    p.wait_ok(0, "access")
    assert flaps(p) == known
    # Another service of the same member has other settings and was never held.
    assert "held-ms" not in p.endpoint(0, "av-udp")
    p.edge.write(p.conf(access={"health": {"flap_damping": False}}))
    p.edge.ask("health", "reload")
    p.wait({(0, "access"): UP})
    assert "flapping" not in p.endpoint(0, "access").get("conditions", "")


def test_who_was_down_waits_for_the_operator(lab):
    p = Probed(lab, simulated=("access", "av-udp")).start(
        access={"health": QUICK | {"manual_resume": True}}).wait_up("access", "av-udp")
    for service in ("access", "av-udp"):
        p.members[0].be(service, "refuse")
    p.wait({(0, "access"): DOWN, (0, "av-udp"): DOWN})
    for service in ("access", "av-udp"):
        p.members[0].be(service, "well")
    p.wait({(0, "av-udp"): UP})
    p.wait_ok(0, "access")
    restarted(p)
    p.wait_ok(0, "access")
    row = p.endpoint(0, "access")
    assert row["health"] == "down" and row["awaits-operator"] == "yes"
    assert "edge1: 2 endpoints that waited may return" in p.edge.ask("health", "enable edge1")
    p.wait({(0, "access"): UP})
    assert "awaits-operator" not in p.endpoint(0, "access")
