# SPDX-License-Identifier: BSD-2-Clause
"""Whatever happens to snmpd, edge-snmp comes back by itself and never stands still long."""
import time

from lab import PATIENCE, wait_until
from published import Published

ONE = "edge.contoso.net/edge1"
STOPPED = 30.0
# One exchange 0.3 s, one connect 0.2 s, and a few of them in a row.
STILL_MAX = 3.0 * PATIENCE


def test_a_stopped_master_costs_fractions_of_a_second_and_no_notification(lab):
    p, worst = Published(lab).start(), [0.0]

    def asked(until):
        began = time.monotonic()
        p.edge.ask("snmp", "status")
        worst[0] = max(worst[0], time.monotonic() - began)
        return time.monotonic() >= until
    p.master.process.pause()
    began = time.monotonic()
    p.put(f"state {ONE} down connect-timeout")
    wait_until(lambda: asked(began + STOPPED / 2), STOPPED, "half of the time")
    p.put(f"state {ONE} up ok")
    wait_until(lambda: asked(began + STOPPED), STOPPED, "the rest of the time")
    assert worst[0] < STILL_MAX
    p.master.process.resume()
    p.wait_served()
    wait_until(lambda: p.told("MemberDown") and p.told("MemberUp"), 15, "both notifications")


def test_what_a_hanging_master_was_told_is_told_to_the_next(lab):
    p = Published(lab).start()
    p.master.process.pause()
    p.put(f"state {ONE} down connect-timeout")
    wait_until(lambda: "sent 1" in p.edge.ask("snmp", "status"), 15, "it to go into the silent socket")
    p.master.process.kill()
    p.master.restart()
    wait_until(lambda: p.told("MemberDown"), 15, "memberDown after all")


def test_a_master_that_dies_and_returns_finds_all_tables_again(lab):
    p = Published(lab).start()
    before = p.rows("edgePoolEndpointName")
    for _ in range(2):
        p.master.process.kill()
        p.master.restart()
        p.wait_served()
    assert p.rows("edgePoolEndpointName") == before
    assert "taken 3 times" in p.edge.ask("snmp", "status")


def test_edge_snmp_starts_before_snmpd_and_ends_orderly_without_it(lab):
    p = Published(lab)
    p.edge.start("health", "snmp")
    assert "away" in p.edge.ask("snmp", "status")
    p.master.start()
    p.wait_served()
    p.master.process.pause()
    assert p.edge.daemon["snmp"].stop() == 0
    p.master.process.resume()


def test_a_second_subagent_says_so_and_takes_over_when_the_first_ends(lab):
    p = Published(lab).start()
    other = Published.__new__(Published)
    other.__dict__.update(p.__dict__)
    other.edge = type(p.edge)(lab, p.host, "other")
    other.edge.DAEMONS = p.edge.DAEMONS
    other.edge.write(p.edge.conf_file.read_text())
    other.edge.start("health", "snmp")
    wait_until(lambda: "REFUSED" in other.edge.ask("snmp", "status"), 10, "the refusal")
    assert p.edge.daemon["snmp"].stop() == 0
    wait_until(lambda: "REFUSED" not in other.edge.ask("snmp", "status"), 15, "the second try")
    other.wait_served()


def test_switched_off_it_stays_and_publishes_nothing(lab):
    p = Published(lab).start()
    pid = p.edge.daemon["snmp"].pid
    p.reconfigure(enabled=False)
    p.edge.ask("snmp", "reload")
    wait_until(lambda: "enabled: no" in p.edge.ask("snmp", "status"), 10, "it to be off")
    assert "edge1" not in p.master.walk("EDGE-POOL-MIB::edgePoolMemberName")
    p.reconfigure()
    p.edge.daemon["snmp"].signal(1)
    p.wait_served()
    assert p.edge.daemon["snmp"].running() and p.edge.daemon["snmp"].pid == pid
