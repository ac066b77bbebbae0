# SPDX-License-Identifier: BSD-2-Clause
"""Who waits for a member's rate goes on waiting under the next program, in the same order,
and what a source has is still counted."""
import pytest

from echo import Session, echoes, listeners, relay_conf
from lab import wait_until
from topology import routed as routed_net
from upgrading import Installed, settled

WAITING = 12


@pytest.mark.parametrize("workers", [1, 2])
def test_the_queue_is_carried(lab, workers):
    net = routed_net(lab, members=1)
    net.edge.write(relay_conf(net, lb={"workers": workers}, access={"limits": {"rate_per_member": 2}},
                              webconf={"limits": {"sessions_per_source": 1}}))
    net.installed = Installed(net)
    with echoes(net):
        net.edge.start("lb")
        one = Session(net, "webconf", 0)
        assert one.who()
        sessions = [Session(net, "access", n, v6=n % 2 == 1, timeout=30) for n in range(WAITING)]
        for s in sessions:
            s.s.sendall(b"hello\n")
        wait_until(lambda: sum(x["waiting"] for x in listeners(net).values()) > WAITING / 3, 15, "sessions to wait")
        assert f"{WAITING + 1} sessions" in net.installed.upgrade()
        assert f"{WAITING + 1} sessions" in net.installed.upgrade()
        assert all(s._line() for s in sessions), "all are served"
        with pytest.raises(ConnectionError):
            Session(net, "webconf", 0).who()
        one.close()
        settled(net, WAITING)
        again = Session(net, "webconf", 0)
        assert again.who()
        for s in [*sessions, again]:
            s.close()
        settled(net, 0)
