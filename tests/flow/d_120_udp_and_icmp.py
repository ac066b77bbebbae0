# SPDX-License-Identifier: BSD-2-Clause
"""A UDP port is up when it answers as written, a host when it answers echo requests; without
the right to send them that is said, and is no evidence."""
import socket
import threading

from lab import wait_until
from probed import Probed

NOT = {"probe": "none"}
QUICK = {"interval": 0.2, "connect_timeout": 0.4, "fall": 2}


class Echo:
    """Answers the one question it knows, in both families."""

    def __init__(self, p, answer):
        self.answer = answer
        for address in [a for group in ("av", "internal") for a in p.members[0].addresses[group]]:
            with p.host.entered():
                s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
            s.bind((address, 3478))
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        while True:
            octets, peer = s.recvfrom(2048)
            if octets == b"\x01ping":
                s.sendto(self.answer, peer)


def test_what_is_expected_must_come(lab):
    p = Probed(lab, simulated=(), members=1)
    echo = Echo(p, b"pong 1")
    asked = {**NOT, "udp_probe": "udp", "udp_send": "hex:01 70696E67"}
    p.start(client_certificate=False, health=QUICK, access=NOT, federation=NOT, xmpp=NOT, webconf=NOT,
            av={**asked, "udp_expect": "pong ?"},
            internal={"sip": NOT, "mras": NOT, "av": {**asked, "udp_expect": "*hex:6f 6e67 ?? 31"}})
    p.wait({(0, "av-udp"): ("up", "ok"), (0, "int-av-udp"): ("up", "ok")})
    echo.answer = b"a pong 1"  # matches where it may stand anywhere
    p.wait({(0, "av-udp"): ("down", "answer-garbage"), (0, "int-av-udp"): ("up", "ok")})
    echo.answer = b"pong \0"
    p.wait({(0, "av-udp"): ("up", "ok"), (0, "int-av-udp"): ("down", "answer-garbage")})


PINGED = ("access", "av-tcp", "av-udp")


def test_echo_requests_need_a_right_and_find_a_host(lab):
    p = Probed(lab, simulated=(), members=1)
    icmp = {"probe": "icmp"}
    how = {"client_certificate": False, "health": QUICK,
           "access": icmp, "federation": NOT, "xmpp": NOT, "webconf": NOT, "av": icmp,
           "internal": {"sip": NOT, "mras": NOT, "av": NOT}}
    p.start(**how)
    for family in ("IPv4", "IPv6"):
        assert (f"no icmp probe can be sent over {family}: Permission denied; put group 0 into "
                'net.ipv4.ping_group_range, or write health.icmp = "raw" and give CAP_NET_RAW') in p.log()
    wait_until(lambda: {p.endpoint(0, s)["last"] for s in PINGED} == {"local"}, 10, "a probe of each")
    assert {(r["health"], r["reason"]) for r in p.status()} == {("unknown", "none")}

    p.edge.write(p.conf(**how | {"health": {**QUICK, "icmp": "raw"}}))
    assert "icmp" not in p.edge.ask("health", "reload")
    p.wait({(0, s): ("up", "ok") for s in PINGED})

    p.host.sysctl("net.ipv4.ping_group_range", "0 0")
    p.edge.write(p.conf(**how))
    assert "icmp" not in p.edge.ask("health", "reload")
    p.wait_runs({r["words"][3]: int(r["run"]) for r in p.status() if r["probe"] == "icmp"} |
                {r["words"][3]: -9 for r in p.status() if r["probe"] == "none"}, 3)
    p.wait({(0, s): ("up", "ok") for s in PINGED})
    p.host.sysctl("net.ipv4.icmp_echo_ignore_all", 1)
    p.host.sysctl("net.ipv6.icmp.echo_ignore_all", 1)
    p.wait({(0, s): ("down", "answer-timeout") for s in PINGED})
