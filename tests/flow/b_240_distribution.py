# SPDX-License-Identifier: BSD-2-Clause
"""Three thousand clients spread evenly over three members, by weight if there are weights;
a thousand clients each meet one member, over TCP and over UDP."""
from collections import Counter

import pytest

from crowd import Call, Members
from echo import relay_conf, reload, until_sessions

CLIENTS = 3000
NO_AFFINITY = {"affinity": {"timeout": 0}}


def spread(net, v6, algorithm, weights):
    """How many sessions each member gets of CLIENTS clients' one each, all held."""
    conf = relay_conf(net, lb=NO_AFFINITY, access={"algorithm": algorithm})
    for m, weight in zip(conf["pools"][0]["members"], weights):
        m["weight"] = weight
    reload(net, conf)
    call = Call(net, "access", CLIENTS, at_once=100, addresses=CLIENTS, hold=True, v6=v6)
    assert call.done == CLIENTS
    until_sessions(net, CLIENTS)
    call.close()
    until_sessions(net, 0)
    return [Counter(call.who)[letter] for letter in "123"]


@pytest.mark.parametrize("v6", [False, True])
@pytest.mark.parametrize("algorithm,limit", [("least-sessions", 1.01), ("round-robin", 1.01), ("source-hash", 1.05)])
def test_each_member_has_its_part(routed, v6, algorithm, limit):
    # No affinity, or the second crowd would meet the members of the first.
    routed.edge.write(relay_conf(routed, lb=NO_AFFINITY))
    Members(routed)
    routed.edge.start("lb")
    got = spread(routed, v6, algorithm, [100, 100, 100])
    assert max(got) * 3 / CLIENTS <= limit, got
    # A hash of so many clients is even within a few hundredths of a part, which may be small.
    got = spread(routed, v6, algorithm, [50, 100, 150])
    assert max(n * 300 / w / CLIENTS for n, w in zip(got, [50, 100, 150])) <= 2 * limit - 1, got


@pytest.mark.parametrize("v6", [False, True])
@pytest.mark.parametrize("workers", [1, 3])
def test_a_thousand_clients_meet_one_member_each(routed, v6, workers):
    routed.edge.write(relay_conf(routed, lb={"workers": workers}))
    Members(routed, ["access", "av-tcp", "av-udp"])
    routed.edge.start("lb")
    clients = {"sessions": 1000, "addresses": 1000, "at_once": 100, "hold": True, "v6": v6}
    ways = [{"group": "access"}, {"group": "av", "proto": "udp", "port": 3478}, {"group": "av"}]
    calls = []
    for n, way in enumerate(ways):
        # Another client or two before, or turns alone would have everybody meet the same member.
        if n:
            Call(routed, sessions=n, addresses=n, first=2000, v6=v6, **way)
        calls.append(Call(routed, **way, **clients))
    assert [c.done for c in calls] == [1000] * 3
    assert set(calls[0].who) == set("123")
    for c in calls[1:]:
        assert sum(a == b for a, b in zip(c.who, calls[0].who)) == 1000
    for c in calls:
        c.close()
