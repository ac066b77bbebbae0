# SPDX-License-Identifier: BSD-2-Clause
"""storm - hundreds of TCP sessions at once that do what they like, and members that check
every octet of it.

A session begins with a header that says what both ends are going to do: how many octets
each sends, who pauses, who ends first, and whether one of them breaks the connection.
Octets come from a random generator with the session's seed, so either end knows what it
must get; what arrives has to be a prefix of it, and all of it where nobody broke.

All sockets live in one asyncio loop in a thread; the play's own thread reloads and
restarts meanwhile.
"""
import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter

from topology import SERVICES

HEADER = struct.Struct("=QIIB")
RESET = struct.pack("ii", 1, 0)
MOODS = ("both", "client first", "member first", "client breaks", "member breaks")


def reset(writer):
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


class End:
    """One end of a session: sends its octets, checks the other's."""

    def __init__(self, storm, seed, sends, expects, breaks, rng):
        self.storm, self.rng, self.breaks = storm, rng, breaks
        self.octets = random.Random(seed).randbytes(sends)
        self.expected = random.Random(seed ^ 1).randbytes(expects)
        self.got = 0

    async def _pause(self):
        if self.rng.random() < 0.1:
            await asyncio.sleep(self.rng.random() * 0.05)

    async def send(self, writer):
        at, until = 0, len(self.octets) // 2 if self.breaks else len(self.octets)
        while at < until:
            n = min(self.rng.randrange(1, 40000), until - at)
            writer.write(self.octets[at:at + n])
            at += n
            await writer.drain()
            await self._pause()
        if self.breaks:
            reset(writer)
            raise ConnectionAbortedError
        writer.write_eof()

    async def receive(self, reader):
        while octets := await reader.read(self.rng.randrange(1, 60000)):
            if octets != self.expected[self.got:self.got + len(octets)]:
                self.storm.wrong.append(f"octets {self.got} to {self.got + len(octets)} are not what was sent")
            self.got += len(octets)
            await self._pause()
        return self.got == len(self.expected)


class Storm:
    """.wrong is what must not be; .ended counts sessions by how they ended; .longest is how
    many seconds one took."""

    def __init__(self, net, groups, seed=1, services=SERVICES):
        self.net, self.groups, self.services, self.rng = net, groups, services, random.Random(seed)
        self.wrong, self.ended, self.longest = [], Counter(), 0.0
        self.servers, self.open = {}, {m.name: set() for m in net.members}
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(self._on_exception)
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def _on_exception(self, loop, context):
        if not isinstance(context.get("exception"), OSError):
            self.wrong.append(str(context))

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
                await asyncio.start_server(lambda r, w: self._serve(member.name, r, w), sock=s) for s in socks]
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
            await self._both(MOODS[mood] == "client first", end, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
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

    async def _session(self, n):
        rng, mood = random.Random(n), self.rng.randrange(len(MOODS))
        seed, up, down = rng.getrandbits(63), rng.randrange(300000), rng.randrange(300000)
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
            whole = await self._both(MOODS[mood] == "member first", end, reader, writer)
            how = "whole" if whole else "cut short"
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
