# SPDX-License-Identifier: BSD-2-Clause
"""What an operator says is kept: over a reload, over a restart, and a garbled file is
moved aside with one clear line."""
from lab import LabError, wait_until
from probed import PORTS, Probed


def admin(p):
    return [m["admin"] for m in p.status("member")]


def test_drain_disable_enable_survive(lab):
    p = Probed(lab).start().all_up()
    health = p.edge
    assert "edge.contoso.net/edge1: enabled -> draining" in health.ask("health", "drain edge1")
    assert "enabled -> disabled" in health.ask("health", "disable edge.contoso.net/edge2")
    assert admin(p) == ["draining", "disabled"]
    assert {r["state"] for r in p.status()} == {"draining", "disabled"}
    assert {r["health"] for r in p.status()} == {"up"}, "the operator's word is not the probe's"
    health.ask("health", "reload")
    assert admin(p) == ["draining", "disabled"], "after a reload"
    health.daemon["health"].kill()
    health.start("health")
    assert admin(p) == ["draining", "disabled"], "after a crash"
    assert {r["health"] for r in p.status()} == {"up"}, "and the probes' verdicts too"
    health.ask("health", "enable edge1")
    health.ask("health", "enable edge2")
    assert admin(p) == ["enabled", "enabled"]
    assert "member edge1: draining -> enabled, by uid 0" in p.log()
    assert (health.state_dir / "admin.state").read_text() == "edgepool admin states 1\n"


def test_the_board_carries_it_to_edgectl(lab):
    p = Probed(lab).start().all_up()
    p.edge.ctl("drain", "edge1")
    rows = [e for m in p.edge.members() if m["name"] == "edge1" for e in m["endpoints"]]
    assert len(rows) == 2 * len(PORTS) and {e["state"]["admin"] for e in rows} == {"draining"}


def test_nobody_is_told_by_name(lab):
    p = Probed(lab).start()
    try:
        p.edge.ask("health", "drain edge9")
        raise AssertionError("drained a member that is not there")
    except LabError as e:
        assert "there is no member 'edge9'" in str(e)


def test_a_garbled_file_is_moved_aside(lab):
    p = Probed(lab)
    state = p.edge.state_dir / "admin.state"
    state.write_bytes(b"\x00\xff garbage" * 1000)
    p.start().all_up()
    line = [t for t in p.log().splitlines() if "admin.state" in t]
    assert len(line) == 1 and "moved to admin.state.bad" in line[0], p.log()
    assert admin(p) == ["enabled", "enabled"]
    p.edge.ask("health", "drain edge1")
    assert "draining edge.contoso.net/edge1" in state.read_text()
    wait_until(lambda: (p.edge.state_dir / "admin.state.bad").exists(), 15, "the bad file")
