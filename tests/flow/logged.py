# SPDX-License-Identifier: BSD-2-Clause
"""logged - the log of sessions, read strictly: a line that is not as documented is an error."""
import re

from echo import Session, echoes, relay_conf, until_applied
from lab import wait_until, whole_lines

LINE = re.compile(r"time=20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z proto=(?P<proto>tcp|udp) service=(?P<service>[a-z-]+) "
                  r"client=(?P<client>\S+) vip=(?P<vip>\S+) member=(?P<member>\S+) at=(?P<at>\S+) in=(?P<in>\d+) "
                  r"out=(?P<out>\d+) seconds=(?P<seconds>\d+\.\d{3}) end=(?P<end>[a-z-]+)")


def lines(path):
    if not path.exists():
        return []
    return [LINE.fullmatch(line).groupdict() for line in whole_lines(path.read_text())]


def until_lines(path, n, **like):
    """Waits for exactly n lines that have these values."""
    def chosen():
        return [x for x in lines(path) if like.items() <= x.items()]
    wait_until(lambda: len(chosen()) >= n, 15, f"{n} lines with {like}")
    assert len(chosen()) == n
    return chosen()


def place(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def lost(net):
    """Lines lost, as the control socket says."""
    line = next(x for x in net.edge.ask("lb", "status").splitlines() if x.startswith("session log"))
    return int(line.split()[-1])


def reload(net):
    """Returns when all workers have the new configuration."""
    net.edge.ask("lb", "reload")
    until_applied(net)


def many(net, n):
    """So many sessions, one after the other."""
    for i in range(n):
        s = Session(net, "access", i % 60, i % 2 == 1)
        assert s.ask() == b"hello\n"
        s.close()


def balancer(net, workers):
    """Runs edge-lb with a log (net.log) and net.base as its group lb, before echo members."""
    net.log = net.lab.dir / "sessions.log"
    net.base = {"workers": workers, "log": {"sessions": str(net.log)}}
    net.edge.write(relay_conf(net, lb=net.base))
    with echoes(net) as members:
        net.edge.start("lb")
        net.echoes = members
        yield net
