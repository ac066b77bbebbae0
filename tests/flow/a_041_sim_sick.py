# SPDX-License-Identifier: BSD-2-Clause
"""Every sickness of edge-sim shows in the way a client would notice, and goes away."""
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from lab import PATIENCE, wait_until
from simulated import PORTS, Simulated, edge_client

SIP, PSOM, XMPP = ["access", "federation", "sip", "mras"], ["webconf", "psom"], ["xmpp"]
TCP, UDP = ["av-tcp", "int-av-tcp"], ["av-udp", "int-av-udp"]
ALL = list(PORTS)
# (ports, sickness, what edge_client calls it; None: nothing wrong)
ROWS = [
    (ALL, "refuse", "refused"),
    (ALL, "hang", "timeout"),
    (SIP + PSOM, "wrong-cert", "certificate: Hostname mismatch"),
    (SIP + PSOM, "expired-cert", "certificate: certificate has expired"),
    (SIP + PSOM, "tls10", None),
    (SIP + PSOM, "garbage", "tls: WRONG_VERSION_NUMBER"),
    (XMPP, "garbage", "not XMPP"),
    (TCP, "garbage", "not the pseudo-TLS answer"),
    (UDP, "garbage", "not MS-TURN"),
    (SIP, "garbage-answer", "not SIP"),
    (SIP + PSOM + XMPP + TCP, "close-early", "closed"),
    (SIP + XMPP + TCP + UDP, "silent", "timeout"),
    (TCP + UDP, "private-alternate", None),
    (TCP + UDP, "no-alternate", None),
    (SIP, "503", "503 Service Unavailable"),
    (XMPP, "stream-error", None),
    (SIP + XMPP + TCP, "drip 0.2", "timeout"),
    (SIP + XMPP + TCP, "half", "timeout"),
    (UDP, "half", "bad length"),
    (XMPP, "endless", "timeout"),
    (SIP, "endless", "endless SIP"),
    (SIP, "other", "the answer is to somebody else's request"),
    (TCP + UDP, "other", "somebody else's transaction"),
    (UDP, "elsewhere", "timeout"),
]


def falls_ill_and_recovers(sim, kind, v6, how, error):
    sim.be(kind, how)
    got = sim.ask(kind, v6=v6, timeout=0.3 if error == "timeout" else 5)
    if error is None:
        assert got["ok"], f"{kind} {how}: {got}"
    else:
        assert got.get("error", "nothing").startswith(error), f"{kind} {how}: {got}"
    if how == "tls10":
        assert got["tls"] == "TLSv1"
        assert "unsupported protocol" in sim.s_client(kind, "-tls1_2")
    if how == "private-alternate":
        assert got["alternate"].startswith(("192.168.", "[fd")), got
    if how == "no-alternate":
        assert "alternate" not in got
    if how == "stream-error":
        assert got["stream"] == "host-unknown", "an error, and a sign of life"
    sim.be(kind, "well")
    got = sim.ask(kind)
    assert got["ok"], f"{kind} is well again after {how}: {got}"


def test_it_shows_and_goes_away(lab):
    sim = Simulated(lab)
    with ThreadPoolExecutor(len(ALL)) as together:
        for kinds, how, error in ROWS:
            for done in [together.submit(falls_ill_and_recovers, sim, k, i % 2 == 1, how, error)
                         for i, k in enumerate(kinds)]:
                done.result()


def test_slow_is_late_by_what_was_asked_and_still_right(lab):
    sim = Simulated(lab)
    for kind in ALL:
        sim.be(kind, "slow 0.3")
        got = sim.ask(kind)
        assert got["ok"] and got["ms"] >= 300, f"{kind}: {got}"
        assert sim.ask(kind, timeout=0.1 / PATIENCE)["error"] == "timeout", kind


def test_sick_from_the_start_and_all_at_once(lab):
    sim = Simulated(lab, "--sick", "access=503", "--sick", "av-udp=slow:0.2")
    assert sim.ask("access")["error"] == "503 Service Unavailable"
    assert sim.ask("av-udp")["ms"] >= 200
    sim.be("all", "refuse")
    assert {sim.ask(kind)["error"] for kind in ALL} == {"refused"}
    sim.be("all", "well")
    assert all(sim.ask(kind)["ok"] for kind in ALL)
    sim.be("all", "503")
    assert sim.ask("av-udp")["ok"], "nobody could tell 503 there: passed over"


def test_a_standing_connection_hears_the_sickness_at_its_next_message_and_drop_resets_it(lab):
    sim = Simulated(lab)
    context = edge_client.tls_context()
    with sim.host.entered(), socket.create_connection(sim.at("access"), 5) as raw, \
            context.wrap_socket(raw) as s:
        for how, status in [("well", b"504"), ("503", b"503"), ("refuse", b"504"), ("well", b"504")]:
            sim.be("access", how)
            s.sendall(edge_client.sip_request("192.0.2.10", "nobody.invalid")[0])
            assert s.recv(4096).split()[1] == status, how
    # Python's ssl takes a reset for an end: a bare connection shows it.
    with sim.host.entered(), socket.create_connection(sim.at("access"), 5) as s:
        wait_until(lambda: sim.status()[0]["accepted"] == 2, 15, "the connection to be accepted")
        assert sim.tell("drop access") == "ok"
        with pytest.raises(ConnectionResetError):
            s.recv(1)


def test_what_nobody_could_notice_is_refused_with_a_word(lab):
    sim = Simulated(lab)
    for line, why in [("av-udp 503", "av-udp cannot be 503"), ("access drunk", "no such sickness"),
                      ("nobody well", "no such port"), ("access slow -1", "KIND|all SICKNESS")]:
        answer = sim.tell(line)
        assert answer.startswith("error: ") and why in answer, answer
