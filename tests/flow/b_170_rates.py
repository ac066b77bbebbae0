# SPDX-License-Identifier: BSD-2-Clause
"""Over a member's rate another member is asked first, then the client waits its turn; a
datagram over it is lost and counted, and what one source may do is bounded."""
import contextlib
import time

import pytest

from echo import Session, echoes, inner_socket, listeners, relay_conf, until_sessions
from lab import PATIENCE, wait_until
from topology import routed as routed_net


def lb_total(net, field):
    return sum(x[field] for x in listeners(net).values())


@contextlib.contextmanager
def one_turn(net):
    """What comes inside the block edge-lb finds all at once: seconds of this machine, however
    slow it is, are none between two clients."""
    net.edge.daemon["lb"].freeze()
    try:
        yield
    finally:
        net.edge.daemon["lb"].resume()


def hello(session):
    session.s.sendall(b"hello\n")
    return session


def served(session):
    try:
        return session._line()
    except ConnectionError:
        return None


def test_another_member_first_then_its_turn(routed):
    routed.edge.write(relay_conf(routed, access={"limits": {"rate_per_member": 1}}))
    with echoes(routed):
        routed.edge.start("lb")
        # One client's address: affinity gives way to the rate.
        with one_turn(routed):
            sessions = [hello(Session(routed, "access", 0)) for _ in range(3)]
            began = time.monotonic()
        assert {s._line()[0] for s in sessions} == {"edge1", "edge2", "edge3"}
        # The other family and another service: the first spends the same rates, the second has its own.
        assert Session(routed, "webconf", 1).who()
        assert Session(routed, "access", 2, v6=True).who()
        assert time.monotonic() - began > 0.7
        wait_until(lambda: lb_total(routed, "sessions_total") == 5, 15, "all to be counted")
        late = [name for name, x in listeners(routed).items() if x["waited"]]
        assert not [name for name in late if routed.vip("access", True) not in name], late


def test_who_gives_up_costs_no_turn(lab):
    net = routed_net(lab, members=1)
    net.edge.write(relay_conf(net, access={"limits": {"rate_per_member": 1}}))
    with echoes(net) as members:
        net.edge.start("lb")
        assert Session(net, "access", 0).who()
        gone = [hello(Session(net, "access", 1 + n)) for n in range(8)]
        wait_until(lambda: lb_total(net, "waiting") >= 5, 15, "most of them to wait")
        with one_turn(net):
            before = members["edge1"].accepted
            for s in gone:
                s.close()
        assert Session(net, "access", 20).who()
        assert members["edge1"].accepted <= before + 2, "one may have had its turn before it was seen to be gone"


def test_a_reload_frees_who_waits(lab):
    net = routed_net(lab, members=1)
    conf = relay_conf(net, access={"limits": {"rate_per_member": 1, "queue": 1000, "queue_timeout": 300.0}})
    net.edge.write(conf)
    with echoes(net):
        net.edge.start("lb")
        sessions = [Session(net, "access", n % 60, timeout=20 * PATIENCE) for n in range(60)]
        for s in sessions:
            s.s.sendall(b"hello\n")
        wait_until(lambda: lb_total(net, "waiting") > 40, 15, "sessions to wait")
        del conf["pools"][0]["external"]["access"]["limits"]
        net.edge.write(conf)
        net.edge.ask("lb", "reload")
        for s in sessions:
            assert s._line()
        wait_until(lambda: lb_total(net, "waiting") == 0, 15, "nobody to wait")


def test_the_end_while_sessions_wait(lab):
    net = routed_net(lab, members=1)
    net.edge.write(relay_conf(net, access={"limits": {"rate_per_member": 1, "queue": 4}}))
    with echoes(net):
        net.edge.start("lb")
        sessions = [Session(net, "access", n) for n in range(20)]
        for s in sessions:
            s.s.sendall(b"hello\n")
        wait_until(lambda: "paused" in net.edge.ask("lb", "sessions"), 15, "accepting to pause")
        wait_until(lambda: lb_total(net, "waiting") >= 3, 15, "the queue to be full")
    # The lab's end stops edge-lb and looks at its exit.


def test_datagrams_over_the_rate_are_lost_and_counted(routed):
    routed.edge.write(relay_conf(routed, internal_av={"limits": {"rate_per_member": 1}}))
    with echoes(routed):
        routed.edge.start("lb")
        vip, sockets = (routed.vip("internal"), 3478), [inner_socket(routed, False) for _ in range(4)]
        with one_turn(routed):
            for s in sockets:
                s.sendto(b"x", vip)
        late = sockets[3]
        assert {s.recvfrom(2048)[0].split()[1] for s in sockets[:3]} == {b"edge1", b"edge2", b"edge3"}
        wait_until(lambda: lb_total(routed, "refused") > 0, 15, "the fourth to be counted")
        late.settimeout(0.1)
        with pytest.raises(TimeoutError):
            late.recvfrom(2048)

        def repeated():
            late.sendto(b"again", vip)
            return late.recvfrom(2048)
        wait_until(repeated, 15, "a repeated datagram to be answered")
        for s in sockets:
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
        with one_turn(routed):
            more = [hello(Session(routed, "webconf", 0, v6)) for _ in range(10)]
        assert len([s for s in more if served(s)]) <= 3, "a second's worth at most"
        assert Session(routed, "webconf", 1, v6).who()
        wait_until(lambda: Session(routed, "webconf", 0, v6).who(), 15, "the next second")
        wait_until(lambda: lb_total(routed, "refused") >= 8, 15, "refusals to be counted")
