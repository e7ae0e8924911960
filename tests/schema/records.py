"""Which files hold records of which topic."""
import json
import lzma
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = ("kube", "flows", "tagged", "rejected", "edges", "statistics")
NAME = re.compile(r"(?:^|[.-])(kube|flows|tagged|rejected|edges|statistics)(?:\.(?:ndjson|jsonl|json))?(?:\.xz)?$")


def kind_of_name(path):
    """The topic that a file's name tells, or None."""
    match = NAME.search(path.name)
    return match[1] if match else None


def lines_of(path):
    """The records of a file, packed or not."""
    opened = lzma.open(path) if path.suffix == ".xz" else path.open("rb")
    with opened as stream:
        return stream.read().splitlines()


def folder():
    """Where integration tests leave records for 99-records."""
    return Path(os.environ.get("TENURE_RECORDS") or Path(os.environ.get("BUILD", ROOT / "build")) / "test-records")


def leave(kind, lines, most=3000):
    """Leaves the running test's records of one topic, the first MOST of them, to be validated."""
    path = folder() / f"{Path(sys.argv[0]).stem}.{kind}.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        stream.writelines(line.rstrip(b"\n") + b"\n" for line in lines[:most])


def kind_of_record(line):
    """The topic of a record by what it holds, or None: for output that carries no name."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    if "tenure" in record and "event" in record:
        return "tagged"
    if {"reason", "detail", "record"} <= set(record):
        return "rejected"
    if {"type", "cluster", "received"} <= set(record):
        return "kube"
    if {"window", "id", "source", "target"} <= set(record):
        return "edges"
    if {"event", "counters", "interfaces"} <= set(record):
        return "statistics"
    if {"event", "network", "flow", "observer"} <= set(record):
        return "flows"
    return None
