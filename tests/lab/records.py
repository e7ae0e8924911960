"""Newline-delimited JSON: how the lab's processes leave what they saw."""
import glob
import json
import lzma
import os
import time
from datetime import datetime, timezone


class Log:
    """Appends one line per record, each with one write(), so that a killed
    process leaves whole lines and several processes may share a file."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def write(self, **record):
        os.write(self.descriptor, (json.dumps(record, separators=(",", ":")) + "\n").encode())


class Tail:
    """Reads a growing file; read() returns the whole records that are new."""

    def __init__(self, path):
        self.path = path
        self.file = None
        self.rest = b""

    def read(self):
        if self.file is None:
            if not os.path.exists(self.path):
                return []
            self.file = open(self.path, "rb")
        lines = (self.rest + self.file.read()).split(b"\n")
        self.rest = lines.pop()
        return [json.loads(line) for line in lines]


def open_packed(path):
    """PATH for reading, or PATH.xz where only that is there."""
    return open(path, "rb") if os.path.exists(path) else lzma.open(path + ".xz", "rb")


def read_each(pattern):
    """Every whole record of the files that match PATTERN, packed ones too."""
    for path in sorted(glob.glob(pattern)):
        with open_packed(path[:-3] if path.endswith(".xz") else path) as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield json.loads(line)


def render(nanoseconds, digits):
    """RFC 3339 in UTC, cut to that many digits of a second."""
    seconds, rest = divmod(nanoseconds, 10**9)
    text = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return text + ("." + f"{rest:09}"[:digits] if digits else "") + "Z"


def now():
    """Nanoseconds since 1970: the lab's one true clock."""
    return time.time_ns()
