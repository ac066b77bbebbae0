# SPDX-License-Identifier: BSD-2-Clause
"""lab - hosts, links and processes for flow tests and the demo.

Owns: network namespaces as hosts, bridges as segments, every process started in them and
their logs.  All of it ends with the Lab, also after a failure: namespaces have no names
(a holder process keeps each alive) and every process carries a death signal, so that even
a SIGKILLed test run leaves nothing behind and two runs never meet.

Must not: know edgepool's configuration or addresses (topology.py), or sleep blindly:
wait_until() is the only way to wait.

Why no `ip netns`: it needs names and a writable /run and /sys; namespaces held by a
process work the same for root, in a container and in an unprivileged user namespace.
"""
import contextlib
import ctypes
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("EDGE_BIN", ROOT / "build/dev/bin"))
# Sanitizers and valgrind are slow: every deadline is multiplied.
PATIENCE = float(os.environ.get("EDGE_PATIENCE", "1"))

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_SANITIZER = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|runtime error:|WARNING: ThreadSanitizer"
                        r"|Assertion .* failed")


class LabError(AssertionError):
    """An expectation of the lab itself that did not hold."""


def wait_until(condition, timeout=10.0, what="the condition", every=0.02):
    """Polls condition() until it is true and returns its value; LabError at the deadline.

    An OSError, KeyError, IndexError, ValueError or AssertionError inside condition()
    counts as "not yet": the last one is shown when time is up.  Nobody is waited for who is
    gone: where a process ended by itself and failed, LabError at once, with what it said.
    """
    deadline = time.monotonic() + timeout * PATIENCE
    last = None
    while True:
        # Before the look: if the machine stood still past the deadline, one more is due.
        late = time.monotonic() > deadline
        try:
            value = condition()
            if value:
                return value
            last = f"last value: {value!r}"
        except (OSError, KeyError, IndexError, ValueError, AssertionError,
                subprocess.SubprocessError) as e:
            last = f"last error: {type(e).__name__}: {e}"
        for process in [p for made in Lab.standing for p in made.processes]:
            if wrong := process.ended_by_itself():
                raise LabError("\n".join([f"waited for {what}, but {wrong}:", *process.last_lines(15)]))
        if late:
            raise LabError(f"waited {timeout * PATIENCE:g} s for {what}; {last}")
        time.sleep(every)


def whole_lines(text):
    """The lines of a file that somebody is writing: not the one that has no end yet."""
    return text[:text.rfind("\n") + 1].splitlines()


def allow_descriptors(enough=20000):
    """Thousands of sockets live in one process here; a login shell allows 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, enough), hard))


def become_root():
    """As an ordinary user: runs this program again in a user namespace, as its root."""
    if os.geteuid() == 0:
        return
    unshare = shutil.which("unshare")
    if not unshare or subprocess.run([unshare, "--map-root-user", "--net", "--mount", "true"],
                                     capture_output=True).returncode != 0:
        raise LabError("needs root, or a kernel that allows unprivileged user namespaces "
                       "(sysctl kernel.unprivileged_userns_clone=1)")
    argv = sys.orig_argv
    os.execv(unshare, [unshare, "--map-root-user", "--net", "--mount", "--kill-child", *argv])


def program(name):
    """The path of a program of ours (EDGE_BIN, else build/dev/bin), or of the system."""
    for path in (BIN / name, ROOT / "tests/sim" / name):
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        raise LabError(f"{name}: not in {BIN} (build first, or set EDGE_BIN) nor on the PATH")
    return found


def _in_namespace(fd):
    """For the child between fork and exec: dies with us, and lives in namespace fd."""
    def enter():
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if fd is None:
            if _libc.unshare(_CLONE_NEWNET) != 0:
                os._exit(126)
        elif _libc.setns(fd, _CLONE_NEWNET) != 0:
            os._exit(126)
    return enter


class Process:
    """A program running on a host; its output is in .log."""

    def __init__(self, lab, host, argv, name, env=None, input=False, output=None):
        # The death signal comes when the thread ends that started it, not the process.
        assert threading.current_thread() is threading.main_thread(), "start processes from the main thread"
        self.name, self.host, self.argv = name, host, argv
        self.log = lab.dir / f"{name}.log"
        self._expected_end = False
        with open(self.log, "ab") as out:
            self._child = subprocess.Popen(
                argv, stdin=subprocess.PIPE if input else subprocess.DEVNULL,
                stdout=out if output is None else output, stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})}, start_new_session=True, preexec_fn=_in_namespace(host.fd))
        self.pid = self._child.pid
        lab.processes.append(self)

    def say(self, line):
        """A line for its standard input; it was started with input=True."""
        self._child.stdin.write(f"{line}\n".encode())
        self._child.stdin.flush()

    def hang_up(self):
        """Ends its standard input."""
        self._child.stdin.close()

    def output(self):
        return self.log.read_text(errors="replace")

    def last_lines(self, count):
        return ["    " + line[:300] for line in self.output().splitlines()[-count:]]

    def running(self):
        return self._child.poll() is None

    def ended_by_itself(self):
        """That it failed though nobody ended it, as a sentence, or None."""
        if self._expected_end or self.running() or self._child.returncode == 0:
            return None
        return f"{self.name} ended by itself with {self._child.returncode}"

    def exit_code(self, timeout=10):
        """Waits for the end; negative: the signal."""
        return self._child.wait(timeout * PATIENCE)

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        """SIGKILL, as a crash."""
        self._expected_end = True
        if self.running():
            self.signal(signal.SIGKILL)
        self._child.wait(10)

    def stop(self, timeout=20):
        """SIGTERM; the exit code of the orderly end."""
        self._expected_end = True
        if self.running():
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
        try:
            return self.exit_code(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise LabError(f"{self.name} (pid {self.pid}) did not end on SIGTERM within {timeout} s")

    def pause(self):
        self.signal(signal.SIGSTOP)

    def freeze(self):
        """As pause(), and waits until all its threads stand still."""
        self.pause()
        wait_until(lambda: all(t.read_text().rpartition(") ")[2][0] == "T"
                               for t in Path(f"/proc/{self.pid}/task").glob("*/stat")),
                   5, f"{self.name} to stand still")

    def resume(self):
        self.signal(signal.SIGCONT)

    def end(self):
        """Ends it with all its children; what is wrong with it, or None."""
        wrong = self.ended_by_itself()
        try:
            code = self.stop()
            if wrong is None and code not in (0, -signal.SIGTERM, -signal.SIGKILL):
                wrong = f"{self.name} ended with {code}"
        except LabError as e:
            wrong = str(e)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        found = _SANITIZER.search(self.output())
        return f"{self.name}: {found.group(0)} (see {self.log})" if found else wrong


class Host:
    """A network namespace."""

    def __init__(self, lab, name):
        self.lab, self.name, self._links = lab, name, 0
        self._holder = subprocess.Popen(
            ["sleep", "infinity"], stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=_in_namespace(None))
        self.fd = os.open(f"/proc/{self._holder.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.pid = self._holder.pid
        self.sysctl("net.ipv6.conf.all.disable_ipv6", 0)
        self.sysctl("net.ipv6.conf.default.disable_ipv6", 0)
        # Duplicate address detection would make every test wait for a second.
        self.sysctl("net.ipv6.conf.all.accept_dad", 0)
        self.sysctl("net.ipv6.conf.default.accept_dad", 0)
        self.ip("link set lo up")

    def enter_command(self):
        """What a person types to get a shell here."""
        mapped = Path("/proc/self/uid_map").read_text().split() != ["0", "0", str(2**32 - 1)]
        return f"nsenter -t {self.pid} -n" + (" -U --preserve-credentials" if mapped else "")

    def popen(self, *argv, name=None, env=None, input=False, output=None):
        """Starts a program that stays; its log is named after it (unique in the lab), and
        empty where its output goes to a descriptor of the play's."""
        argv = [program(str(argv[0])), *map(str, argv[1:])]
        name = name or f"{Path(argv[0]).name}-{self.name}"
        taken = {p.name for p in self.lab.processes}
        unique, n = name, 2
        while unique in taken:
            unique, n = f"{name}.{n}", n + 1
        return Process(self.lab, self, argv, unique, env, input, output)

    def run(self, *argv, check=True, timeout=30, input=None, env=None):
        """Runs a program to its end: CompletedProcess with text output."""
        argv = [program(str(argv[0])), *map(str, argv[1:])]
        done = subprocess.run(argv, input=input, stdin=None if input is not None else subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout * PATIENCE,
                              errors="replace", env={**os.environ, **(env or {})},
                              preexec_fn=_in_namespace(self.fd))
        if check and done.returncode != 0:
            raise LabError(f"on {self.name}: {' '.join(argv)}: exit {done.returncode}\n"
                           f"{done.stdout}{done.stderr}")
        return done

    def ip(self, *lines):
        """Lines for `ip -batch`, e.g. "addr add 192.0.2.1/24 dev e0"."""
        return self.run("ip", "-batch", "-", input="\n".join(lines) + "\n")

    def sysctl(self, key, value):
        with self.entered(), open("/proc/sys/" + key.replace(".", "/"), "w") as f:
            f.write(str(value))

    def forward(self):
        """Makes it a router."""
        self.sysctl("net.ipv4.ip_forward", 1)
        self.sysctl("net.ipv6.conf.all.forwarding", 1)

    def link(self, segment, *addresses, name=None):
        """Plugs a new interface into a segment; returns its name."""
        name = name or f"e{self._links}"
        self._links += 1
        port = segment.next_port()
        # Where both ends had one number the kernel would not see at once that they are up: a veth's
        # carrier is urgent only if its peer's number is another, else told once a second.
        self.ip(f"link add {name} index {1000 + self._links} type veth peer name {port} netns {segment.host.pid}")
        segment.plug(port)
        self.ip(*[f"addr add {a} dev {name}" + (" nodad" if ":" in a else "") for a in addresses],
                f"link set {name} up")
        return name

    def address(self, *addresses, dev="lo"):
        self.ip(*[f"addr add {a} dev {dev}" + (" nodad" if ":" in a else "") for a in addresses])

    def route(self, *routes):
        """("default", "192.0.2.1"), ... ; IPv6 where the gateway is."""
        self.ip(*[f"route replace {'::/0' if to == 'default' and ':' in via else to} via {via}"
                  for to, via in routes])

    @contextlib.contextmanager
    def entered(self):
        """This thread is on the host inside the block: sockets opened here belong to it."""
        back = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            if _libc.setns(self.fd, _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            yield self
        finally:
            _libc.setns(back, _CLONE_NEWNET)
            os.close(back)

    def end(self):
        os.close(self.fd)
        self._holder.kill()
        self._holder.wait()


class Segment:
    """One Ethernet: a bridge on a host of its own."""

    def __init__(self, lab, name):
        self.host, self.name, self._ports = Host(lab, name), name, 0
        self.host.ip("link add br0 type bridge forward_delay 0 mcast_snooping 0", "link set br0 up")

    def next_port(self):
        self._ports += 1
        return f"p{self._ports}"

    def plug(self, port):
        self.host.ip(f"link set {port} master br0", f"link set {port} up")


class Lab:
    """`with Lab() as lab:` - a directory, hosts, segments and processes that end together."""

    standing = []  # all that have not ended: wait_until() looks after their processes

    def __init__(self, keep=False):
        allow_descriptors()
        # Short on purpose: control sockets must fit into 107 octets.
        self.dir = Path(tempfile.mkdtemp(prefix="edge-", dir=os.environ.get("EDGE_LAB_DIR", "/tmp")))
        self.keep, self.processes, self.hosts, self.segments = keep, [], [], []
        self.ends = []  # what else must be done when all processes have ended
        Lab.standing.append(self)

    def host(self, name):
        self.hosts.append(Host(self, name))
        return self.hosts[-1]

    def segment(self, name):
        self.segments.append(Segment(self, name))
        return self.segments[-1]

    def logs(self, lines=40):
        """The end of every process's log, for a failure report."""
        parts = []
        for p in self.processes:
            parts.append(f"--- {p.name} (pid {p.pid}): {' '.join(p.argv)[:200]}")
            parts.extend(p.last_lines(lines))
        return "\n".join(parts)

    def close(self):
        """Ends everything; returns what was wrong with it, a list of sentences."""
        Lab.standing.remove(self)
        wrong = [w for p in reversed(self.processes) if (w := p.end())]
        for h in [*self.hosts, *(s.host for s in self.segments)]:
            h.end()
        for end in reversed(self.ends):
            end()
        if not self.keep and not wrong:
            shutil.rmtree(self.dir, ignore_errors=True)
        return wrong

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.keep = self.keep or kind is not None
        wrong = self.close()
        if kind is None and wrong:
            raise LabError("; ".join(wrong))
