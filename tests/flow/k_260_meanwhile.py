# SPDX-License-Identifier: BSD-2-Clause
"""While a reload brings a listener to the kernel engine, and while another takes it away, no client of a
crowd is refused, and from the first session on all members have their part."""
import pytest

from crowd import Call, Members
from echo import relay_conf, reload

pytestmark = pytest.mark.engines("kernel")
# The relay is slower with these: short packets of the members wait for an acknowledgement.
CROWD = {"relay": 300, "kernel": 2000}


def conf(net, engine):
    groups = ("access", "webconf", "av", "federation", "internal_sip", "internal_mras", "internal_av")
    return relay_conf(net, lb={"affinity": {"timeout": 0}}, **{g: {"engine": "relay"} for g in groups} |
                      {"access": {"engine": engine}})


@pytest.mark.parametrize("v6", [False, True])
def test_it(routed, v6):
    net, before, first = routed, "relay", 0
    net.edge.write(conf(net, before))
    Members(net)
    net.edge.start("lb")
    for engine in ("kernel", "relay"):
        n = CROWD[before]
        call = Call(net, "access", n, addresses=n, first=first, v6=v6, wait=False)
        reload(net, conf(net, engine))
        call.round()
        assert (call.done, call.failed) == (n, 0)
        assert min(call.who.count(letter) for letter in "123") > n / 6, "each had about a third"
        call.close()
        before, first = engine, first + n
