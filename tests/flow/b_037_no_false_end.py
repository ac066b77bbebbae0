# SPDX-License-Identifier: BSD-2-Clause
"""Octets that nobody took are lost with a session that is silent for too long: who reads on finds a
reset behind what it got, and no end that would call it all."""
import select
from concurrent.futures import ThreadPoolExecutor

import pytest

from echo import relay_conf, until_sessions
from lab import PATIENCE
from upgrading import Pairs


def stuff(s):
    """Writes until nothing more goes in."""
    s.setblocking(False)
    while select.select([], [s], [], 0.5)[1]:
        try:
            s.send(bytes(1 << 20))
        except BlockingIOError:
            pass
        except ConnectionError:
            return  # its time is over already


def test_it(routed):
    routed.edge.write(relay_conf(routed, webconf={"idle_timeout": 2.0 * PATIENCE}))
    with Pairs(routed, "webconf", 443) as pairs:
        routed.edge.start("lb")
        made = pairs.make(4)  # of both families, and with a deaf one on either side
        says, deaf = zip(*made[:2], *[(m, c) for c, m in made[2:]])
        with ThreadPoolExecutor(4) as at_once:
            list(at_once.map(stuff, says))
        until_sessions(routed, 0, 20 * PATIENCE)
        for s in deaf:
            with pytest.raises(ConnectionResetError):
                while s.recv(1 << 20):
                    pass
