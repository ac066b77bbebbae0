# SPDX-License-Identifier: BSD-2-Clause
"""A disk that is full, or that hangs, under the log of sessions changes nothing for traffic,
and no line is lost that still fits when the disk is well again."""
import contextlib
import ctypes
import os
from pathlib import Path

import pytest

from echo import Session, echoes, relay_conf, stun, udp_socket
from lab import program, wait_until
from logged import LINE, lines, lost, many, reload, until_lines
from upgrading import Installed

SIZE = 64 << 10
SEIZE, INTERRUPT, DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000


def both_families(net):
    """Sessions and associations, old and new, are served."""
    for v6 in (False, True):
        s = Session(net, "access", 7, v6)
        assert s.ask() == b"hello\n"
        s.close()
        with udp_socket(net, 8, v6) as u:
            u.connect((net.vip("av", v6), 3478))
            u.send(stun(bytes(16)))
            assert u.recv(2048)


@pytest.fixture
def relay(routed):
    routed.disk = routed.lab.dir / "disk"
    routed.disk.mkdir()
    routed.base = {"log": {"sessions": str(routed.disk / "sessions.log")}}
    routed.edge.write(relay_conf(routed, lb=routed.base))
    with echoes(routed):
        yield routed


def test_a_full_disk(relay):
    # A mount of the daemon's own, which ends with it.  It lies where a mount is that can be
    # set apart from the others': in a chroot the root is none.
    disk = Path("/dev/shm")
    relay.base["log"]["sessions"] = str(disk / "sessions.log")
    relay.edge.write(relay_conf(relay, lb=relay.base))
    mounted = f'mount --make-private {disk} && mount -t tmpfs -o size={SIZE} none {disk} && exec "$0" "$@"'
    relay.edge.daemon["lb"] = relay.balancer.popen(
        "unshare", "--mount", "--propagation", "unchanged", "sh", "-c", mounted, program("edge-lb"),
        *relay.edge.options(), name="edge-lb")
    lb = relay.edge.daemon["lb"]
    wait_until(lambda: relay.edge.ask("lb", "status"), 15, "edge-lb")
    inside = Path(f"/proc/{lb.pid}/root{disk}")
    many(relay, 3)
    until_lines(inside / "sessions.log", 3)
    filler = inside / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as f:
        while f.write(bytes(4096)):
            pass
    many(relay, 40)  # more than what is left of the last page
    wait_until(lambda: "No space left on device" in lb.output(), 10, "the reason in our log")
    both_families(relay)
    reload(relay)
    assert relay.edge.ctl("upgrade").returncode == 0
    both_families(relay)
    before = lost(relay)  # what waited at the upgrade
    filler.unlink()
    many(relay, 5)

    def whole():  # where the disk was full half a line may stand before its whole
        return sum(bool(LINE.fullmatch(x)) for x in (inside / "sessions.log").read_text().splitlines())
    wait_until(lambda: whole() + before == 3 + 40 + 4 + 5, 15, "every line that was not counted as lost")
    assert lost(relay) == before


@contextlib.contextmanager
def hanging(lb):
    """The thread that writes the log waits, as for a disk that does not answer."""
    libc = ctypes.CDLL(None, use_errno=True)
    tid = next(int(t.name) for t in Path(f"/proc/{lb.pid}/task").iterdir()
               if (t / "comm").read_text() == "session-log\n")

    def trace(what):
        assert libc.ptrace(what, tid, None, None) == 0, os.strerror(ctypes.get_errno())
    trace(SEIZE)
    trace(INTERRUPT)
    os.waitpid(tid, WALL)
    yield
    trace(DETACH)


def test_a_disk_that_hangs(relay):
    relay.installed = Installed(relay)
    relay.edge.start("lb")
    lb, log = relay.edge.daemon["lb"], relay.disk / "sessions.log"
    stays = [Session(relay, "access", 1, v6) for v6 in (False, True)]
    many(relay, 3)
    until_lines(log, 3)
    with hanging(lb):
        many(relay, 100)
        both_families(relay)
        reload(relay)
        assert "the writer of the session log hangs" in relay.installed.refused()
        both_families(relay)
        assert all(s.ask() == b"hello\n" for s in stays)
        assert len(lines(log)) == 3 and lost(relay) == 0
    until_lines(log, 3 + 100 + 4, proto="tcp")
    relay.installed.upgrade()
    for s in stays:
        assert s.ask() == b"hello\n"
        s.close()
    until_lines(log, 3 + 100 + 4 + 2, proto="tcp")
    assert lost(relay) == 0
