# SPDX-License-Identifier: BSD-2-Clause
"""edgectl without any daemon: it checks files, says who is missing, and refuses to act."""
import json

from lab import program
from topology import Edge


def test_check_says_what_is_wrong_and_its_exit_code_how_much(routed):
    edge = routed.edge
    good = routed.conf(tls=False)
    edge.write(good)
    done = edge.ctl("check", edge.conf_file)
    assert done.stdout.splitlines()[-1].startswith(f"{edge.conf_file}: ok, 1 pool, 3 members")
    weak = good | {"pools": [good["pools"][0] | {"members": good["pools"][0]["members"][:1]}]}
    edge.write(weak)
    assert edge.ctl("check", check=False).returncode == 0
    strict = edge.ctl("check", "--strict", check=False)
    assert strict.returncode == 1 and " warning [R17]: " in strict.stdout
    edge.write(good | {"pools": [good["pools"][0] | {"internal": {"balancing": "dns"}}]})
    wrong = edge.ctl("check", check=False)
    assert wrong.returncode == 2 and " error [R1]: " in wrong.stdout and ": ok" not in wrong.stdout


def test_status_is_complete_without_daemons_and_says_that_it_is_not_current(routed):
    edge = routed.edge
    edge.write(routed.conf(tls=False))
    page = edge.ctl("status", check=False)
    assert page.returncode == 3
    assert "edge-health  not running" in page.stdout and "edge-lb      not running" in page.stdout
    assert "\033[" not in page.stdout, "colours are for terminals"
    assert max(map(len, page.stdout.splitlines())) <= 80
    done = edge.ctl("status", "--json", check=False)
    status = json.loads(done.stdout)
    assert done.returncode == 3 and status["format"] == 1 and not status["current"]
    assert {d["name"]: d["board"] for d in status["daemons"]} == {
        "edge-health": "missing", "edge-lb": "missing", "edge-dnslb": "missing", "edge-snmp": "no-board"}
    assert [m["state"]["health"] for m in edge.members()] == ["unknown"] * 3


def test_a_run_directory_too_long_for_sockets_is_said_to_be(routed):
    edge = routed.edge
    edge.write(routed.conf(tls=False))
    for name, words in (("edgectl", ["status"]), ("edge-health", []), ("edge-lb", []), ("edge-dnslb", []),
                        ("edge-snmp", [])):
        done = routed.balancer.run(program(name), "-c", edge.conf_file, "-r", "/run/" + 100 * "x", *words,
                                   check=False)
        assert done.returncode == 2 and "is too long a name for sockets" in done.stderr, name


def test_an_answer_that_could_not_be_written_is_no_success(routed):
    edge = routed.edge
    edge.write(routed.conf(tls=False))
    for words in ("check", "keys", "help"):
        done = routed.balancer.run("sh", "-c", 'exec "$0" -c "$1" "$2" >/dev/full', program("edgectl"),
                                   edge.conf_file, words, check=False)
        assert done.returncode == 3 and "could not be written" in done.stderr, words


def test_nothing_is_done_and_the_reason_is_said(routed):
    edge = routed.edge
    edge.write(routed.conf(tls=False))
    for words, code, said in (
            (["drain", "edge1"], 3, "edge-health is not running"),
            (["drain", "edge9"], 2, "there is no member 'edge9'; did you mean"),
            (["drain"], 2, "usage: edgectl drain MEMBER"),
            (["reload"], 3, "edge-health  is not running"),
            (["status", "edge.contoso.ned"], 2, "did you mean edge.contoso.net"),
            (["dns", "plan"], 3, "edge-dnslb is not running"),
            (["stauts"], 2, "did you mean 'status'?")):
        done = edge.ctl(*words, check=False)
        assert (done.returncode, said in done.stdout + done.stderr) == (code, True), (words, done)


def test_every_program_tells_its_options_and_its_version(routed):
    for name in [*sorted(Edge.DAEMONS.values()), "edgectl", "edge-health-exec", "edge-vantage"]:
        for option, said in (("-h", f"usage: {name} "), ("--help", f"usage: {name} "),
                             ("-V", f"{name} "), ("--version", f"{name} ")):
            done = routed.balancer.run(program(name), option, check=False)
            assert done.returncode == 0 and done.stdout.startswith(said), (name, option)
        assert routed.balancer.run(program(name), "--nonsense", check=False).returncode == 2, name
