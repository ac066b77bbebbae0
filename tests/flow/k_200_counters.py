# SPDX-License-Identifier: BSD-2-Clause
"""The kernel engine's counters are those of the wire, to the packet: what a client sent to a VIP
and got from it, and the same for the member; kill -9 and a restart lose none and count none twice."""
import json

import pytest

from echo import Session, answer_to, asked, board, echoes, listeners, relay_conf, stun, udp_socket, until_up
from lab import wait_until

pytestmark = pytest.mark.engines("kernel")
WORDS = ("sessions_total", "packets_in", "packets_out")
COUNT = """table inet wire {{ {names}
chain sent {{ type filter hook output priority 0; {sent}
}}
chain got {{ type filter hook input priority 0; {got}
}}
}}"""
PORTS = {"access": ("tcp", 443), "av": ("udp", 3478)}


def watch_the_wire(net):
    """Counters of the client host, by group and family: exactly what it sent and got."""
    sent, got, names = [], [], []
    for group, (proto, port) in PORTS.items():
        for v6 in (False, True):
            name, ip, vip = f"{group}{6 if v6 else 4}", "ip6" if v6 else "ip", net.vip(group, v6)
            names += [f"counter {name}_in {{ }}", f"counter {name}_out {{ }}"]
            sent.append(f"{ip} daddr {vip} {proto} dport {port} counter name {name}_in;")
            got.append(f"{ip} saddr {vip} {proto} sport {port} counter name {name}_out;")
    net.client.run("nft", "-f", "-", input=COUNT.format(
        names="\n".join(names), sent="\n".join(sent), got="\n".join(got)))


def wire(net):
    told = json.loads(net.client.run("nft", "-j", "list", "counters").stdout)["nftables"]
    return {c["counter"]["name"]: c["counter"]["packets"] for c in told if "counter" in c}


def of(net, group, v6):
    proto, port = PORTS[group]
    place = f"[{net.vip(group, v6)}]:{port}/{proto}" if v6 else f"{net.vip(group, v6)}:{port}/{proto}"
    return next(c for name, c in listeners(net).items() if name.endswith(place))


def until_equal(net, begun):
    def equal():
        now = wire(net)
        for group in PORTS:
            for v6 in (False, True):
                c, name = of(net, group, v6), f"{group}{6 if v6 else 4}"
                assert [c[w] for w in WORDS] == [begun[group], now[f"{name}_in"], now[f"{name}_out"]], (name, c, now)
        return True
    wait_until(equal, 15, "the board to say what the wire says")


def speak(net, n, v6):
    """A session and ten datagrams of a new client each: no packet holds several segments, which
    the wire counts as one."""
    s = Session(net, "access", n, v6)
    assert s.ask(b"x" * 1000) == b"x" * 1000
    s.close()
    u, at = udp_socket(net, n, v6), (net.vip("av", v6), 3478)
    asked(u, at)
    for i in range(9):
        octets = stun(bytes([i]) * 16, b"y" * 100)
        u.sendto(octets, at)
        answer_to(u, at, octets)
    u.close()


def test_the_board_says_what_the_wire_says(one_subnet):
    net = one_subnet
    net.edge.write(relay_conf(net))
    watch_the_wire(net)
    with echoes(net):
        net.edge.start("health", "lb")
        until_up(net)
        for n in range(3):
            for v6 in (False, True):
                speak(net, n, v6)
        until_equal(net, {"access": 3, "av": 3})
        net.edge.daemon["lb"].kill()
        for v6 in (False, True):  # nobody counts now but the kernel
            speak(net, 3, v6)
        net.edge.start("lb")
        until_equal(net, {"access": 4, "av": 4})
        ends = [e for name, e in board(net).items() if "/external/" in name]
        assert sum(e["sessions_total"] for e in ends) == 16
        assert sum(e["packets_in"] for e in ends) == sum(n for k, n in wire(net).items() if k.endswith("_in"))
