# SPDX-License-Identifier: BSD-2-Clause
"""Nobody's log is filled with resets: every conversation of the prober ends as it should,
from both sides; a mere look at a port is one that the service behind never sees."""
import json

from lab import wait_until
from probed import Probed

COUNT = """table inet resets {
  chain arriving {
    type filter hook input priority 0;
    tcp dport 5062 tcp flags & rst == rst counter accept
    tcp flags & rst == rst counter
  }
}"""


def resets(p):
    """Of looks at a port; of everything else."""
    rules = json.loads(p.host.run("nft", "-j", "list", "table", "inet", "resets").stdout)["nftables"]
    return [e["counter"]["packets"] for r in rules if "rule" in r for e in r["rule"]["expr"] if "counter" in e]


def test_probes_end_without_a_reset(lab):
    p = Probed(lab, members=1)
    p.host.run("nft", "-f", "-", input=COUNT)
    p.start(internal={"mras": {"probe": "tcp"}}, access={"probe": "sip"}, health={"interval": 0.2})
    p.all_up()
    before = {r["words"][3]: int(r["run"]) for r in p.status()}
    p.wait_runs(before, 4)
    wait_until(lambda: resets(p)[0] >= 8, 10, "looks at a port")
    # Those that ended last had their half second, too.
    p.wait_runs({r["words"][3]: int(r["run"]) for r in p.status()}, 3)
    # Who needs longer than that, on a busy machine, may be met by one.
    looks, others = resets(p)
    assert others <= len(p.members[0].saw()) / 10
    assert len(p.members[0].saw("mras")) <= looks / 2, "nobody is called for a mere look"
