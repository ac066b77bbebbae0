# SPDX-License-Identifier: BSD-2-Clause
"""odd - members whose answers are right and strange: octet by octet, slow, twice, with
provisional answers before.  What they wait for between two octets is their subject; a
play that uses them waits for conditions like any other.
"""
import contextlib
import re
import socket
import ssl
import struct
import threading
import time

from probed import PORTS

HELLO = bytes.fromhex("160301004e020000460301") + bytes(32) + b"\x20" + bytes(32) + bytes.fromhex("0018000e000000")
CHALLENGE = bytes.fromhex("000f000472c64bc6" "0009000400000401" "0015000572746d6564" "00140003616263")
DRIP = 0.001  # between octets: each is a segment, or a TLS record, of its own


def drip(c, octets):
    for o in octets:
        c.sendall(bytes([o]))
        time.sleep(DRIP)


def header(request, name):
    return re.search(rb"^%s: *(.*)\r$" % name, request, re.M)[1]


def sip(c):
    request = c.recv(4096)
    via, cid, seq = (header(request, n) for n in (b"Via", b"Call-ID", b"CSeq"))
    for status in (b"100 Trying", b"183 Progress"):
        c.sendall(b"\r\n\r\nSIP/2.0 %s\r\nv: %s\r\ni: %s\r\nCSeq: %s\r\nl: 4\r\n\r\nbody" % (status, via, cid, seq))
    drip(c, b"SIP/2.0 504 Server time-out\r\nVIA : %s;received=192.0.2.1,\r\n SIP/2.0/TLS other;branch=z9hG4bKx\r\n"
         b"call-id: %s\r\nCSEQ:  1\r\n\tOPTIONS\r\nServer: RTC/5.0\r\nContent-Length: 90000\r\n\r\n" % (via, cid))
    c.sendall(b"x" * 90000)


def frames(c):
    hello = c.recv(50)
    assert len(hello) == 50
    drip(c, HELLO)
    tx = c.recv(40)[8:24]
    message = b"\x01\x13" + len(CHALLENGE).to_bytes(2, "big") + tx + CHALLENGE
    drip(c, b"\x02\x00" + len(message).to_bytes(2, "big") + message)


def babble(c):  # what comes inside an open stream is nobody's business
    with contextlib.suppress(OSError):
        for _ in range(20):
            c.sendall(bytes(16384))
        nothing(c)


def stream(c):
    c.recv(1024)
    drip(c, b"<?xml version='1.0'?>\n<s:stream xmlns:s='x' note='a>b' version='1.0'>\n<s:features/>")


def dripping_handshake(tls, pause):
    """Also TLS itself comes octet by octet, each a segment of its own."""
    def talk(c):
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        s = tls.wrap_bio(heard, said, server_side=True)
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                s.do_handshake()
                s.read()
            for o in said.read():
                c.sendall(bytes([o]))
                time.sleep(pause)
            octets = c.recv(4096)
            if not octets:
                return
            heard.write(octets)
    return talk


def slow(c):
    time.sleep(0.6)


def reset(c):
    c.recv(1)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()


def nothing(c):
    with contextlib.suppress(OSError):
        c.recv(1)


class Odd:
    def __init__(self, p):
        self.p = p

    def serve(self, service, talk, tls=None, before=None):
        group, port = PORTS[service]
        for address in self.p.members[0].addresses[group]:
            with self.p.host.entered():
                listening = socket.create_server((address, port), reuse_port=False, backlog=64,
                                                 family=socket.AF_INET6 if ":" in address else socket.AF_INET)
            threading.Thread(target=self.accept, args=(listening, talk, tls, before), daemon=True).start()

    def accept(self, listening, talk, tls, before):
        while True:
            c = listening.accept()[0]
            c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.one, args=(c, talk, tls, before), daemon=True).start()

    def one(self, c, talk, tls, before):
        with contextlib.suppress(OSError, ssl.SSLError, AssertionError, TypeError):
            if before:
                before(c)
            if tls:
                c = tls.wrap_socket(c, server_side=True)
            talk(c)
        with contextlib.suppress(OSError):
            c.close()

    def relay(self):
        """Answers twice, and before that from a port that nobody asked."""
        for address in self.p.members[0].addresses["av"]:
            with self.p.host.entered():
                asked, other = (socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                                              socket.SOCK_DGRAM) for _ in range(2))
            asked.bind((address, 3478))
            other.bind((address, 3479))
            threading.Thread(target=self.answer, args=(asked, other), daemon=True).start()

    def answer(self, asked, other):
        while True:
            octets, peer = asked.recvfrom(2048)
            head = b"\x01\x13" + len(CHALLENGE).to_bytes(2, "big")
            other.sendto(head + octets[4:20] + CHALLENGE[:-8] + b"\x00\x09\x00\x04\x00\x00\x05\x00", peer)
            for tx in (bytes(16), octets[4:20], octets[4:20]):
                asked.sendto(head + tx + CHALLENGE, peer)


def context(p, *, ask=False):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.load_cert_chain(f"{p.certs()}/external.pem", f"{p.certs()}/external.key")
    if ask:
        tls.load_verify_locations(f"{p.certs()}/ca.pem")
        tls.verify_mode = ssl.CERT_REQUIRED
    return tls
