"""What the records of one resource cover: its lists, its coverage, what is unread (answers.md section 1)."""
from dataclasses import dataclass, field

from moments import EVER, NEVER, SECOND, newest
from topic import Record

WATCH = 1800 * SECOND           # kube-apiserver keeps a watch open for so long at least
UNLIMITED = 1 << 64             # greater than any revision


@dataclass
class Coverage:
    """The offsets at which something happened to one resource."""
    first: int = None               # of its first record
    by_hand: bool = False           # which is ADDED: kubectl wrote it
    begun: int = None               # of its first SYNC_BEGIN
    whole: tuple = None             # (offset, received) of the first SYNC_END of a list of everything
    listed: list = field(default_factory=list)      # (offset, received) of the first listing
    listing: bool = True            # the first listing is not over
    unlisted: int = None            # offset of the first change of an object that no record showed before
    unread: list = field(default_factory=list)      # [offset from, offset to or None]
    open: bool = False              # a SYNC_BEGIN has no SYNC_END yet
    limited: bool = False           # its scope is not everything
    list_began: int = None          # offset of the SYNC_BEGIN of a list that is not over

    def record(self, record, shown):
        """Before anything else is done with a record of the resource. SHOWN: its object had a record before."""
        if self.first is None:
            self.first, self.by_hand = record.offset, record.type == "ADDED"
        if record.type != "ADDED":
            self.listing = False
        elif self.listing:
            self.listed.append((record.offset, record.received))
        if record.type in ("MODIFIED", "DELETED") and not shown and self.unlisted is None:
            self.unlisted = record.offset
        if record.type == "SYNC_BEGIN" and self.begun is None:
            self.begun = record.offset
        if record.type == "SYNC_END" and self.open and not self.limited and self.whole is None:
            self.whole = (record.offset, record.received)
        if record.type == "SYNC_BEGIN":
            self.limited = record.selective or record.namespaces is not None
        self.open = record.type == "SYNC_BEGIN" or (self.open and record.type != "SYNC_END")

    def sync_begin(self, record):
        """The SYNC_BEGIN of a list or of a listing."""
        self.list_began = record.offset
        self.listing = False        # another one ends the first

    def sync_end(self, record):
        """A SYNC_END with its SYNC_BEGIN."""
        for span in self.unread:
            if span[1] is None and span[0] < self.list_began and not self.limited:
                span[1] = record.offset
        self.list_began = None

    def cannot_be_read(self, offset):
        self.unread.append([offset, None])

    def is_unread(self, position):
        return any(since <= position and (until is None or position < until) for since, until in self.unread)

    def start(self, position, progress, kube_from):
        """When the coverage begins as of POSITION. PROGRESS is the offset of the cluster's first one, or None."""
        if not self.is_there(position):
            return NEVER if progress is None or progress > position else EVER
        whole = self.whole if self.whole and self.whole[0] <= position else None
        if self.listed_whole(position) and (progress is None or progress > (whole[0] if whole else position)):
            if kube_from is not None:
                return kube_from
            return newest(received for offset, received in self.listed if offset <= position)
        return whole[1] if whole else EVER

    def listed_whole(self, position):
        """Whether it begins with a listing of kubectl, and nothing up to POSITION belies that this was whole."""
        return self.by_hand and (self.unlisted is None or self.unlisted > position)

    def is_there(self, position):
        return self.first is not None and self.first <= position


class Listings:
    """Finds the lists in what `kubectl get -w` wrote, and the SYNC records that they stand for."""

    def __init__(self):
        self.began = None           # offset of the last listing's first record
        self.received = None        # the greatest of it
        self.greatest = None        # the greatest since it began
        self.start = None           # the watch was made then or later
        self.latest = NEVER         # the greatest of these so far
        self.watched = None         # (`start`, the greatest until this one) of the listing before
        self.uids = None            # those in a listing that is not over
        self.first = True           # it is the first one, which has no SYNC_BEGIN

    def before(self, record, again, started):
        """The records to feed before RECORD, of a resource without a SYNC_BEGIN so far. AGAIN: its
        uid is there and was seen since the last listing began. STARTED: it is a pod that a kubelet has started."""
        made = []
        over = record.type != "ADDED" or record.uid in (self.uids or ())
        if self.uids is not None and over:
            made += self.end(record.offset)
        if self.began is None:
            self.begin(record)
        elif record.type == "ADDED" and (again or (started and self.uids is None)):
            made += self.begin_again(record)
        elif self.uids is not None:
            self.uids.add(record.uid)
            self.received = max(self.received, record.received)
        self.greatest = max(self.greatest, record.received)
        if record.type == "ADDED" and started and self.start != NEVER:
            self.start = max(self.start, record.received)       # such a pod was listed, so the watch is not older
            self.latest = max(self.latest, self.start)
        if record.listed:
            self.start = self.latest = NEVER     # a List is no watch
        return made

    def begin(self, record):
        self.began, self.watched = record.offset, (self.start, self.greatest)
        self.start = self.received = self.greatest = record.received
        self.latest = max(self.latest, record.received)
        self.cluster, self.resource = record.cluster, record.resource
        self.uids = {record.uid} if record.type == "ADDED" else None

    def begin_again(self, record):
        self.begin(record)
        self.first = False
        return [Record(record.offset, "SYNC_BEGIN", record.cluster, record.resource, record.received)]

    def end(self, offset):
        """The GAP and the SYNC_END of a listing that is over before the record at OFFSET."""
        self.uids = None
        if self.first:
            return []
        since = watch_end(*self.watched, self.received)
        return [self.gap(offset, since, self.received), Record(offset, "SYNC_END", self.cluster, self.resource, self.received, revision=UNLIMITED, known=since)]

    def gap(self, offset, since, until):
        return Record(offset, "GAP", self.cluster, self.resource, self.greatest, start=since, end=until)

    def finish(self, offset):
        """At the end of a closed topic, the last record of which is at OFFSET."""
        return self.end(offset) if self.uids is not None else []

    def after_watch(self, offset, latest):
        """What follows then, if nobody says more. LATEST is the latest first `received` of all resources' listings."""
        first = NEVER if self.start == NEVER else latest
        return [] if self.began is None else [self.gap(offset, watch_end(first, self.greatest, EVER), EVER)]


def watch_end(first, greatest, limit):
    """Until when a watch lasted for sure: it was made at FIRST or later, its GREATEST `received` is known, and something else
    began at LIMIT."""
    end = max(greatest, first + WATCH)
    return end if end <= limit else greatest
