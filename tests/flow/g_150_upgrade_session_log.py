# SPDX-License-Identifier: BSD-2-Clause
"""An upgrade loses no line of the log of sessions: what a session did before counts, what
waits is written, and what nobody reads is counted as lost."""
import os
import re

import pytest

from echo import Session, echoes, relay_conf, until_sessions
from lab import wait_until
from logged import lost, many
from upgrading import Installed

# More than a ring (4096 lines) and a pipe (64 KiB) hold.
TOO_MANY = 5000


@pytest.fixture
def relay(routed):
    routed.log = routed.lab.dir / "sessions.log"
    routed.conf_of_log = relay_conf(routed, lb={"log": {"sessions": str(routed.log)}})
    routed.edge.write(routed.conf_of_log)
    routed.installed = Installed(routed)
    with echoes(routed):
        yield routed


def test_lines_go_on(relay):
    relay.edge.start("lb")
    stays = Session(relay, "access", 1)
    stays.ask(b"x" * 100)
    many(relay, 50)
    for _ in range(2):
        relay.installed.upgrade()
    stays.ask(b"y" * 10)
    stays.close()
    wait_until(lambda: relay.log.read_text().count("\n") == 51, 10, "51 lines")
    assert re.search(r" in=110 out=\d+ seconds=\d+\.\d+ end=done\n$", relay.log.read_text())
    assert lost(relay) == 0


def test_a_reader_that_stops(relay):
    os.mkfifo(relay.log)
    with open(os.open(relay.log, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        relay.edge.start("lb")
        stays = Session(relay, "access", 1)
        stays.who()
        many(relay, TOO_MANY)
        until_sessions(relay, 1)
        first = lost(relay)
        assert 0 < first < TOO_MANY - 4096
        relay.installed.upgrade()
        assert stays.ask() == b"hello\n"
        assert first + 4096 == lost(relay), "the ring's lines are lost, and counted"
        in_pipe = reader.read().count(b"\n")
        assert in_pipe + lost(relay) == TOO_MANY
        many(relay, 10)
        got = bytearray()

        def ten():
            got.extend(reader.read() or b"")
            return got.count(b"\n") == 10
        wait_until(ten, 10, "lines again")
        stays.close()
