# SPDX-License-Identifier: BSD-2-Clause
"""Every daemon does its work as a user of its own, with the capabilities of its unit and
no others."""
import os
import re
import shutil
from pathlib import Path

import pytest

from lab import program, wait_until
from sessions import SipSession, turn_udp

UNITS = Path(__file__).resolve().parents[2] / "etc/systemd"
GROUP, FIRST_USER = 54321, 54001


def capabilities(daemon):
    """As setpriv wants them: "+net_raw,+net_admin"; "" for none."""
    text = (UNITS / f"{daemon}.service.in").read_text()
    words = re.search(r"^AmbientCapabilities=(.*)$", text, re.M).group(1).split()
    return ",".join("+" + w.removeprefix("CAP_").lower() for w in words)


def start(net, name, user):
    edge, daemon = net.edge, net.edge.DAEMONS[name]
    tool = shutil.copy(program(daemon), net.lab.dir / daemon)  # a build may be out of reach
    os.chmod(tool, 0o755)
    rights = capabilities(daemon)
    words = [f"--reuid={user}", f"--regid={user}", f"--groups={GROUP}", "--no-new-privs",
             f"--bounding-set=-all{',' + rights if rights else ''}", f"--inh-caps=-all{',' + rights if rights else ''}"]
    words += [f"--ambient-caps=-all{',' + rights if rights else ''}"]
    edge.daemon[name] = net.balancer.popen("setpriv", *words, str(tool), *edge.options(), name=daemon)


@pytest.fixture
def unprivileged(routed):
    uids = Path("/proc/self/uid_map").read_text().split()
    if int(uids[2]) < 65536 or not shutil.which("setpriv"):
        pytest.skip("one user only")
    edge = routed.edge
    routed.start_members()
    edge.write(routed.conf())
    os.chmod(routed.lab.dir, 0o755)
    for path in (routed.certs(), *Path(routed.certs()).iterdir()):
        os.chmod(path, 0o755)
    # What tmpfiles makes: setgid and sticky; here a group of all daemons may create.
    for path in (edge.run_dir, edge.state_dir):
        os.chown(path, 0, GROUP)
        os.chmod(path, 0o3770)
    for user, name in enumerate(edge.DAEMONS, FIRST_USER):
        start(routed, name, user)
    for name in edge.DAEMONS:
        wait_until(lambda: edge._alive(name), 15, f"{name} to answer its control socket")
    routed.wait_members("up")
    return routed


def test_all_of_it_works(unprivileged):
    net = unprivileged
    for name, process in net.edge.daemon.items():
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert "\nUid:\t0" not in status, f"{name} runs as root"
        effective = int(re.search(r"^CapEff:\s*(\w+)$", status, re.M).group(1), 16)
        assert effective.bit_count() == capabilities(net.edge.DAEMONS[name]).count("+"), f"{name}: {effective:x}"
    with SipSession(net.client, (net.vip("access"), 443), net.client_address(0)) as s:
        assert s.options() == 504
    code, alternate, _, local = turn_udp(net.client, (net.vip("av"), 3478), net.client_address(1))
    assert code == 401
    member = next(m for m in net.members if alternate in m.addresses["av"])
    assert local[0] in {row["peer"].rsplit(":", 1)[0] for row in member.saw("av-udp")}, "the client's own address"
    boards = {p.name: p.stat() for p in net.edge.run_dir.glob("*.board")}
    assert {s.st_gid for s in boards.values()} == {GROUP} and {s.st_mode & 0o777 for s in boards.values()} == {0o640}
    net.edge.ctl("reload")
