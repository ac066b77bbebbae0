# SPDX-License-Identifier: BSD-2-Clause
"""Clients are accepted with their first octets, but one that says nothing is served too:
it reaches a member, hears one that speaks first, and speaks when it likes."""
import pytest

from echo import Session, echoes, relay_conf, until_sessions
from lab import wait_until


@pytest.mark.parametrize("v6", [False, True])
def test_silence_is_no_obstacle(routed, v6):
    routed.edge.write(relay_conf(routed))
    with echoes(routed) as members:
        routed.edge.start("lb")
        silent = Session(routed, "access", 1, v6=v6)
        until_sessions(routed, 1)
        wait_until(lambda: sum(len(m.sessions) for m in members.values()) == 1, 15, "a member to accept it")
        here = next(c for m in members.values() for c in m.sessions)
        here.sendall(b"hear me first\n")
        assert silent._read(14) == b"hear me first\n"
        silent.s.sendall(b"now you\n")
        assert silent._line() and silent._read(8) == b"now you\n"
        silent.close()
        until_sessions(routed, 0)


def test_one_that_leaves_without_a_word_leaves_nothing(routed):
    routed.edge.write(relay_conf(routed))
    with echoes(routed) as members:
        routed.edge.start("lb")
        for n in range(20):
            Session(routed, "access", n).s.close()
        spoken = Session(routed, "access", 20)
        assert spoken.who()
        spoken.close()
        until_sessions(routed, 0)
        wait_until(lambda: not any(m.sessions for m in members.values()), 15, "members to be left alone")
