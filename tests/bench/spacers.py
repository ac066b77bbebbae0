# SPDX-License-Identifier: BSD-2-Clause
"""spacers - programs that nobody runs, which take up room, so that the next one lies elsewhere.

The kernel puts translated programs into its memory one behind the other.  Where the kernel
engine's lies is nobody's choice, and the same program costs a session more at one place
than at another (kernel.md has figures): one place would be luck, good or bad.
"""
import contextlib
import ctypes
import os
import struct

from lab import LabError

SCHED_CLS = 3  # BPF_PROG_TYPE_SCHED_CLS
MOVE, EXIT = 0xb7, 0x95  # r0 = number, exit
INSTRUCTIONS = 8500  # about as large as the kernel engine's, translated


def _spacer():
    libbpf = ctypes.CDLL("libbpf.so.1", use_errno=True)
    body = struct.pack("=BBhi", MOVE, 0, 0, 1) * (INSTRUCTIONS - 1) + struct.pack("=BBhi", EXIT, 0, 0, 0)
    fd = libbpf.bpf_prog_load(SCHED_CLS, b"spacer", b"Dual BSD/GPL", body, ctypes.c_size_t(INSTRUCTIONS), None)
    if fd < 0:
        raise LabError(f"cannot load a program that takes up room: {os.strerror(ctypes.get_errno())}")
    return fd


@contextlib.contextmanager
def spacers(n):
    """So many, for as long as the block lasts."""
    with contextlib.ExitStack() as taken:
        for _ in range(n):
            taken.callback(os.close, _spacer())
        yield
