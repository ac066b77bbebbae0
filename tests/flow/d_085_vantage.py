# SPDX-License-Identifier: BSD-2-Clause
"""edge-vantage makes its namespace and takes it along, touches nothing it did not make, says
why where it may not, has no rights while it serves, and serves nobody else."""
import os
import re
import socket
import struct

from lab import ROOT, wait_until

MAGIC = int(re.search(r"VANTAGE_MAGIC UINT32_C\((\w+)\)", (ROOT / "health/vantage/vantage.h").read_text())[1], 16)
VIPS = {0: "192.0.2.10", 1: "2001:db8::10"}


def start(lab, host, *options):
    helper = host.popen("edge-vantage", "-r", lab.dir, *options, name="vantage")
    wait_until(lambda: "stands beside the VIPs" in helper.output(), 15, "edge-vantage to be ready")
    return helper


def refused(lab, host, *options):
    helper = host.popen("edge-vantage", "-r", lab.dir, *options, name="refused")
    helper._expected_end = True
    assert helper.exit_code() == 2
    helper.end = lambda: None  # it ended as it should
    return helper.output()


def links(host):
    return host.run("ip", "-brief", "link").stdout


def ask(s, family, magic=MAGIC):
    s.send(struct.pack("=IHH", magic, family, 0))
    message, fds, _, _ = socket.recv_fds(s, 64, 2)
    return (socket.socket(fileno=fds[0]), struct.unpack("=IHHi", message)) if message else (None, None)


def client(lab):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(15)
    s.connect(str(lab.dir / "vantage.sock"))
    return s


def test_its_life(lab):
    host = lab.host("host")
    host.address("192.0.2.10/32", "2001:db8::10/128")
    helper, held = start(lab, host), []
    rights = dict(re.findall(r"^(Cap\w+):\t(\w+)$", open(f"/proc/{helper.pid}/status").read(), re.M))
    assert {int(rights[k], 16) for k in ("CapEff", "CapPrm", "CapInh")} == {0}
    assert (lab.dir / "vantage.sock").stat().st_mode & 0o777 == 0o660
    with client(lab) as s, client(lab) as stranger:
        for family, vip in VIPS.items():
            with host.entered():
                listening = socket.create_server((vip, 443), family=(socket.AF_INET, socket.AF_INET6)[family])
            inside, answer = ask(s, family)
            assert answer == (MAGIC, family, 0, 0)
            inside.settimeout(15)
            inside.connect((vip, 443))
            assert listening.accept()[1][0] in ("198.18.53.2", "fd65:6470:6f6f:6c::2")
            held.append(inside)
        assert ask(stranger, 0, magic=1)[0] is None, "who asks nonsense is sent away"
        assert ask(s, 0)[1][3] == 0, "and nobody else with him"
    assert "another edge-vantage answers there" in refused(lab, host)
    helper.kill()
    assert "edge-vantage" in links(host), "its sockets keep it a little longer"
    helper = start(lab, host, "-4", "198.18.60.0/24")
    assert "198.18.60.1/24" in host.run("ip", "address").stdout
    for s in held:
        s.close()
    helper.stop()
    wait_until(lambda: "edge-vantage" not in links(host), 15, "all of it to be gone")
    assert not os.path.exists(lab.dir / "vantage.sock")


def test_what_is_not_its_own(lab):
    host = lab.host("host")
    host.ip("link add edge-vantage type veth peer name other")
    assert "an interface edge-vantage is there that is not ours" in refused(lab, host)
    assert "edge-vantage" in links(host)
    host.ip("link del edge-vantage", "link set lo up", "addr add 198.18.0.1/15 dev lo")
    assert "give another prefix with -4" in refused(lab, host)
    # The host's end of the pair, as somebody else's address.
    host.ip("addr add fd00:7::1/128 dev lo nodad")
    assert "at fd00:7::1: give another prefix with -6" in refused(lab, host, "-4", "192.0.2.64/30", "-6", "fd00:7::/126")
    assert "edge-vantage" not in links(host)
    helper = start(lab, host, "-4", "192.0.2.64/30")
    host.ip("link del edge-vantage")
    helper._expected_end = True
    assert helper.exit_code() == 1 and "somebody removed our interface" in helper.output()
    helper.end = lambda: None
