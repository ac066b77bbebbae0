# SPDX-License-Identifier: BSD-2-Clause
"""edge-lb runs as an ordinary user with three ambient capabilities, of which its workers
keep two; without them it ends with a sentence that names what is missing."""
import os
import re
import shutil
from pathlib import Path

import pytest

from echo import Session, echoes, relay_conf
from lab import program, wait_until

NOBODY = 65534
NET_BIND_SERVICE, NET_ADMIN, NET_RAW = 10, 12, 13


def as_nobody(*capabilities):
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
            "--inh-caps=-all" + "".join(f",+{c}" for c in capabilities),
            "--ambient-caps=-all" + "".join(f",+{c}" for c in capabilities),
            "--bounding-set=-all" + "".join(f",+{c}" for c in capabilities)]


@pytest.fixture
def unprivileged(routed):
    if len(Path("/proc/self/uid_map").read_text().splitlines()) == 1 and \
            Path("/proc/self/uid_map").read_text().split()[2] == "1":
        pytest.skip("a user namespace with one user has no other to become")
    routed.lab.dir.chmod(0o755)
    tool = shutil.copy(program("edge-lb"), routed.lab.dir / "edge-lb")  # a build may be out of reach
    os.chmod(tool, 0o755)
    os.chown(routed.edge.run_dir, NOBODY, NOBODY)
    routed.edge.write(relay_conf(routed, lb={"workers": 2}))
    return routed


def capabilities(task):
    return int(re.search(r"CapEff:\s*(\w+)", (task / "status").read_text()).group(1), 16)


def test_three_capabilities_are_enough(unprivileged):
    net = unprivileged
    with echoes(net):
        lb = net.balancer.popen(*as_nobody("net_bind_service", "net_admin", "net_raw"),
                                str(net.lab.dir / "edge-lb"), *net.edge.options(), name="edge-lb")
        wait_until(lambda: net.edge.ask("lb", "status"), 10, "edge-lb to answer")
        for v6 in (False, True):
            s = Session(net, "av", v6=v6)
            assert s.peer()[0] == net.client_address(v6=v6)
            s.close()
        both = 1 << NET_RAW | 1 << NET_BIND_SERVICE  # clients' addresses, and their ports

        def workers():
            tasks = list(Path(f"/proc/{lb.pid}/task").iterdir())
            masks = {(t / "comm").read_text().strip(): capabilities(t) for t in tasks}
            return masks["worker-0"], masks["worker-1"]
        wait_until(lambda: workers() == (both, both), 15, "both workers to have given up the rest")
        assert capabilities(Path(f"/proc/{lb.pid}")) == 1 << NET_BIND_SERVICE | 1 << NET_ADMIN | 1 << NET_RAW
        assert lb.stop() == 0


@pytest.mark.parametrize("given,missing", [
    ([], "CAP_NET_BIND_SERVICE"), (["net_bind_service"], "CAP_NET_RAW"),
    (["net_bind_service", "net_raw"], "CAP_NET_ADMIN")])
def test_what_is_missing_is_named(unprivileged, given, missing):
    net = unprivileged
    done = net.balancer.run(*as_nobody(*given), str(net.lab.dir / "edge-lb"), *net.edge.options(), check=False)
    assert done.returncode == 2 and missing in done.stderr, done.stderr
