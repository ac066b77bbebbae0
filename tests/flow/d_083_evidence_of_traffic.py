# SPDX-License-Identifier: BSD-2-Clause
"""Sessions that a member refuses, resets or never takes make the prober look at once: TCP
and UDP, sources kept and replaced, both families."""
import contextlib
import socket
import threading

from lab import wait_until
from odd import reset
from topology import SERVICES, Net

ALLOCATE = bytes.fromhex("00030010") + bytes(16) + bytes.fromhex("000f000472c64bc68008000400000001")
DROP = "table inet lost { chain in { type filter hook input priority 0; tcp dport 5062 drop; }; }"
# What a probe may see then.  A member's ICMP errors are limited: of several datagrams some go unanswered.
UDP = {"connect-refused", "answer-timeout"}
SEEN = {"access": {"connect-refused"}, "webconf": {"closed-early"}, "mras": {"connect-timeout"},
        "av-tcp": {"connect-refused"}, "av-udp": UDP, "int-av-udp": UDP}


def rows(net):
    """Endpoint rows by service and whether they are IPv6."""
    return {(s, "[" in e["full_name"]): e["state"] for m in net.edge.members() for e in m["endpoints"]
            for s in SEEN if f"{net.members[0].addresses[SERVICES[s][0]]['[' in e['full_name']]}" in e["full_name"]
            and e["full_name"].endswith(":{1}/{2}".format(*SERVICES[s]))}


def resetting(member):
    """A webconf port that takes a connection and resets it at its first octet."""
    for address in member.addresses["webconf"]:
        with member.host.entered():
            listening = socket.create_server((address, 443), family=socket.AF_INET6 if ":" in address else socket.AF_INET)

        def serve(listening=listening):
            while True:
                with contextlib.suppress(OSError):
                    reset(listening.accept()[0])
        threading.Thread(target=serve, daemon=True).start()


def speak(net, service, v6):
    group, port, proto = SERVICES[service]
    with (net.inner if group == "internal" else net.client).entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET,
                          socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
    s.settimeout(15)
    s.connect((net.vip(group, v6), port))
    s.send(ALLOCATE)
    return s


def test_sessions_that_fail_are_looked_after(lab):
    net = Net(lab, "routed", members=1)
    member = net.members[0]
    conf = net.conf()
    conf["health"] |= {"connect_timeout": 0.5}
    conf["lb"] = {"connect_timeout": 0.5, "connect_retries": 0}
    net.start_members()
    net.edge.write(conf)
    net.edge.start("health", "lb")
    net.wait_members("up")
    conf["health"] |= {"interval": 3600, "down_interval": 3600}
    net.edge.write(conf)
    net.edge.ask("health", "reload")
    for service in SEEN:
        if service != "mras":
            member.be(service, "refuse")
    resetting(member)
    member.host.run("nft", "-f", "-", input=DROP)
    speaking = [(speak(net, service, v6), service, v6) for service in SEEN for v6 in (False, True)]

    def all_seen():
        now = rows(net)
        for s, service, v6 in speaking:
            if SERVICES[service][2] == "udp" and now[service, v6]["health"] == "up":
                with contextlib.suppress(OSError):  # the error of the one before
                    s.send(ALLOCATE)
        wrong = {k: v["reason"] for k, v in now.items() if v["health"] != "down" or v["reason"] not in SEEN[k[0]]}
        assert not wrong and len(now) == 2 * len(SEEN), wrong
        return True
    wait_until(all_seen, 20, "each of them to be down for its own reason", every=0.1)
