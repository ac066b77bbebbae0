# SPDX-License-Identifier: BSD-2-Clause
"""Evidence from traffic leads to a probe at once, never to more probes than the fast
interval allows, and never to a verdict by itself."""
import time

from evidence import endpoint_id, notify
from lab import wait_until
from probed import Probed


def quiet(lab):
    """Up, and nobody will look again for a minute."""
    p = Probed(lab).start().all_up()

    def rests(length):
        # Each endpoint has its own moment in an interval, and somebody's may be soon: then
        # another length has other moments.
        p.edge.write(p.conf(health={"interval": length, "down_interval": length}))
        p.edge.ask("health", "reload")
        wait_until(lambda: all(float(r["next-ms"]) > 1000 for r in p.status()), 15, "no probe to run")
        return all(float(r["next-ms"]) > 60000 for r in p.status())
    assert any(rests(length) for length in range(3600, 3000, -11)), "the prober rests"
    return p


def test_evidence_makes_it_look_at_once(lab):
    p = quiet(lab)
    p.members[0].be("av-tcp", "refuse")
    notify(p, endpoint_id(p, "av-tcp"))
    p.wait_one(0, "av-tcp", False, ("down", "connect-refused"))
    assert p.endpoint(0, "av-tcp", True)["health"] == "up", "nobody has complained about IPv6"


def test_a_storm_of_evidence_is_bounded_and_proves_nothing(lab):
    p = quiet(lab)
    assert (p.edge.run_dir / "health.notice").stat().st_mode & 0o777 == 0o660, "no stranger's to send to"
    seen, began = len(p.members[0].saw("access")), time.monotonic()
    one = endpoint_id(p, "access")
    while time.monotonic() - began < 2:
        notify(p, one, 500)
        for nobody in (0, 1, one ^ 1, 2**64 - 1):  # what another configuration, or nobody, calls an endpoint
            notify(p, nobody, 50)
        notify(p, one, 50, shape="=IIQQ")
        notify(p, one, 50, kind=77)
        p.edge.ask("health", "status")
    wait_until(lambda: len(p.members[0].saw("access")) > seen, 15, "a probe at all")
    took = time.monotonic() - began
    probes = len(p.members[0].saw("access")) - seen
    assert probes <= took / 0.09 + 2, f"{probes} probes in {took:.1f} s"
    assert p.endpoint(0, "access")["health"] == "up"
