# SPDX-License-Identifier: BSD-2-Clause
"""What every play may ask for: `lab` (an empty laboratory), `net` (both layouts in turn),
`routed`, `one_subnet`, and `everything` (a pool in each mode, four daemons, a private
snmpd, all up).  A failed play prints the logs of all its processes."""
import os

import pytest

import lab as laboratory
import topology
from engine import ENGINES, KERNEL, RELAY, missing
from master import Master


def pytest_configure(config):
    config.addinivalue_line("markers", "engines(*words): the play is for these engines, or for all")
    if os.geteuid() == 0:
        return
    capture = config.pluginmanager.getplugin("capturemanager")
    if capture:
        capture.suspend_global_capture(in_=True)
    try:
        laboratory.become_root()
    except laboratory.LabError as e:
        pytest.exit(f"flow tests: {e}", returncode=77)
    if capture:
        capture.resume_global_capture()


def pytest_generate_tests(metafunc):
    mark = metafunc.definition.get_closest_marker("engines")
    if mark:
        metafunc.parametrize("engine", mark.args or ENGINES, indirect=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if call.when == "call":
        item.failed_call = report.failed


def pytest_sessionfinish(session, exitstatus):
    """Where every play was left out, ctest is told so."""
    said = session.config.pluginmanager.getplugin("terminalreporter").stats
    if exitstatus == 0 and said.get("skipped") and not said.get("passed"):
        session.exitstatus = 77


@pytest.fixture
def lab(request):
    the_lab = laboratory.Lab()
    yield the_lab
    failed = getattr(request.node, "failed_call", True)
    the_lab.keep = failed
    logs = the_lab.logs() if failed else ""
    wrong = the_lab.close()
    if failed:
        print(f"\nthe lab's files: {the_lab.dir}\n{logs}")
    if wrong:
        pytest.fail("at the end: " + "; ".join(wrong) + ("" if failed else "\n" + the_lab.logs()))


@pytest.fixture
def engine(request):
    """The relay, if the play says nothing else: see engine.py."""
    which = getattr(request, "param", RELAY)
    if which == KERNEL and (why := missing()):
        pytest.skip(why)
    return which


@pytest.fixture(params=sorted(topology.LAYOUTS))
def net(request, lab, engine):
    return topology.LAYOUTS[request.param](lab, engine=engine)


@pytest.fixture
def routed(lab, engine):
    return topology.routed(lab, engine=engine)


@pytest.fixture
def one_subnet(lab, engine):
    return topology.one_subnet(lab, engine=engine)


@pytest.fixture
def prepared(lab):
    """Everything but the daemons."""
    net = topology.routed(lab, members=2, dns_members=2)
    net.master = Master(lab, net.balancer)
    net.master.start()
    net.start_members()
    conf = net.conf()
    conf["snmp"] = net.master.conf()
    conf["dns"] = {"policy": {"settle": 0.2, "spacing": 0.2}}
    net.edge.write(conf)
    return net


@pytest.fixture
def everything(prepared):
    net = prepared
    net.edge.start("health", "lb", "dnslb", "snmp")
    net.wait_members("up")
    laboratory.wait_until(lambda: all(net.published(m) == 3 for m in net.dns_members), 15,
                          "the records of both members")
    laboratory.wait_until(lambda: net.master.walk("EDGE-POOL-MIB::edgePoolMemberName").count("edge") >= 4,
                          15, "the subagent to be registered")
    return net
