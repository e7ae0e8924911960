"""The records of a run as the checker takes them: from files, or from files that topics.py copied."""
import heapq
import json

from kubeview import instant
from records import open_packed


class Record:
    """One record and where it stood."""

    def __init__(self, partition, offset, value):
        self.partition, self.offset, self.value = partition, offset, value

    @property
    def place(self):
        return self.partition, self.offset

    def json(self):
        return json.loads(self.value)


def read_records(path):
    """A file is a topic with one partition whose offset is the record's number."""
    found = []
    with open_packed(path) as file:
        for number, line in enumerate(file):
            line = line.rstrip(b"\n")
            place, tab, value = line.partition(b"\t")
            if tab and place.replace(b" ", b"").isdigit():
                partition, offset = map(int, place.split())
                found.append(Record(partition, offset, value))
            else:
                found.append(Record(0, number, line))
    return found


def written_in_order(path):
    """(received, line) of the records of one writer, none earlier than the one before it."""
    latest = 0
    with open(path, "rb") as file:
        for line in file:
            latest = max(latest, instant(json.loads(line)["received"]))
            yield latest, line


def in_order_received(paths):
    """The lines of files of a kube topic, one for each of its writers, as they would have come into one topic."""
    return (line for _, line in heapq.merge(*map(written_in_order, paths), key=lambda pair: pair[0]))
