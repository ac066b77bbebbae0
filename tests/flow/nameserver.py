# SPDX-License-Identifier: BSD-2-Clause
"""nameserver - private name servers whose zones include what edge-dnslb keeps.

Owns: their configuration, zones, keys, ports and control channels inside one host's
namespace; never the system's own servers.  Zones and settings are what an administrator
writes: SOA, NS, an $INCLUDE with an absolute path, rotation switched on.
"""
import sys

from lab import LabError, program, wait_until

ZONE = """$TTL 3600
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
$INCLUDE {snippet}
"""
# What a name server without a serial of its own needs: raise it, then reload.
RAISE = """import re, subprocess, sys
path, *reload = sys.argv[1:]
text = open(path).read()
open(path, "w").write(re.sub(r"hostmaster (\\d+)", lambda m: f"hostmaster {int(m[1]) + 1}", text, 1))
sys.exit(subprocess.run(reload).returncode)
"""


class NameServer:
    """host.zones: {zone: snippet}; start() waits until the first zone is answered for."""
    port = None

    def __init__(self, lab, host, zones):
        self.host, self.zones = host, zones
        self.dir = lab.dir / type(self).__name__.lower()
        self.dir.mkdir()
        self.conf = self.dir / "conf"
        for zone, snippet in zones.items():
            (self.dir / zone).write_text(ZONE.format(snippet=snippet))

    def start(self):
        self.conf.write_text(self.configuration())
        self.process = self.host.popen(*self.command())
        first = next(iter(self.zones))
        wait_until(lambda: self.ask(f"ns.{first}") == ["127.0.0.1"], 15, f"{self.command()[0]} to answer")
        return self

    def ask(self, name, kind="A"):
        """The record set as a resolver gets it, a list of texts; LabError unless NOERROR."""
        done = self.host.run("dig", "+noall", "+comments", "+answer", "+tries=2", "+time=5", "+norecurse",
                             "-p", self.port, "@127.0.0.1", name, kind)
        if "status: NOERROR" not in done.stdout:
            raise LabError(f"{name} {kind}: {done.stdout.strip()}")
        rows = [line.split(None, 4) for line in done.stdout.splitlines() if line and line[0] != ";"]
        return [r[4] for r in rows if r[3] == kind]


class Bind(NameServer):
    port, control_port = 5300, 9530

    def configuration(self):
        self.host.run("rndc-confgen", "-a", "-c", self.dir / "key")
        zones = "".join(f'zone "{z}" {{ type primary; file "{self.dir / z}"; }};\n' for z in self.zones)
        return f"""
            include "{self.dir}/key";
            controls {{ inet 127.0.0.1 port {self.control_port} allow {{ 127.0.0.1; }} keys {{ rndc-key; }}; }};
            options {{
                directory "{self.dir}"; pid-file none; session-keyfile none; recursion no;
                listen-on port {self.port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
                dnssec-validation no; notify no;
            }};
            {zones}"""

    def command(self):
        return ["named", "-g", "-n", "1", "-c", self.conf]

    def reload(self, zone):
        """The words of a target's reload command."""
        return [program("rndc"), "-s", "127.0.0.1", "-p", str(self.control_port), "-k", f"{self.dir}/key",
                "reload", zone]


class Knot(NameServer):
    port = 5301

    def configuration(self):
        zones = "".join(f"  - domain: {z}\n    file: {self.dir / z}\n" for z in self.zones)
        return (f"server:\n    listen: 127.0.0.1@{self.port}\n    rundir: {self.dir}\n    answer-rotation: on\n"
                f"control:\n    listen: {self.dir}/control\n"
                f"database:\n    storage: {self.dir}\n"
                f"template:\n  - id: default\n    storage: {self.dir}\n    zonefile-sync: -1\n"
                f"    zonefile-load: difference-no-serial\n    journal-content: all\n"
                f"zone:\n{zones}")

    def command(self):
        return ["knotd", "-c", self.conf]

    def reload(self, zone):
        return [program("knotc"), "-s", f"{self.dir}/control", "-b", "zone-reload", zone]


class Nsd(NameServer):
    port = 5302

    def configuration(self):
        zones = "".join(f'zone:\n    name: {z}\n    zonefile: "{self.dir / z}"\n' for z in self.zones)
        files = "".join(f'    {k}: "{self.dir}/{k}"\n' for k in ("pidfile", "xfrdfile", "zonelistfile"))
        return (f'server:\n    ip-address: 127.0.0.1@{self.port}\n    username: ""\n    chroot: ""\n'
                f'    zonesdir: "{self.dir}"\n    database: ""\n    round-robin: yes\n    rrl-ratelimit: 0\n{files}'
                f'remote-control:\n    control-enable: yes\n    control-interface: "{self.dir}/control"\n{zones}')

    def command(self):
        return ["nsd", "-d", "-c", self.conf]

    def reload(self, zone):
        return [sys.executable, "-c", RAISE, str(self.dir / zone), program("nsd-control"), "-c", str(self.conf),
                "reload", zone]
