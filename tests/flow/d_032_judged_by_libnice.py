# SPDX-License-Identifier: BSD-2-Clause
"""libnice, which talks to real A/V Edge Servers, understands what the prober asks, over UDP
and framed, and the prober understands what libnice answers; both open pseudo-TLS alike."""
import json
import socket
import struct

import pytest
from lab import BIN, wait_until, whole_lines
from odd import HELLO, Odd
from probed import PORTS, Probed

pytestmark = pytest.mark.skipif(not (BIN / "nice-member").exists(),
                                reason="built without libnice (libnice-dev): no judge")
QUESTION = {"ok": True, "octets": 36, "allocate": True, "stranger": True, "cookie": True, "version": 1}


def exactly(c, n):
    octets = b""
    while len(octets) < n:
        more = c.recv(n - len(octets))
        if not more:
            raise OSError("closed")
        octets += more
    return octets


class Frames:
    """A stream port: pseudo-TLS is answered here, what is in the frames by libnice."""

    def __init__(self, p):
        self.p, self.asked = p, []  # (hello, question)

    def talk(self, c):
        hello = exactly(c, 50)
        if hello[0] != 0x16:
            return
        c.sendall(HELLO)
        kind, length = struct.unpack("!HH", exactly(c, 4))
        assert kind == 0x0200
        question = exactly(c, length)
        with self.p.host.entered():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with s:
            s.settimeout(5)
            s.connect((self.p.members[0].addresses["av"][0], 3478))
            s.send(question)
            answer = s.recv(2048)
        self.asked.append((hello, question))
        c.sendall(struct.pack("!HH", 0x0200, len(answer)) + answer)
        c.recv(1)

    def without_chance(self):
        """All that was asked, without what is drawn anew each time."""
        return {(hello[:11], hello[43:], question[:4], question[20:]) for hello, question in list(self.asked)}


def questions(member):
    return [json.loads(line) for line in whole_lines(member.output())]


def test_each_understands_the_other(lab):
    p = Probed(lab, simulated=(), members=1)
    members = []
    for service in ("av-udp", "int-av-udp"):
        for address in p.members[0].addresses[PORTS[service][0]]:
            members.append(p.host.popen("nice-member", address, 3478, name=f"nice-{len(members)}"))
    ours, theirs = Frames(p), Frames(p)
    Odd(p).serve("av-tcp", ours.talk)
    Odd(p).serve("xmpp", theirs.talk)  # libnice's own client finds nobody else there
    p.start()
    p.wait({(0, s): ("up", "ok") for s in ("av-udp", "int-av-udp", "av-tcp")})
    for m in members:
        assert questions(m)
        assert all(q == QUESTION for q in questions(m)), questions(m)
    judge = p.host.popen("nice-judge", "agent", p.members[0].addresses["access"][0], "tls", 5269, "user", "secret")
    wait_until(lambda: theirs.asked, 15, "libnice's own question to come")
    judge.kill()
    assert theirs.without_chance() == ours.without_chance()
