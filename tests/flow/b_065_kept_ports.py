# SPDX-License-Identifier: BSD-2-Clause
"""A client's address is always kept, and its port wherever the host lets it be: below 1024
too; a port that is taken, or whose last session the member may confuse, becomes another."""
import socket

import pytest

from echo import Session, asked, board, echoes, relay_conf, udp_socket, until_sessions


class Again(Session):
    """A client that uses its port again at once, whatever it remembers of the last time."""

    def __init__(self, net, n, v6, port, group="av"):
        with net.client.entered():
            self.s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.s.settimeout(10)
        self.s.bind((net.client_address(n, v6), port))
        self.s.connect((net.vip(group, v6), 443))
        self.line = None


@pytest.mark.parametrize("timestamps", [1, 0])
def test_a_tuple_used_again(net, timestamps):
    """Without timestamps the kernel does not let the tuple be used for a minute."""
    for m in net.members:
        m.host.sysctl("net.ipv4.tcp_timestamps", timestamps)
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        for v6 in (False, True):
            here, seen = (net.client_address(2, v6), 22000), []
            for _ in range(3):
                s = Again(net, 2, v6, here[1])
                seen.append(s.peer())
                assert s.ask(b"x" * 50000) == b"x" * 50000
                s.close()
                until_sessions(net, 0)
            assert seen[0] == here and {p[0] for p in seen} == {here[0]}
            assert (seen[1:] == [here, here]) == (timestamps == 1), seen
        assert sum(e["connect_failures"] for e in board(net).values()) == 0, "nobody is blamed"


def test_ports_below_1024(net):
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        for v6 in (False, True):
            s = Again(net, 4, v6, 701)
            assert s.peer() == (net.client_address(4, v6), 701)
            s.close()
            with udp_socket(net, 5, v6, port=702) as u:
                assert asked(u, (net.vip("av", v6), 3478))[1:] == [net.client_address(5, v6), "702"]


def test_a_port_that_is_taken_here(net):
    net.edge.write(relay_conf(net))
    with net.balancer.entered():
        taken = [socket.create_server(("::", 20501), family=socket.AF_INET6, dualstack_ipv6=True),
                 socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)]
    taken[1].bind(("::", 20502))
    with echoes(net):
        net.edge.start("lb")
        for v6 in (False, True):
            s = Again(net, 6, v6, 20501)
            assert s.peer()[0] == net.client_address(6, v6) and s.peer()[1] != 20501
            s.close()
            with udp_socket(net, 7, v6, port=20502) as u:
                _, address, port = asked(u, (net.vip("av", v6), 3478))
            assert address == net.client_address(7, v6) and port != "20502"
    for s in taken:
        s.close()


def test_what_is_kept_and_replaced_where_it_is_written(net):
    """R4's exception for external A/V, which check names; any other service by option."""
    net.edge.write(relay_conf(net, av={"source": "replace"}, access={"source": "keep"}))
    with echoes(net):
        net.edge.start("lb")
        assert "external.av replaces the client's address" in net.edge.ctl("check", net.edge.conf_file).stdout
        for v6 in (False, True):
            here = net.client_address(8, v6)
            s = Again(net, 8, v6, 23000, "access")
            assert s.peer() == (here, 23000)
            assert Session(net, "av", 8, v6).peer()[0] != here
            assert Session(net, "webconf", 8, v6).peer()[0] != here
            with udp_socket(net, 8, v6) as u:
                assert asked(u, (net.vip("av", v6), 3478))[1] != here
