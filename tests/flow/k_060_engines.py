# SPDX-License-Identifier: BSD-2-Clause
"""A reload gives a service to the other engine and back, and no session that is open notices;
both engines serve one pool, and one VIP's address."""
import pytest

from echo import Session, asked, board, echoes, listeners, relay_conf, reload, udp_socket
from lab import wait_until

pytestmark = pytest.mark.engines("kernel")
FAMILIES = (False, True)


def conf(net, **engines):
    """access="kernel", ...: those not named are the relay's."""
    groups = {g: {"engine": engines.get(g, "relay")}
              for g in ("access", "webconf", "av", "federation", "internal_sip", "internal_mras", "internal_av")}
    return relay_conf(net, **groups)


def some(net, first):
    return [Session(net, g, first + n, v6) for n in range(3) for g in ("access", "av") for v6 in FAMILIES]


def told(net):
    """The engines that `edgectl status` names for the external services."""
    return {name: s["listener"]["engine"] for s in net.edge.status()["pools"][0]["services"] for name in s["services"]
            if s["side"] == "external"}


COUNTERS = ("sessions_total", "packets_in", "packets_out", "octets_in", "octets_out", "picks")


def counted(net):
    """All that only grows, whoever counts it."""
    return {(name, word): c[word] for rows in (listeners(net), board(net)) for name, c in rows.items()
            for word in COUNTERS if word in c}


def is_kept(net, group, n, v6):
    """The kernel engine keeps every client's address; the relay that of access not."""
    s = Session(net, group, n, v6)
    seen = s.peer()[0]
    s.close()
    return seen == net.client_address(n, v6)


def test_there_and_back(routed):
    net, both = routed, {"access": "kernel", "av": "kernel"}
    net.edge.write(conf(net))
    with echoes(net):
        net.edge.start("lb")
        sessions, names = [], []
        clients = [(udp_socket(net, 40 + v6, v6), (net.vip("av", v6), 3478)) for v6 in FAMILIES]
        before = counted(net)
        for n, engines in enumerate(({}, both, {}, both)):
            if n:
                reload(net, conf(net, **engines))
            now = counted(net)
            assert now.keys() == before.keys() and all(now[k] >= before[k] for k in now), "counters only grow"
            before = now
            assert {told(net)[g] for g in ("access", "av-tcp", "av-udp")} == {"kernel" if engines else "relay"}
            wait_until(lambda: all(is_kept(net, "access", 50, v6) == bool(engines) for v6 in FAMILIES), 15,
                       "the other engine to serve")
            sessions += some(net, 10 * n)
            names += [s.who() for s in sessions[len(names):]]
            for octets in (b"x" * 30000, b"y\n"):
                assert [s.ask(octets) for s in sessions] == [octets] * len(sessions)
            assert all(asked(*c)[1:] == [*map(str, c[0].getsockname()[:2])] for c in clients)
        assert [s.who() for s in sessions] == names
        assert all(now >= before[k] for k, now in counted(net).items())
        for s in sessions:
            s.close()


def test_one_pool_and_one_address(net):
    net.edge.write(conf(net, federation="kernel", av="kernel"))
    with echoes(net):
        net.edge.start("lb")
        assert told(net) == {**dict.fromkeys(told(net), "relay"), "federation": "kernel", "av-tcp": "kernel",
                             "av-udp": "kernel"}
        for n in range(3):
            for v6 in FAMILIES:
                assert Session(net, "access", n, v6, port=5061).peer()[0] == net.client_address(n, v6)
                assert not is_kept(net, "access", n, v6) and not is_kept(net, "webconf", n, v6)
                assert is_kept(net, "av", n, v6)
                assert Session(net, "internal", n, v6, host=net.inner).who()
