# SPDX-License-Identifier: BSD-2-Clause
"""storm - hundreds of TCP sessions at once that do what they like, and members that check
every octet of it.

A session begins with a header that says what both ends are going to do: how many octets
each sends, who pauses, who ends first, and whether one of them breaks the connection.
The session's seed says which octets, so either end knows what it must get; what arrives
has to be a prefix of it, and all of it, with the sender's checksum, where nobody broke.

All sockets live in one asyncio loop in a thread; the play's own thread reloads and
restarts meanwhile.
"""
import asyncio
import contextlib
import random
import socket
import struct
import threading
import zlib
from collections import Counter

from topology import SERVICES

HEADER = struct.Struct("=QIIB")
RESET = struct.pack("ii", 1, 0)
BLOCK = random.Random(1).randbytes(1048573)  # a prime: nobody's pieces begin where it does
ROUND = memoryview(BLOCK * 2)
MOODS = ("both", "client first", "member first", "client breaks", "member breaks")


def reset(writer):
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


class Octets:
    """What one end sends: a part of BLOCK, round and round, so that it costs no memory."""

    def __init__(self, seed, n):
        self.seed, self.n, self.first = seed, n, random.Random(seed).randrange(len(BLOCK))

    def piece(self, at, n):
        at = (self.first + at) % len(BLOCK)
        return ROUND[at:at + n]


class End:
    """One end of a session: sends its octets, checks the other's."""

    def __init__(self, storm, seed, sends, expects, breaks, rng):
        self.storm, self.rng, self.breaks = storm, rng, breaks
        self.octets, self.expected = Octets(seed, sends), Octets(seed ^ 1, expects)
        self.got = 0

    async def _pause(self):
        if self.rng.random() < 0.1:
            await asyncio.sleep(self.rng.random() * 0.05)

    async def send(self, writer):
        at, until, checksum = 0, self.octets.n // 2 if self.breaks else self.octets.n, 0
        while at < until:
            piece = self.octets.piece(at, min(self.rng.randrange(1, self.storm.burst), until - at))
            writer.write(piece)
            checksum = zlib.crc32(piece, checksum)
            at += len(piece)
            await writer.drain()
            await self._pause()
        if self.breaks:
            reset(writer)
            raise ConnectionAbortedError
        self.storm.compare(self.octets.seed, at, checksum)
        writer.write_eof()

    async def receive(self, reader):
        checksum = 0
        while octets := await reader.read(self.rng.randrange(1, 60000)):
            if octets != self.expected.piece(self.got, len(octets)):
                self.storm.wrong.append(f"octets {self.got} to {self.got + len(octets)} are not what was sent")
            checksum = zlib.crc32(octets, checksum)
            self.got += len(octets)
            self.storm.octets += len(octets)
            await self._pause()
        if self.got == self.expected.n:
            self.storm.compare(self.expected.seed, self.got, checksum)
        return self.got == self.expected.n


class Storm:
    """.wrong is what must not be; .ended counts sessions by how they ended for the client,
    .served for the member; .longest is how many seconds one took; .octets arrived."""

    def __init__(self, net, groups, seed=1, services=SERVICES, most=300000, burst=40000):
        self.most, self.burst = most, burst  # octets a session and direction, and at once
        self.net, self.groups, self.services, self.rng = net, groups, services, random.Random(seed)
        self.wrong, self.ended, self.served, self.longest = [], Counter(), Counter(), 0.0
        self.octets, self._sums = 0, {}
        self.servers, self.open = {}, {m.name: set() for m in net.members}
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(self._on_exception)
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def _on_exception(self, loop, context):
        if not isinstance(context.get("exception"), OSError):
            self.wrong.append(str(context))

    def compare(self, seed, n, checksum):
        """Both ends say what they sent, or got; the second is compared with the first."""
        other = self._sums.pop(seed, None)
        if other is None:
            self._sums[seed] = n, checksum
        elif other != (n, checksum):
            self.wrong.append(f"{other} octets and checksum at one end are {n, checksum} at the other")

    def call(self, coroutine, timeout=60):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout)

    def _listeners(self, member):
        for group, port, proto in (SERVICES[s] for s in self.services):
            for address in member.addresses[group] if proto == "tcp" else ():
                with member.host.entered():
                    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind((address, port))
                s.listen(1024)
                yield s

    def start_member(self, member):
        async def start(socks):
            self.servers[member.name] = [
                await asyncio.start_server(lambda r, w: self._serve(member.name, r, w), sock=s, backlog=1024)
                for s in socks]
        self.call(start(list(self._listeners(member))))

    def stop_member(self, member):
        """As a crash: listeners go, and every session is reset."""
        async def stop():
            for s in self.servers.pop(member.name):
                s.close()
            for w in self.open[member.name]:
                reset(w)
        self.call(stop())

    async def _serve(self, name, reader, writer):
        self.open[name].add(writer)
        try:
            seed, up, down, mood = HEADER.unpack(await reader.readexactly(HEADER.size))
            end = End(self, seed ^ 1, down, up, MOODS[mood] == "member breaks", random.Random(seed))
            self.served[MOODS[mood], await self._how(MOODS[mood] == "client first", end, reader, writer)] += 1
        except (OSError, asyncio.IncompleteReadError):
            pass  # nobody heard what this session was going to be
        finally:
            self.open[name].discard(writer)
            writer.close()

    @staticmethod
    async def _both(other_first, end, reader, writer):
        """True when all octets and the end of the other came."""
        if other_first:
            whole = await end.receive(reader)
            await end.send(writer)
            return whole
        sending = asyncio.create_task(end.send(writer))
        try:
            whole = await end.receive(reader)
            await sending
            return whole
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _how(self, *both):
        try:
            return "whole" if await self._both(*both) else "cut short"
        except OSError:
            return "broken"

    async def _session(self, n):
        rng, mood = random.Random(n), self.rng.randrange(len(MOODS))
        seed, up, down = rng.getrandbits(63), rng.randrange(self.most), rng.randrange(self.most)
        group, v6 = rng.choice(self.groups), rng.random() < 0.3
        with self.net.client.entered():
            s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
        s.setblocking(False)
        s.bind((self.net.client_address(n % 60, v6), 0))
        writer = None
        try:
            await self.loop.sock_connect(s, (self.net.vip(group, v6), 443))
            reader, writer = await asyncio.open_connection(sock=s)
            writer.write(HEADER.pack(seed, up, down, mood))
            end = End(self, seed, up, down, MOODS[mood] == "client breaks", rng)
            how = await self._how(MOODS[mood] == "member first", end, reader, writer)
        except OSError:
            how = "broken"
        finally:
            writer.close() if writer else s.close()
        self.ended[MOODS[mood], how] += 1

    def blow(self, at_once, numbers):
        """Begins; so many sessions at once until all numbers were used."""
        numbers = iter(numbers)

        async def lane():
            for n in numbers:
                began = self.loop.time()
                await self._session(n)
                self.longest = max(self.longest, self.loop.time() - began)

        async def all_lanes():
            await asyncio.gather(*[lane() for _ in range(at_once)])
        return asyncio.run_coroutine_threadsafe(all_lanes(), self.loop)

    def close(self):
        async def end():
            tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for t in tasks:
                t.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for m in self.net.members:
            if m.name in self.servers:
                self.stop_member(m)
        self.call(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()
