# SPDX-License-Identifier: BSD-2-Clause
"""Each daemon starts alone, answers its control socket and ends on SIGTERM with 0; a bad
configuration ends it at once with 2 and a sentence."""
import pytest

from topology import Edge

DAEMONS = sorted(Edge.DAEMONS)


@pytest.mark.parametrize("name", DAEMONS)
def test_it_starts_alone_and_ends_in_order(routed, name):
    edge = routed.edge
    edge.write(routed.conf())
    edge.start(name)
    assert edge.ask(name, "status").strip() != ""
    assert edge.daemon[name].stop() == 0
    assert edge.start(name).daemon[name].running(), "it starts again over what it left behind"


@pytest.mark.parametrize("name", DAEMONS)
@pytest.mark.parametrize("text,why", [
    ("pools = (", "a syntax error"),
    ('pools = ( { fqdn = "edge.contoso.net"; } );', "keys that are required"),
    (None, "no such file")])
def test_a_bad_configuration_is_refused_with_a_sentence(routed, name, text, why):
    edge = routed.edge
    if text is not None:
        edge.write(text)
    done = routed.balancer.run(Edge.DAEMONS[name], *edge.options(), check=False)
    assert done.returncode == 2, why
    assert str(edge.conf_file) in done.stdout + done.stderr, "the message names the file"
    assert not list(edge.run_dir.glob("*.board")), "nothing was started"


@pytest.mark.parametrize("name", DAEMONS)
def test_a_second_one_says_so_and_leaves_the_first_alone(routed, name):
    edge = routed.edge
    edge.write(routed.conf())
    edge.start(name)
    done = routed.balancer.run(Edge.DAEMONS[name], *edge.options(), check=False)
    assert done.returncode == 2
    assert f"{name}.ctl: another one is running" in done.stdout + done.stderr
    assert edge.ask(name, "status").strip() != ""
