# SPDX-License-Identifier: BSD-2-Clause
"""readme_conf EDGECTL - the configuration in the README checks clean, without a warning,
and is one; every file that a README names exists."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def check(edgectl, text):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        conf.write(text)
        conf.flush()
        done = subprocess.run([edgectl, "check", "--strict", conf.name],
                              capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout.replace(conf.name, "CONF")


def main():
    readme = (ROOT / "README.md").read_text()
    blocks = [b for b in re.findall(r"^```\n(.*?)^```$", readme, re.S | re.M) if "pools = (" in b]
    assert len(blocks) == 1, f"the README has {len(blocks)} configurations"
    code, said = check(sys.argv[1], blocks[0])
    assert code == 0, f"exit {code}:\n{said}"
    assert said == "CONF: ok, 1 pool, 2 members, 9 listeners, 18 endpoints\n", said
    # and the test would notice: the one rule that matters, broken
    code, said = check(sys.argv[1], blocks[0].replace(
        'internal = { balancing = "hardware"; vip = [ "172.25.33.100" ]; };',
        'internal = { balancing = "dns"; };'))
    assert code == 2 and "[R1]" in said, f"exit {code}:\n{said}"

    for path in ROOT.glob("*/README.md"):
        for name in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / name).exists(), f"{path}: {name} does not exist"
    for name in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (ROOT / name).exists(), f"README.md: {name} does not exist"


main()
