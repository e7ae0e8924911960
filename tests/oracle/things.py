"""Objects over the offsets, and the order of their records (answers.md section 1).

What changes is kept as a list of (offset, value), so the value at a position is found
by bisection and an answer never depends on when it is asked.
"""
import bisect

from moments import NEVER


class History:
    """The values of one thing over the offsets."""

    def __init__(self):
        self.offsets, self.values = [], []

    def add(self, offset, value):
        if self.offsets and self.offsets[-1] == offset:
            self.values[-1] = value
        else:
            self.offsets.append(offset)
            self.values.append(value)

    def at(self, position, default=None):
        index = bisect.bisect_right(self.offsets, position)
        return self.values[index - 1] if index else default

    def last(self, default=None):
        return self.values[-1] if self.values else default


class Thing:
    """One object of one resource."""

    def __init__(self, uid):
        self.uid = uid
        self.revision = 0               # the greatest of its applied records
        self.applied = 0                # that of its last applied record
        self.deleted = self.absent = False
        self.seen = -1                  # offset of its last record, applied or not
        self.latest = NEVER             # the greatest received of what was applied to it
        self.namespace = ""
        self.holder = None              # of a pod: itself, or the static pod that it mirrors
        self.state = History()          # epochs of a pod, a Held of a node or service
        self.facts = History()
        self.standing = History()       # of a pod
        self.foreign = False            # others ended it, so its phase proves nothing
        self.began = None               # start_time
        self.again = None               # the startTime of a mirror that its kubelet wrote when it was started again
        self.copied = set()             # annotations of a pod before it was started
        self.bare = History()           # a Node that is there without InternalIP: its creation; else None

    def told(self, received):
        self.latest = max(self.latest, received)

    def is_gone_since_before(self, moment):
        return (self.deleted or self.absent) and self.latest < moment

    def forget_order(self):
        self.revision = self.applied = 0
        self.may_return()

    def may_return(self):
        self.deleted, self.absent = False, self.deleted or self.absent


def is_newer(record, thing):
    """Whether a record of an object that is not deleted is to be applied."""
    if record.type == "DELETED" or record.revision is None:
        return True
    return record.revision > thing.revision or (thing.absent and record.revision == thing.revision)


def went_back(record, thing, begin):
    """Whether RECORD, of a list that is as new as its SYNC_BEGIN says, shows THING as it was before."""
    return (None not in (record.revision, begin.revision)
            and record.revision < thing.revision <= begin.revision)


def is_new_order(revision, greatest):
    """Whether a list of REVISION is of a restored or moved etcd."""
    return revision is not None and revision < greatest
