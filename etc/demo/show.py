# SPDX-License-Identifier: BSD-2-Clause
"""show - what the demo prints: chapters, tables, expectations.  Colour on a terminal,
plain text elsewhere; knows nothing of edgepool."""
import os
import sys
import time

TERMINAL = sys.stdout.isatty() and os.environ.get("TERM") not in (None, "", "dumb") \
    and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if TERMINAL else text


class Show:
    def __init__(self):
        self.began, self.chapters, self.held, self.failed = time.monotonic(), 0, 0, []

    def chapter(self, title):
        self.chapters += 1
        line = f" {self.chapters}  {title} "
        print("\n" + paint("1;36", f"\u2501\u2501{line}" + "\u2501" * max(2, 76 - len(line)))
              if TERMINAL else f"\n=={line}" + "=" * max(2, 76 - len(line)), flush=True)

    def text(self, text, indent=2):
        for line in text.rstrip("\n").splitlines():
            print(" " * indent + line, flush=True)

    def say(self, text):
        print(f"  {text}", flush=True)

    def command(self, text):
        print("  " + paint("2", f"$ {text}"), flush=True)

    def expect(self, sentence, holds):
        """holds: a bool, or a function that raises AssertionError (with the reason)."""
        why = ""
        if callable(holds):
            try:
                holds = holds() is not False
            except (AssertionError, OSError, ValueError, KeyError) as e:
                holds, why = False, f": {e}"
        if holds:
            self.held += 1
            print("  " + (paint("32", "\u2714") if TERMINAL else "ok   ") + f" {sentence}", flush=True)
        else:
            self.failed.append(sentence)
            print("  " + (paint("1;31", "\u2718") if TERMINAL else "FAILED") + f" {sentence}{why}", flush=True)
        return bool(holds)

    def table(self, head, rows):
        """A table; numbers to the right, and a bar for the last column of numbers."""
        cells = [[str(c) for c in r] for r in [head, *rows]]
        widths = [max(len(r[i]) for r in cells) for i in range(len(head))]
        for n, row in enumerate(cells):
            line = "  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths)))
            print("    " + (paint("1", line) if n == 0 else line), flush=True)

    def summary(self):
        seconds = time.monotonic() - self.began
        total = self.held + len(self.failed)
        if self.failed:
            print("\n" + paint("1;31", f"{len(self.failed)} of {total} expectations did not hold "
                                       f"({seconds:.0f} s):"), flush=True)
            for sentence in self.failed:
                print(f"  - {sentence}", flush=True)
        else:
            print("\n" + paint("1;32", f"all {total} expectations held ({seconds:.0f} s)"), flush=True)
        return 1 if self.failed else 0
