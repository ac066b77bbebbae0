# SPDX-License-Identifier: BSD-2-Clause
"""Every probe kind meets every sickness, in both families, all at once: the state and the
reason are the right ones, the healthy member keeps its own, and the sick ones return."""
from lab import wait_until
from probed import PORTS, Probed, Simulator

# Two pools on the same members: what is asked of whom, and how.
WITH = {"access": "sip", "federation": "sip", "sip": "sip", "mras": "tls", "webconf": "tls", "xmpp": "xmpp",
        "av-tcp": "tcp", "int-av-tcp": "tcp", "av-udp": "udp", "int-av-udp": "udp"}
WITHOUT = {"access": "tls", "federation": "tls", "sip": "tls", "mras": "tls", "webconf": "way", "xmpp": "way"}
OUR_KINDS = {"access": {"probe": "tls"}, "webconf": {"probe": "tcp"}, "xmpp": {"probe": "tcp"},
             "av": {"probe": "none"}, "internal": {"av": {"probe": "none"}}}
UP, ALTERNATE = ("up", "ok"), ("up", "private-alternate")
TLS, ANSWERS = ("sip", "tls"), ("xmpp", "tcp", "udp")


def down(reason, *what):
    return {w: ("down", reason) for w in what}


# A member each: sicknesses that do not meet, and what comes of them by what is asked; else up.
ROWS = [
    (("well",), {}),
    (("refuse",), down("connect-refused", *TLS, *ANSWERS, "way")),
    (("hang",), down("tls-timeout", *TLS) | down("answer-timeout", *ANSWERS)),
    (("slow 9",), down("tls-timeout", *TLS) | down("answer-timeout", *ANSWERS)),
    (("expired-cert", "private-alternate", "stream-error"), {"av-tcp": ALTERNATE, "av-udp": ALTERNATE}),
    (("wrong-cert", "no-alternate"), {}),
    (("tls10",), {}),
    (("garbage",), down("tls-failed", *TLS) | down("answer-garbage", *ANSWERS)),
    (("garbage-answer", "elsewhere"), down("answer-garbage", "sip") | down("answer-timeout", "udp")),
    # What only has to open is open before it closes.
    (("close-early",), down("closed-early", "sip", "xmpp", "tcp") | {"webconf": ("down", "closed-early")}),
    (("silent",), down("answer-timeout", "sip", *ANSWERS)),
    (("503",), down("refusing", "sip")),
    (("drip 0.2",), down("answer-timeout", "sip", "xmpp", "tcp")),
    (("half",), down("answer-timeout", "sip", "xmpp", "tcp") | down("answer-garbage", "udp")),
    (("endless",), down("answer-garbage", "sip", "xmpp", "tcp")),
    (("other",), down("answer-wrong", "sip", "tcp") | down("answer-garbage", "udp")),
]


def again(value):
    """The same in the second pool: names and addresses."""
    if isinstance(value, dict):
        return {k: again(v) for k, v in value.items()}
    if isinstance(value, list):
        return [again(v) for v in value]
    if not isinstance(value, str):
        return value
    return value.replace("192.0.2.", "198.51.100.").replace("2001:db8::", "2001:db8:b::").replace("contoso", "fabrikam")


class Twice(Simulator):
    """A member of two pools, with addresses in each."""

    def __init__(self, probed, index):
        super().__init__(probed, index)
        self.host.address(*[a for both in again(self.addresses).values() for a in both])

    def listens(self):
        yield from super().listens()
        for service in WITHOUT:
            yield from (f"{service}={again(self.at(service, v6))}" for v6 in (False, True))


def configuration(p):
    """Quick, and one probe decides; the second pool has other kinds and no certificate."""
    conf = p.conf(health={"interval": 2.0, "down_interval": 2.0, "timeout": 1.5, "connect_timeout": 1.5, "hold": 0.3,
                          "rise": 1, "fall": 1})
    conf["pools"].append(again(p.conf(**OUR_KINDS)["pools"][0]))
    conf["pools"][0]["health"] = {"tls": conf["health"].pop("tls")}
    return conf


def wait(p, rows, what):
    """rows: what is expected of each member's services by what is asked."""
    expected = {}
    for m, reasons in zip(p.members, rows, strict=True):
        for v6 in (False, True):
            for s, asked in WITH.items():
                expected[m.at(s, v6)] = reasons.get(s, reasons.get(asked, UP))
            for s, asked in WITHOUT.items():
                expected[again(m.at(s, v6))] = reasons.get(asked, UP)

    def holds():
        got = {w: (r["health"], r["reason"]) for r in p.status() for w in r["words"] if w in expected}
        assert len(got) == len(expected) == len(rows) * 2 * (len(PORTS) + len(WITHOUT))
        wrong = {w: (got[w], "not", expected[w]) for w in got if got[w] != expected[w]}
        assert not wrong, f"{len(wrong)}: {dict(list(wrong.items())[:6])}"
        return True
    wait_until(holds, 60, what, every=0.2)


def test_each_sickness(lab):
    p = Probed(lab, members=len(ROWS), kind=Twice)
    for m in p.members:
        m.launch()
    for m, (sicknesses, _) in zip(p.members, ROWS, strict=True):
        m.answers()
        for how in sicknesses:
            m.be("all", how)
    p.edge.write(configuration(p))
    p.edge.start("health")
    wait(p, [reasons for _, reasons in ROWS], "each sickness to be seen for what it is")
    for m in p.members:
        m.be("all", "well")
    wait(p, [{}] * len(ROWS), "all to be up again")
