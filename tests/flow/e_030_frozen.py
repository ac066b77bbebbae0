# SPDX-License-Identifier: BSD-2-Clause
"""Without news from edge-health what is published stays; a first file holds everybody."""
import pytest

import topology
from lab import wait_until


@pytest.fixture
def net(lab):
    net = topology.routed(lab, members=1, dns_members=2)
    net.start_members()
    conf = net.conf()
    conf["dns"] = {"policy": {"settle": 0.2, "spacing": 0.2}}
    net.edge.write(conf)
    return net


def put(net, text):
    """Replaces the snippet at once, as an editor does."""
    aside = net.zone().with_suffix(".edited")
    aside.write_text(text)
    aside.rename(net.zone())


def follows(net, word):
    return word in net.edge.ask("dnslb", "status")


def test_a_dead_prober_freezes_the_records(net):
    one, two = net.dns_members
    net.edge.start("health", "dnslb")
    wait_until(lambda: "complete" in net.zone().read_text(), 20, "the complete set")
    net.edge.daemon["health"].kill()
    wait_until(lambda: follows(net, "missing or stale"), 10, "the board to be stale")
    text, inode = net.zone().read_text(), net.zone().stat().st_ino
    one.kill()
    net.edge.daemon["dnslb"].stop()
    net.edge.start("dnslb")  # a restart does not thaw, nor does it write
    assert follows(net, "missing or stale")
    assert (net.zone().read_text(), net.zone().stat().st_ino) == (text, inode)
    net.edge.start("health")
    wait_until(lambda: net.published(one) == 0, 20, "the dead member to leave")
    assert net.published(two) == 3


def test_before_the_first_verdict_everybody_is_published(net):
    one, two = net.dns_members
    net.edge.start("dnslb")
    wait_until(net.zone().exists, 10, "a first file")
    assert "unproven" in net.zone().read_text()
    assert net.published(one) == net.published(two) == 3
    two.kill()
    net.edge.start("health")
    wait_until(lambda: net.published(two) == 0, 20, "the dead member to leave")
    assert net.published(one) == 3


def test_reload_takes_a_new_name_and_refuses_a_bad_file(net):
    net.edge.start("health", "dnslb")
    conf = net.conf()
    conf["dns"] = {"policy": {"settle": 0.2, "spacing": 0.2}}
    conf["pools"][1]["sip_domains"] = ["fabrikam.com", "contoso.org"]
    net.edge.write(conf)
    net.edge.ask("dnslb", "reload")
    wait_until(lambda: "sip.contoso.org." in net.zone("external", "contoso.org").read_text(), 10, "the new zone")
    net.edge.write("pools = nonsense;\n")
    with pytest.raises(AssertionError, match="error: "):
        net.edge.ask("dnslb", "reload")
    assert follows(net, "external/contoso.org")
    assert net.edge.daemon["dnslb"].stop() == 0


def test_a_stale_text_is_mended_and_a_strange_file_left_alone(net):
    net.edge.start("health", "dnslb")
    wait_until(lambda: "complete" in net.zone().read_text(), 20, "the complete set")
    good = net.zone().read_text()
    put(net, good[:-40])
    wait_until(lambda: net.zone().read_text() == good, 10, "the cut file to be mended")
    net.zone().unlink()
    wait_until(lambda: net.zone().read_text() == good, 10, "the removed file to be there again")
    put(net, "@ IN SOA somebody else 1 2 3 4 5\n")
    wait_until(lambda: follows(net, "not ours"), 10, "the stranger's file to be noticed")
    assert net.zone().read_text().startswith("@ IN SOA")
    net.edge.daemon["dnslb"].stop()
