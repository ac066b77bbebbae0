# SPDX-License-Identifier: BSD-2-Clause
"""What every play may ask for: `lab` (an empty laboratory), `net` (both layouts in turn),
`routed` and `one_subnet`.  A failed play prints the logs of all its processes."""
import pytest

import lab as laboratory
import topology


def pytest_configure(config):
    capture = config.pluginmanager.getplugin("capturemanager")
    if capture:
        capture.suspend_global_capture(in_=True)
    try:
        laboratory.become_root()
    except laboratory.LabError as e:
        pytest.exit(f"flow tests: {e}", returncode=77)
    if capture:
        capture.resume_global_capture()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if call.when == "call":
        item.failed_call = report.failed


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


@pytest.fixture(params=sorted(topology.LAYOUTS))
def net(request, lab):
    return topology.LAYOUTS[request.param](lab)


@pytest.fixture
def routed(lab):
    return topology.routed(lab)


@pytest.fixture
def one_subnet(lab):
    return topology.one_subnet(lab)
