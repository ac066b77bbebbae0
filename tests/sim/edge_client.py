# SPDX-License-Identifier: BSD-2-Clause
"""What a client of an Edge pool does first on each port, and what it was told.

Standard library only.  Every function returns one dict: "ok" (was this the answer of a
healthy member), "local" (our own address), "ms", and "error" when something went wrong.
Nothing is raised for what a network may do.  As a program: one JSON line per try.

    from edge_client import sip, turn_udp
    sip(("192.0.2.1", 443), sni="sip.contoso.com", ca="certs/ca.pem")
"""
import argparse
import hashlib
import hmac
import ipaddress
import json
import os
import re
import socket
import ssl
import struct
import sys
import time
import warnings

COOKIE = bytes.fromhex("000f000472c64bc6")
VERSION = bytes.fromhex("8008000400000001")
ALLOCATE, ALLOCATE_OK, ALLOCATE_ERROR, SEND, DATA = 0x0003, 0x0103, 0x0113, 0x0004, 0x0115


class Refused(Exception):
    """The other side answered, but not as it should."""


# -- sockets ----------------------------------------------------------------------------

def parse_address(text, default_port=0):
    """192.0.2.1, 192.0.2.1:443, [2001:db8::1]:443 -> (host, port)"""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest[1:] or default_port) if rest else default_port
    host, colon, port = text.rpartition(":")
    if colon and ":" not in host:
        return host, int(port)
    return text, default_port


def format_address(address):
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def open_socket(kind, address, source, deadline):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    s = socket.socket(family, kind)
    try:
        if source:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(tuple(source))
        s.settimeout(left(deadline))
        if kind == socket.SOCK_STREAM:
            s.connect(tuple(address))
        return s
    except BaseException:
        s.close()
        raise


def left(deadline):
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def read_some(s, deadline, n=65536):
    s.settimeout(left(deadline))
    octets = s.recv(n)
    if not octets:
        raise Refused("closed")
    return octets


def read_exactly(s, n, deadline):
    octets = b""
    while len(octets) < n:
        octets += read_some(s, deadline, n - len(octets))
    return octets


def attempt(work, timeout):
    """Run work(result, deadline) and turn whatever happens into a result."""
    start = time.monotonic()
    result = {"ok": False}
    try:
        work(result, start + timeout)
        result["ok"] = "error" not in result
    except (OSError, ssl.SSLError, Refused, ValueError) as e:
        result["error"] = describe(e)
    result["ms"] = round((time.monotonic() - start) * 1000, 3)
    return result


def describe(e):
    if isinstance(e, ConnectionRefusedError):
        return "refused"
    if isinstance(e, ConnectionResetError):
        return "reset"
    if isinstance(e, TimeoutError):
        return "timeout"
    if isinstance(e, ssl.SSLCertVerificationError):
        return f"certificate: {e.verify_message}"
    if isinstance(e, ssl.SSLError):
        return f"tls: {e.reason or e}"
    return str(e) or type(e).__name__


# -- TLS --------------------------------------------------------------------------------

def tls_context(ca=None, cert=None, key=None, tls_max=None):
    """As lenient as a client of a 2013 host must be: TLS 1.0, security level 0."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        if tls_max:
            context.maximum_version = {
                "1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
                "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[tls_max]
    context.set_ciphers("ALL:@SECLEVEL=0")
    if ca:
        context.load_verify_locations(ca)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert:
        context.load_cert_chain(cert, key or re.sub(r"\.pem$", ".key", cert))
    return context


def start_tls(s, result, deadline, sni, ca, cert, key, tls_max):
    s.settimeout(left(deadline))
    tls = tls_context(ca, cert, key, tls_max).wrap_socket(s, server_hostname=sni)
    der = tls.getpeercert(binary_form=True)
    result["tls"] = tls.version()
    result["certificate"] = {"sha256": hashlib.sha256(der).hexdigest()}
    if ca:
        facts = tls.getpeercert()
        result["certificate"]["names"] = [n for _, n in facts.get("subjectAltName", ())]
        result["certificate"]["not_after"] = facts.get("notAfter")
    return tls


# -- SIP --------------------------------------------------------------------------------

def sip_request(host, domain, serial=1, method="OPTIONS"):
    branch = f"z9hG4bK{os.urandom(8).hex()}"
    call_id = os.urandom(8).hex()
    text = (f"{method} sip:{domain} SIP/2.0\r\n"
            f"Via: SIP/2.0/TLS {host};branch={branch}\r\n"
            f"Max-Forwards: 70\r\n"
            f"From: <sip:edge-client@invalid>;tag={os.urandom(4).hex()};epid=edc11e47\r\n"
            f"To: <sip:{domain}>\r\n"
            f"Call-ID: {call_id}\r\n"
            f"CSeq: {serial} {method}\r\n"
            f"Content-Length: 0\r\n\r\n")
    return text.encode(), branch, call_id


def read_sip_head(s, deadline, buffered=b""):
    while b"\r\n\r\n" not in buffered:
        buffered += read_some(s, deadline)
        if not buffered.startswith(b"SIP/2.0 "[:len(buffered)]):
            raise Refused("not SIP")
        if len(buffered) > 65536:
            raise Refused("endless SIP")
    head, _, rest = buffered.partition(b"\r\n\r\n")
    return head.decode("utf-8", "replace"), rest


def read_sip_answer(s, deadline, branch, call_id, result, buffered=b""):
    head, rest = read_sip_head(s, deadline, buffered)
    lines = head.split("\r\n")
    headers = [(n.strip(), v.strip()) for n, _, v in (x.partition(":") for x in lines[1:])]
    first = {n.lower(): v for n, v in reversed(headers)}
    result.update(status=int(lines[0].split()[1]), phrase=lines[0].split(None, 2)[2],
                  headers=headers)
    if branch not in first.get("via", "") or first.get("call-id") != call_id:
        raise Refused("the answer is to somebody else's request")
    tag = re.search(r";tag=([^;]*)-[0-9a-f]+$", first.get("to", ""))
    if tag:
        result["member"] = tag[1]
    return rest


def sip(address, sni=None, ca=None, cert=None, key=None, source=None, timeout=5.0,
        domain="nobody.invalid", requests=1, tls_max=None):
    """TLS, then OPTIONS, @requests of them pipelined; a healthy Access Edge says 504."""
    def work(result, deadline):
        with open_socket(socket.SOCK_STREAM, address, source, deadline) as s:
            result["local"] = format_address(s.getsockname())
            with start_tls(s, result, deadline, sni, ca, cert, key, tls_max) as tls:
                asked = [sip_request(result["local"], domain, i + 1)
                         for i in range(requests)]
                tls.sendall(b"".join(text for text, _, _ in asked))
                rest = b""
                for _, branch, call_id in asked:
                    rest = read_sip_answer(tls, deadline, branch, call_id, result, rest)
                result["answers"] = len(asked)
        if result["status"] != 504:
            result["error"] = f"{result['status']} {result['phrase']}"
    return attempt(work, timeout)


# -- PSOM, TCP --------------------------------------------------------------------------

def psom(address, sni=None, ca=None, cert=None, key=None, source=None, timeout=5.0,
         hold=1.0, tls_max=None):
    """TLS, then the connection must stay open for @hold seconds."""
    def work(result, deadline):
        with open_socket(socket.SOCK_STREAM, address, source, deadline) as s:
            result["local"] = format_address(s.getsockname())
            with start_tls(s, result, deadline, sni, ca, cert, key, tls_max) as tls:
                tls.settimeout(min(hold, left(deadline)))
                try:
                    octets = tls.recv(1)
                except TimeoutError:
                    return
                raise Refused("closed" if not octets else "spoke unasked")
    return attempt(work, timeout)


def tcp(address, source=None, timeout=5.0):
    def work(result, deadline):
        with open_socket(socket.SOCK_STREAM, address, source, deadline) as s:
            result["local"] = format_address(s.getsockname())
    return attempt(work, timeout)


# -- XMPP -------------------------------------------------------------------------------

def xmpp(address, to="contoso.com", sender="probe.example.net", source=None, timeout=5.0,
         starttls=False, ca=None, sni=None):
    """A server-to-server stream header; features or a stream error prove life."""
    opening = ("<?xml version='1.0'?><stream:stream xmlns='jabber:server'"
               " xmlns:stream='http://etherx.jabber.org/streams'"
               " xmlns:db='jabber:server:dialback'"
               f" to='{to}' from='{sender}' version='1.0'>").encode()

    def read_opening(s, result, deadline):
        text = b""
        s.sendall(opening)
        while b"</stream:features>" not in text and b"</stream:error>" not in text:
            text += read_some(s, deadline)
            if not text.lstrip().startswith(b"<"):
                raise Refused("not XMPP")
        found = re.search(rb" id='([^']*)-[0-9a-f]{16}'", text)
        if found:
            result["member"] = found[1].decode()
        error = re.search(rb"<stream:error><([a-z-]+)", text)
        result["stream"] = error[1].decode() if error else "features"
        return text

    def work(result, deadline):
        with open_socket(socket.SOCK_STREAM, address, source, deadline) as s:
            result["local"] = format_address(s.getsockname())
            text = read_opening(s, result, deadline)
            if starttls and b"<starttls" in text:
                s.sendall(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
                if not read_some(s, deadline).startswith(b"<proceed"):
                    raise Refused("no proceed")
                s = start_tls(s, result, deadline, sni, ca, None, None, None)
                read_opening(s, result, deadline)
            s.sendall(b"</stream:stream>")
            s.close()
    return attempt(work, timeout)


# -- MS-TURN ----------------------------------------------------------------------------

def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value


def turn_message(kind, attributes=b"", txid=None):
    body = COOKIE + attributes
    return struct.pack("!HH", kind, len(body)) + (txid or os.urandom(16)) + body


def allocate():
    """The 36 octets of an Allocate without credentials."""
    return turn_message(ALLOCATE, VERSION)


def allocate_with(user, password, realm, nonce):
    """An Allocate with credentials: Message-Integrity as in RFC 3489, padded to 64."""
    head = attribute(0x8008, b"\0\0\0\1") + attribute(0x0006, user.encode())
    head += attribute(0x0014, nonce) + attribute(0x0015, realm)
    text = turn_message(ALLOCATE, head + attribute(0x0008, bytes(20)))[:-24]
    key = hashlib.md5(b":".join(
        [user.encode(), realm.strip(b'"'), password.encode()])).digest()
    padded = text + bytes(-len(text) % 64)
    return text + attribute(0x0008, hmac.new(key, padded, hashlib.sha1).digest())


def read_turn_address(value, mask=bytes(16)):
    octets = bytes(a ^ b for a, b in zip(value[2:], mask[:2] + mask))
    port, raw = struct.unpack("!H", octets[:2])[0], octets[2:]
    return str(ipaddress.ip_address(raw)), port


def parse_turn(octets, txid):
    """An answer to @txid as a dict; Refused when it is none."""
    if len(octets) < 28 or octets[20:28] != COOKIE:
        raise Refused("not MS-TURN")
    kind, length = struct.unpack("!HH", octets[:4])
    if length != len(octets) - 20:
        raise Refused("bad length")
    if octets[4:20] != txid:
        raise Refused("somebody else's transaction")
    answer, at = {"type": f"{kind:04x}"}, 20
    while at < len(octets):
        a, n = struct.unpack("!HH", octets[at:at + 4])
        value = octets[at + 4:at + 4 + n]
        at += 4 + n
        if a == 0x0009:
            answer["status"] = value[2] * 100 + value[3]
        elif a == 0x000e:
            answer["alternate"] = format_address(read_turn_address(value))
        elif a == 0x0001:
            answer["relayed"] = format_address(read_turn_address(value))
        elif a == 0x8020:
            answer["mapped"] = format_address(read_turn_address(value, txid))
        elif a == 0x0015:
            answer["realm"] = value.decode()
        elif a == 0x0014:
            answer["nonce"] = value.decode()
        elif a == 0x0013:
            answer["data"] = value.hex()
    return answer


def expect_401(answer):
    if answer.get("status") != 401 or "realm" not in answer or "nonce" not in answer:
        raise Refused(f"not a 401 challenge: {answer}")


def ask_udp(s, address, message, deadline, retry=0.5):
    """Send, again every @retry seconds, until the answer is there; who sent it, too."""
    while True:
        s.sendto(message, tuple(address))
        s.settimeout(min(retry, left(deadline)))
        try:
            octets, sender = s.recvfrom(65536)
        except TimeoutError:
            continue
        return parse_turn(octets, message[4:20]), sender


def open_udp(address, source, deadline, connected):
    s = open_socket(socket.SOCK_DGRAM, address, source, deadline)
    # Connected, an ICMP port unreachable is noticed.
    if connected:
        s.connect(tuple(address))
    elif not source:
        s.bind(("::" if ":" in address[0] else "0.0.0.0", 0))
    return s


def turn_udp(address, source=None, timeout=5.0):
    """Allocate without credentials; 401, and Alternate-Server is who answered."""
    def work(result, deadline):
        with open_udp(address, source, deadline, True) as s:
            result["local"] = format_address(s.getsockname())
            message = allocate()
            while True:
                s.settimeout(min(0.5, left(deadline)))
                s.send(message)
                try:
                    octets = s.recv(65536)
                    break
                except TimeoutError:
                    continue
            result.update(parse_turn(octets, message[4:20]))
            expect_401(result)
    return attempt(work, timeout)


def turn_direct(address, source=None, timeout=5.0, user="user", password="password",
                media=3):
    """Through the VIP, then on from the same port directly to the member that answered:
    Allocate, credentials, @media datagrams there and back."""
    def work(result, deadline):
        with open_udp(address, source, deadline, False) as s:
            result["local"] = format_address(s.getsockname())
            first, sender = ask_udp(s, address, allocate(), deadline)
            expect_401(first)
            result.update(alternate=first.get("alternate"), answered=format_address(sender),
                          realm=first["realm"], status=first["status"])
            if format_address(sender) != format_address(address):
                raise Refused(f"the 401 came from {format_address(sender)}")
            if "alternate" not in first:
                raise Refused("no Alternate-Server")
            member = parse_address(first["alternate"])
            message = allocate_with(user, password, first["realm"].encode(),
                                    first["nonce"].encode())
            second, sender = ask_udp(s, member, message, deadline)
            if second["type"] != "0103":
                raise Refused(f"no allocation: {second}")
            result.update(direct=format_address(sender), mapped=second.get("mapped"),
                          relayed=second.get("relayed"), echoed=0)
            if format_address(sender) != first["alternate"]:
                raise Refused(f"direct answer came from {format_address(sender)}")
            for i in range(media):
                data = struct.pack("!I", i) + os.urandom(160)
                got, _ = ask_udp(s, member, turn_message(SEND, attribute(0x0013, data)),
                                 deadline)
                if got.get("data") != data.hex():
                    raise Refused("media came back changed")
                result["echoed"] += 1
    return attempt(work, timeout)


def pseudo_hello():
    """The 50 octets that look like a TLS ClientHello."""
    return (bytes.fromhex("160301002d010000290301") + os.urandom(32) +
            bytes.fromhex("00000200180100"))


def read_pseudo_answer(s, deadline):
    octets = read_exactly(s, 83, deadline)
    if (octets[:11] != bytes.fromhex("160301004e020000460301") or octets[43] != 0x20 or
            octets[76:] != bytes.fromhex("0018000e000000")):
        raise Refused("not the pseudo-TLS answer")


def frame(payload, kind=2):
    return struct.pack("!BBH", kind, 0, len(payload)) + payload


def read_frame(s, deadline, kind=2):
    head = read_exactly(s, 4, deadline)
    if head[0] != kind or head[1] != 0:
        raise Refused("not a frame")
    return read_exactly(s, struct.unpack("!H", head[2:])[0], deadline)


def turn_tcp(address, source=None, timeout=5.0, media=0):
    """Pseudo-TLS, a framed Allocate, 401; then @media frames there and back."""
    def work(result, deadline):
        with open_socket(socket.SOCK_STREAM, address, source, deadline) as s:
            result["local"] = format_address(s.getsockname())
            s.sendall(pseudo_hello())
            read_pseudo_answer(s, deadline)
            message = allocate()
            s.sendall(frame(message))
            result.update(parse_turn(read_frame(s, deadline), message[4:20]))
            expect_401(result)
            for _ in range(media):
                data = os.urandom(1000)
                s.sendall(frame(data, 3))
                if read_frame(s, deadline, 3) != data:
                    raise Refused("media came back changed")
    return attempt(work, timeout)


# -- control socket of edge-sim ---------------------------------------------------------

def tell(path, line, timeout=5.0):
    """One line to an edge-sim's control socket; its answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(timeout)
        s.connect(path)
        s.sendall(line.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            octets = s.recv(65536)
            if not octets:
                break
            answer += octets
    return answer.decode().rstrip("\n")


# -- as a program -----------------------------------------------------------------------

KINDS = {
    "sip": (sip, 443, "sni ca cert key domain requests tls_max"),
    "psom": (psom, 443, "sni ca cert key hold tls_max"),
    "turn-udp": (turn_udp, 3478, ""),
    "turn-tcp": (turn_tcp, 443, "media"),
    "turn-direct": (turn_direct, 3478, "media user password"),
    "xmpp": (xmpp, 5269, "to sender starttls ca sni"),
    "tcp": (tcp, 443, ""),
}
OPTIONS = {
    "sni": dict(help="name asked for, and checked when --ca is given"),
    "ca": dict(help="certificates to trust; without it anything is taken"),
    "cert": dict(help="client certificate"), "key": dict(help="its key"),
    "domain": dict(default="nobody.invalid", help="SIP domain of the OPTIONS"),
    "requests": dict(type=int, default=1, help="requests pipelined on one connection"),
    "tls_max": dict(choices=["1.0", "1.1", "1.2", "1.3"]),
    "hold": dict(type=float, default=1.0, help="seconds the connection must stay"),
    "media": dict(type=int, help="messages to send there and back"),
    "user": dict(default="user"), "password": dict(default="password"),
    "to": dict(default="contoso.com"), "sender": dict(default="probe.example.net"),
    "starttls": dict(action="store_true"),
}


def parse_arguments(argv):
    parser = argparse.ArgumentParser(prog="edge-client", description=__doc__.split("\n")[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind, (_, _, options) in KINDS.items():
        p = kinds.add_parser(kind)
        p.add_argument("address", help="ADDR[:PORT], [IPv6]:PORT")
        p.add_argument("--source", help="ADDR[:PORT] to come from")
        p.add_argument("--count", type=int, default=1, help="tries, one after another")
        p.add_argument("--timeout", type=float, default=5.0, help="seconds for each try")
        p.add_argument("--deadline", type=float, default=60.0, help="seconds for all tries")
        for o in options.split():
            p.add_argument("--" + o.replace("_", "-"), dest=o, **OPTIONS[o])
    return parser.parse_args(argv)


def main(argv=None):
    """Exit status 0 when every try was answered as by a healthy member, else 1."""
    args = parse_arguments(argv)
    work, port, names = KINDS[args.kind]
    options = {n: getattr(args, n) for n in names.split() if getattr(args, n) is not None}
    address = parse_address(args.address, port)
    source = parse_address(args.source) if args.source else None
    end = time.monotonic() + args.deadline
    good = True
    for _ in range(args.count):
        timeout = min(args.timeout, end - time.monotonic())
        if timeout <= 0:
            print(json.dumps({"ok": False, "error": "deadline"}), flush=True)
            sys.exit(1)
        result = work(address, source=source, timeout=timeout, **options)
        print(json.dumps(result), flush=True)
        good = good and result["ok"]
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
