# SPDX-License-Identifier: BSD-2-Clause
"""What a member has to bear: every connection ends as its protocol says, from both sides,
and MS-TURN is asked once a second and three times at once at most, whoever wants to know."""
import contextlib
import socket
import ssl
import struct
import threading

from evidence import endpoint_id, notify
from lab import wait_until
from odd import CHALLENGE, Odd, context
from probed import PORTS, Probed

SO_TIMESTAMPNS = 35  # not in Python's socket
HEADER = b"<?xml version='1.0'?><stream:stream xmlns:stream='x' version='1.0'><stream:features/>"


class Ends:
    """Members that answer an end with their own, as polite ones do, and say how it was."""

    def __init__(self, p):
        self.tls, self.seen = context(p), []

    def secure(self, c):
        s = self.tls.wrap_socket(c, server_side=True, suppress_ragged_eofs=False)
        try:
            while s.recv(4096):
                pass
            self.seen.append("close_notify")
        except ssl.SSLEOFError:
            self.seen.append("cut off")
        self.fin(s.unwrap(), "TLS")

    def stream(self, c):
        text = c.recv(4096)
        c.sendall(HEADER)
        while not text.endswith(b"</stream:stream>"):
            text += c.recv(4096) or b" "
            if text.endswith(b" "):
                self.seen.append("no </stream:stream>")
                return
        self.seen.append("</stream:stream>")
        c.sendall(b"</stream:stream>")
        self.fin(c, "stream")

    def fin(self, c, what):
        c.settimeout(10)
        self.seen.append(f"{what}: fin" if c.recv(1) == b"" else f"{what}: more")


def test_every_connection_ends_as_it_should(lab):
    p = Probed(lab, simulated=[s for s in PORTS if s not in ("webconf", "xmpp")], members=1)
    ends = Ends(p)
    Odd(p).serve("webconf", ends.secure)
    Odd(p).serve("xmpp", ends.stream)
    p.start().all_up()
    before = {r["words"][3]: int(r["run"]) for r in p.status()}
    p.wait_runs(before, 5)
    assert set(ends.seen) == {"close_notify", "TLS: fin", "</stream:stream>", "stream: fin"}, ends.seen


class Questions(threading.Thread):
    """The relay of one address: when which transaction came first, by the kernel's clock."""

    def __init__(self, p, address):
        super().__init__(daemon=True)
        with p.host.entered():
            self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((address, 3478))
        self.began = {}
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                octets, (came,), _, peer = self.socket.recvmsg(2048, 64)
                seconds, ns = struct.unpack("qq", came[2])
                self.began.setdefault(octets[4:20], seconds + ns / 1e9)
                # Two failures, to be confirmed, and then a success.
                error = CHALLENGE if len(self.began) % 3 == 0 else CHALLENGE.replace(b"\4\1", b"\5\0")
                self.socket.sendto(b"\x01\x13" + len(error).to_bytes(2, "big") + octets[4:20] + error, peer)


def test_turn_is_asked_no_more_than_agreed_whoever_wants_to_know(lab):
    p = Probed(lab, simulated=(), members=1)
    relays = [Questions(p, a) for a in p.members[0].addresses["av"]]
    p.start(health={"turn_interval": 1, "interval": 0.1, "fast_interval": 0.05, "down_interval": 0.1})
    one = endpoint_id(p, "av-udp")

    def asked():
        notify(p, one, 200)
        return all(len(r.began) >= 7 for r in relays)
    wait_until(asked, 30, "seven questions of each family", every=0.05)
    for r in relays:
        times = sorted(r.began.values())[:7]
        # Three at once, four seconds for four more; the prober may be late with the first.
        assert times[6] - times[0] > 3, f"{[round(t - times[0], 2) for t in times]}"
