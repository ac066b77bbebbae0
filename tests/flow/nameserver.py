# SPDX-License-Identifier: BSD-2-Clause
"""nameserver - a private BIND on one host, whose zones include what edge-dnslb keeps.

Owns: its configuration, zones, key, port and control channel inside the host's namespace;
never the system's named.  The zones show what an administrator writes: SOA, NS and an
$INCLUDE with an absolute path.
"""
from lab import LabError, program, wait_until

PORT, CONTROL_PORT = 5300, 9530
ZONE = """$TTL 3600
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
$INCLUDE {snippet}
"""


class Named:
    def __init__(self, lab, host):
        self.lab, self.host, self.zones = lab, host, []
        self.dir = lab.dir / "named"
        self.dir.mkdir()
        self.key = self.dir / "rndc.key"
        host.run("rndc-confgen", "-a", "-c", self.key)

    def include(self, zone, snippet):
        """A zone of ours that includes the file @snippet, which need not be there yet."""
        (self.dir / zone).write_text(ZONE.format(snippet=snippet))
        self.zones.append(zone)

    def rndc(self, *command):
        """The words of an rndc call: an edgepool target's reload command, too."""
        return [program("rndc"), "-s", "127.0.0.1", "-p", str(CONTROL_PORT), "-k", str(self.key),
                *command]

    def start(self):
        zones = "".join(f'zone "{z}" {{ type primary; file "{self.dir / z}"; }};\n' for z in self.zones)
        (self.dir / "named.conf").write_text(f"""
            include "{self.key}";
            controls {{ inet 127.0.0.1 port {CONTROL_PORT} allow {{ 127.0.0.1; }} keys {{ rndc-key; }}; }};
            options {{
                directory "{self.dir}"; pid-file none; session-keyfile none; recursion no;
                listen-on port {PORT} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
                dnssec-validation no; notify no;
            }};
            {zones}""")
        self.process = self.host.popen("named", "-g", "-n", "1", "-c", self.dir / "named.conf")
        wait_until(lambda: self.ask(f"ns.{self.zones[0]}") == {"127.0.0.1"}, 15, "named to answer")
        return self

    def ask(self, name, kind="A"):
        """The record set a resolver gets, as a set of texts; LabError unless NOERROR."""
        done = self.host.run("dig", "+noall", "+comments", "+answer", "+tries=1", "+time=2", "+norecurse",
                             "-p", PORT, "@127.0.0.1", name, kind)
        if "status: NOERROR" not in done.stdout:
            raise LabError(f"{name} {kind}: {done.stdout.strip()}")
        rows = [line.split(None, 4) for line in done.stdout.splitlines() if line and line[0] != ";"]
        return {r[4] for r in rows if r[3] == kind}
