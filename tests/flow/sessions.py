# SPDX-License-Identifier: BSD-2-Clause
"""sessions - client sessions that are held open and asked again, and steady traffic.

edge-client asks once and ends; this is for what must live on while something happens.
Knows just enough SIP and MS-TURN to hear an answer; whether the answer is the right one in
every byte is edge-client's business.
"""
import contextlib
import os
import re
import socket
import ssl
import struct
import threading
import time

from lab import PATIENCE, LabError


def _connected(host, address, source, timeout):
    with host.entered():
        return socket.create_connection(address, timeout, source_address=(source, 0) if source else None)


class SipSession:
    """TLS to an Access Edge; options() is one question and answer on it."""

    def __init__(self, host, address, source=None, timeout=10.0 * PATIENCE):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = _connected(host, address, source, timeout)
        try:
            self.socket = context.wrap_socket(plain)
        except Exception:
            plain.close()
            raise
        self.local = self.socket.getsockname()[:2]
        self.member = None  # who answered: edge-sim puts its name into the tag of To
        self._asked = 0

    def options(self):
        """The status of the answer; an OSError when the session is gone."""
        self._asked += 1
        tag = f"{os.getpid()}{id(self)}{self._asked}"
        self.socket.sendall((
            f"OPTIONS sip:nobody.invalid SIP/2.0\r\nVia: SIP/2.0/TLS demo.invalid:5061;branch=z9hG4bK{tag}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:lab@demo.invalid>;tag={tag}\r\nTo: <sip:nobody.invalid>\r\n"
            f"Call-ID: {tag}\r\nCSeq: {self._asked} OPTIONS\r\nContent-Length: 0\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = self.socket.recv(4096)
            if not part:
                raise ConnectionResetError("the session was closed")
            answer += part
        if not answer.startswith(b"SIP/2.0 ") or tag.encode() not in answer:
            raise ConnectionError(f"not an answer to our question: {answer[:80]!r}")
        to = re.search(rb"^To:.*;tag=([A-Za-z0-9]+)-", answer, re.M)
        self.member = to.group(1).decode() if to else None
        return int(answer[8:11])

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _alternate(answer, transaction):
    """(error code, Alternate-Server) of an MS-TURN Allocate error response."""
    kind, length = struct.unpack("!HH", answer[:4])
    if kind != 0x0113 or answer[4:20] != transaction or len(answer) < 20 + length:
        raise ConnectionError(f"not an Allocate error response: {answer[:40].hex()}")
    code, alternate, at = None, None, 20
    while at + 4 <= 20 + length:
        attribute, size = struct.unpack("!HH", answer[at:at + 4])
        value = answer[at + 4:at + 4 + size]
        if attribute == 0x0009:
            code = value[2] * 100 + value[3]
        elif attribute == 0x000e:
            family = socket.AF_INET if value[1] == 1 else socket.AF_INET6
            alternate = socket.inet_ntop(family, value[4:])
        at += 4 + size
    return code, alternate


def turn_udp(host, address, source=None, timeout=10.0 * PATIENCE, port=0):
    """One anonymous Allocate: (code, Alternate-Server, who answered, our address)."""
    transaction = os.urandom(16)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with host.entered():
        s = socket.socket(family, socket.SOCK_DGRAM)
    with s:
        s.settimeout(timeout)
        with host.entered():
            s.bind((source or ("::" if family == socket.AF_INET6 else ""), port))
        s.sendto(bytes.fromhex("00030010") + transaction + bytes.fromhex("000f000472c64bc68008000400000001"),
                 address)
        answer, peer = s.recvfrom(2048)
        return (*_alternate(answer, transaction), peer[:2], s.getsockname()[:2])


class Traffic:
    """Steady new sessions through the access VIP and the A/V VIP, from a thread.

    .rows: (when, what, seconds, error or None).  One client address after another.
    """

    def __init__(self, net, pause=0.02, timeout=10.0 * PATIENCE):
        self.net, self.pause, self.timeout, self.rows = net, pause, timeout, []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _sip(self, source):
        with SipSession(self.net.client, (self.net.vip("access"), 443), source, self.timeout) as s:
            if s.options() != 504:
                raise LabError("an Access Edge answers 504")

    def _turn(self, source):
        code, _, _, _ = turn_udp(self.net.client, (self.net.vip("av"), 3478), source, self.timeout)
        if code != 401:
            raise LabError(f"an A/V Edge answers 401, not {code}")

    def _run(self):
        n = 0
        while not self._end.wait(self.pause):
            n += 1
            for what, ask in (("sip", self._sip), ("turn", self._turn)):
                began, error = time.monotonic(), None
                try:
                    ask(self.net.client_address(n % 40))
                except (OSError, LabError) as e:
                    error = f"{type(e).__name__}: {e}"
                self.rows.append((began, what, time.monotonic() - began, error))

    def errors(self, since=0.0):
        return [r for r in self.rows if r[3] and r[0] >= since]

    def slowest(self, since=0.0):
        return max((r[2] for r in self.rows if r[0] >= since), default=0.0)

    def count(self, since=0.0):
        return sum(1 for r in self.rows if r[0] >= since and not r[3])

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        with contextlib.suppress(RuntimeError):
            self._thread.join(30 * PATIENCE)
