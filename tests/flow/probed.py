# SPDX-License-Identifier: BSD-2-Clause
"""probed - two simulated members and edge-health on one host: for plays about probing.

No balancer and no network between them, so that nothing but the prober and the member can
be the cause of what is seen."""
import re

from lab import wait_until
from simulated import certificates
from topology import Edge, Member

PORTS = {"access": ("access", 443), "federation": ("access", 5061), "xmpp": ("access", 5269),
         "webconf": ("webconf", 443), "av-tcp": ("av", 443), "av-udp": ("av", 3478),
         "sip": ("internal", 5061), "mras": ("internal", 5062), "int-av-tcp": ("internal", 443),
         "int-av-udp": ("internal", 3478)}
EXTERNAL = ("access", "federation", "xmpp", "webconf", "av-tcp", "av-udp")
FIELD = re.compile(r'([a-z0-9-]+)=("[^"]*"|\S*)')


class Simulator(Member):
    """A member on the prober's own host, its addresses on the loopback interface."""

    def __init__(self, probed, index):
        self.net, self.index, self.name = probed, index, f"edge{index + 1}"
        self.host, self.sim, self.options = probed.host, None, []
        self.addresses = {}
        for n, group in enumerate(("access", "webconf", "av", "internal")):
            self.addresses[group] = [f"192.0.2.{20 * n + index + 1}", f"2001:db8::{n + 1}:{index + 1}"]
        self.host.address(*[a + ("/128" if ":" in a else "/32")
                            for group in self.addresses.values() for a in group])
        self.control = probed.lab.dir / f"{self.name}.sim"
        self.seen = probed.lab.dir / f"{self.name}.jsonl"

    def at(self, service, v6=False):
        group, port = PORTS[service]
        address = self.addresses[group][v6]
        return f"[{address}]:{port}" if v6 else f"{address}:{port}"

    def listens(self):
        for service in self.net.simulated:
            for v6 in (False, True):
                yield f"{service}={self.at(service, v6)}"


class Probed:
    def __init__(self, lab, simulated=tuple(PORTS), members=2, kind=Simulator,
                 sick_certificates=False):
        self.sick_certificates = sick_certificates
        self.lab, self.host, self.simulated = lab, lab.host("prober"), simulated
        self.members = [kind(self, i) for i in range(members)]
        self.edge = Edge(lab, self.host)

    def certs(self):
        return certificates(self.sick_certificates)

    def conf(self, client_certificate=True, health=None, **groups):
        """Quick settings; health: keys to change; access={...} and so on: likewise."""
        def group(fqdn, n, name):
            return {"fqdn": f"{fqdn}.contoso.com", "vip": [f"192.0.2.{200 + n}", f"2001:db8::f:{n}"]} \
                | groups.get(name, {})
        tls = {}
        if client_certificate:  # to make them takes seconds
            tls = {"tls": {"certificate": f"{self.certs()}/client.pem", "key": f"{self.certs()}/client.key"}}
        return {
            "instance": "lab", "lab": True,
            "health": {"interval": 0.4, "fast_interval": 0.1, "down_interval": 0.3, "timeout": 1.0,
                       "connect_timeout": 0.8, "hold": 0.2, "rise": 2, "fall": 3, "turn_interval": 0}
            | tls | (health or {}),
            "pools": [{
                "fqdn": "edge.contoso.net", "sip_domains": ["contoso.com"], "product": "lync-2013",
                "external": {"balancing": "hardware", "access": group("sip", 1, "access"),
                             "federation": group("sip", 1, "federation"),
                             "xmpp": group("sip", 1, "xmpp"),
                             "webconf": group("webcon", 2, "webconf"), "av": group("av", 3, "av")},
                "internal": {"balancing": "hardware", "vip": ["192.0.2.204", "2001:db8::f:4"]}
                | groups.get("internal", {}),
                "members": [m.conf() for m in self.members]}]}

    def start(self, **conf):
        for m in self.members if self.simulated else []:
            m.start()
        self.edge.write(self.conf(**conf))
        self.edge.start("health")
        return self

    def log(self):
        return self.edge.daemon["health"].output()

    def status(self, kind="endpoint"):
        """Lines of the prober's status as dicts; words without a key are in "words"."""
        rows = []
        for line in self.edge.ask("health", "status").splitlines():
            if line.startswith(kind + " "):
                row = {k: v.strip('"') for k, v in FIELD.findall(line)}
                rows.append(row | {"words": FIELD.sub("", line).split()[1:]})
        return rows

    def endpoint(self, member, service, v6=False):
        """The row of member 0's "access", "int-av-udp", ..."""
        at = self.members[member].at(service, v6)
        return next(r for r in self.status() if at in r["words"])

    def member(self, index):
        return self.status("member")[index]

    def wait(self, expected, timeout=15):
        """expected: {(member, service): (health, reason)}, both families alike."""
        def holds():
            rows = {w: r for r in self.status() for w in r["words"]}
            got = {(m, s): {(r["health"], r["reason"]) for v6 in (False, True)
                            if (r := rows[self.members[m].at(s, v6)])} for m, s in expected}
            others = {k: v for k, v in got.items() if v != {expected[k]}}
            assert not others, f"not as expected: {others}"
            return True
        wait_until(holds, timeout, "the expected states", every=0.05)

    def wait_one(self, member, service, v6, expected, timeout=15):
        """One endpoint of one family: (health, reason)."""
        def holds():
            row = self.endpoint(member, service, v6)
            return (row["health"], row["reason"]) == expected
        wait_until(holds, timeout, f"{service} to be {expected}", every=0.05)

    def wait_runs(self, before, more, timeout=15):
        """Until every endpoint had so many more outcomes of one kind in a row."""
        wait_until(lambda: all(int(r["run"]) >= before[r["words"][3]] + more for r in self.status()),
                   timeout, f"{more} more probes of each endpoint", every=0.05)

    def wait_up(self, *services):
        """Until these are up on every member, whatever the others are."""
        self.wait({(m, s): ("up", "ok") for m in range(len(self.members)) for s in services})
        return self

    def wait_ok(self, member, service, more=4, timeout=15):
        """Until it has answered well so many times in a row, in both families."""
        wait_until(lambda: all(r.get("last") == "ok" and int(r["run"]) >= more for r in
                               (self.endpoint(member, service, v6) for v6 in (False, True))),
                   timeout, f"{service} to answer well", every=0.05)

    def all_up(self, timeout=15):
        wait_until(lambda: all(r["health"] == "up" for r in self.status()), timeout,
                   "every endpoint to be up", every=0.05)
        return self

