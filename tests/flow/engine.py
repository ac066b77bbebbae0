# SPDX-License-Identifier: BSD-2-Clause
"""engine - which engine serves the sessions of a play: the relay, or the program in the kernel.

Owns: whether the kernel engine can run here, a bpffs for what edge-lb pins, and what its
configuration needs in a laboratory.

A bpffs of each laboratory's own, so that plays run beside each other and beside an edgepool
of this host; in a namespace of mounts, so that it ends with this process, however that ends.

    @pytest.mark.engines               once for each engine
    @pytest.mark.engines("kernel")     for this one alone
    def test_it(net):
"""
import ctypes
import functools
import os
from pathlib import Path

from lab import LabError, program

RELAY, KERNEL = "relay", "kernel"
# Under sanitizers the packets' program is no other than without: one engine is enough there.
ENGINES = os.environ.get("EDGE_ENGINES", f"{RELAY} {KERNEL}").split()
# A million flows, the default, would cost each play 100 MB.
SIZES = {"flows": 16384, "half_open": 4096}

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS = 0x00020000
_MS_REC_PRIVATE = 0x4000 | 1 << 18
_MNT_DETACH = 2


@functools.cache
def _own_mounts():
    """Once: what is mounted from now on is seen by this thread and its processes alone."""
    if _libc.unshare(_CLONE_NEWNS) == 0:
        # Fails in a chroot, whose root is no mount: then it is seen from outside, and unmounted.
        _libc.mount(b"none", b"/", None, _MS_REC_PRIVATE, None)


def missing():
    """A sentence that says why the kernel engine cannot run here; None: it can."""
    if b"libbpf.so" not in Path(program("edge-lb")).read_bytes():
        return "the kernel engine is not built: it needs libbpf and clang"
    if os.geteuid() != 0 or Path("/proc/self/uid_map").read_text().split() != ["0", "0", str(2**32 - 1)]:
        return "the kernel engine needs root: an ordinary user may not load programs for packets"
    return None


class Bpffs:
    """A bpffs in the laboratory's directory; .pins is for lb.kernel.pins."""

    def __init__(self, lab, name="bpf"):
        self.path = lab.dir / name
        self.pins = self.path / "edgepool"
        _own_mounts()
        self.path.mkdir()
        if _libc.mount(b"edge", str(self.path).encode(), b"bpf", 0, None) != 0:
            raise LabError(f"{self.path}: cannot mount a bpffs: {os.strerror(ctypes.get_errno())}")

    def end(self):
        _libc.umount2(str(self.path).encode(), _MNT_DETACH)
        self.path.rmdir()


def prepare(net):
    """Makes the kernel engine the net's."""
    net.bpffs = Bpffs(net.lab)
    net.lab.ends.append(net.bpffs.end)
    net.lb_conf = {"engine": KERNEL, "kernel": {**SIZES, "pins": str(net.bpffs.pins)}}
