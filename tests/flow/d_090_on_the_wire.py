# SPDX-License-Identifier: BSD-2-Clause
"""What a probe looks like to the member: a lost datagram is sent again inside one probe, a
fresh port each time, from the configured address; noise from others decides nothing; what
is not probed is used."""
import contextlib
import socket
import threading

from lab import wait_until
from probed import PORTS, Probed

CHALLENGE = bytes.fromhex("000f000472c64bc6" "0009000400000401" "0015000572746d6564" "00140003616263")


class Relay(threading.Thread):
    """An A/V Edge that answers only the nth copy of each question, after some noise."""

    def __init__(self, p, nth, noise=()):
        super().__init__(daemon=True)
        with p.host.entered():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((p.members[0].addresses["av"][0], 3478))
        self.nth, self.noise, self.copies, self.peers, self.sizes = nth, noise, {}, [], set()
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                octets, peer = self.socket.recvfrom(2048)
                self.sizes.add(len(octets))
                tx = octets[4:20]
                self.copies[tx] = self.copies.get(tx, 0) + 1
                if self.copies[tx] == 1:
                    self.peers.append(peer)
                if self.copies[tx] == self.nth:
                    for n in self.noise:
                        self.socket.sendto(n, peer)
                    self.socket.sendto(b"\x01\x13" + len(CHALLENGE).to_bytes(2, "big") + tx + CHALLENGE, peer)


def test_the_third_copy_is_answered(lab):
    p = Probed(lab, simulated=(), members=1)
    relay = Relay(p, 3)
    p.start(health={"connect_timeout": 1.5, "timeout": 2.0})
    p.wait_one(0, "av-udp", False, ("up", "ok"))
    assert float(p.endpoint(0, "av-udp")["latency-ms"]) >= 740, "sent at 0, 250 and 750 ms"
    assert relay.sizes == {36}
    wait_until(lambda: len(relay.peers) >= 4, 20, "four probes")
    # The kernel draws ports by chance: two of four may be the same, once in thousands.
    assert len(set(relay.peers[:4])) >= 3, "a fresh port each time"


def test_noise_decides_nothing(lab):
    p = Probed(lab, simulated=(), members=1)
    noise = [b"", b"x", b"\x01\x13\x00\x00" + bytes(16), bytes(2000), b"SIP/2.0 503 no\r\n\r\n"]
    Relay(p, 1, noise)
    p.start()
    p.wait_one(0, "av-udp", False, ("up", "ok"))


def test_probes_leave_from_the_configured_address(lab):
    p = Probed(lab)
    p.host.address("192.0.2.99/32", "2001:db8::99/128")
    conf = p.conf()
    conf["pools"][0]["external"]["source_address"] = ["192.0.2.99", "2001:db8::99"]
    for m in p.members:
        m.start()
    p.edge.write(conf)
    p.edge.start("health")
    p.all_up()
    began = len(p.members[0].saw())
    wait_until(lambda: len(p.members[0].saw()) > began + 60, 15, "some probes")
    for row in p.members[0].saw()[began:]:
        outer = row["service"] in ("access", "federation", "xmpp", "webconf", "av-tcp", "av-udp")
        assert ("::99]" in row["peer"] or "192.0.2.99:" in row["peer"]) == outer, row


def test_what_is_not_probed_is_used(lab):
    p = Probed(lab, simulated=()).start(internal={"probe": "none"}, health={"assume": "down"})
    inner = [s for s in PORTS if PORTS[s][0] == "internal"]
    p.wait({(0, s): ("unknown", "none") for s in inner} | {(m, "access"): ("down", "connect-refused") for m in (0, 1)})
    states = [e["state"] for m in p.edge.members() for e in m["endpoints"] if e["side"] == "internal"]
    assert len(states) == 16 and {s["takes"] for s in states} == {"new"}
    assert "last" not in p.endpoint(0, "sip"), "and nobody asked it anything"
