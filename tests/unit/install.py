# SPDX-License-Identifier: BSD-2-Clause
"""install BUILD CMAKE - what `cmake --install` puts below a DESTDIR is complete, names
nothing that is not there, and systemd takes the units."""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BUILD, CMAKE = Path(sys.argv[1]), sys.argv[2]
DAEMONS = ("edge-lb", "edge-health", "edge-health-exec", "edge-vantage", "edge-dnslb", "edge-snmp")
RIGHTS = {"edge-lb": {"CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_NET_ADMIN", "CAP_BPF", "CAP_PERFMON"},
          "edge-vantage": {"CAP_NET_ADMIN", "CAP_SYS_ADMIN"}}
EXPECTED = [f"sbin/{d}" for d in DAEMONS] + ["bin/edgectl"] + \
    [f"lib/systemd/system/{d}.service" for d in DAEMONS] + [
        "lib/systemd/system/edgepool.target", "lib/sysusers.d/edgepool.conf",
        "lib/tmpfiles.d/edgepool.conf", "share/snmp/mibs/EDGE-POOL-MIB.txt",
        "share/doc/edgepool/README.md", "share/doc/edgepool/LICENSE",
        "share/doc/edgepool/etc/README.md", "share/doc/edgepool/ctl/status-json.md"]
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = [f"{p.name}.example" for p in (ROOT / "etc").glob("*.conf")]


def users(sysusers):
    lines = [line.split() for line in sysusers.read_text().splitlines() if line[:1] in "gum"]
    assert lines, "no users"
    return {line[1] for line in lines}


def unit(path):
    pairs = re.findall(r"^([A-Za-z]+)=(.*)$", path.read_text(), re.M)
    assert not re.search(r"@\w+@", path.read_text()), f"{path.name}: a variable was not replaced"
    return dict(pairs)


def verify(prefix, root):
    """systemd reads the units, their programs taken from where they were installed."""
    def below(line):
        there = Path(f"{root}{line[2]}")
        return line[1] + str(there if there.exists() else line[2])

    aside = root / "units"
    shutil.copytree(prefix / "lib/systemd/system", aside)
    for path in aside.iterdir():
        path.write_text(re.sub(r"^(Exec\w+=)(\S+)", below, path.read_text(), flags=re.M))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                           *map(str, sorted(aside.iterdir()))], capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and not said.strip(), said


def main():
    prefix = Path(re.search(r"^CMAKE_INSTALL_PREFIX:PATH=(.*)$",
                            (BUILD / "CMakeCache.txt").read_text(), re.M).group(1))
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        subprocess.run([CMAKE, "--install", BUILD], check=True, capture_output=True, timeout=120,
                       env={"DESTDIR": name, "PATH": "/usr/bin:/bin"})
        there = root / str(prefix).lstrip("/")
        missing = [e for e in EXPECTED if not (there / e).is_file()]
        missing += [e for e in EXAMPLES if not (root / "etc/edgepool" / e).is_file()]
        assert not missing, f"not installed: {missing}"
        known = users(there / "lib/sysusers.d/edgepool.conf")
        for daemon in DAEMONS:
            u = unit(there / f"lib/systemd/system/{daemon}.service")
            program = u["ExecStart"].split()[0]
            assert program == f"{prefix}/sbin/{daemon}" and (root / program.lstrip("/")).is_file()
            assert u["User"] in known, f"{daemon}: nobody creates user {u['User']}"
            rights = set(u["AmbientCapabilities"].split())
            assert rights == set(u["CapabilityBoundingSet"].split())
            assert rights == RIGHTS.get(daemon, set()), f"{daemon}: {rights}"
        if shutil.which("systemd-analyze"):
            verify(there, root)
        else:
            print("without systemd-analyze: systemd has not read the units")


main()
