# SPDX-License-Identifier: BSD-2-Clause
"""published - edge-snmp before a private snmpd, reading boards that a play writes.

One host with loopback only: edge-fake-boards plays edge-health and edge-lb, so that each
state and counter is exactly what the play says.
"""
import re

from lab import PATIENCE, LabError, wait_until, whole_lines
from master import PORT, Master
from topology import Edge

POOL = "edge.contoso.net"
MIB = "EDGE-POOL-MIB::"


def configuration(**snmp):
    def group(fqdn, last):
        return {"fqdn": f"{fqdn}.contoso.com", "vip": [f"131.107.155.{last}"]}
    members = [{"name": f"edge{n + 1}", "fqdn": f"edge{n + 1}.contoso.net", "internal": [f"172.25.33.{10 + n}"],
                "access": [f"131.107.155.{10 + n}"], "webconf": [f"131.107.155.{20 + n}"],
                "av": [f"131.107.155.{30 + n}"]} for n in range(2)]
    return {"instance": "lab", "snmp": snmp, "pools": [{
        "fqdn": POOL, "sip_domains": ["contoso.com"], "product": "lync-2013",
        "external": {"balancing": "hardware", "access": group("sip", 110), "webconf": group("webcon", 120),
                     "av": group("av", 130)},
        "internal": {"balancing": "hardware", "vip": ["172.25.33.100"]}, "members": members}]}


class Published:
    def __init__(self, lab, **snmp):
        self.host = lab.host("balancer")
        self.master = Master(lab, self.host)
        self.edge = Edge(lab, self.host)
        self.edge.DAEMONS = {"health": "edge-fake-boards", "snmp": "edge-snmp"}
        self.reconfigure(**snmp)

    def reconfigure(self, **snmp):
        self.edge.write(configuration(**self.master.conf() | snmp))

    def start(self):
        self.master.start()
        self.edge.start("health", "snmp")
        self.wait_served()
        return self

    def wait_served(self, timeout=15):
        return wait_until(lambda: "edge1" in self.master.walk(MIB + "edgePoolMemberName"), timeout, "the tables")

    def put(self, words):
        """A verb of edge-fake-boards, as "state edge.contoso.net/edge1 down tls-alert"."""
        return self.edge.ask("health", words)

    def rows(self, column):
        """{index: value} of a column."""
        text = self.master.walk(MIB + column, "-OQsU")
        return {name.partition(".")[2]: value.strip() for name, _, value in
                (line.partition(" = ") for line in text.splitlines())}

    def member(self, name):
        """The index of a member."""
        return next(i for i, value in self.rows("edgePoolMemberName").items() if value == name)

    def set(self, name, value, kind="i"):
        """What snmpset says: "" when it was accepted, else the reason in one word."""
        done = self.host.run("snmpset", "-v2c", "-c", "private", "-t", str(5 * PATIENCE), "-r", "0", f"127.0.0.1:{PORT}",
                             MIB + name, kind, value, env=self.master.env, check=False)
        reason = re.search(r"Reason: (\w+)", done.stderr)
        if done.returncode != 0 and not reason:
            raise LabError(done.stderr)
        return reason.group(1) if reason else ""

    def told(self, kind=""):
        """The lines of notifications of a kind: "MemberDown"."""
        return [line for line in whole_lines(self.master.notifications()) if f"::edgePool{kind}" in line]
