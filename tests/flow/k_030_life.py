# SPDX-License-Identifier: BSD-2-Clause
"""Sessions live on, and new ones begin, while edge-lb is killed, is gone, is started again, is
upgraded and stands still: every octet arrives, UDP clients keep their members, counters go on."""
import pytest

from echo import EchoMember, asked, board, relay_conf, udp_socket
from lab import wait_until
from storm import Storm
from upgrading import Installed

pytestmark = pytest.mark.engines("kernel")
TCP = ("access", "webconf", "av-tcp")


class Talk:
    """TCP sessions whose octets are checked, one after another in 40 lanes, and UDP clients."""

    def __init__(self, net):
        self.net, self.n = net, 0
        self.storm = Storm(net, ("access", "webconf", "av"), services=TCP, most=60000)
        for m in net.members:
            self.storm.start_member(m)
        self.echoes = [EchoMember(m, ["av-udp"]) for m in net.members]
        self.udp = [(udp_socket(net, n, v6), (net.vip("av", v6), 3478)) for n in range(8) for v6 in (False, True)]

    def begin(self):
        self.over = False
        self.members = [asked(*c) for c in self.udp]
        assert len({m[0] for m in self.members}) > 1
        self.blowing = self.storm.blow(40, self._numbers())

    def _numbers(self):
        while not self.over:
            self.n += 1
            yield self.n

    def goes_on(self):
        """So many sessions more, from begin to end, and each UDP client where it was."""
        assert [asked(*c) for c in self.udp] == self.members
        before = sum(self.storm.ended.values())
        wait_until(lambda: sum(self.storm.ended.values()) > before + 60, 30, "sessions to end")

    def end(self):
        self.over = True
        self.blowing.result(60)
        assert not self.storm.wrong, self.storm.wrong[:5]
        broken = {mood for (mood, how), n in self.storm.ended.items() if how != "whole"}
        assert broken <= {"client breaks", "member breaks"}, self.storm.ended

    def close(self):
        self.over = True
        self.storm.close()
        for m in self.echoes:
            m.close()


@pytest.fixture
def talk(routed):
    routed.edge.write(relay_conf(routed))
    routed.installed = Installed(routed)
    talk = Talk(routed)
    yield talk
    talk.close()


def total(net):
    return sum(e["sessions_total"] for e in board(net).values())


def test_all_of_it(talk):
    net, edge = talk.net, talk.net.edge
    edge.start("health", "lb")
    talk.begin()
    talk.goes_on()
    wait_until(lambda: total(net) >= 60, 15, "sessions to be counted")
    edge.daemon["lb"].kill()
    before = total(net)
    talk.goes_on()  # nobody holds anything but the kernel
    edge.start("lb")
    talk.goes_on()
    wait_until(lambda: total(net) >= before + 120, 15, "those that began meanwhile to be counted, too")
    before = total(net)
    assert edge.daemon["lb"].stop() == 0
    talk.goes_on()
    edge.start("lb")
    net.installed.upgrade()
    talk.goes_on()
    for name in ("lb", "health"):
        edge.daemon[name].freeze()
    talk.goes_on()
    for name in ("lb", "health"):
        edge.daemon[name].resume()
    talk.end()
    wait_until(lambda: total(net) >= before + 180, 15, "counters to go on")
