# SPDX-License-Identifier: BSD-2-Clause
"""Real zone checkers, told to be strict, have nothing against our golden zone texts."""
import re
import shutil

import pytest

from lab import ROOT, program

GOLDENS = sorted((ROOT / "tests/data/dns").glob("*.zone"))
STRICT = [w for flag in "kmMSrn" for w in ("-" + flag, "fail")]
CHECKERS = {
    "named-checkzone": lambda zone, file: ["-i", "full", *STRICT, zone, file],
    "kzonecheck": lambda zone, file: ["-o", zone, file],
    "nsd-checkzone": lambda zone, file: [zone, file],
}


def zone_of(golden):
    return golden.name.removesuffix(".zone").split(".", 2)[2]


def including(lab, golden):
    """A zone as an administrator writes it, around the snippet."""
    path = lab.dir / golden.name
    path.write_text(f"$TTL 3600\n@ IN SOA ns hostmaster 1 3600 600 86400 60\n@ IN NS ns\n"
                    f"ns IN A 192.0.2.53\n$INCLUDE {golden}\n")
    return path


@pytest.mark.parametrize("checker", CHECKERS)
def test_goldens_pass(lab, checker):
    if not shutil.which(checker, path="/usr/bin:/usr/sbin:/bin:/sbin"):
        pytest.skip(f"no {checker}")
    assert len(GOLDENS) >= 30
    host = lab.host("checker")
    for golden in GOLDENS:
        done = host.run(program(checker), *CHECKERS[checker](zone_of(golden), including(lab, golden)), check=False)
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{golden.name}: {said}"
        if checker == "named-checkzone":
            # An SRV target in another zone cannot be looked up here; nothing else is forgiven.
            wrong = [line for line in said.splitlines()
                     if line != "OK" and not re.search(r"loaded serial|\(out of zone\) has no|getaddrinfo", line)]
            assert not wrong, f"{golden.name}: {wrong}"


def test_a_checker_would_have_seen_it(lab):
    broken = lab.dir / "broken.external.contoso.com.zone"
    broken.write_text(GOLDENS[0].read_text().replace("\tIN\tA\t", "\tIN\tA\t999."))
    args = CHECKERS["named-checkzone"]("contoso.com", including(lab, broken))
    assert lab.host("checker").run("named-checkzone", *args, check=False).returncode != 0
