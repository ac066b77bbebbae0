# SPDX-License-Identifier: BSD-2-Clause
"""A master agent that takes connections and drops them, or stops in the middle of a message,
is asked at the usual pace and cannot keep edge-snmp from anything."""
import contextlib
import os
import socket
import struct
import threading
import time

from lab import PATIENCE, wait_until
from published import Published

PING = 3.0  # AGENT_PING_S
MODES = ("half", "huge", "junk")


class StrangeMaster:
    """Takes every connection; what it does with a message is .mode."""

    def __init__(self, path):
        self.mode, self.taken = "drop", []
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(path))
        self.listening.listen(64)
        os.chmod(path, 0o777)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            c = self.listening.accept()[0]
            self.taken.append(time.monotonic())
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        with contextlib.suppress(OSError), c:
            while (octets := c.recv(65536)) and self.mode != "drop":
                head = bytes([1, 18, 0, 0]) + struct.pack("<I", 7) + octets[8:16]
                c.sendall({"half": head[:13], "huge": head + b"\xff\xff\xff\x7f" + bytes(9),
                           "junk": bytes(range(256)) * 40}[self.mode])


def test_it_is_asked_at_the_usual_pace_and_hinders_nothing(lab):
    p = Published(lab)
    master = StrangeMaster(p.master.socket)
    p.edge.start("health", "snmp")
    open_files = f"/proc/{p.edge.daemon['snmp'].pid}/fd"
    before = len(os.listdir(open_files))
    wait_until(lambda: len(master.taken) >= 5, 60, "it to be asked five times")
    gaps = [b - a for a, b in zip(master.taken[2:], master.taken[3:])]
    assert min(gaps) > PING / 2, "one attempt at a time"
    for mode in MODES:
        master.mode, count = mode, len(master.taken)
        while len(master.taken) < count + 1:
            began = time.monotonic()
            assert "away" in p.edge.ask("snmp", "status")
            assert time.monotonic() - began < 2 * PING * PATIENCE
    assert len(os.listdir(open_files)) <= before + 2
    assert p.edge.daemon["snmp"].output().count("away") == 1, "said once"
    assert p.edge.daemon["snmp"].stop() == 0
