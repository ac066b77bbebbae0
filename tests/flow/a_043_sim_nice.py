# SPDX-License-Identifier: BSD-2-Clause
"""libnice, which talks to real A/V Edge Servers, is content with edge-sim, over UDP and
through pseudo-TLS; and it is not content with just anything."""
import json
import subprocess

import pytest
from lab import BIN
from simulated import PORTS, V4, V6, Simulated

pytestmark = pytest.mark.skipif(not (BIN / "nice-judge").exists(),
                                reason="built without libnice (libnice-dev): no judge")


def judge(sim, *arguments):
    try:
        return json.loads(sim.host.run("nice-judge", *arguments, check=False, timeout=20).stdout)
    except subprocess.TimeoutExpired:
        return {"ok": False, "error": "no end"}


@pytest.fixture
def sim(lab):
    return Simulated(lab, "--turn-password", "secret")


def test_its_stun_library_reads_the_challenge_and_the_allocation(sim):
    for kind in ("av-udp", "int-av-udp"):
        for address in (V4, V6):
            got = judge(sim, "stun", address, PORTS[kind], "user", "secret")
            assert got["ok"] and got["integrity"], got
            assert got["alternate"] == sim.saw(kind)[-1]["local"]
            assert got["mapped"] == sim.saw(kind)[-1]["peer"], "the client's own address"


def test_a_wrong_password_gets_no_allocation(sim):
    assert "no allocation" in judge(sim, "stun", V4, PORTS["av-udp"], "user", "guess")["error"]


def test_its_agent_gathers_relayed_candidates_over_udp_and_pseudo_tls(sim):
    assert judge(sim, "agent", V4, "udp", PORTS["av-udp"], "user", "secret")["relayed"]
    got = judge(sim, "agent", V4, "tls", PORTS["av-tcp"], "user", "secret")
    assert got["relayed"], got
    assert len(sim.saw("av-tcp")) > 0 and sim.status()[0]["service"] == "access"


@pytest.mark.parametrize("how,error", [
    ("silent", "no valid answer"), ("garbage", "no valid answer"), ("hang", "no valid answer"),
    ("no-alternate", "no alternate server")])
def test_it_sees_the_sick(sim, how, error):
    sim.be("av-udp", how)
    assert judge(sim, "stun", V4, PORTS["av-udp"], "user", "secret")["error"] == error
