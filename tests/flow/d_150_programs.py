# SPDX-License-Identifier: BSD-2-Clause
"""A member is what the administrator's program says of it; a program that runs too long is
killed with its children, and no helper, or no program, is no evidence."""
from pathlib import Path

from lab import program, wait_until, whole_lines
from probed import Probed

NOT = {"probe": "none"}
CHECK = """#!/bin/sh
told=$1.$EDGE_ADDRESS.$EDGE_PROTOCOL # for the play to read
{ env; echo "args=$*"; } > $told.new && mv $told.new $told
case $(cat $1) in
well) exit 0 ;;
hang) sleep 1000 & echo $! >> $told.pids; wait ;;
esac
"""


class Exec:
    def __init__(self, lab):
        self.p = Probed(lab, simulated=(), members=1)
        self.state = lab.dir / "state"
        self.script = lab.dir / "check"
        self.script.write_text(CHECK)
        self.script.chmod(0o755)
        self.say("well")
        self.asked = {"probe": "exec", "exec": [str(self.script), str(self.state)]}
        self.conf = {"client_certificate": False, "health": {"interval": 0.2, "timeout": 1.5, "fall": 2},
                     "access": NOT, "federation": NOT, "xmpp": NOT, "webconf": NOT, "av": self.asked,
                     "internal": {"sip": NOT, "mras": NOT, "av": NOT}}

    def say(self, word):
        aside = self.state.with_suffix(".aside")
        aside.write_text(word)
        aside.rename(self.state)

    def start_helper(self):
        return self.p.host.popen(program("edge-health-exec"), *self.p.edge.options(), name="edge-health-exec")

    def expect(self, health, reason):
        self.p.wait({(0, s): (health, reason) for s in ("av-tcp", "av-udp")})


def test_the_program_decides_and_its_helper_does_not(lab):
    x = Exec(lab)
    p = x.p
    p.edge.write(p.conf(**x.conf))
    helper = x.start_helper()
    p.start(**x.conf)
    x.expect("up", "ok")
    address = p.members[0].addresses["av"][1]
    told = Path(f"{x.state}.{address}.udp").read_text().splitlines()
    names = {line.partition("=")[0] for line in told}
    assert names - {"PWD", "OLDPWD", "_", "SHLVL"} == {
        "PATH", "LANG", "EDGE_ADDRESS", "EDGE_PORT", "EDGE_PROTOCOL", "EDGE_SERVICE", "EDGE_SIDE", "EDGE_NAME",
        "EDGE_MEMBER", "EDGE_POOL", "EDGE_TIMEOUT", "args"}
    for line in ("EDGE_PORT=3478", "EDGE_PROTOCOL=udp", "EDGE_SERVICE=av-udp", "EDGE_SIDE=external",
                 "EDGE_NAME=av.contoso.com", "EDGE_MEMBER=edge1", "EDGE_POOL=edge.contoso.net", "EDGE_TIMEOUT=1.500",
                 f"args={x.state}", f"EDGE_ADDRESS={address}"):
        assert line in told, line

    x.say("hang")
    x.expect("down", "answer-timeout")
    # With what the program had started.
    child = whole_lines(Path(f"{x.state}.{address}.udp.pids").read_text())[0]
    wait_until(lambda: not Path(f"/proc/{child}").exists(), 10, "the program's child to be killed")
    x.say("well")
    x.expect("up", "ok")
    helper.kill()
    wait_until(lambda: {p.endpoint(0, s)["last"] for s in ("av-tcp", "av-udp")} == {"local"}, 10, "local outcomes")
    x.expect("up", "ok")


def test_a_helper_that_comes_late_hears_of_a_reload_and_leaves_nothing_behind(lab):
    x = Exec(lab)
    p = x.p
    p.start(**x.conf)
    wait_until(lambda: "could not be probed" in p.log(), 10, "a probe without a helper")
    assert '(No such file or directory), "edge-health-exec is not there"; 1 such probes' in p.log()
    assert {r["health"] for r in p.status()} == {"unknown"}
    helper = x.start_helper()
    x.expect("up", "ok")
    other = lab.dir / "other"
    other.write_text("#!/bin/sh\nsleep 1000 &\nprintf 'no \\033[31m\"luck\"\\nsecond line\\n'; exit 4\n")
    other.chmod(0o755)
    x.conf["av"] = {"probe": "exec", "exec": [str(other)]}
    p.edge.write(p.conf(**x.conf))
    p.edge.ask("health", "reload")
    x.expect("down", "program-failed")
    wait_until(lambda: p.endpoint(0, "av-tcp")["said"] == "no ?[31m'luck'", 10, "its first line")
    assert "up -> down, program says it is bad (exit 4), \"no ?[31m'luck'\", 2 of 2" in p.log()

    p.edge.daemon["health"].stop()
    children = Path(f"/proc/{helper.pid}/task/{helper.pid}/children")
    wait_until(lambda: not children.read_text().split(), 10, "no child to be left")
    assert helper.stop() == 0
    assert not (p.edge.run_dir / "health-exec.sock").exists()
