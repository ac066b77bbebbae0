# SPDX-License-Identifier: BSD-2-Clause
"""A program that cannot take over costs nobody anything, and the administrator is told why:
no program, no permission, a library missing, a crash, another program, an older state."""
import contextlib
import os
import re
import signal
from pathlib import Path

import pytest

from echo import Session, echoes, relay_conf, stun, udp_socket
from lab import wait_until
from upgrading import Installed, settled, totals


@pytest.fixture
def relay(routed):
    routed.edge.write(relay_conf(routed))
    routed.installed = Installed(routed)
    with echoes(routed):
        routed.edge.start("lb")
        routed.sessions = [Session(routed, g, n, n % 2 == 1) for n in range(10) for g in ("access", "av")]
        for s in routed.sessions:
            s.who()
        routed.associations = [udp_socket(routed, 50, v6) for v6 in (False, True)]
        for v6, u in enumerate(routed.associations):
            u.connect((routed.vip("av", bool(v6)), 3478))
            u.send(stun(bytes(16)))
            assert u.recv(2048)
        yield routed
        for u in routed.associations:
            u.close()


def nothing_happened(net, before):
    for s in net.sessions:
        assert s.ask() == b"hello\n"
    for u in net.associations:
        u.send(stun(bytes(15) + b"x"))
        assert u.recv(2048)
    assert totals(net) == before
    settled(net, len(net.sessions) + len(net.associations))


SCRIPT = b"#!/bin/sh\n"
WRONG = {
    "text": ({"octets": b"hello, I am no program\n"}, "Exec format error"),
    "not executable": ({"octets": b"", "mode": 0o644}, "Permission denied"),
    "empty": ({"octets": b""}, "Exec format error"),
    "a crash": ({"octets": SCRIPT + b"kill -SEGV $$\n"}, r"signal 11 \(Segmentation fault\)"),
    "an abort with words": ({"octets": SCRIPT + b"echo Assertion failed >&2\nkill -ABRT $$\n"},
                            "signal 6 .*\nAssertion failed"),
    "another program": ({"octets": SCRIPT + b"exit 0\n"}, "is it an edge-lb?"),
    "one that refuses": ({"octets": SCRIPT + b"echo no, thanks\nexit 3\n"}, "ended with 3\nno, thanks"),
    "one that talks too much": ({"octets": SCRIPT + b"head -c 1000000 /dev/zero\nexit 1\n"}, "ended with|signal"),
}


def test_what_is_no_successor(relay):
    before = totals(relay)
    for what, (how, says) in WRONG.items():
        relay.installed.put(**how)
        said = relay.installed.refused()
        assert re.search(says, said), (what, said)
        nothing_happened(relay, before)


def test_no_program_at_all(relay):
    before = totals(relay)
    relay.installed.path.unlink()
    assert "No such file" in relay.installed.refused()
    nothing_happened(relay, before)
    relay.installed.put("edge-lb")
    assert "20 sessions and 2 associations taken over" in relay.installed.upgrade()
    nothing_happened(relay, before)


def test_a_missing_library(relay):
    before = totals(relay)
    relay.installed.without_library()
    said = relay.installed.refused()
    assert "libev.so.9" in said and "ended with 127" in said
    nothing_happened(relay, before)


def test_a_newer_state_and_an_older(relay):
    before = totals(relay)
    relay.installed.put("edge-lb-next")
    assert "20 sessions" in relay.installed.upgrade(), "a newer program reads the state of an older"
    nothing_happened(relay, before)
    relay.installed.put("edge-lb")
    said = relay.installed.refused()
    assert "the state has version 5; this program reads 1 to 4" in said
    nothing_happened(relay, before)
    relay.installed.put("edge-lb-next")
    relay.installed.upgrade()
    nothing_happened(relay, before)


def test_a_wrong_configuration(relay):
    before, text = totals(relay), relay.edge.conf_file.read_text()
    relay.edge.write("pools = (")
    assert "put it right first" in relay.installed.refused()
    nothing_happened(relay, before)
    relay.edge.write(text)
    relay.installed.upgrade()
    nothing_happened(relay, before)


def test_a_signal_upgrades_too(relay):
    before, lb = totals(relay), relay.edge.daemon["lb"]
    lb.signal(signal.SIGUSR2)
    wait_until(lambda: "upgraded in place" in lb.output(), 20, "the upgrade")
    relay.installed.path.unlink()
    wait_until(lambda: totals(relay) == before, 10, "the control socket")
    lb.signal(signal.SIGUSR2)
    wait_until(lambda: "not upgraded, everything goes on" in lb.output(), 20, "the refusal")
    nothing_happened(relay, before)
    lb.signal(signal.SIGTERM)
    assert lb.exit_code() == 0


def close_on_exec(lb):
    """Of each descriptor above 2, whether it is; what is closed meanwhile is none."""
    found = []
    for f in Path(f"/proc/{lb.pid}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if int(f.name) > 2:
                found.append(int(f.read_text().split()[3], 8) & os.O_CLOEXEC)
    return found


LIES = SCRIPT + b'echo "takes over: edge-lb 9.9"\n'


def test_the_last_step_fails(relay):
    """The check says yes, the workers are parked, and then the program cannot be executed."""
    before, lb = totals(relay), relay.edge.daemon["lb"]
    for _ in range(3):
        relay.installed.put(octets=LIES + b'chmod 0 "$0"\n')
        assert "Permission denied" in relay.installed.refused()
        nothing_happened(relay, before)
    flags = close_on_exec(lb)
    assert len(flags) > 2 * len(relay.sessions) and all(flags)
    relay.installed.put("edge-lb")
    relay.installed.upgrade()
    nothing_happened(relay, before)
    flags = close_on_exec(lb)
    assert len(flags) > 2 * len(relay.sessions) and all(flags)


def test_what_changes_during_the_check(relay):
    before = totals(relay)
    relay.installed.put(octets=LIES + b'cp "$0" "$0.2"; mv "$0.2" "$0"\n')
    assert "changed while it was checked" in relay.installed.refused()
    conf = relay.edge.conf_file
    relay.installed.put(octets=LIES + b"echo >>" + str(conf).encode() + b"\n")
    assert "changed while it was checked" in relay.installed.refused()
    nothing_happened(relay, before)


def the_check(relay):
    """Begins a check that never ends; its process id."""
    lb = relay.edge.daemon["lb"]
    relay.installed.put(octets=SCRIPT + b"exec tail -f /dev/null\n")
    assert "checking" in relay.edge.ask("lb", "upgrade")
    children = relay.balancer.run("ps", "--ppid", lb.pid, "-o", "pid=").stdout.split()
    assert len(children) == 1
    return int(children[0])


def until_refused(relay, timeout):
    def answer():
        _, _, text = relay.edge.ask("lb", "upgrade status").partition(" ")
        return text.startswith("refused") and text
    return wait_until(answer, timeout, "the refusal")


def test_the_check_is_killed(relay):
    before = totals(relay)
    os.kill(the_check(relay), signal.SIGKILL)
    assert "its check was ended by signal 9 (Killed)" in until_refused(relay, 10)
    nothing_happened(relay, before)
    relay.installed.put("edge-lb")
    relay.installed.upgrade()
    nothing_happened(relay, before)


@pytest.mark.skipif(not os.environ.get("EDGE_SOAK"), reason="half a minute of waiting")
def test_a_check_that_takes_too_long(relay):
    before = totals(relay)
    the_check(relay)
    nothing_happened(relay, before)
    assert "its check did not end within 30 s" in until_refused(relay, 40)
    nothing_happened(relay, before)
