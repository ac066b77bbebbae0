# SPDX-License-Identifier: BSD-2-Clause
"""A restarted prober believes what the board says until it has looked again, and a reload
forgets nothing about endpoints that stay."""
import pytest
from lab import LabError, wait_until
from probed import PORTS, Probed

DOWN, UP = ("down", "connect-refused"), ("up", "ok")


def transitions(p):
    rows = [e for m in p.edge.members() for e in m["endpoints"]]
    return {e["full_name"]: e["probe"]["transitions"] for e in rows}


def down(p):
    p.members[0].be("av-tcp", "refuse")
    p.wait({(0, "av-tcp"): DOWN, (0, "av-udp"): UP})


def test_a_crash_changes_no_state(lab):
    p = Probed(lab).start().all_up()
    down(p)
    p.edge.daemon["health"].kill()
    # Hardly anything will be probed soon: what is shown now is what was known before.
    p.edge.write(p.conf(health={"interval": 3600, "fast_interval": 3600, "down_interval": 3600}))
    p.edge.start("health")
    p.wait({(0, s): UP for s in PORTS if s != "av-tcp"} | {(0, "av-tcp"): DOWN})
    # Each endpoint has its own moment in the hour: that of one or two may be now.
    rows = p.status()
    assert len([r for r in rows if "last" in r]) < len(rows) / 4, "nothing was probed again yet"
    assert " -> " not in p.log(), "and nothing is said to have changed"


def test_what_changed_meanwhile_is_found_after_the_restart(lab):
    p = Probed(lab).start().all_up()
    down(p)
    p.edge.daemon["health"].stop()
    p.members[0].be("av-tcp", "well")
    p.members[0].be("av-udp", "refuse")
    p.edge.start("health")
    p.wait({(0, "av-tcp"): UP, (0, "av-udp"): DOWN, (1, "av-udp"): UP})
    assert "member edge1 av-udp: up -> down, port refused the connection, 2 of 2" in p.log()
    assert "member edge1 av-tcp: down -> up, probe succeeded, 2 of 2" in p.log()


def test_a_reload_keeps_the_history_of_what_stays(lab):
    p = Probed(lab).start().all_up()
    down(p)
    before = {r["words"][3]: int(r["run"]) for r in p.status()}
    conf = p.conf(health={"interval": 0.5})
    conf["pools"][0]["members"].append(p.members[1].conf() | {
        "name": "edge3", "fqdn": "edge3.contoso.net",
        "access": ["192.0.2.9", "2001:db8::1:9"], "webconf": ["192.0.2.19", "2001:db8::2:9"],
        "av": ["192.0.2.29", "2001:db8::3:9"], "internal": ["192.0.2.39", "2001:db8::4:9"]})
    p.edge.write(conf)
    assert p.edge.ask("health", "reload") is not None
    after = {r["words"][3]: r for r in p.status()}
    assert all(int(after[at]["run"]) >= run for at, run in before.items())
    assert after[p.members[0].at("av-tcp")]["health"] == "down"
    assert "192.0.2.9:443" in after
    wait_until(lambda: "member edge3: leaves every service" in p.log(), 15, "edge3 to be found dead")
    assert "member edge3 access: unknown -> down" in p.log(), "the new one was not known before"


def refused(p, conf):
    p.edge.write(conf)
    with pytest.raises(LabError) as e:
        p.edge.ask("health", "reload")
    assert {r["health"] for r in p.status()} == {"up"}
    return str(e.value)


def test_what_cannot_be_used_changes_nothing(lab):
    p = Probed(lab).start().all_up()
    assert str(p.edge.conf_file) in refused(p, "pools = (")
    c = p.certs()
    for certificate, key, why in (("/nope.pem", f"{c}/client.key", "/nope.pem: No such file or directory"),
                                  (f"{c}/client.pem", f"{c}/wrong.key", "wrong.key: key values mismatch"),
                                  (f"{c}/client.pem", "/dev/null", "/dev/null: unsupported (a PEM key without a passphrase is needed)")):
        conf = p.conf(health={"tls": {"certificate": certificate, "key": key}})
        assert why in refused(p, conf)


def test_a_reload_asks_anew_what_it_interrupted(lab):
    p = Probed(lab).start().all_up()
    p.members[0].be("access", "hang")
    seldom = {"interval": 600, "down_interval": 600, "timeout": 30, "connect_timeout": 30}
    p.edge.write(p.conf(health=seldom))
    p.edge.ask("health", "reload")
    p.edge.ask("health", "probe-now edge1")
    # A running probe has no time of its next one: it shows as 0.
    wait_until(lambda: p.endpoint(0, "access")["next-ms"] == "0", 10, "the hanging probe")
    p.members[0].be("access", "refuse")
    p.edge.write(p.conf(health=seldom | {"interval": 500}))
    p.edge.ask("health", "reload")
    p.wait({(0, "access"): DOWN})
