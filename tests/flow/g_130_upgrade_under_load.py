# SPDX-License-Identifier: BSD-2-Clause
"""Under load no client notices an upgrade: those who come in the middle of it are served, and
a check that never ends stops nothing, neither traffic nor the end of the balancer."""
import signal
import threading
from pathlib import Path

import pytest

from echo import Session, echoes, relay_conf, stun, udp_socket
from lab import LabError, wait_until
from upgrading import Installed


@pytest.fixture(params=[1, 2])
def relay(request, routed):
    routed.edge.write(relay_conf(routed, lb={"workers": request.param}))
    routed.installed = Installed(routed)
    with echoes(routed):
        routed.edge.start("lb")
        yield routed


class Load(threading.Thread):
    """New sessions and datagrams without end; .wrong is what failed."""

    def __init__(self, net, first, v6):
        super().__init__(daemon=True)
        self.net, self.first, self.v6, self.served, self.wrong, self.over = net, first, v6, 0, [], False
        self.udp = udp_socket(net, first, v6)
        self.udp.connect((net.vip("av", v6), 3478))

    def run(self):
        while not self.over:
            try:
                s = Session(self.net, ("access", "av")[self.served % 2], self.first + self.served % 20, self.v6)
                octets = b"%d\n" % self.served * 1000
                if s.ask(octets) != octets:
                    raise OSError("other octets came back")
                s.close()
                transaction = self.served.to_bytes(16, "big")
                self.udp.send(stun(transaction))
                if transaction not in self.udp.recv(2048):
                    raise OSError("another datagram came back")
            except OSError as e:
                self.wrong.append(repr(e))
            self.served += 1

    def end(self):
        self.over = True
        self.join(20)
        self.udp.close()


def test_clients_that_come_meanwhile(relay):
    loads = [Load(relay, n, v6) for n, v6 in ((0, False), (20, True))]
    for x in loads:
        x.start()
    held = [Session(relay, g, n, n % 2 == 1) for n in range(40, 55) for g in ("access", "webconf", "av")]
    for n in range(5):
        before = [x.served for x in loads]
        relay.installed.upgrade()
        wait_until(lambda: all(x.served > b + 5 for x, b in zip(loads, before)), 10, "traffic to go on")
        assert all(s.ask(b"%d\n" % n) == b"%d\n" % n for s in held)
    for x in loads:
        x.end()
    assert [x.wrong for x in loads] == [[], []]


def test_a_check_that_never_ends(relay):
    s, lb = Session(relay, "access"), relay.edge.daemon["lb"]
    s.who()
    relay.installed.put(octets=b"#!/bin/sh\nexec tail -f /dev/null\n")
    assert "checking" in relay.edge.ask("lb", "upgrade")
    with pytest.raises(LabError, match="an upgrade is under way"):
        relay.edge.ask("lb", "upgrade")
    assert s.ask() == b"hello\n"
    relay.edge.ask("lb", "reload")
    children = relay.balancer.run("ps", "--ppid", lb.pid, "-o", "pid=").stdout.split()
    assert len(children) == 1
    lb.signal(signal.SIGTERM)
    assert lb.exit_code() == 0
    wait_until(lambda: relay.balancer.run("ps", "-p", children[0], "-o", "stat=", check=False).stdout[:1]
               in ("", "Z"), 15, "the check to be ended too")


def test_a_signal_in_the_middle_is_not_lost(relay):
    """The end of the check and the order to end are seen in the same moment."""
    s, lb = Session(relay, "access"), relay.edge.daemon["lb"]
    s.who()
    real = relay.lab.dir / "edge-lb-real"
    relay.installed.path.rename(real)
    relay.installed.put(octets=f"""#!/bin/sh
for last; do before=$option; option=$last; done
[ "$before" = --takeover ] && exec {real} "$@"
{real} "$@" && kill -STOP $PPID
""".encode())
    relay.edge.ask("lb", "upgrade")
    stat = Path(f"/proc/{lb.pid}/stat")
    wait_until(lambda: ") T " in stat.read_text(), 20, "the check to have said yes")
    assert lb.stop() == 0
