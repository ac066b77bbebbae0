# SPDX-License-Identifier: BSD-2-Clause
"""Kamailio, a SIP server that nobody here wrote, is up whatever final response it gives, but
for 503, and degraded where its REGISTER says so; and it finds nothing to complain of."""
import shutil

import pytest
from lab import wait_until
from probed import Probed

ANSWERS = {"access": 404, "federation": 504, "sip": 503, "mras": 200}  # mras is not asked
MUTUAL = ("federation", "sip", "mras")
# One process for all connections: before it forks it makes OpenSSL 3's queue of errors, in memory
# that all its processes share.  Two that shake hands at the same time free each other's errors, and
# it ends (kamailio 5.6, github.com/kamailio/kamailio/issues/3695).  The others only free connections.
CONF = """
children=1
tcp_children=1
debug=2
log_stderror=yes
auto_aliases=no
dns=no
rev_dns=no
enable_tls=yes
{listens}
loadmodule "tls.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
modparam("tls", "config", "{dir}/tls.cfg")
request_route {{
  if ($rm == "REGISTER") {{
    if (af == INET) {{ sl_send_reply("401", "Unauthorized"); exit; }}
    append_to_reply("ms-diagnostics: 1010;reason=\\"No way to the next hop\\";source=\\"here\\"\\r\\n");
    sl_send_reply("504", "Server time-out");
    exit;
  }}
{routes}
}}
"""


def at(address):
    return f"[{address}]" if ":" in address else address


def kamailio(p, directory):
    """One process with all ports in both families; it answers by where it was asked."""
    c, listens, routes, profiles = p.certs(), [], [], ["[server:default]\nmethod = TLSv1.2+\n"]
    profiles[0] += f"certificate = {c}/external.pem\nprivate_key = {c}/external.key\n"
    for service, status in ANSWERS.items():
        for v6 in (False, True):
            where = p.members[0].at(service, v6)
            address, _, port = where.rpartition(":")
            listens.append(f"listen=tls:{where}")
            routes.append(f'  if ($Ri == "{address.strip("[]")}" && $Rp == {port}) sl_send_reply("{status}", "No");')
            if service in MUTUAL:
                profiles.append(f"[server:{where}]\nmethod = TLSv1.2+\ncertificate = {c}/pool.pem\n"
                                f"private_key = {c}/pool.key\nca_list = {c}/ca.pem\n"
                                "verify_certificate = yes\nrequire_certificate = yes\n")
    (directory / "tls.cfg").write_text("\n".join(profiles))
    (directory / "kamailio.cfg").write_text(
        CONF.format(dir=directory, listens="\n".join(listens), routes="\n".join(routes)))
    return p.host.popen("kamailio", "-DD", "-E", "-m", "32", "-M", "4", "-f", directory / "kamailio.cfg",
                        "-w", directory, "-Y", directory, name="kamailio")


@pytest.mark.skipif(not (shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin")),
                    reason="kamailio is not installed")
def test_a_sip_server_is_up_unless_it_refuses(lab):
    p = Probed(lab, simulated=(), members=1)
    server = kamailio(p, lab.dir)
    p.start(access={"probe": "sip-register"})
    p.wait({(0, s): ("up", "ok") for s in ANSWERS if s != "sip"} | {(0, "sip"): ("down", "refusing")}, 30)
    for v6 in (False, True):
        assert p.endpoint(0, "access", v6)["sip"] == "404"
        assert p.endpoint(0, "federation", v6)["sip"] == "504"
        assert "sip" not in p.endpoint(0, "mras", v6)
    wait_until(lambda: [p.endpoint(0, "access", v6).get("register") for v6 in (False, True)] == ["401", "504"], 15,
               "REGISTER to be answered")
    assert p.endpoint(0, "access")["next-hop"] == "alive"
    wait_until(lambda: "degraded" in p.endpoint(0, "access", True)["conditions"].split(","), 15,
               "its next hop to be dead often enough")
    row = p.endpoint(0, "access", True)
    assert (row["next-hop"], row["diagnostics"]) == ("dead", "1010")
    before = {r["words"][3]: int(r["run"]) for r in p.status()}
    p.wait_runs(before, 3)
    assert "ERROR" not in server.output()
    # Who has no certificate sees that he is asked for one, and no more.
    p.edge.write(p.conf(client_certificate=False))
    p.edge.ask("health", "reload")
    p.wait({(0, s): ("up", "ok") for s in ANSWERS})
    server.stop()
    p.wait({(0, s): ("down", "connect-refused") for s in ANSWERS})
