# SPDX-License-Identifier: BSD-2-Clause
"""edgectl probe tells every step of a probe, its meaning and, by its exit code, the verdict;
with a configuration and without one, and no daemon runs."""
import json
import re

from lab import wait_until
from probed import PORTS, Probed

ACCESS = """\
edge.contoso.net/edge1 access, 192.0.2.1:443/tcp, probe sip
         ms   connecting   to 192.0.2.1:443
         ms   connected    from 192.0.2.1:PORT
         ms   TLS          TLS 1.2, ECDHE-RSA-AES256-GCM-SHA384
              server-name  sip.contoso.com
         ms   certificate  CN=sip.contoso.com
              issuer       CN=edgepool test CA
              names        sip.contoso.com, webcon.contoso.com, av.contoso.com,
                           contoso.com, xmpp.contoso.com, sip.fabrikam.com,
                           webcon.fabrikam.com, av.fabrikam.com
              valid        2020-01-01 to 2049-12-31, N days left
              SHA-256      DIGEST
              key-SHA-256  DIGEST
              chain        trusted (asked: CERTS/ca.pem)
         ms   sent         N octets
              | OPTIONS sip:edgepool.invalid SIP/2.0
              | Via: SIP/2.0/TLS 192.0.2.1:PORT;branch=ID
              | Max-Forwards: 70
              | From: <sip:probe@edgepool.invalid>;tag=ID;epid=ID
              | To: <sip:edgepool.invalid>
              | Call-ID: ID
              | CSeq: 1 OPTIONS
              | User-Agent: edgepool/V
              | Content-Length: 0
              |
         ms   received     N octets
              | SIP/2.0 504 Server time-out
              | ms-user-logon-data: RemoteUser
              | From: <sip:probe@edgepool.invalid>;tag=ID;epid=ID
              | To: <sip:edgepool.invalid>;tag=edge1-ID
              | Call-ID: ID
              | CSeq: 1 OPTIONS
              | Via: SIP/2.0/TLS 192.0.2.1:PORT;branch=ID
              | Server: RTC/5.0
              | Content-Length: 0
              |
              status              504 Server time-out
              ms-user-logon-data  RemoteUser
              Server              RTC/5.0
         ms   verdict      good: probe succeeded
              504 is what a healthy Access Edge answers to a stranger who asks
              for nobody's domain.
"""
AV_UDP = """\
edge.contoso.net/edge1 av-udp, [2001:db8::3:1]:3478/udp, probe turn-udp
         ms   socket       from [2001:db8::3:1]:PORT
         ms   sent         36 octets
         ms   received     N octets
              message             Allocate error (0x0113)
              Magic-Cookie        72c64bc6
              Error-Code          401 Unauthorized
              Realm               "rtcmedia"
              Nonce               34 octets
              Alternate-Server    [2001:db8::3:1]:3478
              alternate-is        the member's public address, as configured
              alternate-range     not routed in the Internet: clients outside
                                  cannot reach it
              MS-Version          4
              MS-Sequence-Number  0
         ms   verdict      good: probe succeeded
              401 is what a healthy relay answers to a question without
              credentials.
"""


def steady(page):
    """The page without what is another one each time, and without what edge-health would do."""
    page = re.sub(r"^ +\d+\.\d ms", "         ms", page, flags=re.M)
    page = re.sub(r"^ +\| [0-9a-f ]{30,36}  .*\n", "", page, flags=re.M)  # octets of a question
    page = re.sub(r"^ +edge-health: .*\n", "", page, flags=re.M)
    page = re.sub(r"(z9hG4bK|tag=|epid=|edge1-|Call-ID: )[0-9a-f]{8,}", lambda m: m[1].removeprefix("z9hG4bK") + "ID",
                  page)
    page = re.sub(r"((?:from|TLS) \S+:)\d{4,5}\b", r"\1PORT", page)
    page = re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", page)
    page = re.sub(r"asked:\s+\S*/ca.pem", "asked: CERTS/ca.pem", page)
    page = re.sub(r"\d+ days left", "N days left", page)
    page = re.sub(r"edgepool/[\d.]+", "edgepool/V", page)
    page = re.sub(r"\b\d{3} octets", "N octets", page)
    return re.sub(r" +$", "", page, flags=re.M)


def places(p):
    """"av": member 0's A/V address, "av6": its IPv6 one, and so on."""
    return {g + ("6" if ":" in a else ""): a for g, both in p.members[0].addresses.items() for a in both}


def started(lab):
    p = Probed(lab, members=1)
    p.members[0].start()
    c = p.certs()
    p.edge.write(p.conf(health={"tls": {"certificate": f"{c}/client.pem", "key": f"{c}/client.key",
                                        "ca": f"{c}/ca.pem"}, "timeout": 20, "connect_timeout": 10}))
    return p


def probe(p, *words, code=0):
    done = p.edge.ctl("probe", *words, check=False)
    assert done.returncode == code, f"{words}: {done}"
    return done.stdout


def until_page(p, expected, *words):
    """A busy machine's page may tell of a second question, too."""
    def holds():
        assert steady(probe(p, *words)) == expected
        return True
    wait_until(holds, 20, f"the page of {words}")


def test_the_page_letter_by_letter(lab):
    p = started(lab)
    until_page(p, ACCESS, places(p)["access"], "access")
    until_page(p, AV_UDP, places(p)["av6"], "av-udp")


def test_every_service_in_both_families_and_as_a_program_reads_it(lab):
    p = started(lab)
    for service in PORTS:
        side = "internal" if service in ("sip", "mras") or service.startswith("int-") else "external"
        told = json.loads(probe(p, "--json", "edge1", f"{side}/{service.removeprefix('int-')}"))
        assert {r["address"] for r in told["probes"]} == set(p.members[0].addresses[PORTS[service][0]])
        for r in told["probes"]:
            assert r["verdict"]["grade"] == "good" and r["verdict"]["hints"], r
        # without a configuration, and without a client certificate
        place = p.members[0].at(service, v6=len(service) % 2 == 0)
        assert "verdict      good" in probe(p, "--bare", "--timeout", "20", place, service.removeprefix("int-"))


def test_who_is_sick_is_said_to_be_and_why(lab):
    p = started(lab)
    at = places(p)
    for how, words, code, said in (
            ("503", ("edge1", "access"), 1, "verdict      bad: service refuses new work (503)"),
            ("private-alternate", (at["av"], "av-tcp"), 0, "alternate-is        not the configured"),
            ("expired-cert", (at["webconf"], "webconf"), 0, "certificate ended on "),
            ("wrong-cert", (at["internal"], "mras"), 0, "not the pool's name edge.contoso.net"),
            ("garbage-answer", (at["access"], "access"), 1, "Something answers in another language"),
            ("garbage", (at["av"], "av-tcp"), 1, "not the pseudo-TLS answer"),
            ("garbage", (at["access6"], "federation"), 1, "bad: TLS handshake failed"),
            ("close-early", (at["access"], "xmpp"), 1, "It accepted and hung up"),
            ("stream-error", (at["access"], "xmpp"), 0, "stream:error"),
            ("next-hop-dead", (at["access"], "sip-register", "--port", "443"), 0, "its next hop does not"),
            ("hang", ("--timeout", "1", at["access"], "access"), 1, "A check of ports would"),
            ("silent", ("--timeout", "0.6", at["av6"], "av-udp"), 1, "the relay is dead, or UDP is filtered"),
            ("refuse", (at["internal"], "mras"), 1, "Nothing listens there")):
        p.members[0].be("all", how)
        page = " ".join(probe(p, *words, code=code).split())
        assert " ".join(said.split()) in page, page


def test_what_cannot_be_meant_and_what_is_ours(lab):
    p = started(lab)
    at = places(p)
    for words, code, said in (
            (("edge1",), 2, "usage: edgectl probe"),
            (("--port", "0", "edge1", "access"), 2, "'0' is not what that option takes"),
            (("edge2", "access"), 2, "there is no member 'edge2'"),
            (("--bare", "edge1", "access"), 2, "names are not looked up"),
            (("--certificate", "/nowhere", at["access"], "mras"), 2, "client certificate /nowhere"),
            (("--source", "192.0.2.250", at["access"], "access"), 3, "this host only")):
        done = p.edge.ctl("probe", *words, check=False)
        assert done.returncode == code and said in " ".join((done.stdout + done.stderr).split()), done
    p.edge.write("pools = ;")
    done = p.edge.ctl("probe", at["access"], "access", check=False)
    assert done.returncode == 2 and "--bare probes without it" in done.stderr
