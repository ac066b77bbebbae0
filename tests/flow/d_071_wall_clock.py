# SPDX-License-Identifier: BSD-2-Clause
"""A wall clock that is set, years to and fro, changes no state and no rhythm; what has a date
is judged by it: certificates, and nothing else."""
import struct

from lab import BIN, wait_until
from probed import Probed

DAY = 86400


def test_a_stepped_clock_blames_nobody(lab, monkeypatch):
    p = Probed(lab, members=1)
    wrong_by = lab.dir / "wrong-by"

    def step(days):
        with open(wrong_by, "r+b" if wrong_by.exists() else "wb") as f:
            f.write(struct.pack("=q", days * DAY))

    step(0)
    p.members[0].start()
    p.edge.write(p.conf())
    with monkeypatch.context() as m:
        m.setenv("LD_PRELOAD", str(BIN / "wall-clock.so"))
        m.setenv("EDGE_WALL_CLOCK", str(wrong_by))
        m.setenv("ASAN_OPTIONS", "verify_asan_link_order=0")
        p.edge.start("health")
    p.all_up()
    for days, said in ((10000, "ended on 2049-12-31"), (-4000, "is not valid before 2020-01-01"), (0, None)):
        step(days)
        before = {r["words"][3]: int(r["run"]) for r in p.status()}
        p.wait_runs(before, 2)
        wait_until(lambda: said is None or said in p.log(), 15, f"the certificates' dates to be judged: {said}")
    assert "down" not in p.log()
    p.members[0].be("av-tcp", "refuse")
    step(-2)
    p.wait({(0, "av-tcp"): ("down", "connect-refused")})
    p.members[0].be("av-tcp", "well")
    step(9000)
    p.wait({(0, "av-tcp"): ("up", "ok")})
    assert p.log().count("-> down") == 2, "one of each family"
