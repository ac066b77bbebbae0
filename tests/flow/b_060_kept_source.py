# SPDX-License-Identifier: BSD-2-Clause
"""A/V over TCP through the VIP: the member sees the client's own address and port, in both
layouts; other services see the balancer's; and the host is as before when edge-lb ends."""
import contextlib

import pytest

from echo import Session, echoes, relay_conf
from engine import KERNEL
from lab import program, wait_until


@pytest.mark.engines
@pytest.mark.parametrize("v6", [False, True])
def test_the_member_sees_the_client(net, v6):
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        for n in range(4):
            s = Session(net, "av", n, v6, local_port=22000 + n)
            assert s.peer() == (net.client_address(n, v6), 22000 + n)
            assert s.ask(b"x" * 100000) == b"x" * 100000
            s.close()
        # The tuple is in TIME_WAIT now: the address stays, the port need not.
        s = Session(net, "av", 0, v6)
        assert s.peer()[0] == net.client_address(0, v6)
        other = Session(net, "access", 0, v6)
        assert (other.peer()[0] == net.client_address(0, v6)) == (net.engine == KERNEL)


def kernel_state(net):
    # Only what is ours: link-local routes come and go by themselves.
    commands = ["ip rule", "ip -6 rule", "ip route show table 60830", "ip -6 route show table 60830",
                "nft list ruleset"]
    return [net.balancer.run(*c.split(), check=False).stdout for c in commands]


def test_everything_is_taken_back(net):
    before = kernel_state(net)
    net.edge.write(relay_conf(net))
    net.edge.start("lb")
    ours = kernel_state(net)
    assert ours != before
    net.edge.daemon["lb"].kill()
    assert kernel_state(net) == ours, "a crash takes nothing back"
    with echoes(net):
        net.edge.start("lb")
        assert kernel_state(net) == ours, "the next start finds all of it, once"
        for v6 in (False, True):
            assert Session(net, "av", 1, v6).peer()[0] == net.client_address(1, v6)
        assert net.edge.daemon["lb"].stop() == 0
    assert kernel_state(net) == before


def test_a_host_that_cannot_be_managed_is_said(routed):
    routed.balancer.sysctl("net.ipv4.ip_forward", 0)
    routed.edge.write(relay_conf(routed, lb={"manage_host": True}))
    # Apart from the others' mounts, also in a chroot, whose root is no mount to be set apart.
    read_only = ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c",
                 'mount --make-private /proc && mount --bind /proc/sys /proc/sys && '
                 'mount -o remount,bind,ro /proc/sys || exit 77; exec "$@"', "sh"]
    done = routed.balancer.run(*read_only, program("edge-lb"), *routed.edge.options(), check=False)
    if done.returncode == 77:
        pytest.skip("this user may not mount")
    assert done.returncode == 2
    assert "ipv4/ip_forward is 0 and must be 1 (setting it failed: Read-only file system)" in done.stderr, done.stderr


@pytest.mark.engines
def test_a_wrong_host_is_named_or_managed(routed, engine):
    keys = ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]
    for key in keys:
        routed.balancer.sysctl(key, 0)
    routed.balancer.sysctl("net.ipv4.conf.all.send_redirects", 1)
    routed.balancer.sysctl("net.ipv4.conf.all.rp_filter", 1)
    routed.edge.write(relay_conf(routed))
    done = routed.balancer.run("edge-lb", *routed.edge.options(), check=False)
    assert done.returncode == 2
    for word in ("ipv4/ip_forward is 0 and must be 1", "send_redirects is 1 and must be 0",
                 "rp_filter is", "ipv6/conf/all/forwarding is 0", "manage_host"):
        assert word in done.stderr, done.stderr
    routed.edge.write(relay_conf(routed, lb={"manage_host": True}))
    with echoes(routed):
        routed.edge.start("lb")
        assert Session(routed, "av").peer()[0] == routed.client_address()
    assert routed.edge.daemon["lb"].stop() == 0
    if engine == "kernel":  # it went on, with what it needs
        assert routed.balancer.run("cat", "/proc/sys/net/ipv4/ip_forward").stdout.strip() == "1"
        assert "table inet edgepool" in routed.balancer.run("nft", "list", "ruleset").stdout
        routed.edge.ctl("detach")
    assert "edgepool" not in routed.balancer.run("nft", "list", "ruleset").stdout
    for key in [*keys, "net.ipv4.conf.all.send_redirects"]:
        value = routed.balancer.run("cat", "/proc/sys/" + key.replace(".", "/")).stdout.strip()
        assert value == ("1" if "redirects" in key else "0"), f"{key} is as it was"


def test_a_member_that_answers_past_the_balancer_is_named(one_subnet):
    net = one_subnet
    net.edge.write(relay_conf(net, lb={"connect_timeout": 0.2, "connect_retries": 0, "affinity": {"timeout": 0}}))
    with echoes(net):
        net.edge.start("health", "lb")
        net.members[1].host.route(("default", "131.107.155.1"))  # the router, not the balancer

        def named():
            with contextlib.suppress(OSError):
                for n in range(9):
                    s = Session(net, "av", n)
                    s.s.settimeout(1)
                    s.who()
                    s.close()
            return "edge2/external/131.107.155.31:443/tcp answers past the balancer" in net.edge.daemon["lb"].output()
        wait_until(named, 20, "a warning that names edge2")
        output = net.edge.daemon["lb"].output()
        assert "gateway to 131.107.155.2" in output and "edge1/external" not in output
