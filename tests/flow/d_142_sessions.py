# SPDX-License-Identifier: BSD-2-Clause
"""Handshakes are resumed between full ones; a member that forgot its sessions, or was
restarted, costs a full handshake and nothing else; after a reload comes a full one."""
from lab import wait_until
from probed import Probed


class Server:
    """openssl s_server in the member's place; its own words say what was resumed."""

    def __init__(self, p, v6, version):
        self.p, self.v6, self.version, self.served = p, v6, version, None

    def start(self):
        at = self.p.members[0].at("webconf", self.v6)
        certs = self.p.certs()
        self.served = self.p.host.popen(
            "openssl", "s_server", "-accept", at, self.version, "-cert", f"{certs}/external.pem",
            "-key", f"{certs}/external.key", "-CAfile", f"{certs}/ca.pem",
            name=f"s_server{self.version}", input=True)

    def resumed(self):
        return self.served.output().count("Reused session-id")

    def full(self):
        return self.served.output().count("CIPHER is") - self.resumed()

    def wait(self, what, count, why):
        wait_until(lambda: what() >= count, 15, why)


def test_sessions_are_resumed(lab):
    p = Probed(lab, simulated=(), members=1)
    servers = [Server(p, False, "-tls1_2"), Server(p, True, "-tls1_3")]
    for s in servers:
        s.start()
    p.start(webconf={"probe": "tls"}, health={"interval": 0.2})
    for s in servers:
        s.wait(s.resumed, 4, "resumed handshakes")
    assert p.endpoint(0, "webconf")["tls"] == "TLS 1.2"
    assert len(p.endpoint(0, "webconf", True)["sha256"]) == 64, "known, though not shown again"
    assert p.edge.ask("health", "certificates").count(" chain=issuer-unknown ") == 2

    before = {s: s.full() for s in servers}
    p.edge.ask("health", "reload")
    for s in servers:
        s.wait(s.full, before[s] + 1, "a full handshake after the reload")
        s.wait(s.resumed, s.resumed() + 1, "resumed ones again")
    assert p.edge.ask("health", "certificates").count(" chain=issuer-unknown ") == 2

    for s in servers:
        s.served.stop()
        s.start()
        s.wait(s.resumed, 2, "sessions of the new process")
    p.wait({(0, "webconf"): ("up", "ok")})
