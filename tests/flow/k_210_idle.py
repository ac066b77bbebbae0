# SPDX-License-Identifier: BSD-2-Clause
"""The kernel engine forgets who was silent for idle_timeout, and only that: the number of sessions
goes back, the end is counted, a session of another service stays, and a late word is no error."""
import pytest

from echo import Session, asked, echoes, listeners, relay_conf, udp_socket, until_up
from lab import wait_until

pytestmark = pytest.mark.engines("kernel")


def of(net, group, place, word):
    """A word of the group's two listeners, one for each family."""
    vips = [net.vip(group, v6) for v6 in (False, True)]
    return [c[word] for name, c in listeners(net).items()
            if name.endswith(place) and any(f"/{vip}:" in name or f"[{vip}]" in name for vip in vips)]


def test_who_is_silent_is_forgotten(routed):
    net = routed
    net.edge.write(relay_conf(net, access={"idle_timeout": 1}, av={"udp_idle_timeout": 1}))
    with echoes(net):
        net.edge.start("health", "lb")
        until_up(net)
        stay = [Session(net, "webconf", 1, v6) for v6 in (False, True)]
        silent = [Session(net, "access", 1, v6) for v6 in (False, True)]
        met = [s.who() for s in silent + stay]
        for v6 in (False, True):
            with udp_socket(net, 2, v6) as u:
                asked(u, (net.vip("av", v6), 3478))

        def swept():
            # More, if a session stood still for so long between two of these lines.
            assert min(of(net, "access", ":443/tcp", "idle_closed")) >= 1
            assert of(net, "access", ":443/tcp", "sessions") == [0, 0]
            assert of(net, "webconf", ":443/tcp", "sessions") == [1, 1]
            assert min(of(net, "av", "/udp", "idle_closed")) >= 1
            return of(net, "av", "/udp", "sessions") == [0, 0]
        wait_until(swept, 20, "those who were silent to be gone")
        # Nothing was reset, and the ring leads where it led before.
        assert [s.ask(b"again\n") for s in silent + stay] == [b"again\n"] * 4
        assert [s.who() for s in silent + stay] == met
