# SPDX-License-Identifier: BSD-2-Clause
"""spoof - a bounded flood of datagrams with invented sources, each another.

    spoof.py ADDRESS PORT COUNT PER_SECOND PAYLOAD [SOURCE ...]

A program of its own, so that its speed costs a play's other threads nothing.  Runs on a
host of the lab.  One datagram in a hundred has one of the SOURCEs instead.
"""
import socket
import struct
import sys
import time

UDP = 17


def header4(source, target, length):
    # Kernel and network fill in the rest; a datagram over IPv4 needs no checksum.
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, UDP, 0, source, target)


def header6(source, target, length):
    return struct.pack("!IHBB16s16s", 6 << 28, length, UDP, 64, source, target)


def checksum6(source, target, udp):
    octets = source + target + struct.pack("!II", len(udp), UDP) + udp + b"\0" * (len(udp) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff or 0xffff


def datagram(v6, source, target, port, payload, from_port):
    length = 8 + len(payload)
    udp = struct.pack("!HHHH", from_port, port, length, 0) + payload
    if not v6:
        return header4(source, target, length) + udp
    check = checksum6(source, target, udp)
    return header6(source, target, length) + udp[:6] + struct.pack("!H", check) + payload


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
        s.sendto(datagram(v6, source, target, int(port), payload.encode(), 1024 + n % 60000), (address, 0))
        if n % 250 == 0:
            time.sleep(max(0.0, began + n / float(per_second) - time.monotonic()))
    print(f"sent {count} in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
