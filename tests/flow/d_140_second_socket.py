# SPDX-License-Identifier: BSD-2-Clause
"""A connection whose first packets are lost is made by a second socket of the same probe,
and refused by it where nobody listens."""
from lab import wait_until
from probed import Probed

# Of every two ports a connection comes from, the first one's packets never arrive.
LOSSY = """table inet lossy {
  set lost { type inet_service; flags dynamic,timeout; timeout 20s; size 65535; }
  chain arriving {
    type filter hook input priority 0;
    tcp dport { 443, 5269 } tcp flags & (syn|ack) == syn tcp sport @lost drop
    %s
  }
}"""
EACH = ("%s daddr %s tcp dport %d tcp flags & (syn|ack) == syn numgen inc mod 2 == 0 "
        "add @lost { tcp sport } drop")


def lose(p, *services):
    lines = []
    for s in services:
        for v6 in (False, True):
            address, port = p.members[0].at(s, v6).rsplit(":", 1)
            lines.append(EACH % ("ip6" if v6 else "ip", address.strip("[]"), int(port)))
    p.host.run("nft", "-f", "-", input=LOSSY % "\n    ".join(lines))


def test_the_second_socket_is_answered(lab):
    p = Probed(lab, simulated=("access",), members=1)
    lose(p, "access", "xmpp")
    # Without the second socket each of these would wait for all of that time, in vain.
    p.start(health={"connect_timeout": 6.0, "timeout": 8.0, "interval": 0.8, "fall": 1})
    p.wait({(0, "access"): ("up", "ok"), (0, "xmpp"): ("down", "connect-refused")})
    p.wait_one(0, "access", False, ("up", "ok"))
    wait_until(lambda: float(p.endpoint(0, "access")["latency-ms"]) >= 490, 20, "one that took the second socket")
    row = p.endpoint(0, "access")
    wait_until(lambda: int(p.endpoint(0, "access")["run"]) >= int(row["run"]) + 2, 20, "two more probes")
    assert "up -> down" not in p.log()
