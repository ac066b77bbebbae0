# SPDX-License-Identifier: BSD-2-Clause
"""What a stranger sends to edgectl probe does its terminal no harm, whatever it is, and what
comes octet by octet is one step."""
import json

from odd import Odd, babble, context, drip, frames, sip
from probed import Probed


def escapes(c):
    c.recv(1024)
    c.sendall(b"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae<stream:\x1b[31m>" + b"y" * 3000)


def test_octets_meant_for_the_terminal_are_only_shown_and_drops_are_one_step(lab):
    p = Probed(lab, simulated=(), members=1)
    odd = Odd(p)
    odd.serve("xmpp", escapes)
    odd.serve("access", sip, context(p))
    odd.serve("av-tcp", frames)
    odd.serve("int-av-tcp", lambda c: drip(c, b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    odd.serve("webconf", babble, context(p))
    p.edge.write(p.conf())
    at = p.members[0].addresses
    for words, code, said in (
            ((at["access"][0], "xmpp"), 1, r"| \x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae<stream:\x1b[31m>yyy"),
            ((at["access"][1], "access"), 0, "504 is what a healthy"),
            ((at["av"][0], "av-tcp"), 0, "Error-Code    401"),
            ((at["internal"][0], "internal/av-tcp"), 1, "not the pseudo-TLS answer"),
            ((at["webconf"][0], "webconf"), 0, "stayed open")):
        done = p.edge.ctl("probe", "--timeout", "10", *words, check=False)
        page = done.stdout
        assert done.returncode == code and said in page, done
        assert all(c == "\n" or " " <= c <= "~" for c in page), page
        told = p.edge.ctl("probe", "--json", "--timeout", "10", *words, check=False).stdout
        assert json.loads(told)["probes"] and all(c == "\n" or " " <= c <= "~" for c in told), told
        assert len(page.splitlines()) < 100 and max(map(len, page.splitlines())) < 500, page
