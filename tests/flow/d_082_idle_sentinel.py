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
    rows = [lambda v6=v6: p.endpoint(0, "webconf", v6) for v6 in (False, True)]
    wait_until(lambda: all("lifetime-ms" in row() for row in rows), 30, "the lifetime to be learned")
    for row in rows:
        r = row()
        assert (r["health"], r["sentinel"]) == ("up", "resting"), r
        # Two teach it where the machine does not stand still meanwhile.
        assert 2 <= int(r["alarms"]) <= 5, r
        assert float(r["opens-ms"]) > 30000, "an unlearned one would come back in two seconds"
    assert 4 <= impatient.ended <= 12
    assert "-> down" not in "".join(t for t in p.log().splitlines() if "webconf" in t)
