# SPDX-License-Identifier: BSD-2-Clause
"""A well edge-sim answers on every port, in both families, as a real member does."""
import socket

import pytest
from lab import wait_until
from simulated import CLIENTS, PORTS, Simulated, edge_client


@pytest.fixture
def sim(lab):
    return Simulated(lab)


def test_every_port_answers_and_writes_down_who_came(sim):
    for kind in PORTS:
        for v6 in (False, True):
            got = sim.ask(kind, v6)
            assert got["ok"], f"{kind}: {got}"
            seen = sim.saw(kind)[-1]
            assert seen["peer"] == got["local"] and seen["member"] == "edge1"
            assert seen["local"] == edge_client.format_address(sim.at(kind, v6))
            if "av" in kind:
                assert got["alternate"] == seen["local"], "Alternate-Server is who answered"
    assert sim.process.stop() == 0


def test_sip_is_what_a_2013_edge_says_and_pipelining_keeps_the_order(sim):
    got = sim.ask("access", requests=50)
    assert got["ok"] and got["answers"] == 50 and got["member"] == "edge1"
    assert (got["status"], got["phrase"]) == (504, "Server time-out")
    assert [name for name, _ in got["headers"]] == [
        "ms-user-logon-data", "From", "To", "Call-ID", "CSeq", "Via", "Server", "Content-Length"]
    assert ("Server", "RTC/5.0") in got["headers"]


def test_openssl_hears_the_same(sim):
    request, _, _ = edge_client.sip_request("192.0.2.1", "nobody.invalid")
    text = sim.s_client("access", "-CAfile", sim.certs / "ca.pem", "-verify_return_error",
                        "-verify_hostname", "sip.fabrikam.com", say=request.decode())
    assert "SIP/2.0 504 Server time-out" in text, text


def test_real_tls_gets_no_certificate_from_the_relay(sim):
    assert "no peer certificate available" in sim.s_client("av-tcp")
    assert sim.ask("av-tcp")["ok"], "and pseudo-TLS goes on"


def test_a_stun_binding_is_ignored(sim):
    with sim.host.entered(), socket.socket(type=socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.connect(sim.at("av-udp"))
        s.send(bytes.fromhex("000100002112a442") + bytes(12))
        allocate = edge_client.allocate()
        s.send(allocate)
        assert edge_client.parse_turn(s.recv(2048), allocate[4:20])["status"] == 401
        s.setblocking(False)
        with pytest.raises(BlockingIOError):
            s.recv(2048)


def test_a_client_goes_on_directly_and_xmpp_upgrades(sim):
    with sim.host.entered():
        got = edge_client.turn_direct(sim.at("av-udp"), source=("192.0.2.10", 0))
    assert got["ok"] and got["direct"] == got["alternate"] and got["echoed"] == 3, got
    assert got["mapped"] == got["local"], "the member sees the client's own address"
    got = sim.ask("xmpp", starttls=True, ca="ca.pem", sni="contoso.com")
    assert got["ok"] and got["tls"] == "TLSv1.2" and got["stream"] == "features", got


def test_a_public_address_is_what_it_says_behind_nat(lab):
    sim = Simulated(lab, "--public", "203.0.113.7", "--public", "2001:db8:7::7")
    assert sim.ask("av-udp")["alternate"] == "203.0.113.7:3478"
    assert sim.ask("av-tcp", True)["alternate"] == "[2001:db8:7::7]:445"


def test_thousands_of_idle_connections_are_held_and_counted(sim):
    def opened():
        return sum(e["open"] for e in sim.status() if e["service"] == "av-tcp")
    with sim.host.entered():
        held = [socket.create_connection(sim.at("av-tcp"), 5) for _ in range(2000)]
    wait_until(lambda: opened() == 2000, 10, "2000 open connections")
    assert all(sim.ask(kind)["ok"] for kind in CLIENTS)
    for s in held:
        s.close()
    wait_until(lambda: opened() == 0, 10, "none of them")
