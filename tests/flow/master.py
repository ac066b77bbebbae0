# SPDX-License-Identifier: BSD-2-Clause
"""master - a private snmpd (AgentX master) and snmptrapd on one host.

Owns: their configuration, sockets and ports inside the host's namespace.  The system's
own snmpd, its files and its MIB settings are never touched.
"""
import os

from lab import PATIENCE, ROOT, LabError, wait_until

PORT, TRAP_PORT = 1161, 1162


class Master:
    def __init__(self, lab, host):
        self.lab, self.host = lab, host
        self.dir = lab.dir / "snmp"
        self.dir.mkdir()
        self.socket = self.dir / "agentx"
        self.process = self.trapd = None
        mibs = [ROOT / "snmp", ROOT / "tests/mibs", "/usr/share/snmp/mibs", "/usr/share/snmp/mibs/ietf",
                "/usr/share/snmp/mibs/iana"]
        # Not beside snmpd.conf: at its end snmpd writes a file of that name there.
        self.env = {"SNMP_PERSISTENT_DIR": str(self.dir / "persistent"), "SNMPCONFPATH": str(self.dir),
                    "MIBDIRS": ":".join(str(m) for m in mibs if os.path.isdir(m)), "MIBS": "EDGE-POOL-MIB"}
        (self.dir / "snmpd.conf").write_text(
            f"agentAddress udp:127.0.0.1:{PORT}\nrocommunity public 127.0.0.1\nrwcommunity private 127.0.0.1\n"
            f"master agentx\nagentXSocket unix:{self.socket}\nagentXTimeout 5\nagentXRetries 0\n"
            f"trap2sink 127.0.0.1:{TRAP_PORT} public\n")
        (self.dir / "snmptrapd.conf").write_text("disableAuthorization yes\n")

    def conf(self):
        """The "snmp" group of an edgepool configuration that uses this master."""
        return {"agentx": str(self.socket)}

    def start(self):
        self.trapd = self.host.popen("snmptrapd", "-f", "-Lo", "-C", "-c", self.dir / "snmptrapd.conf",
                                     "-p", self.dir / "trapd.pid", f"udp:127.0.0.1:{TRAP_PORT}", env=self.env)
        wait_until(lambda: "NET-SNMP version" in self.trapd.output(), 10, "snmptrapd to listen")
        return self.restart()

    def restart(self):
        """Starts snmpd, also after it was killed."""
        self.process = self.host.popen("snmpd", "-f", "-Lo", "-C", "-c", self.dir / "snmpd.conf",
                                       "-p", self.dir / "snmpd.pid", env=self.env)
        up_time = (f"127.0.0.1:{PORT}", "1.3.6.1.2.1.1.3.0")
        wait_until(lambda: self._ask("snmpget", *up_time, timeout=0.2), 10, "snmpd to answer")
        return self

    def _ask(self, tool, *args, community="public", timeout=5 * PATIENCE, check=True):
        done = self.host.run(tool, "-v2c", "-c", community, "-t", str(timeout), "-r", "0",
                             *args, env=self.env, check=False)
        if done.returncode != 0 and check:
            raise LabError(f"{tool} {' '.join(map(str, args))}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def get(self, oid):
        return self._ask("snmpget", "-Oqv", f"127.0.0.1:{PORT}", oid).strip()

    def walk(self, oid="EDGE-POOL-MIB::edgePoolMIB", *options):
        return self._ask("snmpwalk", *options, f"127.0.0.1:{PORT}", oid)

    def notifications(self):
        """What snmptrapd printed, one line a varbind or header."""
        return self.trapd.output()
