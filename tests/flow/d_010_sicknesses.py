# SPDX-License-Identifier: BSD-2-Clause
"""Every probe kind meets every sickness: the state and the reason are the right ones, the
healthy member keeps its own, and the sick one returns."""
import pytest
from probed import PORTS, Probed

SIP = ("access", "federation", "sip")  # OPTIONS are asked: a client certificate is there
TLS = (*SIP, "mras", "webconf")
TCP, UDP = ("av-tcp", "int-av-tcp"), ("av-udp", "int-av-udp")
UP, ALTERNATE = ("up", "ok"), ("up", "private-alternate")


def down(reason, *services):
    return {s: ("down", reason) for s in services}


ROWS = {
    "refuse": down("connect-refused", *PORTS),
    "hang": down("tls-timeout", *TLS) | down("answer-timeout", "xmpp", *TCP, *UDP),
    "slow 0.15": {},
    "wrong-cert": {},
    "expired-cert": {},
    "tls10": {},
    "garbage": down("tls-failed", *TLS) | down("answer-garbage", "xmpp", *TCP, *UDP),
    "garbage-answer": down("answer-garbage", *SIP),
    "close-early": down("closed-early", *SIP, "webconf", "xmpp", *TCP),
    "silent": down("answer-timeout", *SIP, "xmpp", *TCP, *UDP),
    "private-alternate": {"av-tcp": ALTERNATE, "av-udp": ALTERNATE},
    "no-alternate": {},
    "503": down("refusing", *SIP),
    "stream-error": {},
}


@pytest.mark.parametrize("how", ROWS)
def test_each_sickness(lab, how):
    p = Probed(lab).start().all_up()
    sick = {(0, s): ROWS[how].get(s, UP) for s in PORTS} | {(1, s): UP for s in PORTS}
    p.members[0].be("all", how)
    before = {r["words"][3]: int(r["run"]) for r in p.status()}
    p.wait(sick)
    if not ROWS[how]:  # up all along: at least three probes have met the sickness
        p.wait_runs(before, 3)
        p.wait(sick)
    p.members[0].be("all", "well")
    p.wait({(m, s): UP for m in (0, 1) for s in PORTS})
    assert " -> down" in p.log() or not any(h == "down" for h, _ in ROWS[how].values())
