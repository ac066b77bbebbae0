# SPDX-License-Identifier: BSD-2-Clause
"""spoof - a bounded flood of datagrams with invented sources, each another.

    spoof.py ADDRESS PORT COUNT PER_SECOND PAYLOAD [SOURCE ...]

PAYLOAD "tcp:syn" or "tcp:ack": such segments with random numbers, instead of datagrams.

A program of its own, so that its speed costs a play's other threads nothing.  Runs on a
host of the lab.  One datagram in a hundred has one of the SOURCEs instead.
"""
import random
import socket
import struct
import sys
import time

UDP = 17
FLAGS = {"tcp:syn": 0x02, "tcp:ack": 0x10}


def header4(source, target, length, proto=UDP):
    # Kernel and network fill in the rest; a datagram over IPv4 needs no checksum.
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, proto, 0, source, target)


def header6(source, target, length, proto=UDP):
    return struct.pack("!IHBB16s16s", 6 << 28, length, proto, 64, source, target)


def checksum(source, target, said, proto=UDP):
    octets = source + target + struct.pack("!II", len(said), proto) + said + b"\0" * (len(said) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff or 0xffff


def datagram(v6, source, target, port, payload, from_port):
    length = 8 + len(payload)
    udp = struct.pack("!HHHH", from_port, port, length, 0) + payload
    if not v6:
        return header4(source, target, length) + udp
    check = checksum(source, target, udp)
    return header6(source, target, length) + udp[:6] + struct.pack("!H", check) + payload


def segment(v6, source, target, port, flags, from_port):
    header = struct.pack("!HHII", from_port, port, random.getrandbits(32), random.getrandbits(32))
    header += struct.pack("!HHI", 5 << 12 | flags, 65535, 0)
    check = checksum(source, target, header, socket.IPPROTO_TCP)
    header = header[:16] + struct.pack("!H", check) + header[18:]
    return (header6 if v6 else header4)(source, target, 20, socket.IPPROTO_TCP) + header


def invented(v6, n):
    if v6:
        return bytes.fromhex("20010db8ffff0000") + struct.pack("!Q", n)
    return struct.pack("!I", 0x0a000000 + n)


def main(address, port, count, per_second, payload, *sources):
    v6 = ":" in address
    family = socket.AF_INET6 if v6 else socket.AF_INET
    target = socket.inet_pton(family, address)
    real = [socket.inet_pton(family, s) for s in sources]
    s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
    count, began = int(count), time.monotonic()
    for n in range(count):
        source = real[n // 100 % len(real)] if real and n % 100 == 0 else invented(v6, n + 1)
        if payload in FLAGS:
            packet = segment(v6, source, target, int(port), FLAGS[payload], 1024 + n % 60000)
        else:
            packet = datagram(v6, source, target, int(port), payload.encode(), 1024 + n % 60000)
        s.sendto(packet, (address, 0))
        if n % 250 == 0:
            time.sleep(max(0.0, began + n / float(per_second) - time.monotonic()))
    print(f"sent {count} in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
