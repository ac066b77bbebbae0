# SPDX-License-Identifier: BSD-2-Clause
"""A member that goes down and comes back is told to snmptrapd, whatever gets lost."""
from lab import wait_until
from published import Published

ONE = "edge.contoso.net/edge1"


def test_down_and_up_carry_names_and_reason(lab):
    p = Published(lab).start()
    index = p.member("edge1")
    p.put(f"state {ONE} down connect-refused")
    down = wait_until(lambda: p.told("MemberDown"), 15, "memberDown")[0]
    for expected in (f"edgePoolMemberName.{index} = STRING: edge1", "STRING: edge.contoso.net",
                     "edgePoolEventNumber.0 = Gauge32: 1", "INTEGER: down(3)", "connectRefused(3)",
                     "STRING: the port refused the connection"):
        assert expected in down
    p.put(f"state {ONE} up ok")
    up = wait_until(lambda: p.told("MemberUp"), 15, "memberUp")[0]
    assert "edgePoolEventNumber.0 = Gauge32: 2" in up and "INTEGER: up(2)" in up


def test_a_condition_is_told_when_it_begins_and_when_it_ends(lab):
    p = Published(lab).start()
    endpoint = f"{ONE}/external/131.107.155.10:443/tcp"
    index = next(i for i, name in p.rows("edgePoolEndpointName").items() if name == endpoint)
    p.put(f"health {endpoint} certificate-until {1798675200 + 3661}")  # 2026-12-31 01:01:01
    p.put(f"health {endpoint} certificate-sha256 {0x0123456789abcdef}")
    p.put(f"health {endpoint} conditions {1 << 1 | 1 << 9 | 1 << 13}")  # the last is a note
    raised = wait_until(lambda: len(p.told("Condition")) == 2 and p.told("ConditionRaised"), 15, "two raised")
    assert "INTEGER: certExpired(2)" in raised[0] and "INTEGER: major(3)" in raised[0]
    assert f"STRING: {endpoint}" in raised[0] and "INTEGER: oldTls(10)" in raised[1]
    assert f"STRING: endpoint {endpoint}: TLS is older than 1.2" in raised[1]
    bits = p.rows("edgePoolEndpointConditions")
    assert {i for i, b in bits.items() if set(b) & set("123456789")} == {index}
    assert bits[index].startswith('"40 44 '), "1, 9 and 13, from the highest bit of the first octet"
    assert p.rows("edgePoolEndpointCertUntil") == {index: "2026-12-31,1:1:1.0,+0:0"}
    assert p.rows("edgePoolEndpointCertDigest") == {index: "0123456789abcdef"}
    p.put(f"health {endpoint} conditions 0")
    cleared = wait_until(lambda: p.told("ConditionCleared")[1:], 15, "the end of both")
    assert f"STRING: endpoint {endpoint}: no more: TLS is older than 1.2" in cleared[0]


def test_a_lost_notice_loses_no_notification(lab):
    p = Published(lab).start()
    p.put(f"quiet {ONE} down tls-alert")
    p.put(f"quiet {ONE} up ok")
    p.put(f"quiet {ONE}/external/131.107.155.10:443/tcp down tls-failed")
    wait_until(lambda: p.told("EndpointDown"), 15, "endpointDown")
    wait_until(lambda: p.told("MemberDown") and p.told("MemberUp"), 15, "both, though nobody saw it down")
    p.put("panic edge.contoso.net 1")
    wait_until(lambda: p.told("PanicStart"), 15, "panicStart")
    p.put("panic edge.contoso.net 0")
    wait_until(lambda: p.told("PanicStop"), 15, "panicStop")


def test_what_happens_while_snmpd_is_away_is_told_later(lab):
    p = Published(lab, notify_rate=0).start()
    p.master.process.kill()
    wait_until(lambda: "away" in p.edge.ask("snmp", "status"), 15, "the master's end to be seen")
    p.put(f"state {ONE} down answer-timeout")
    wait_until(lambda: "queued 1" in p.edge.ask("snmp", "status"), 15, "the notification to wait")
    p.master.restart()
    wait_until(lambda: p.told("MemberDown"), 15, "memberDown after all")


def test_a_flood_is_held_to_the_rate_and_all_of_it_arrives(lab):
    p = Published(lab, notify_rate=5).start()
    endpoints = list(p.rows("edgePoolEndpointName").values())

    def count(word):
        return int(p.edge.ask("snmp", "status").partition(f"{word} ")[2].partition(",")[0])
    for state in ("down unreachable", "up ok", "down tls-alert", "up ok"):
        for name in endpoints:
            p.put(f"state {name} {state}")
    wait_until(lambda: count("last") >= 2 * len(endpoints), 15, "a look")
    assert count("queued") > 0, "more than the rate allows at once"
    wait_until(lambda: count("queued") == 0, 30, "the queue to run dry")
    wait_until(lambda: len(p.told("Endpoint")) == count("sent") == count("last"), 10, "all to arrive")


def test_a_silent_writer_is_told_and_its_data_stay(lab):
    p = Published(lab).start()
    p.edge.daemon["health"].pause()
    stale = wait_until(lambda: p.told("DataStale"), 10, "dataStale")
    assert "edge-health is silent" in "".join(stale) or "edge-lb is silent" in "".join(stale)
    assert set(p.rows("edgePoolMemberHealth").values()) == {"up"}
    assert p.rows("edgePoolBoardStale")["health"] == "true"
    p.edge.daemon["health"].resume()
    wait_until(lambda: p.told("DataFresh"), 10, "dataFresh")
