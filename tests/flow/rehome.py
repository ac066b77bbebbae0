# SPDX-License-Identifier: BSD-2-Clause
"""rehome - all clients of a pool at once, as after an outage: each connects, says something,
gives up without an answer after some seconds and returns after a random time.

What the members got is counted from the SYNs that reach one, with the kernel's time of
each: how late this program reads them changes nothing.
"""
import asyncio
import bisect
import random
import socket
import struct
import threading
import time

SCM_TIMESTAMPNS = SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
ETH_P_ALL = 3


class SynWatch:
    """.times: when SYNs to a port came to a host."""

    def __init__(self, host, port):
        with host.entered():
            self.s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self.s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.s.settimeout(0.1)
        self.port, self.times, self._end = port, [], False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._end:
            try:
                packet, extra, _, _ = self.s.recvmsg(128, 64)
            except TimeoutError:
                continue
            tcp = packet[40:] if packet[0] >> 4 == 6 else packet[4 * (packet[0] & 15):]
            protocol = packet[6] if packet[0] >> 4 == 6 else packet[9]
            if protocol != 6 or tcp[13] & 0x12 != 2 or struct.unpack_from("!H", tcp, 2)[0] != self.port:
                continue
            stamp = next(d for level, kind, d in extra if kind == SCM_TIMESTAMPNS)
            s, ns = struct.unpack("=qq", stamp[:16])
            self.times.append(s + ns / 1e9)

    def close(self):
        self._end = True
        self._thread.join(10)
        self.s.close()

    def most_in_a_second(self):
        times = sorted(self.times)
        return max((bisect.bisect_left(times, t + 1) - i for i, t in enumerate(times)), default=0)


class Rehome:
    """.served: for each client, seconds until it was served, less its own waits; .tries: how
    many attempts all made; .resets: what must not be."""

    def __init__(self, net, group, clients, gives_up, returns, seed=1):
        self.net, self.group, self.clients = net, group, clients
        self.gives_up, self.returns = gives_up, returns
        self.rng = random.Random(seed)
        self.served, self.resets, self.tries, self._open = [], [], 0, []

    def _socket(self, n):
        v6 = n % 4 == 3
        with self.net.client.entered():
            s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
        s.setblocking(False)
        s.bind((self.net.client_address(n % 60, v6), 0))
        return s, (self.net.vip(self.group, v6), 443)

    async def _try(self, s, to):
        loop = asyncio.get_running_loop()
        await loop.sock_connect(s, to)
        await loop.sock_sendall(s, b"hello\n")
        if not await loop.sock_recv(s, 100):
            raise ConnectionResetError("ended before the member answered")

    async def _client(self, n, began):
        waited = 0
        while True:
            self.tries += 1
            s, to = self._socket(n)
            try:
                await asyncio.wait_for(self._try(s, to), self.gives_up)
                self.served.append(time.monotonic() - began - waited)
                self._open.append(s)
                return
            except TimeoutError:
                s.close()
            except OSError as e:
                s.close()
                self.resets.append(f"client {n}: {e!r}")
            wait = self.rng.uniform(*self.returns)
            await asyncio.sleep(wait)
            waited += wait

    async def _all(self):
        began = time.monotonic()
        await asyncio.gather(*[self._client(n, began) for n in range(self.clients)])

    def run(self, at_most):
        try:
            asyncio.run(asyncio.wait_for(self._all(), at_most))
        finally:
            for s in self._open:
                s.close()
