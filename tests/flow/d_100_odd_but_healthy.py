# SPDX-License-Identifier: BSD-2-Clause
"""Members that answer oddly are up all the same: octet by octet, with provisional answers
before, twice, late, in TLS 1.3 only; one that resets in the handshake is not."""
from odd import Odd, babble, context, dripping_handshake, frames, nothing, reset, sip, slow, stream
from probed import Probed


def test_odd_is_not_ill(lab):
    p = Probed(lab, simulated=(), members=1)
    odd = Odd(p)
    odd.serve("access", sip, context(p))
    odd.serve("federation", nothing, context(p, ask=True), before=slow)
    odd.serve("webconf", babble, context(p))
    odd.serve("av-tcp", frames)
    odd.serve("xmpp", stream)
    odd.serve("mras", dripping_handshake(context(p, ask=True), 0))
    odd.serve("sip", nothing, context(p, ask=True), before=reset)
    odd.relay()
    p.start(client_certificate=False, access={"probe": "sip"}, health={"timeout": 10.0})
    expected = {(0, s): ("up", "ok") for s in
                ("access", "federation", "webconf", "av-tcp", "av-udp", "xmpp", "mras")}
    p.wait(expected | {(0, "sip"): ("down", "closed-early"), (0, "int-av-tcp"): ("down", "connect-refused")})
    before = {r["words"][3]: int(r["run"]) for r in p.status()}
    p.wait_runs(before, 5, timeout=30)
    assert "up -> down" not in p.log()


def test_an_octet_now_and_then_is_no_answer(lab):
    """Each comes within the time-out, the last would not."""
    p = Probed(lab, simulated=(), members=1)
    odd = Odd(p)
    for service, ask in (("access", False), ("webconf", False), ("mras", True)):
        odd.serve(service, dripping_handshake(context(p, ask=ask), 0.1))
    p.start(client_certificate=False)
    p.wait({(0, s): ("down", "tls-timeout") for s in ("access", "webconf", "mras")})
