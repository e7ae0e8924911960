"""Which files hold records of which topic."""
import json
import lzma
import re

KINDS = ("kube", "flows", "tagged", "rejected")
NAME = re.compile(r"(?:^|[.-])(kube|flows|tagged|rejected)(?:\.(?:ndjson|jsonl|json))?(?:\.xz)?$")


def kind_of_name(path):
    """The topic that a file's name tells, or None."""
    match = NAME.search(path.name)
    return match[1] if match else None


def lines_of(path):
    """The records of a file, packed or not."""
    opened = lzma.open(path) if path.suffix == ".xz" else path.open("rb")
    with opened as stream:
        return stream.read().splitlines()


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
    if {"event", "network", "flow", "observer"} <= set(record):
        return "flows"
    return None
