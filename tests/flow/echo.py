# SPDX-License-Identifier: BSD-2-Clause
"""echo - members that say who they are and whom they see, for plays of the relay.

Where protocol does not matter these stand in for edge-sim: thousands of sessions, odd
endings and slow readers cost nothing.  All sockets of a member are served by one thread,
which also does what a play wants done with them: nothing is closed under its hands.

  TCP   first octets come back behind a line "NAME PEER PORT\\n"; then every octet comes
        back.  When the client ends, "end\\n" follows and the member ends too.
  UDP   a datagram comes back with " NAME PEER PORT" behind it; one that begins with
        DEAF is heard and not answered.
"""
import contextlib
import os
import queue
import selectors
import socket
import threading

from engine import KERNEL
from lab import PATIENCE, wait_until
from topology import SERVICES

DEAF = b"deaf"
SO_RCVBUFFORCE = 33


class EchoMember:
    """One member's services; .sessions are its open TCP sockets."""

    def __init__(self, member, services=None):
        self.member, self.name = member, member.name
        self.selector = selectors.DefaultSelector()
        self.wake, self.woken = socket.socketpair()
        self.selector.register(self.woken, selectors.EVENT_READ, self._do)
        self.todo, self.done = queue.SimpleQueue(), queue.SimpleQueue()
        self.sessions, self.listening = {}, {}
        self.accepted, self.datagrams = 0, 0
        self._end = False
        for service in services or SERVICES:
            self.listen(service)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def listen(self, service):
        group, port, proto = SERVICES[service]
        for address in self.member.addresses[group]:
            if (address, port, proto) in self.listening:
                continue
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with self.member.host.entered():
                s = socket.socket(family, socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((address, port))
            s.setblocking(False)
            with contextlib.suppress(PermissionError):
                s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
            if proto == "tcp":
                s.listen(1024)
            self.listening[address, port, proto] = s
            self.selector.register(s, selectors.EVENT_READ,
                                   self._accept if proto == "tcp" else self._datagram)

    def refuse(self, service=None):
        """Closes the listening sockets (of a service): connections are refused."""
        self._let(lambda: self._refuse(service))

    def _refuse(self, service):
        chosen = [k for k in self.listening if service is None
                  or (k[0] in self.member.addresses[SERVICES[service][0]] and k[1:] == SERVICES[service][1:])]
        for k in chosen:
            self._close(k)

    def refuse_tcp(self):
        """Refuses connections, and answers datagrams as before."""
        self._let(lambda: [self._close(k) for k in list(self.listening) if k[2] == "tcp"])

    def _close(self, k):
        s = self.listening.pop(k)
        self.selector.unregister(s)
        s.close()

    def _let(self, work):
        """The thread does this between two events; returns when it is done."""
        self.todo.put(work)
        self.wake.send(b"x")
        failed = self.done.get(timeout=60)
        if failed:
            raise failed

    def _do(self, s):
        for _ in s.recv(1):
            try:
                self.todo.get_nowait()()
                self.done.put(None)
            except queue.Empty:
                pass  # woken for the end
            except Exception as e:
                self.done.put(e)

    def _accept(self, s):
        with contextlib.suppress(BlockingIOError):
            while True:
                c, peer = s.accept()
                c.setblocking(False)
                self.accepted += 1
                self.sessions[c] = f"{self.name} {peer[0]} {peer[1]}\n".encode()
                self.selector.register(c, selectors.EVENT_READ, self._session)

    def _session(self, c):
        try:
            octets = c.recv(65536)
            c.setblocking(True)
            c.sendall(self.sessions[c] + octets if octets else self.sessions[c] + b"end\n")
            self.sessions[c] = b""
            c.setblocking(False)
        except OSError:
            octets = b""
        if not octets:
            self._drop(c)

    def drop(self, c):
        """Closes a session's socket."""
        self._let(lambda: self._drop(c))

    def _drop(self, c):
        self.selector.unregister(c)
        self.sessions.pop(c, None)
        c.close()

    def _datagram(self, s):
        with contextlib.suppress(BlockingIOError, OSError):
            while True:
                octets, peer = s.recvfrom(65536)
                self.datagrams += 1
                if octets.startswith(DEAF):
                    continue
                s.sendto(octets + f" {self.name} {peer[0]} {peer[1]}".encode(), peer)

    def _run(self):
        while not self._end:
            for key, _ in self.selector.select():
                if key.fileobj.fileno() >= 0:  # else closed by what came before it here
                    key.data(key.fileobj)

    def close(self):
        self._end = True
        self.wake.send(b"x")
        self._thread.join(10)
        for s in [*self.sessions, *self.listening.values(), self.wake, self.woken]:
            s.close()
        self.selector.close()


class Session:
    """A TCP client: who() tells the member, peer() what address the member sees."""

    def __init__(self, net, group, n=0, v6=False, port=None, host=None, timeout=10.0 * PATIENCE, local_port=0):
        self.service_port = port or {"internal": 5061}.get(group, 443)
        with (host or net.client).entered():
            self.s = socket.create_connection(
                (net.vip(group, v6), self.service_port), timeout,
                source_address=None if host else (net.client_address(n, v6), local_port))
        self.line = None

    def ask(self, octets=b"hello\n"):
        self.s.sendall(octets)
        if self.line is None:
            self.line = self._line()
        return self._read(len(octets))

    def _line(self):
        got = b""
        while not got.endswith(b"\n"):
            part = self.s.recv(1)
            if not part:
                raise ConnectionResetError("ended before the member answered")
            got += part
        return got.decode().split()

    def _read(self, n):
        got = b""
        while len(got) < n:
            part = self.s.recv(n - len(got))
            if not part:
                raise ConnectionResetError("ended in the middle")
            got += part
        return got

    def who(self):
        if self.line is None:
            self.ask()
        return self.line[0]

    def peer(self):
        self.who()
        return self.line[1], int(self.line[2])

    def close(self):
        self.s.close()


def udp_socket(net, n=0, v6=False, port=0, timeout=10.0 * PATIENCE):
    with net.client.entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(timeout)
    s.bind((net.client_address(n, v6), port))
    return s


def inner_socket(net, v6=False, timeout=10.0 * PATIENCE):
    """A UDP socket of the client on the inner side, to ask the internal VIP."""
    with net.inner.entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(timeout)
    return s


def answer_to(u, at, octets):
    """Reads up to the answer to what was sent: [member, address and port it saw]."""
    while True:
        answer, peer = u.recvfrom(70000)
        if answer.startswith(octets):
            assert peer[:2] == at, f"answered from {peer}"
            return answer[len(octets):].decode().split()


def heard(u, at, octets):
    """Sends once, and reads up to the answer."""
    u.sendto(octets, at)
    return answer_to(u, at, octets)


def asked(u, at):
    """heard() with a transaction of its own, repeated as clients do (neighbours may have to
    be found first)."""
    u.settimeout(PATIENCE)
    for _ in range(10):
        with contextlib.suppress(TimeoutError):
            return heard(u, at, stun(os.urandom(16)))
    raise TimeoutError(f"{at} did not answer")


def stun(transaction, octets=b""):
    """Something that has a MS-TURN message's shape: type, length, transaction, octets."""
    return bytes.fromhex("0003") + len(octets).to_bytes(2, "big") + transaction + octets


@contextlib.contextmanager
def echoes(net, services=None):
    """Echo members on all hosts of the net: a dict by name."""
    members = {m.name: EchoMember(m, services) for m in net.members}
    try:
        yield members
    finally:
        for m in members.values():
            m.close()


def relay_conf(net, lb=None, **groups):
    """A configuration for echo members: probes are connections; groups are changed by
    name: relay_conf(net, access={"idle_timeout": 1.0}, sip={...})."""
    conf = net.conf(tls=False)
    conf["lb"] |= lb or {}
    pool = conf["pools"][0]
    for side, names in (("external", ("access", "webconf", "av", "federation")),
                        ("internal", ("sip", "mras", "av"))):
        for name in names:
            group = pool[side].setdefault(name, {})
            group["probe"] = "tcp"
            if name == "av":
                group["udp_probe"] = "none"
            group.update(groups.get(name if side == "external" else f"internal_{name}", {}))
    return conf


def board(net, kind="endpoints"):
    """Counters of lb.board by full name, through edgectl."""
    return {e["full_name"]: e["lb"] for m in net.edge.members() for e in m[kind]}


def flows(net):
    """Sessions of all endpoints now, as the board has them."""
    return sum(e["sessions"] for e in board(net).values())


def listeners(net):
    """Counters of lb.board of every listener by full name, through edgectl."""
    return {s["listener"]["full_name"]: s["listener"]["lb"] for p in net.edge.status()["pools"]
            for s in p["services"] if s["listener"]}


def until_up(net):
    """Waits until every TCP endpoint is up (echo members answer no other probe)."""
    wait_until(lambda: all(e["state"]["summary"] == "up" for m in net.edge.members()
                           for e in m["endpoints"] if e["protocol"] == "tcp"), 20, "all members to be up")


def until_applied(net):
    """Waits until all workers have the view that edge-lb made last."""
    def applied():
        words = next(x for x in net.edge.ask("lb", "status").splitlines() if x.startswith("view")).split()
        return words[1] == words[3]
    wait_until(applied, 15, "the new view in all workers")


def reload(net, conf):
    """Another configuration, which all workers have afterwards."""
    net.edge.write(conf)
    net.edge.ask("lb", "reload")
    until_applied(net)


def until_told(net, state, n):
    """Waits until all workers know exactly n endpoints to be in a state."""
    wait_until(lambda: net.edge.ask("lb", "sessions").count(f" {state} ") == n, 15,
               f"edge-lb to know {n} endpoints to be {state}")
    until_applied(net)


def until_sessions(net, n, timeout=10):
    """Waits until the relay has exactly n sessions."""
    if net.engine == KERNEL:
        return  # it ends a flow by sweeping, some time after the session's end
    def now():
        line = next(x for x in net.edge.ask("lb", "status").splitlines() if x.startswith("sessions"))
        return int(line.split()[1]) == n
    wait_until(now, timeout, f"{n} sessions")


def pipe_ends(net):
    """How many descriptors of pipes edge-lb has, but for its own input and output."""
    n, fds = 0, f"/proc/{net.edge.daemon['lb'].pid}/fd"
    for fd in os.listdir(fds):
        with contextlib.suppress(FileNotFoundError):
            n += int(fd) > 2 and os.readlink(f"{fds}/{fd}").startswith("pipe:")
    return n
