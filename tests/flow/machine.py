# SPDX-License-Identifier: BSD-2-Clause
"""machine - systemd as process 1 on a laboratory host, with an installation of this build.

Owns: the namespaces and the control group systemd lives in.  The host's network is that of
the laboratory, its files are a view of this machine's root whose changes stay in memory:
see boot-systemd.

Must not: reach this machine's own service manager, or start anything it has enabled.
"""
import json
import os
import shutil
import subprocess
from pathlib import Path

import topology
from lab import BIN, ROOT, LabError, wait_until

UNITS = ("edge-lb", "edge-health", "edge-dnslb", "edge-snmp")
SYSTEMD = Path("/lib/systemd/systemd")
NAMESPACES = ("--mount", "--pid", "--ipc", "--uts", "--cgroup")
TRIAL = """mount --make-rprivate / && mount -t tmpfs trial /mnt && cd /mnt && mkdir changes work root
mount -t overlay -o lowerdir=/,upperdir=changes,workdir=work trial root
mount -t proc proc root/proc && mount -t cgroup2 cgroup2 root/sys"""


def cgroup2():
    """Our own place in the unified hierarchy, or None where there is none to write to."""
    mounts = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
    roots = [m[1] for m in mounts if m[2] == "cgroup2"]
    ours = [line[3:] for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")]
    place = Path(roots[0] + ours[0]) if roots and ours else None
    return place if place and os.access(place, os.W_OK) else None


def why_not():
    """Why no machine can be booted here, or None."""
    if not SYSTEMD.exists():
        return "no /lib/systemd/systemd: apt-get install systemd"
    if len(Path("/proc/self/uid_map").read_text().splitlines()) != 1 or \
            int(Path("/proc/self/uid_map").read_text().split()[2]) < 65536:
        return "systemd needs root with all its users"
    if cgroup2() is None:
        return "no cgroup2 that may be written"
    for tool in ("cmake", "nsenter", "setpriv", "nft"):
        if not shutil.which(tool):
            return f"{tool} is not there"
    done = subprocess.run(["unshare", *NAMESPACES, "--fork", "sh", "-ec", TRIAL], capture_output=True, text=True)
    return None if done.returncode == 0 else done.stderr.strip() or "no namespaces"


class Machine:
    def __init__(self, lab, host, root=None):
        self.lab, self.host = lab, host
        self.dir = lab.dir / "machine"
        self.dir.mkdir()
        self.group = cgroup2() / f"edge-{lab.dir.name}"
        self.group.mkdir()
        root = root or os.environ.get("EDGE_MACHINE_ROOT", "/")
        # The shell moves itself, so that systemd never sees a group outside its own.
        self.process = host.popen(
            "sh", "-c", f"echo $$ >{self.group}/cgroup.procs && exec unshare {' '.join(NAMESPACES)}"
            f" --fork --kill-child=KILL {ROOT}/tests/flow/boot-systemd {self.dir} {BIN.parent} {root}",
            name="systemd")
        try:
            wait_until(self._booted, 30, "systemd to boot")
        except (LabError, RuntimeError) as e:
            self.end()
            raise LabError(f"{e}\n{self.process.output()}") from None

    def _booted(self):
        if not self.process.running():
            raise RuntimeError("systemd, or what prepares for it, ended at once")
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.pid = int(children[0])
        return Path(f"/proc/{self.pid}/comm").read_text().strip() == "systemd" and \
            self.run("systemctl", "is-active", "basic.target", check=False).stdout.strip() == "active"

    def run(self, *argv, user=None, check=True, input=None):
        """Runs a program inside to its end, as root or as another user with its groups."""
        who = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        argv = ["nsenter", f"--target={self.pid}", "--all", "--root", "--wd", "--", *who, *map(str, argv)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, input=input,
                              stdin=None if input is not None else subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise LabError(f"{' '.join(argv[6:])}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def file(self, path):
        """A file inside, as a path outside."""
        return Path(f"/proc/{self.pid}/root") / path.lstrip("/")

    def show(self, unit, what):
        return self.run("systemctl", "show", "--value", f"--property={what}", unit).stdout.strip()

    def main(self, unit):
        """The process id of a unit's daemon inside; 0: none."""
        return int(self.show(unit, "MainPID"))

    def journal(self, unit):
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}").stdout

    def status(self):
        return json.loads(self.run("edgectl", "status", "--json", check=False).stdout)

    def install(self, net):
        """What etc/README.md asks for after cmake --install, and net's configuration."""
        self.run("systemd-sysusers")
        self.run("systemd-tmpfiles", "--create", "edgepool.conf")
        self.run("systemctl", "daemon-reload")
        net.start_members()
        conf, tls = net.conf(), self.file("/etc/edgepool/tls")
        tls.mkdir(exist_ok=True)
        for key, path in conf["health"]["tls"].items():
            conf["health"]["tls"][key] = f"/etc/edgepool/tls/{key}"
            shutil.copy(path, tls / key)
            os.chmod(tls / key, 0o640)
            self.run("chgrp", "edgepool-health", f"/etc/edgepool/tls/{key}")
        conf["lb"] = {"manage_host": True}
        path = self.file("/etc/edgepool/edgepool.conf")
        path.write_text(topology.libconfig(conf))
        os.chmod(path, 0o640)
        self.run("chgrp", "edgepool", "/etc/edgepool/edgepool.conf")
        self.run("edgectl", "check")

    def change(self, unit, *lines):
        """A drop-in for a unit; without lines, none any more."""
        path = self.file(f"/run/systemd/system/{unit}.service.d/play.conf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(("[Service]", *lines, "")))
        self.run("systemctl", "daemon-reload")

    def end(self):
        self.process.kill()
        wait_until(self._no_group, 10, "the control group to be empty")

    def _no_group(self):
        for path, _, _ in os.walk(self.group, topdown=False):
            os.rmdir(path)
        return not self.group.exists()
