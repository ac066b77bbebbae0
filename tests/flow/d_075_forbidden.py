# SPDX-License-Identifier: BSD-2-Clause
"""A firewall on the way that says "forbidden" has cut a member off: with IPv6 the kernel
calls that a permission, and it is the member's trouble there as it is with IPv4."""
from probed import Probed

FORBID = """table inet forbid {
  chain arriving {
    type filter hook input priority 0;
    ip daddr 192.0.2.1 tcp dport 443 reject with icmp type admin-prohibited
    ip6 daddr 2001:db8::1:1 tcp dport 443 reject with icmpv6 type admin-prohibited
  }
}"""
# On the loopback interface the refusal meets a socket that is still being connected, and
# counts only when the second SYN earns it again, a second later.
SLOW = {"connect_timeout": 5.0, "timeout": 6.0}


def test_a_forbidden_way_is_no_way(lab):
    p = Probed(lab, simulated=("access",)).start(health=SLOW).wait_up("access")
    assert p.members[0].at("access", True) == "[2001:db8::1:1]:443"
    for key in ("ipv4.icmp_ratelimit", "ipv6.icmp.ratelimit"):
        p.host.sysctl(f"net.{key}", 0)
    p.host.run("nft", "-f", "-", input=FORBID)
    p.wait({(0, "access"): ("down", "unreachable"), (1, "access"): ("up", "ok")})
    p.host.run("nft", "delete", "table", "inet", "forbid")
    p.wait({(0, "access"): ("up", "ok")})
