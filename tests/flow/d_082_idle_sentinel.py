# SPDX-License-Identifier: BSD-2-Clause
"""A member that closes silent connections is not ill: the prober learns how long it keeps
them, and troubles it no more."""
import contextlib
import threading

from lab import wait_until
from odd import Odd
from probed import Probed

KEEPS = 0.3


class Impatient:
    """Closes whoever says nothing for a moment, and counts those."""

    def __init__(self):
        self.ended, self._lock = 0, threading.Lock()

    def __call__(self, c):
        c.settimeout(KEEPS)
        with contextlib.suppress(TimeoutError):
            c.recv(1)
            return
        with self._lock:
            self.ended += 1


def test_silence_is_no_evidence(lab):
    p, impatient = Probed(lab, simulated=(), members=1), Impatient()
    Odd(p).serve("webconf", impatient)
    p.start(health={"sentinel": True}, webconf={"probe": "tcp"})
    learned = {}

    def both():
        """As each looked when it had just been learned."""
        for v6 in (False, True):
            row = p.endpoint(0, "webconf", v6)
            if "lifetime-ms" in row:
                learned.setdefault(v6, row)
        return len(learned) == 2
    wait_until(both, 60, "the lifetime to be learned", every=0.1)
    for r in learned.values():
        assert (r["health"], r["sentinel"]) == ("up", "resting"), r
        # Two teach it where the machine does not stand still meanwhile.
        assert 2 <= int(r["alarms"]) <= 6, r
        assert float(r["opens-ms"]) > 30000, "one of which nothing was learned would come back sooner"
    assert impatient.ended >= 4
    assert "-> down" not in "".join(t for t in p.log().splitlines() if "webconf" in t)
