# SPDX-License-Identifier: BSD-2-Clause
"""libnice and coturn, which nobody here wrote, meet through the kernel engine: an agent gets its
relayed candidate by way of the VIP and the alternate server, a STUN server sees the client itself."""
import json
import re
import shutil

import pytest

from echo import relay_conf
from lab import BIN, wait_until
from topology import CLIENT4

pytestmark = pytest.mark.engines("kernel")


@pytest.mark.skipif(not (BIN / "nice-judge").exists(), reason="built without libnice (libnice-dev): no judge")
def test_libnice_gathers_through_the_vip(one_subnet):
    net = one_subnet
    for m in net.members:
        m.options = ["--turn-password", "secret"]
    net.start("lb")
    # A host with few addresses: libnice has room for 64.
    caller, here = net.lab.host("caller"), f"{CLIENT4}9"
    caller.link(next(s for s in net.lab.segments if s.name == "client"), f"{here}/24")
    caller.route(("default", f"{CLIENT4}1"))
    for way, port, service in (("udp", 3478, "av-udp"), ("tls", 443, "av-tcp")):
        got = json.loads(caller.run("nice-judge", "agent", net.vip("av"), way, port, "user", "secret", here).stdout)
        assert got["relayed"], got
        assert {r["peer"].rpartition(":")[0] for m in net.members for r in m.saw(service)} == {here}


def test_coturn_sees_the_client(routed):
    net = routed
    if not shutil.which("turnserver"):
        pytest.skip("coturn is not installed")
    for m in net.members:
        coturn = m.host.popen("turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp", "--stun-only",
                              "--realm", "contoso.com", "--pidfile", net.lab.dir / f"{m.name}.pid",
                              "--userdb", net.lab.dir / f"{m.name}.db", "--log-file", "stdout",
                              *[x for a in m.addresses["av"] for x in ("--listening-ip", a)], name=f"coturn-{m.name}")
        wait_until(lambda c=coturn: "DB connection success" in c.output(), 15, "coturn to listen")
    net.edge.write(relay_conf(net))
    net.edge.start("lb")
    for v6 in (False, True):
        for n in range(4):
            said = net.client.run("turnutils_stunclient", "-p", 3478, "-L", net.client_address(n, v6),
                                  net.vip("av", v6)).stdout
            seen = re.search(r"UDP reflexive addr: (\S+):\d+", said)
            assert seen and seen.group(1).strip("[]") == net.client_address(n, v6), said
