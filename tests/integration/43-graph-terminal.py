#!/usr/bin/env python3
"""Goal: on a terminal tenure-graph's table fits the lines and columns that there are, keys sort it, and q ends it and leaves the terminal as it
was. Its flows come from standard input, so keys are read from the terminal itself.
"""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

ROOT = os.environ["ROOT"]
FLOWS = os.path.join(ROOT, "tests/cases/graph-ends-and-errors/tagged.ndjson")
LINES, COLUMNS = 18, 80
SCREEN = b"\x1b[H\x1b[J"


class Terminal:
    def __init__(self):
        self.read_end, write_end = os.pipe()
        with open(FLOWS, "rb") as flows:
            os.write(write_end, flows.read())
        self.flows = write_end
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.dup2(self.read_end, 0)
            os.close(write_end)
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("4H", LINES, COLUMNS, 0, 0))
            os.execvp("tenure-graph", ["tenure-graph", "--in", "-", "--follow", "--window", "10m"])
        os.close(self.read_end)
        self.seen = b""

    def screen(self, what):
        """The lines of the next screen that has WHAT."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.2)[0]:
                self.seen += os.read(self.fd, 65536)
            last = self.seen.split(SCREEN)[-1]
            if what in last and last.endswith(b"quit\r\n"):
                self.seen = b""
                return last.decode().splitlines()
        raise AssertionError(f"no screen has {what}: {self.seen!r}")

    def press(self, key):
        os.write(self.fd, key)


def numbers(lines, column):
    """The cells of COLUMN, right-aligned under its name, as numbers."""
    head = next(i for i, line in enumerate(lines) if line.startswith("CLIENT"))
    end = lines[head].index(column) + len(column)
    cells = [re.search(r"(\S+)$", line[:end]) for line in lines[head + 1 :] if line]
    found = []
    for line, cell in zip(lines[head + 1 :], cells):
        if line.startswith("total"):
            break
        found.append(int(cell[1]))
    return found


def main():
    terminal = Terminal()
    before = termios.tcgetattr(terminal.fd)
    lines = terminal.screen(b"by names")
    print("\n".join(lines))
    assert len(lines) <= LINES and all(len(line) <= COLUMNS for line in lines[3:]), lines
    assert lines[3].startswith("CLIENT") and "MAX" not in lines[3], lines[3]
    assert not termios.tcgetattr(terminal.fd)[3] & (termios.ICANON | termios.ECHO)
    terminal.press(b"s")
    found = numbers(terminal.screen(b"by flows"), "FLOWS")
    assert found == sorted(found, reverse=True) and found[0] == 3, found
    terminal.press(b"r")
    found = numbers(terminal.screen(b"by flows, reversed"), "FLOWS")
    assert found == sorted(found), found
    terminal.press(b"<<")
    terminal.screen(b"by errors")
    terminal.press(b"q")
    _, status = os.waitpid(terminal.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, status
    after = termios.tcgetattr(terminal.fd)
    assert after[3] == before[3] | termios.ICANON | termios.ECHO, "the terminal is not as it was"
    return 0


if __name__ == "__main__":
    sys.exit(main())
