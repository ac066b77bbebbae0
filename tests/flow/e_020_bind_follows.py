# SPDX-License-Identifier: BSD-2-Clause
"""A real BIND that includes our snippet answers with the members that work, and never with
nothing."""
import re

import pytest

import topology
from lab import wait_until
from nameserver import Bind


@pytest.fixture
def dns(lab):
    """Two members in DNS mode, edge-health, edge-dnslb with a reload command, and BIND."""
    net = topology.routed(lab, members=1, dns_members=2)
    net.named = Bind(lab, net.balancer, {"fabrikam.com": net.zone("external", "fabrikam.com"),
                                         "fabrikam.net": net.zone("internal", "fabrikam.net")})
    net.start_members()
    conf = net.conf()
    conf["dns"] = {"policy": {"settle": 0.2, "spacing": 0.2}, "targets": [
        {"name": view, "view": view, "zone": zone, "reload": net.named.reload(zone)}
        for view, zone in (("external", "fabrikam.com"), ("internal", "fabrikam.net"))]}
    net.edge.write(conf)
    net.edge.start("health", "dnslb")
    wait_until(net.zone().exists, 10, "the first snippet")
    net.named.start()
    net.resolve = lambda name, kind="A": set(net.named.ask(name, kind))
    net.wait_members("up")
    wait_until(lambda: "complete" in net.zone().read_text(), 10, "the complete set")
    return net


def addresses(members, group, v6=False):
    return {m.addresses[group][v6] for m in members}


def resolves_to(net, *members):
    """All balanced names lead to exactly these members, in both families."""
    for name, group in {"sip.fabrikam.com": "access", "webcon.fabrikam.com": "webconf",
                        "av.fabrikam.com": "av", "edge.fabrikam.net": "internal"}.items():
        assert net.resolve(name) == addresses(members, group), name
        assert net.resolve(name, "AAAA") == addresses(members, group, v6=True), name
    return True


def fixed_records_stand(net):
    assert net.resolve("_sip._tls.fabrikam.com", "SRV") == {"0 0 443 sip.fabrikam.com."}
    assert net.resolve("_sipfederationtls._tcp.fabrikam.com", "SRV") == {"0 0 5061 sip.fabrikam.com."}
    for m in net.dns_members:
        assert net.resolve(f"{m.name}.fabrikam.net") == addresses([m], "internal")


def test_a_dead_member_leaves_and_returns_and_no_name_is_ever_empty(dns):
    one, two = dns.dns_members
    wait_until(lambda: resolves_to(dns, one, two), 20, "the complete set")
    fixed_records_stand(dns)
    one.kill()
    wait_until(lambda: resolves_to(dns, two), 20, "the dead member to leave all names")
    fixed_records_stand(dns)
    two.kill()
    wait_until(lambda: resolves_to(dns, one, two), 20, "everything to be published when nothing works")
    assert "FAIL OPEN" in dns.zone().read_text()
    assert "FAIL OPEN" in dns.edge.daemon["dnslb"].output()
    fixed_records_stand(dns)
    one.start()
    wait_until(lambda: resolves_to(dns, one), 20, "the member that is back to be alone")
    two.start()
    wait_until(lambda: resolves_to(dns, one, two), 20, "both to be back")
    assert "complete" in dns.zone().read_text()


def test_only_the_name_of_a_sick_service_changes(dns):
    one, two = dns.dns_members
    one.be("av-udp", "silent")
    wait_until(lambda: dns.resolve("av.fabrikam.com") == addresses([two], "av"), 20, "av to lose a member")
    assert dns.resolve("sip.fabrikam.com") == addresses([one, two], "access")


def test_a_drained_member_leaves_the_names_of_the_pool(dns):
    one, two = dns.dns_members
    dns.edge.ctl("drain", one.name)
    wait_until(lambda: resolves_to(dns, two), 20, "the drained member to leave")
    fixed_records_stand(dns)
    dns.edge.ctl("enable", one.name)
    wait_until(lambda: resolves_to(dns, one, two), 20, "the enabled member to return")


def probes(net):
    return sum(int(n) for e in net.edge.members() for n in [sum(x["health"]["probes"] for x in e["endpoints"])])


def test_nothing_is_written_while_nothing_changes(dns):
    files = [dns.zone(), dns.zone("internal", "fabrikam.net")]
    before = [(f.stat().st_ino, f.stat().st_mtime_ns) for f in files]
    seen = probes(dns)
    wait_until(lambda: probes(dns) > seen + 200, 30, "200 more probes")
    assert [(f.stat().st_ino, f.stat().st_mtime_ns) for f in files] == before
    assert len(re.findall("written to", dns.edge.daemon["dnslb"].output())) <= 4
