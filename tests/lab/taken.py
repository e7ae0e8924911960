"""The records of a run as the checker takes them: from files, or from files that topics.py copied."""
import json

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
