# SPDX-License-Identifier: BSD-2-Clause
"""A real snmpd takes etc/snmpd-edgepool.conf as it is, and shows what it says, no more."""
import os
import pwd

import pytest

from lab import ROOT
from master import PORT
from published import MIB, Published

COMMUNITY = "edgepool-example"


def snippet(socket):
    """The snippet, but for what belongs to an installed system."""
    text = (ROOT / "etc/snmpd-edgepool.conf").read_text()
    for there, here in (("unix:/var/agentx/master", f"unix:{socket}"), ("Debian-snmp edgepool\n", "nobody nogroup\n"),
                        ("trap2sink 127.0.0.1 ", "trap2sink 127.0.0.1:1162 ")):
        assert text.count(there) == 1, f"the snippet no longer says {there!r}"
        text = text.replace(there, here)
    return f"agentAddress udp:127.0.0.1:{PORT}\nrocommunity public 127.0.0.1\n{text}"


def test_it_loads_and_its_view_ends_at_the_module(lab):
    nobody = pwd.getpwnam("nobody")
    mine = lab.dir / "mine"
    mine.touch()
    try:
        os.chown(mine, nobody.pw_uid, nobody.pw_gid)
    except OSError:
        pytest.skip("only root may give the socket to a group")
    p = Published(lab)
    p.master.socket = p.master.dir / "new/master"  # a directory that snmpd makes
    p.reconfigure()
    (p.master.dir / "snmpd.conf").write_text(snippet(p.master.socket))
    p.start()
    log = p.master.process.output()
    assert "Unknown" not in log and "rror" not in log and "Can't" not in log, log
    made = p.master.socket.stat()
    assert (made.st_mode & 0o777, made.st_gid) == (0o660, nobody.pw_gid)
    assert p.master.socket.parent.stat().st_mode & 0o777 == 0o755

    def ask(oid):
        return p.host.run("snmpwalk", "-v2c", "-c", COMMUNITY, f"127.0.0.1:{PORT}", oid, env=p.master.env).stdout
    assert "edge1" in ask(MIB + "edgePoolMemberName")
    assert "No Such Object" in ask("1.3.6.1.2.1.25")
    one = p.member("edge1")
    done = p.host.run("snmpset", "-v2c", "-c", COMMUNITY, f"127.0.0.1:{PORT}",
                      MIB + f"edgePoolMemberAdmin.{one}", "i", "2", env=p.master.env, check=False)
    assert done.returncode != 0 and "noAccess" in done.stderr
