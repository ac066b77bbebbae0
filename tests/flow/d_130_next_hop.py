# SPDX-License-Identifier: BSD-2-Clause
"""A member whose next hop is dead, silent or refuses is degraded and stays up, whatever a
REGISTER was answered; what it says itself decides alone."""
from lab import wait_until
from probed import Probed

NOT = {"probe": "none"}


def test_the_next_hop_degrades_and_never_removes(lab):
    p = Probed(lab, simulated=("access",), members=1)
    p.start(health={"interval": 0.2, "timeout": 1.0, "connect_timeout": 0.8, "fall": 2},
            access={"probe": "sip-register"}, federation=NOT, xmpp=NOT, webconf=NOT, av=NOT,
            internal={"sip": NOT, "mras": NOT, "av": NOT})

    def seen(next_hop, degraded, **answer):
        """Until the last probe of both families says so."""
        def holds():
            rows = [p.endpoint(0, "access", v6) for v6 in (False, True)]
            return all(r.get("next-hop") == next_hop and (r["health"], r["reason"]) == ("up", "ok")
                       and ("degraded" in r.get("conditions", "").split(",")) == degraded
                       and all(r.get(k) == v for k, v in answer.items()) for r in rows)
        wait_until(holds, 15, f"{next_hop} next hop, degraded: {degraded}, {answer}", every=0.05)

    seen("alive", False, register="401", sip="504")
    p.members[0].be("access", "next-hop-dead")
    text = "Certificate trust with next-hop server could not be established"
    seen("dead", True, register="504", diagnostics="1010", said=text)
    assert (f"member edge1 access: raised: its next hop answers 504 to REGISTER, ms-diagnostics 1010, {text}, "
            f"at {p.members[0].at('access')}") in p.log()
    p.members[0].be("access", "next-hop-hangs")
    seen("silent", True, register="0")
    p.members[0].be("access", "next-hop-refuses")
    seen("dead", True, register="503")
    p.members[0].be("access", "well")
    seen("alive", False)
    p.members[0].be("access", "503")
    p.wait({(0, "access"): ("down", "refusing")})
