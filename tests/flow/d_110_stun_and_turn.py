# SPDX-License-Identifier: BSD-2-Clause
"""coturn, which nobody here wrote, is up for a TURN and for a STUN probe in both families
and tells who we are; hung it is down."""
import re
import shutil

import pytest
from lab import wait_until
from probed import Probed

NOT = {"probe": "none"}
AV, INNER = "av-udp", "int-av-udp"
QUICK = {"interval": 0.2, "connect_timeout": 0.4, "fall": 2}


def test_coturn_is_judged_by_its_own_protocol(lab):
    if not shutil.which("turnserver"):
        pytest.skip("coturn is not installed")
    p = Probed(lab, simulated=(), members=1)
    here = [a for group in ("av", "internal") for a in p.members[0].addresses[group]]
    coturn = p.host.popen("turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp", "--lt-cred-mech",
                          "--min-port", "30000", "--max-port", "30063",
                          "--realm", "contoso.com", "--user", "a:b", "--pidfile", lab.dir / "turn.pid",
                          "--userdb", lab.dir / "turn.db", "--log-file", "stdout",
                          *[x for a in here for x in ("--listening-ip", a)])
    p.start(client_certificate=False, health=QUICK, access=NOT, federation=NOT, xmpp=NOT, webconf=NOT,
            av={**NOT, "udp_probe": "turn"},
            internal={"sip": NOT, "mras": NOT, "av": {**NOT, "udp_probe": "stun"}})
    p.wait({(0, s): ("up", "ok") for s in (AV, INNER)}, 20)
    for v6 in (False, True):
        address = p.members[0].addresses["internal"][v6]
        mapped = wait_until(lambda: p.endpoint(0, INNER, v6)["mapped"], 10, "our address")
        # On one host we come from the address we speak to.
        assert re.fullmatch(re.escape(f"[{address}]" if v6 else address) + r":\d+", mapped)
    coturn.freeze()
    p.wait({(0, s): ("down", "answer-timeout") for s in (AV, INNER)})
