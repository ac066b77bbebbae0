# SPDX-License-Identifier: BSD-2-Clause
"""Peers that nobody here wrote: openssl s_server with TLS 1.0 to 1.3, with and without
client certificates, is up; Prosody is a living XMPP server, whatever it thinks of us."""
import base64
import shutil

import pytest
from lab import wait_until
from probed import Probed

LEGACY = ("-cipher", "ALL:@SECLEVEL=0")


def s_server(p, service, *options, member=0):
    c = p.certs()
    for v6 in (False, True):
        p.host.popen("openssl", "s_server", "-accept", p.members[member].at(service, v6), "-cert",
                     f"{c}/external.pem", "-key", f"{c}/external.key", "-www", *options,
                     name=f"s_server-{service}-{member}-{v6}")


# What a member speaks, what that is called, and whether anything can be resumed.
SERVERS = [(("-tls1",), "TLS 1.0", True), (("-tls1_1",), "TLS 1.1", True), (("-tls1_2",), "TLS 1.2", True),
           (("-tls1_3",), "TLS 1.3", True), (("-tls1_3", "-num_tickets", "0"), "TLS 1.3", False),
           (("-tls1_2", "-no_ticket", "-no_cache"), "TLS 1.2", False)]


def handshakes(server):
    """How many began, and how many of them were in full."""
    text = server.output()
    return text.count(", ClientHello"), text.count(", Certificate\n")


def test_openssl_is_up_in_every_version_with_tickets_and_without(lab):
    p = Probed(lab, simulated=(), members=len(SERVERS))
    ca = ("-CAfile", f"{p.certs()}/ca.pem", "-Verify", "1", "-verify_return_error")
    for m, (options, _, _) in enumerate(SERVERS):
        for service, more in (("access", ("-msg",)), ("webconf", ()), ("federation", ca), ("mras", ca)):
            s_server(p, service, *options, *LEGACY, *more, member=m)
    p.start(access={"probe": "tls"}, federation={"probe": "mtls"})
    everyone = range(len(SERVERS))
    well = {(m, s): ("up", "ok") for m in everyone for s in ("access", "webconf", "mras")}
    # s_server speaks no SIP: who may ask OPTIONS, asks in vain.
    p.wait(well | {(m, "federation"): ("down", "answer-timeout") for m in everyone}
           | {(m, "sip"): ("down", "connect-refused") for m in everyone}, 30)
    servers = {s.name: s for s in lab.processes}
    for m, (_, version, resumes) in enumerate(SERVERS):
        assert p.endpoint(m, "access")["tls"] == version
        server = servers[f"s_server-access-{m}-False"]
        if resumes:
            wait_until(lambda: handshakes(server)[0] - handshakes(server)[1] >= 3, 20, f"{version} to be resumed")
            continue
        wait_until(lambda: handshakes(server)[0] >= 5, 20, "some handshakes")
        began, full = handshakes(server)
        assert full >= began - 1, f"{version}: {began} handshakes, {full} in full"
    p.edge.write(p.conf(client_certificate=False, access={"probe": "tls"}, federation={"probe": "mtls"}))
    p.edge.ask("health", "reload")
    p.wait(well | {(m, "federation"): ("up", "ok") for m in everyone})


STRICT = """openssl_conf = top
[top]
ssl_conf = tls
[tls]
system_default = strict
[strict]
MinProtocol = TLSv1.3
CipherString = DEFAULT@SECLEVEL=3
Ciphersuites = TLS_AES_256_GCM_SHA384
SignatureAlgorithms = ECDSA+SHA512
Groups = P-521
"""


def test_a_hardened_host_does_not_make_old_members_look_dead(lab, monkeypatch):
    p = Probed(lab, simulated=(), members=1)
    s_server(p, "access", "-tls1", *LEGACY)
    s_server(p, "webconf", "-tls1_2", *LEGACY, "-sigalgs", "RSA+SHA1", "-curves", "prime256v1")
    s_server(p, "mras", "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-CAfile", f"{p.certs()}/ca.pem",
             "-Verify", "1")
    (lab.dir / "openssl.cnf").write_text(STRICT)
    monkeypatch.setenv("OPENSSL_CONF", str(lab.dir / "openssl.cnf"))
    p.start(client_certificate=False, access={"probe": "tls"})
    p.wait({(0, s): ("up", "ok") for s in ("access", "webconf", "mras")})


def der(tag, octets):
    n = len(octets)
    return bytes([tag]) + (bytes([n]) if n < 128 else b"\x82" + n.to_bytes(2, "big")) + octets


def dh_group(bits):
    """An odd number for a prime: who only computes in it does not notice."""
    p = 1 << (bits - 1) | 0x123456789abcdef
    octets = der(0x30, der(2, b"\0" + p.to_bytes(bits // 8, "big")) + der(2, b"\2"))
    return "-----BEGIN DH PARAMETERS-----\n" + base64.encodebytes(octets).decode() + "-----END DH PARAMETERS-----\n"


def test_a_group_so_large_that_others_would_wait_is_refused(lab):
    p = Probed(lab, simulated=(), members=1)
    for service, bits in (("access", 4096), ("webconf", 6144)):
        (lab.dir / f"{bits}.pem").write_text(dh_group(bits))
        s_server(p, service, "-tls1_2", "-cipher", "kDHE:@SECLEVEL=0", "-dhparam", lab.dir / f"{bits}.pem")
    p.start(client_certificate=False, access={"probe": "tls"}, health={"timeout": 8.0, "interval": 2})
    p.wait({(0, "access"): ("up", "ok"), (0, "webconf"): ("down", "tls-failed")}, 30)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_rejects_a_strange_certificate(lab, version):
    p = Probed(lab, simulated=(), members=1)
    c = p.certs()
    s_server(p, "mras", version, "-CAfile", f"{c}/ca.pem", "-Verify", "1", "-verify_return_error")
    p.start(health={"tls": {"certificate": f"{c}/stranger.pem", "key": f"{c}/stranger.key"}})
    p.wait({(0, "mras"): ("down", "tls-alert")})


def test_prosody_is_alive_for_a_domain_it_serves_and_for_one_it_does_not(lab):
    if not shutil.which("prosody"):
        pytest.skip("prosody is not installed")
    p = Probed(lab, simulated=(), members=1)
    conf = lab.dir / "prosody.cfg.lua"
    addresses = ", ".join(f'"{a}"' for a in p.members[0].addresses["access"])
    for domain in ("contoso.com", "fabrikam.com"):
        conf.write_text(f'''
            pidfile = "{lab.dir}/prosody.pid"; data_path = "{lab.dir}"; run_as_root = true
            modules_enabled = {{ "s2s"; "dialback" }}; modules_disabled = {{ "c2s", "http" }}
            s2s_interfaces = {{ {addresses} }}; s2s_ports = {{ 5269 }}
            log = {{ info = "*console" }}; plugin_server = ""
            VirtualHost "{domain}"
            ''')
        server = p.host.popen("prosody", "--config", conf, "-F", name=f"prosody-{domain}")
        if domain == "contoso.com":
            p.start()
        p.wait({(0, "xmpp"): ("up", "ok")}, 30)
        wait_until(lambda: "incoming" in server.output().lower(), 20, "Prosody to see us")
        server.stop()
        p.wait({(0, "xmpp"): ("down", "connect-refused")})
