# SPDX-License-Identifier: BSD-2-Clause
"""Where a member wants mutual TLS it asks for a certificate, refuses strangers with an
alert, and talks to those it trusts; elsewhere it asks for nothing."""
import pytest
from simulated import Simulated

MUTUAL = ["federation", "sip", "mras", "psom"]
OPEN = ["access", "webconf"]


@pytest.mark.parametrize("tls_max", ["1.0", "1.2", "1.3"])
def test_strangers_are_refused_with_an_alert(lab, tls_max):
    sim = Simulated(lab, "--tls-max", tls_max)
    for kind in MUTUAL:
        for cert in (None, "stranger.pem"):
            for _ in range(5):
                got = sim.ask(kind, cert=cert)
                assert not got["ok"] and "ALERT" in got["error"], f"{kind} {cert}: {got}"
        assert sim.ask(kind, cert="client.pem")["ok"], kind
    for kind in OPEN:
        assert sim.ask(kind, cert=None)["ok"], kind


def test_the_request_names_the_ca_it_trusts(lab):
    sim = Simulated(lab)
    for kind in MUTUAL:
        text = sim.s_client(kind)
        assert "Acceptable client certificate CA names\nCN = edgepool test CA" in text, text
        assert "subject=CN = " in text, "the member has shown its own certificate by then"
    for kind in OPEN:
        assert "No client certificate CA names sent" in sim.s_client(kind, "-no_ign_eof")


def test_strangers_may_be_let_in(lab):
    sim = Simulated(lab, "--strangers", "federation")
    assert sim.ask("federation", cert=None)["ok"]
    assert "ALERT" in sim.ask("sip", cert=None)["error"]
    assert "ALERT" in sim.ask("federation", cert="stranger.pem")["error"], "a bad one is still bad"
