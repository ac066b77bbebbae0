# SPDX-License-Identifier: BSD-2-Clause
"""health - the figures of the prober, in the order in which they are printed.

Each function measures its figures in a laboratory of its own; they are in health_*.py.
"""
import os
import shutil

from health_cost import cpu_per_probe, scale
from health_detect import detection
from health_handover import verdict_to_balancer
from lab import program
from pools import cores


class Size:
    """How much of everything: the full run, or --smoke."""

    def __init__(self, smoke, n_rounds=None):
        self.smoke = smoke
        self.rounds = n_rounds or (1 if smoke else 9)
        # Detection: members in pools, illnesses of each sort, and how many of a pool are ill at once.
        self.members, self.of_pool = (4, 4) if smoke else (36, 18)
        self.illnesses, self.ill_at_once = (1, 3) if smoke else (102, 8)
        # Cost: members whose services are checked, and those of the thousand endpoints.
        self.checked, self.scaled = (4, 12) if smoke else (120, 108)
        self.interval, self.settle, self.window = (0.2, 0.2, 0.6) if smoke else (2, 5, 3)
        # The handover: full load, members that are killed, and for how long.
        self.killed, self.handover_seconds = (2, 1) if smoke else (12, 60)
        self.staying, self.udp_clients = (50, 100) if smoke else (500, 1000)
        # What makes a smoke test quick; the full run has all defaults.
        self.quick = {"interval": 0.3, "fast_interval": 0.05, "down_interval": 0.2, "timeout": 0.6,
                      "connect_timeout": 0.5, "fall": 2} if smoke else {}


def false_removals(lab, size, figures):
    """Simulated time: see health_sim.c.  The program prints its figures itself."""
    argv = ["taskset", "-c", cores()[1], program("edge-health-sim"), *(["-d", 1, "-s", 1] if size.smoke else [])]
    figures.raw(lab.host("nobody").run(*argv, timeout=240).stdout)


FIGURES = [detection, false_removals, cpu_per_probe, scale, verdict_to_balancer]
PEERS = [("/usr/sbin/haproxy", "-v"), ("/usr/sbin/keepalived", "--version")]


def missing():
    """Why nothing can be measured here, in sentences."""
    found = {name: shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") for name in ("haproxy", "keepalived", "nft")}
    return [f"{name} is not installed" for name, there in found.items() if not there] + \
        (["only root may let notices queue"] if os.geteuid() != 0 else [])


def measure(chosen, size, figures, laboratory):
    """The chosen ones of FIGURES, each on a machine of its own."""
    for figure in chosen:
        with laboratory() as lab:
            figure(lab, size, figures)
