# SPDX-License-Identifier: BSD-2-Clause
"""What is wrong with a member's certificate is reported, and takes nothing out."""
from lab import wait_until
from probed import Probed

TLS = ("access", "federation", "webconf", "sip", "mras")
# Which of two differing members is the right one is another play's business.
DIFFERENT = {"cert-renewing", "cert-differs"}
ROUNDS = (
    {"access": ("lacking-cert", {"cert-name"}), "federation": ("ending-cert", {"cert-expiring"}),
     "webconf": ("early-cert", {"cert-not-yet-valid"}), "sip": ("self-signed-cert", {"cert-untrusted"}),
     "mras": ("wildcard-cert", {"cert-wildcard"})},
    {"access": ("wildcard-cert", {"cert-wildcard"}), "federation": ("weak-cert", {"cert-weak"}),
     "webconf": ("tls10", {"old-tls"}), "sip": ("wrong-cert", {"cert-name"}),
     "mras": ("expired-cert", {"cert-expired", "cert-name"})},
)


def begin(lab, **health):
    p = Probed(lab, simulated=TLS, sick_certificates=True)
    c = p.certs()
    for m in p.members:
        m.start()
    conf = p.conf(health={"tls": {"certificate": f"{c}/client.pem", "key": f"{c}/client.key",
                                  "ca": f"{c}/ca.pem"}, "interval": 0.2,
                          "timeout": 20, "connect_timeout": 10} | health)  # no fault here is a silence
    conf["pools"][0]["sip_domains"].append("fabrikam.com")
    p.edge.write(conf)
    p.edge.start("health")
    return p, conf


def wait(p, expected, besides=frozenset()):
    """expected: {(member, service): conditions}, both families alike."""
    def holds():
        rows = {w: set(r.get("conditions", "").split(",")) - besides - {""}
                for r in p.status() for w in r["words"]}
        return all(rows[p.members[m].at(s, v6)] == c for (m, s), c in expected.items()
                   for v6 in (False, True))
    wait_until(holds, 15, f"conditions {expected}", every=0.05)


def test_each_fault_has_its_condition_and_the_member_stays(lab):
    p, _ = begin(lab)
    wait(p, {(m, s): set() for m in (0, 1) for s in TLS})
    wait_until(lambda: all(p.endpoint(m, s)["health"] == "up" for m in (0, 1) for s in TLS), 15,
               "all that is simulated to be up")
    for faults in ROUNDS:
        for service, (how, _) in faults.items():
            p.members[0].be(service, how)
        wait(p, {(0, s): c for s, (_, c) in faults.items()} | {(1, s): set() for s in TLS}, DIFFERENT)
    log = p.log()
    at = p.members[0].at
    assert f"member edge1 access: raised: certificate lacks sip.fabrikam.com, at {at('access')}\n" in log
    assert "member edge1 federation: raised: certificate ends in 10 days (" in log
    assert ("member edge1 internal sip: raised: certificate's subject is somebody.example.org, "
            f"not the pool's name edge.contoso.net, at {at('sip')}\n") in log
    assert f"member edge1 webconf: cleared: the certificate is not valid yet, at {at('webconf')}\n" in log
    assert not [line for line in log.splitlines() for s in TLS if f" {s}: up -> " in line]
    rows = p.edge.ask("health", "certificates edge1").splitlines()
    assert len(rows) == 2 * len(TLS) and all(r.startswith("certificate edge.contoso.net/edge1 ") for r in rows)
    told = p.edge.ctl("certificates", "edge1").stdout
    assert f"\n\nedge.contoso.net/edge1 internal sip {at('sip')}\n  from 2020-01-01\n  until 2049-12-31\n" in told
    assert "\n  subject CN=somebody.example.org\n  issuer CN=edgepool test CA\n  names somebody.example.org\n" in told
    shown = p.edge.members()[0]["endpoints"]
    access = next(e for e in shown if e["services"] == ["access"])["health"]
    assert access["certificate_until"] == "2049-12-31T00:00:00Z" and access["certificate_chain"] == "trusted"
    assert any(f" sha256={access['certificate_sha256']}" in r and " names=\"*.contoso.com sip.fabrikam.com\"" in r
               for r in rows)
    assert "cert-wildcard" in access["conditions"]


def test_members_differ_for_a_renewal_only_and_a_restart_says_nothing_twice(lab):
    p, conf = begin(lab, renewal=3600)
    wait(p, {(m, s): set() for m in (0, 1) for s in TLS})
    p.members[0].be("all", "renewed-cert")  # the newer one is the right one
    wait(p, {(0, s): set() for s in TLS} | {(1, s): {"cert-renewing"} for s in TLS})
    assert "member edge2 access: raised: certificate differs from that of edge1 (the same key), since " in p.log()
    p.edge.daemon["health"].kill()
    p.edge.start("health")
    wait_until(lambda: len(p.edge.ask("health", "certificates").splitlines()) == 4 * len(TLS), 15,
               "every certificate to be seen again")
    p.edge.ask("health", "reload")
    wait(p, {(0, s): set() for s in TLS} | {(1, s): {"cert-renewing"} for s in TLS})
    assert "raised" not in p.log() and "cleared" not in p.log()
    conf["health"]["renewal"] = 0
    p.edge.write(conf)
    p.edge.ask("health", "reload")
    wait(p, {(1, s): {"cert-differs"} for s in TLS})
    p.members[1].be("all", "renewed-cert")
    wait(p, {(m, s): set() for m in (0, 1) for s in TLS})
