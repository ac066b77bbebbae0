# SPDX-License-Identifier: BSD-2-Clause
"""Every configuration we show to people checks clean: under etc/ and in the README."""
import re
from pathlib import Path

import pytest

from lab import ROOT, program

FILES = sorted(p for p in (ROOT / "etc").rglob("*.conf")
               if re.search(r"^\s*pools\s*=", p.read_text(), re.M))
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.M | re.S)


def check(lab, path):
    return lab.host("somewhere").run(program("edgectl"), "check", "--strict", path, check=False)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_a_configuration_under_etc_is_clean(lab, path):
    done = check(lab, path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_an_example_under_etc():
    assert FILES


def test_the_configuration_in_the_readme_is_clean(lab):
    blocks = [b for b in BLOCK.findall((ROOT / "README.md").read_text()) if re.search(r"^\s*pools\s*=", b, re.M)]
    assert blocks, "the README shows a configuration"
    for n, block in enumerate(blocks):
        path = Path(lab.dir) / f"readme{n}.conf"
        path.write_text(block)
        done = check(lab, path)
        assert done.returncode == 0, done.stdout + done.stderr
