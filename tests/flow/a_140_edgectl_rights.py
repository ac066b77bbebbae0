# SPDX-License-Identifier: BSD-2-Clause
"""Who is not in the group sees nothing; who is reads, and may still not drain."""
import os
import shutil
from pathlib import Path

import pytest

from lab import program

NOBODY, READERS = 65534, 54321


@pytest.fixture
def pool(routed):
    if len(Path("/proc/self/uid_map").read_text().split()) != 3 or \
            int(Path("/proc/self/uid_map").read_text().split()[2]) < NOBODY or not shutil.which("setpriv"):
        pytest.skip("one user only: nobody to be refused")
    routed.start("health", "lb")
    # As tmpfiles would have it: the directory and what is in it belong to a group.
    edge = routed.edge
    tool = shutil.copy(program("edgectl"), routed.lab.dir / "edgectl")  # a build may be out of reach
    for path in (routed.lab.dir, edge.conf_file, tool):
        os.chmod(path, 0o755)
    os.chmod(edge.run_dir, 0o750)
    for path in (edge.run_dir, *edge.run_dir.iterdir()):
        os.chown(path, 0, READERS)
    return routed


def as_user(pool, groups, *words):
    return pool.balancer.run("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", groups,
                             pool.lab.dir / "edgectl", *pool.edge.options(), *words, check=False)


def test_a_stranger_sees_nothing(pool):
    page = as_user(pool, "--clear-groups", "status")
    assert page.returncode == 3 and "be root or in group edgepool to see it" in page.stdout
    done = as_user(pool, "--clear-groups", "drain", "edge1")
    assert done.returncode == 3 and "may not be asked by you" in done.stderr


def test_a_reader_reads_and_may_not_operate_or_reload(pool):
    page = as_user(pool, f"--groups={READERS}", "status")
    assert "edge-health  running" in page.stdout and "edge-lb      running" in page.stdout
    for words in (("drain", "edge1"), ("enable", "edge1"), ("reload",)):
        done = as_user(pool, f"--groups={READERS}", *words)
        assert done.returncode == 3 and "refused" in done.stdout + done.stderr, done
    assert [m["state"]["admin"] for m in pool.edge.members()] == ["enabled"] * 3
    assert pool.edge.ctl("drain", "edge1").returncode == 0, "root may"
