# SPDX-License-Identifier: BSD-2-Clause
"""An installation as etc/README.md says, under a real systemd: every unit gets ready with no
more rights than it needs, and the sandbox hinders nothing; what hangs or dies comes back
with what was known."""
import signal

import pytest

import engine
import machine
import topology
from lab import wait_until
from machine import UNITS, Machine
from sessions import SipSession, turn_udp

# CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_NET_RAW, CAP_PERFMON, CAP_BPF
RIGHTS = {"edge-lb": 1 << 10 | 1 << 12 | 1 << 13 | 1 << 38 | 1 << 39}
ROUTER = ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")


@pytest.fixture
def net(lab):
    why = machine.why_not()
    if why:
        pytest.skip(f"systemd cannot be booted here: {why}")
    net = topology.routed(lab, members=2, dns_members=2)
    # What lb.manage_host must be able to mend from inside its sandbox.
    for key in ROUTER:
        net.balancer.sysctl(key, 0)
    m = net.machine = Machine(net.lab, net.balancer)
    try:
        m.install(net)
        yield net
    finally:
        lines = m.run("journalctl", "--no-pager", "--output=short-monotonic", check=False).stdout.splitlines()
        print("\n".join([x for x in lines if "probe succeeded" not in x][-100:]))
        m.end()


def all_active(m):
    return m.run("systemctl", "is-active", *UNITS, check=False).stdout.split() == ["active"] * 4


def all_up(m):
    return {row["state"]["summary"] for p in m.status()["pools"] for x in p["members"]
            for row in x["endpoints"]} == {"up"}


def admins(m):
    return {x["name"]: x["state"]["admin"] for p in m.status()["pools"] for x in p["members"]}


def sessions_pass(net):
    access = SipSession(net.client, (net.vip("access"), 443))
    assert access.options() == 504
    # The client's own address as source, and the member's answer back through the balancer.
    source = net.client_address(3)
    code, *_ = turn_udp(net.client, (net.vip("av"), 3478), source, port=20123)
    assert code == 401 and any(source in row["peer"] for m in net.members for row in m.saw("av-udp"))
    return True


def rights_are_few(m):
    for unit in UNITS:
        status = dict(line.split(":\t", 1) for line in
                      m.file(f"/proc/{m.main(unit)}/status").read_text().splitlines() if ":\t" in line)
        user = m.run("id", "-u", unit.replace("edge-", "edgepool-")).stdout.strip()
        assert status["Uid"].split() == [user] * 4, unit
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(status[kind], 16) == RIGHTS.get(unit, 0), (unit, kind, status[kind])
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), unit


def the_sandbox_hinders_nothing(net, m):
    assert "table inet edgepool" in m.run("nft", "list", "tables").stdout
    assert m.run("sysctl", "-n", *ROUTER).stdout.split() == ["1", "1"]
    zone = m.file("/var/lib/edgepool/dns/external/fabrikam.com.zone")
    wait_until(lambda: net.dns_members[0].addresses["access"][0] in zone.read_text(), 10, "the zone")
    assert [(d["listening"], d["configuration_current"]) for d in m.status()["daemons"]] == \
        [(True, True)] * 3 + [(True, None)]


def people_may_what_they_should(m):
    for who, groups in (("anna", "edgepool,edgepool-operator"), ("rita", "edgepool"), ("otto", "nogroup")):
        m.run("useradd", "--no-create-home", "--groups", groups, who)
    assert m.run("edgectl", "status", user="otto", check=False).stdout == ""
    assert "edge-lb      running" in m.run("edgectl", "status", user="rita").stdout
    assert "refused" in m.run("edgectl", "drain", "edge1", user="rita", check=False).stderr
    m.run("edgectl", "drain", "edge1", user="anna")
    assert "refused" in m.run("edgectl", "reload", user="anna", check=False).stdout
    for who in ("anna", "rita", "otto"):
        assert m.run("rm", "-f", "/run/edgepool/lb.board", user=who, check=False).returncode != 0, who
    theft = m.run("mv", "/run/edgepool/health.board", "/run/edgepool/x", user="edgepool-lb", check=False)
    assert theft.returncode != 0


def reload_tells(m):
    for unit in UNITS:
        m.run("systemctl", "reload", unit)
    m.run("edgectl", "reload")
    conf = m.file("/etc/edgepool/edgepool.conf")
    good = conf.read_text()
    conf.write_text(good + "nonsense = 1;\n")
    for unit in UNITS:
        assert m.run("systemctl", "reload", unit, check=False).returncode != 0, unit
        assert 'unknown key "nonsense"' in m.journal(unit)
    conf.write_text(good)
    assert all_active(m)


def an_upgrade_is_no_restart(net, m):
    main = m.main("edge-lb")
    with SipSession(net.client, (net.vip("access"), 443)) as held:
        assert held.options() == 504
        assert "upgraded" in m.run("edgectl", "upgrade").stdout
        m.run("systemctl", "kill", "--signal=USR2", "edge-lb")
        wait_until(lambda: m.journal("edge-lb").count("upgraded in place") == 2, 20, "both upgrades")
        assert held.options() == 504
    assert m.main("edge-lb") == main and m.show("edge-lb", "NRestarts") == "0" and all_active(m)
    wait_until(lambda: m.run("edgectl", "status", check=False).returncode == 0, 10, "all to be told again")
    rights_are_few(m)
    the_sandbox_hinders_nothing(net, m)
    assert sessions_pass(net)


def comes_back(m, number):
    """A signal to all four; True when others run in their place, all active."""
    before = {u: m.main(u) for u in UNITS}
    m.run("kill", f"-{number}", *before.values())
    wait_until(lambda: all(m.main(u) not in (0, before[u]) for u in UNITS) and all_active(m), 30,
               f"systemd to have restarted all after signal {number}")
    wait_until(lambda: admins(m)["edge1"] == "draining", 10, "what the operator said")


def nobody_waits_for_a_prober_that_hangs(m):
    m.change("edge-health", "ExecStart=", "ExecStart=/bin/sleep infinity")
    m.run("systemctl", "restart", "--no-block", "edge-health")
    wait_until(lambda: m.show("edge-health", "ActiveState") == "activating", 10, "edge-health to hang")
    m.run("systemctl", "restart", "edge-lb", "edge-dnslb", "edge-snmp")
    assert m.show("edge-health", "ActiveState") == "activating"
    m.change("edge-health")
    m.run("systemctl", "restart", "edge-health")


def the_vips_are_looked_at(net, m):
    conf = m.file("/etc/edgepool/edgepool.conf")
    conf.write_text(conf.read_text().replace("health = {", "health = { vip_probe = true;", 1))
    m.run("systemctl", "start", "edge-vantage")
    assert m.run("edgectl", "reload").returncode == 0
    wait_until(lambda: "through the VIP: ok" in m.run("edgectl", "status", "-v", check=False).stdout,
               20, "a probe through a VIP")
    status = m.file(f"/proc/{m.main('edge-vantage')}/status").read_text()
    assert "CapEff:\t" + "0" * 16 in status and "Seccomp:\t2" in status
    m.run("systemctl", "kill", "--signal=KILL", "edge-vantage")
    wait_until(lambda: m.journal("edge-vantage").count("stands beside the VIPs") == 2, 20, "it to stand there again")


def programs_are_run(m):
    conf = m.file("/etc/edgepool/edgepool.conf")
    conf.write_text(conf.read_text().replace("webconf = {", 'webconf = { probe = "exec"; exec = [ "/bin/true" ];', 1))
    m.run("systemctl", "start", "edge-health-exec")
    assert m.run("edgectl", "reload").returncode == 0

    def outcomes():
        return {row["last_reason"] for p in m.status()["pools"] for x in p["members"]
                for row in x["endpoints"] if row["probe"] == "exec"}
    wait_until(lambda: outcomes() == {"ok"}, 20, "a program's word on each")
    status = m.file(f"/proc/{m.main('edge-health-exec')}/status").read_text()
    assert "CapEff:\t" + "0" * 16 in status and "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status


def the_kernel_engine_outlives_its_unit(net, m):
    why = engine.missing()
    if why:
        print(f"left out: {why}")
        return
    conf = m.file("/etc/edgepool/edgepool.conf")
    conf.write_text(conf.read_text().replace("manage_host", 'engine = "kernel"; kernel = { flows = 4096; }; manage_host', 1))
    m.run("systemctl", "restart", "edge-lb")
    wait_until(lambda: all_active(m), 10, "edge-lb with the kernel engine")
    wait_until(lambda: SipSession(net.client, (net.vip("access"), 443)).options() == 504, 10, "a session")
    with SipSession(net.client, (net.vip("access"), 443)) as held:
        assert held.options() == 504
        m.run("systemctl", "restart", "edge-lb")
        assert held.options() == 504
        assert m.run("edgectl", "detach", check=False).returncode == 3
        m.run("systemctl", "stop", "edge-lb")
        assert held.options() == 504
        assert "removed the maps" in m.run("edgectl", "detach").stdout
        assert m.run("ls", "/sys/fs/bpf/edgepool").stdout == ""
    m.run("systemctl", "start", "edge-lb")
    wait_until(lambda: all_active(m), 10, "edge-lb to begin anew")
    assert "flows" in m.run("ls", "/sys/fs/bpf/edgepool/maps").stdout.split()


def test_the_units_under_systemd(net):
    m = net.machine
    m.run("systemctl", "start", "edgepool.target")
    assert all_active(m), m.run("systemctl", "status", *UNITS, check=False).stdout
    wait_until(lambda: all_up(m), 20, "all members to be up")
    rights_are_few(m)
    the_sandbox_hinders_nothing(net, m)
    wait_until(lambda: sessions_pass(net), 10, "sessions through the VIPs")
    people_may_what_they_should(m)
    reload_tells(m)
    an_upgrade_is_no_restart(net, m)
    for unit in UNITS:  # a watchdog is armed as the process starts
        assert m.show(unit, "WatchdogUSec") == "15s"
        m.change(unit, "WatchdogSec=2")
    comes_back(m, signal.SIGKILL)
    comes_back(m, signal.SIGSTOP)
    assert all("Watchdog timeout" in m.journal(u) for u in UNITS)
    nobody_waits_for_a_prober_that_hangs(m)
    m.run("systemctl", "stop", "edgepool.target")
    assert [m.show(u, "ExecMainStatus") for u in UNITS] == ["0"] * 4
    assert "edgepool" not in m.run("nft", "list", "tables").stdout
    m.run("systemctl", "start", "edgepool.target")
    wait_until(lambda: sessions_pass(net) and admins(m)["edge1"] == "draining", 10, "all as before")
    the_vips_are_looked_at(net, m)
    programs_are_run(m)
    the_kernel_engine_outlives_its_unit(net, m)
