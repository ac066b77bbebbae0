# SPDX-License-Identifier: BSD-2-Clause
"""Where local ports run out another source address is used, then another member, and then
clients wait; it is counted, and nothing of it is held against the members."""
import contextlib
import re
import socket

import pytest

from b_020_next_member import evidence
from b_170_rates import one_turn
from echo import Session, board, echoes, listeners, relay_conf, udp_socket, until_sessions
from lab import wait_until
from topology import V4, V6, routed

PORTS = 20
OUTER = [40, 41, 42]  # last figures of the balancer's addresses towards the members


def sources(net, v6):
    return [f"{V6 if v6 else V4}{n}" for n in OUTER]


def with_few_ports(lab, members, n_sources, **groups):
    net = routed(lab, members=members)
    net.balancer.sysctl("net.ipv4.ip_local_port_range", f"40000 {40000 + PORTS - 1}")
    for v6, bits in ((False, 26), (True, 121)):
        net.balancer.address(*[f"{a}/{bits}" for a in sources(net, v6)], dev="e1")
    conf = relay_conf(net, lb={"affinity": {"timeout": 0}}, **groups)
    if n_sources:
        conf["pools"][0]["external"]["source_address"] = [
            a for v6 in (False, True) for a in sources(net, v6)[:n_sources]]
    net.edge.write(conf)
    return net


def short(net):
    """What each place says of it: the endpoints, the listeners, the control socket."""
    line = re.search(r"ports short (\d+)", net.edge.ask("lb", "status"))
    return (sum(e["ports_short"] for e in board(net).values()),
            sum(x["ports_short"] for x in listeners(net).values()), int(line.group(1)))


def nothing_is_held_against_members(net, ear, counted=True):
    wait_until(lambda: all(short(net)) or not counted, 15, "it to be counted")
    assert ("local ports ran out before" in net.edge.ctl("status", check=False).stdout) == counted
    assert not any(e["connect_failures"] for e in board(net).values())
    assert not any(x[f] for x in listeners(net).values() for f in ("refused", "retries", "no_member"))
    ear.setblocking(False)
    with pytest.raises(BlockingIOError):
        ear.recv(64)


def fill(net, n, v6):
    sessions = [Session(net, "access", k % 60, v6) for k in range(n)]
    return sessions, [(s.who(), *s.peer()) for s in sessions]


@pytest.mark.parametrize("v6", [False, True])
def test_all_source_addresses_then_clients_wait(lab, v6):
    net = with_few_ports(lab, 1, 3)
    with echoes(net, ["access"]), evidence(net) as ear:
        net.edge.start("lb")
        sessions, peers = fill(net, 3 * PORTS, v6)
        assert len(set(peers)) == 3 * PORTS, "each has a port of its own"
        assert {p[1] for p in peers} == set(sources(net, v6))
        waiting = [Session(net, "access", k, v6) for k in range(5)]
        for s in waiting:
            s.s.sendall(b"anybody?\n")
        wait_until(lambda: sum(x["waiting"] for x in listeners(net).values()), 15, "clients to wait")
        wait_until(lambda: "paused" in net.edge.ask("lb", "sessions"), 15, "accepting to pause")
        for s in sessions:
            assert s.ask() == b"hello\n", "who is served feels nothing"
        for s, ended in zip(waiting, sessions):
            ended.close()
        for s in waiting:
            assert s._line() and s._read(9) == b"anybody?\n"
        wait_until(lambda: "paused" not in net.edge.ask("lb", "sessions"), 15, "accepting to go on")
        nothing_is_held_against_members(net, ear)
        for s in sessions + waiting:
            s.close()
        until_sessions(net, 0)
        # All ports rest in TIME_WAIT now.
        for s in fill(net, PORTS, v6)[0]:
            s.close()


@pytest.mark.parametrize("v6", [False, True])
def test_another_member_without_any_source_address(lab, v6):
    net = with_few_ports(lab, 2, 0, access={"algorithm": "source-hash"})
    with echoes(net, ["access"]), evidence(net) as ear:
        net.edge.start("lb")
        # One client, whom the hash would send to one member.
        sessions = [Session(net, "access", 0, v6) for _ in range(2 * PORTS)]
        names = [s.who() for s in sessions]
        assert names.count("edge1") == names.count("edge2") == PORTS
        nothing_is_held_against_members(net, ear)
        for s in sessions:
            s.close()


@pytest.mark.parametrize("v6", [False, True])
def test_datagrams_have_all_source_addresses_too(lab, v6):
    net = with_few_ports(lab, 1, 3, av={"source": "replace"})
    with echoes(net, ["av-udp"]), evidence(net) as ear, contextlib.ExitStack() as stack:
        net.edge.start("lb")

        def ask(n):
            with net.client.entered():
                s = stack.enter_context(socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM))
            s.bind((net.client_address(n % 60, v6), 0))
            s.settimeout(5 if n < 3 * PORTS else 0.2)
            s.sendto(b"hi", (net.vip("av", v6), 3478))
            return s.recv(2048).split()[2:]
        assert len({tuple(ask(n)) for n in range(3 * PORTS)}) == 3 * PORTS
        with pytest.raises(TimeoutError):
            ask(3 * PORTS)
        wait_until(lambda: all(short(net)), 15, "it to be counted")
        before, flood = short(net)[0], udp_socket(net, 0, v6)
        with one_turn(net):
            for _ in range(100):
                flood.sendto(b"deaf", (net.vip("av", v6), 3478))
        wait_until(lambda: sum(x["refused"] for x in listeners(net).values()) >= 90, 15, "most to be lost at once")
        assert short(net)[0] - before <= 10, "not every time is it worth to look at all ports"
        assert not any(e["connect_failures"] for e in board(net).values())
        ear.setblocking(False)
        with pytest.raises(BlockingIOError):
            ear.recv(64)


@pytest.mark.parametrize("v6", [False, True])
def test_a_source_address_that_is_not_here(lab, v6):
    net = with_few_ports(lab, 1, 3)
    net.balancer.ip(f"addr del {sources(net, v6)[1]}/{121 if v6 else 26} dev e1")
    said = f"source_address {sources(net, v6)[1]} is on no interface: it is not used"
    with echoes(net, ["access"]), evidence(net) as ear:
        net.edge.start("lb")
        assert said in net.edge.daemon["lb"].output() and said in net.edge.ask("lb", "status")
        # Never more than half of an address's ports: the few that are tried by name after
        # a slow look by the kernel then always meet a free one.
        sessions, peers = fill(net, PORTS // 2, v6)
        assert {p[1] for p in peers} == set(sources(net, v6)) - {sources(net, v6)[1]}
        net.balancer.address(f"{sources(net, v6)[1]}/{121 if v6 else 26}", dev="e1")
        more, peers = fill(net, 3 * PORTS // 4, v6)
        assert {p[1] for p in peers} == set(sources(net, v6)), "it has come back"
        assert said not in net.edge.ask("lb", "status") and said not in net.edge.ask("lb", "reload")
        wait_until(lambda: sum(x["sessions_total"] for x in listeners(net).values()) ==
                   len(sessions + more), 15, "the board")
        nothing_is_held_against_members(net, ear, counted=False)
        for s in sessions + more:
            s.close()
