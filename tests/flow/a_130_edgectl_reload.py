# SPDX-License-Identifier: BSD-2-Clause
"""A reload reaches all four daemons; a wrong file reaches none, and the old one stands."""
import pytest

from lab import LabError
from sessions import SipSession

DAEMONS = ("edge-health", "edge-lb", "edge-dnslb", "edge-snmp")


def hashes(net):
    return {d["name"]: d["configuration_hash"] for d in net.edge.status()["daemons"]
            if d["configuration_hash"]}


def test_reload(everything):
    net, before = everything, hashes(everything)
    assert len(before) == 3 and len(set(before.values())) == 1
    text = net.edge.conf_file.read_text()
    with SipSession(net.client, (net.vip("access"), 443)) as held:
        assert held.options() == 504
        member = held.member
        net.edge.write(text.replace("lb = {", "lb = { connect_retries = 1;", 1))
        assert "runs another configuration than this file" in net.edge.ctl("status").stdout
        done = net.edge.ctl("reload")
        for daemon in DAEMONS:
            assert f"{daemon:12} reloaded" in done.stdout
        after = hashes(net)
        assert len(set(after.values())) == 1 and set(after.values()) != set(before.values())
        status = net.edge.status()
        assert status["current"] and all(d["configuration_current"] in (True, None) for d in status["daemons"])

        net.edge.write(text.replace('balancing = "hardware"', 'balancing = "dns"', 1))
        done = net.edge.ctl("reload", check=False)
        assert done.returncode == 2 and "[R1]" in done.stderr and "no daemon was asked" in done.stderr
        for name in net.edge.DAEMONS:
            with pytest.raises(LabError, match=f"{name}: reload: error: "):
                net.edge.ask(name, "reload")
        net.edge.write(text)
        assert hashes(net) == after, "the configuration before stands in all daemons"
        assert (held.options(), held.member) == (504, member), "and so do sessions"
        assert net.edge.ctl("reload").returncode == 0 and hashes(net) == before
