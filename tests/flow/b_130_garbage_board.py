# SPDX-License-Identifier: BSD-2-Clause
"""Whatever stands on the health board, edge-lb reads it without harm, goes on while it is
cut short or gone, and believes it again when edge-health writes one anew."""
import mmap
import os
import random
import socket
import struct

from echo import Session, echoes, relay_conf, until_up
from lab import wait_until

WORDS = (0, 1, 2**63, 2**63 - 1, 2**64 - 1)


def scribble(board, rng):
    for _ in range(rng.randrange(1, 300)):
        at = rng.randrange(0 if rng.random() < 0.1 else 64, len(board) // 8) * 8
        board[at:at + 8] = struct.pack("=Q", rng.choice((*WORDS, rng.getrandbits(64), rng.getrandbits(44))))


def test_garbage(routed):
    edge, rng = routed.edge, random.Random(1)
    edge.write(relay_conf(routed, access={"algorithm": "round-robin"}, webconf={"algorithm": "source-hash"}))
    with echoes(routed), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        edge.start("health", "lb")
        until_up(routed)
        edge.daemon["health"].freeze()
        path = edge.run_dir / "health.board"

        def look():
            bell.sendto(b"look", str(edge.run_dir / "lb.notice"))
            return edge.ask("lb", "sessions")
        with open(path, "r+b") as f, mmap.mmap(f.fileno(), 0) as board:
            good = board[:]
            for n in range(200):
                if n % 20 == 0:
                    board[:] = good
                scribble(board, rng)
                look()
        os.truncate(path, 100)
        look()
        path.unlink()
        look()
        edge.daemon["health"].kill()
        edge.start("health")
        until_up(routed)
        wait_until(lambda: look().count(" up ") >= 24, 15, "edge-lb to know it")
        assert Session(routed, "access").who() and Session(routed, "webconf").who()
