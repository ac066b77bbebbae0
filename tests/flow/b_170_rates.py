# SPDX-License-Identifier: BSD-2-Clause
"""Over a member's rate another member is asked first, then the client waits its turn; a
datagram over it is lost and counted, and what one source may do is bounded."""
import time

import pytest

from echo import Session, echoes, listeners, relay_conf, until_sessions
from lab import PATIENCE, wait_until
from topology import routed as routed_net
from c_030_relay_udp import ask, inner_socket


def lb_total(net, field):
    return sum(x[field] for x in listeners(net).values())



def test_another_member_first_then_its_turn(routed):
    routed.edge.write(relay_conf(routed, access={"limits": {"rate_per_member": 1}}))
    with echoes(routed):
        routed.edge.start("lb")
        began = time.monotonic()
        # One client's address: affinity gives way to the rate.
        sessions = [Session(routed, "access", 0) for _ in range(3)]
        assert {s.who() for s in sessions} == {"edge1", "edge2", "edge3"}
        assert time.monotonic() - began < 0.9 * PATIENCE
        # The other family and another service: the first spends the same rates, the second has its own.
        assert Session(routed, "webconf", 1).who()
        assert Session(routed, "access", 2, v6=True).who()
        assert 0.7 < time.monotonic() - began < 2.5 * PATIENCE


def test_who_gives_up_costs_no_turn(lab):
    net = routed_net(lab, members=1)
    net.edge.write(relay_conf(net, access={"limits": {"rate_per_member": 1}}))
    with echoes(net) as members:
        net.edge.start("lb")
        assert Session(net, "access", 0).who()
        gone = [Session(net, "access", 1 + n) for n in range(8)]
        for s in gone:
            s.s.sendall(b"hello\n")
        for s in gone:
            s.close()
        began = time.monotonic()
        assert Session(net, "access", 20).who()
        assert time.monotonic() - began < 4 * PATIENCE and members["edge1"].accepted <= 4


def test_a_reload_frees_who_waits(lab):
    net = routed_net(lab, members=1)
    conf = relay_conf(net, access={"limits": {"rate_per_member": 1, "queue": 1000, "queue_timeout": 300.0}})
    net.edge.write(conf)
    with echoes(net):
        net.edge.start("lb")
        sessions = [Session(net, "access", n % 60, timeout=20 * PATIENCE) for n in range(60)]
        for s in sessions:
            s.s.sendall(b"hello\n")
        wait_until(lambda: lb_total(net, "waiting") > 40, 5, "sessions to wait")
        del conf["pools"][0]["external"]["access"]["limits"]
        net.edge.write(conf)
        net.edge.ask("lb", "reload")
        for s in sessions:
            assert s._line()
        wait_until(lambda: lb_total(net, "waiting") == 0, 5, "nobody to wait")


def test_the_end_while_sessions_wait(lab):
    net = routed_net(lab, members=1)
    net.edge.write(relay_conf(net, access={"limits": {"rate_per_member": 1, "queue": 4}}))
    with echoes(net):
        net.edge.start("lb")
        sessions = [Session(net, "access", n) for n in range(20)]
        for s in sessions:
            s.s.sendall(b"hello\n")
        wait_until(lambda: "paused" in net.edge.ask("lb", "sessions"), 5, "accepting to pause")
        wait_until(lambda: lb_total(net, "waiting") >= 3, 5, "the queue to be full")
    # The lab's end stops edge-lb and looks at its exit.


def test_datagrams_over_the_rate_are_lost_and_counted(routed):
    routed.edge.write(relay_conf(routed, internal_av={"limits": {"rate_per_member": 1}}))
    with echoes(routed):
        routed.edge.start("lb")
        sockets = [inner_socket(routed, False) for _ in range(3)]
        assert {ask(routed, s, b"x") for s in sockets} == {"edge1", "edge2", "edge3"}
        late = inner_socket(routed, False)
        late.settimeout(0.1)

        def repeated():
            late.sendto(b"again", (routed.vip("internal"), 3478))
            return late.recvfrom(2048)
        with pytest.raises(TimeoutError):
            repeated()
        wait_until(repeated, 5, "a repeated datagram to be answered")
        wait_until(lambda: sum(x["refused"] for x in listeners(routed).values()) > 0, 5, "it to be counted")
        for s in [*sockets, late]:
            s.close()


@pytest.mark.parametrize("v6", [False, True])
def test_what_one_source_may_do(routed, v6):
    routed.edge.write(relay_conf(routed, access={"limits": {"sessions_per_source": 2}},
                                 webconf={"limits": {"rate_per_source": 3}}))
    with echoes(routed):
        routed.edge.start("lb")
        held = [Session(routed, "access", 0, v6) for _ in range(2)]
        assert all(s.who() for s in held)
        with pytest.raises(ConnectionError):
            Session(routed, "access", 0, v6).who()
        assert Session(routed, "access", 1, v6).who()
        held.pop().close()
        until_sessions(routed, 1)
        assert Session(routed, "access", 0, v6).who()
        for _ in range(3):
            assert Session(routed, "webconf", 0, v6).who()
        with pytest.raises(ConnectionError):
            for _ in range(10):
                Session(routed, "webconf", 0, v6).who()
        assert Session(routed, "webconf", 1, v6).who()
        wait_until(lambda: Session(routed, "webconf", 0, v6).who(), 5, "the next second")
        wait_until(lambda: sum(x["refused"] for x in listeners(routed).values()) >= 2, 5, "refusals to be counted")
