# SPDX-License-Identifier: BSD-2-Clause
"""Without a client certificate, being asked for one is success: the alert that follows is
what a healthy member says to a stranger, and a sick one is found out all the same."""
from probed import Probed

MUTUAL = ("federation", "sip", "mras")


def test_members_that_refuse_strangers_are_up(lab):
    p = Probed(lab).start(client_certificate=False).all_up()
    for v6 in (False, True):
        row = p.endpoint(0, "sip", v6)
        assert row["last"] == "ok" and "sip" not in row, "no OPTIONS was asked"
        assert len(row["sha256"]) == 64, "the member's certificate was recorded all the same"
    assert p.endpoint(0, "access")["sip"] == "504", "OPTIONS need no certificate there"
    for how, reason in (("hang", "tls-timeout"), ("garbage", "tls-failed"),
                        ("refuse", "connect-refused"), ("tls10", None)):
        for s in MUTUAL:
            p.members[0].be(s, how)
        p.wait({(0, s): ("down", reason) if reason else ("up", "ok") for s in MUTUAL})


def test_a_stranger_with_a_certificate_is_refused(lab):
    """With a certificate nobody trusts, TLS does not complete: that is no success."""
    p = Probed(lab)
    c = p.certs()
    p.start(health={"tls": {"certificate": f"{c}/stranger.pem", "key": f"{c}/stranger.key"}})
    p.wait({(0, s): ("down", "tls-alert") for s in MUTUAL} | {(0, "access"): ("up", "ok")})
    assert "peer sent a TLS alert (unknown CA)" in p.log()
