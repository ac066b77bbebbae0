# SPDX-License-Identifier: BSD-2-Clause
"""The log of sessions is a file that may be renamed, moved and taken away; one that nobody
can write costs lines, never traffic."""
import os

import pytest

from echo import echoes, relay_conf, until_sessions
from lab import wait_until
from logged import balancer, lines, lost, many, reload, until_lines


@pytest.fixture(params=[1, 2])
def relay(request, routed):
    yield from balancer(routed, request.param)


def test_rotation_and_another_path(relay):
    old, other = relay.log.with_suffix(".1"), relay.lab.dir / "other.log"
    many(relay, 3)
    until_lines(relay.log, 3)
    relay.log.rename(old)
    many(relay, 2)
    until_lines(old, 5)
    reload(relay)
    many(relay, 4)
    until_lines(relay.log, 4)
    relay.base["log"]["sessions"] = str(other)
    relay.edge.write(relay_conf(relay, lb=relay.base))
    reload(relay)
    many(relay, 1)
    until_lines(other, 1)
    assert (len(lines(old)), len(lines(relay.log)), lost(relay)) == (5, 4, 0)
    relay.edge.write(relay_conf(relay, lb={"workers": relay.base["workers"]}))
    reload(relay)
    many(relay, 2)
    until_sessions(relay, 0)
    assert len(lines(other)) == 1 and "session log" not in relay.edge.ask("lb", "status")


@pytest.mark.parametrize("what", ["fifo", "directory", "link"])
def test_what_is_no_file_does_not_hold_the_start(routed, what):
    routed.log = routed.lab.dir / "sessions.log"
    target = routed.lab.dir / "target"
    {"fifo": lambda: os.mkfifo(routed.log), "directory": routed.log.mkdir,
     "link": lambda: routed.log.symlink_to(target)}[what]()
    routed.edge.write(relay_conf(routed, lb={"log": {"sessions": str(routed.log)}}))
    with echoes(routed):
        routed.edge.start("lb")
        many(routed, 20)
        wait_until(lambda: "session log" in routed.edge.daemon["lb"].output(), 15, "the reason in our log")
        assert routed.edge.daemon["lb"].output().count("session log") == 1 and not target.exists()
