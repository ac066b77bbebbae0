# SPDX-License-Identifier: BSD-2-Clause
"""simulated - one edge-sim on a host of its own, every port in both families, and clients
on the same host: for plays about the simulator itself.  topology.Member is the one for
plays about edgepool."""
import atexit
import functools
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab import PATIENCE, ROOT, program, wait_until, whole_lines

sys.path.insert(0, str(ROOT / "tests/sim"))
import edge_client  # noqa: E402

V4, V6 = "192.0.2.10", "2001:db8::10"
PORTS = {"access": 443, "federation": 5061, "webconf": 444, "av-tcp": 445, "av-udp": 3478,
         "xmpp": 5269, "sip": 5062, "mras": 5063, "int-av-tcp": 446, "int-av-udp": 3479,
         "psom": 8057}
# Who asks, and as whom.
EXTERNAL = {"sni": "sip.contoso.com", "ca": "ca.pem"}
INTERNAL = {"sni": "edge.contoso.net", "ca": "ca.pem", "cert": "client.pem"}
CLIENTS = {
    "access": (edge_client.sip, EXTERNAL),
    "federation": (edge_client.sip, {**EXTERNAL, "cert": "client.pem"}),
    "webconf": (edge_client.psom, {**EXTERNAL, "sni": "webcon.contoso.com", "hold": 0.2}),
    "av-tcp": (edge_client.turn_tcp, {"media": 2}),
    "av-udp": (edge_client.turn_udp, {}),
    "xmpp": (edge_client.xmpp, {}),
    "sip": (edge_client.sip, INTERNAL),
    "mras": (edge_client.sip, INTERNAL),
    "int-av-tcp": (edge_client.turn_tcp, {"media": 2}),
    "int-av-udp": (edge_client.turn_udp, {}),
    "psom": (edge_client.psom, {**INTERNAL, "hold": 0.2}),
}


@functools.cache
def certificates(sick=False):
    """Made once for all plays of this process: keys take longer than most plays."""
    directory = tempfile.mkdtemp(prefix="edge-certs-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    subprocess.run([program("make-certs"), directory + "/certs", *(["--sick"] if sick else [])],
                   check=True)
    return Path(directory, "certs")


class Simulated:
    def __init__(self, lab, *options):
        self.lab, self.host = lab, lab.host("member")
        self.host.address(f"{V4}/32", f"{V6}/128")
        self.certs, self.control, self.seen = certificates(), lab.dir / "ctl", lab.dir / "seen"
        listens = [x for kind in PORTS for v6 in (False, True)
                   for x in ("--listen", f"{kind}={edge_client.format_address(self.at(kind, v6))}")]
        self.process = self.host.popen("edge-sim", "--name", "edge1", "--certs", self.certs,
                                       "--control", self.control, "--log", self.seen,
                                       *listens, *options)
        wait_until(lambda: "ready" in self.process.output(), 10, "edge-sim to be ready")

    def at(self, kind, v6=False):
        return V6 if v6 else V4, PORTS[kind]

    def tell(self, line):
        return edge_client.tell(str(self.control), line)

    def be(self, kind, how):
        answer = self.tell(f"{kind} {how}")
        assert answer == "ok", f"{kind} {how}: {answer}"

    def ask(self, kind, v6=False, timeout=5.0, **change):
        """As the client that belongs there; change={"cert": None} asks otherwise."""
        work, options = CLIENTS[kind]
        options = {**options, **change}
        for file in ("ca", "cert"):
            if options.get(file):
                options[file] = str(self.certs / options[file])
        with self.host.entered():
            return work(self.at(kind, v6), timeout=timeout * PATIENCE, **options)

    def status(self):
        return json.loads(self.tell("status"))["endpoints"]

    def saw(self, kind):
        rows = [json.loads(line) for line in whole_lines(self.seen.read_text())]
        return [row for row in rows if row.get("service") == kind]

    def s_client(self, kind, *options, say=""):
        """The text openssl s_client prints; it says `say` and hears on until the end."""
        done = self.host.run("timeout", "3", "openssl", "s_client", "-connect",
                             edge_client.format_address(self.at(kind)), "-quiet" if say else "-ign_eof",
                             *options, input=say, check=False)
        return done.stdout + done.stderr
