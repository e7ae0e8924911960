"""Judges what tenure-kube wrote by the log of the server that it watched.

A change is {"resource", "uid", "revision", "at"}: AT is the instant in ns since 1970 at which it was committed,
before anybody could see it. Where the server keeps no log, it is what a writer knows: {"asked", "at"} are the instants
of the call and its answer, and the revision of a deletion is None.
"""

import bisect
import calendar
import time

from kube_api import final_state

CHANGES = ("ADDED", "MODIFIED", "DELETED")


def ns(text):
    """An RFC 3339 time as ns since 1970."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(fraction.ljust(9, "0") or 0)


class Topic:
    """The records, by what they say of one resource."""

    def __init__(self, records, resource):
        self.place = {}  # (uid, revision) -> index of its first record
        self.gone = {}  # uid -> index of its DELETED
        self.told = []  # (uid, revision) of each record that is not an item of a list
        self.gaps = []  # (from, to, index, record)
        listing = 0  # the revision of the list that is under way; changes after it come between its items
        for index, record in enumerate(records):
            kind = record["type"]
            if record.get("resource", resource) != resource:
                continue
            if kind == "SYNC_BEGIN":
                listing = int(record["resourceVersion"])
            elif kind == "SYNC_END":
                listing = 0
            elif kind == "GAP":
                self.gaps.append((ns(record["from"]), ns(record["to"]), index, record))
            elif kind in CHANGES:
                metadata = record["object"].get("metadata", {})
                assert {"uid", "resourceVersion"} <= set(metadata), ("an object without them", record)
                name = metadata["uid"], int(metadata["resourceVersion"])
                self.place.setdefault(name, index)
                if kind == "DELETED":
                    self.gone.setdefault(metadata["uid"], index)
                if name[1] > listing:
                    self.told.append(name)

    def settled(self, change):
        """The index of the record that shows a change or declares its loss; None without one."""
        uid, revision, asked = change["uid"], change["revision"], change.get("asked", change["at"])
        found = [index for begin, end, index, _ in self.gaps if begin <= change["at"] and asked <= end]
        place = self.gone.get(uid) if revision is None else self.place.get((uid, revision))
        return min(found if place is None else [*found, place], default=None)


def after_first_lists(records, changes):
    """The changes that no resource's first list can have shown."""
    first = {}
    for record in records:
        if record["type"] == "SYNC_END":
            first.setdefault(record["resource"], int(record["resourceVersion"]))
    return [c for c in changes if c["revision"] > first.get(c["resource"], 10**18)]


class Judgement:
    """What is wrong with RECORDS; each list holds the cases. WENT_BACK: the revisions did, and order means nothing."""

    def __init__(self, records, changes, requests=(), state=None, went_back=False):
        self.promises = [(i, ns(r["known"]), r) for i, r in enumerate(records) if r["type"] == "PROGRESS"]
        self.lost, self.ahead, self.twice, self.disorder, self.needless, self.differences = [], [], [], [], [], []
        self.gaps = sum(r["type"] == "GAP" for r in records)
        self.records = len(records)
        for resource in sorted({c["resource"] for c in changes}):
            topic = Topic(records, resource)
            own = [c for c in changes if c["resource"] == resource]
            self.judge_changes(topic, own)
            self.judge_gaps(topic, own, [q for q in requests if q["resource"] == resource])
            if not went_back:
                self.judge_revisions(topic, [c for c in own if c["revision"] is not None], resource)
                self.judge_order(topic)
        if state is not None:
            rebuilt = {r: {uid: at for uid, (_, at) in there.items()} for r, there in final_state(records).items()}
            self.differences = [(r, rebuilt[r], state[r]) for r in state if rebuilt[r] != state[r]]

    def judge_changes(self, topic, own):
        """Every change is there or inside a GAP, before the first promise of its time."""
        knowns = [known for _, known, _ in self.promises]
        for change in own:
            settled = topic.settled(change)
            first = bisect.bisect_left(knowns, change["at"])
            if settled is None:
                self.lost.append(change)
            if first < len(knowns) and (settled is None or settled > self.promises[first][0]):
                self.ahead.append((change, self.promises[first][2]))

    def judge_revisions(self, topic, own, resource):
        """A restart at the revisions of a PROGRESS would skip nothing."""
        last, settled = -1, []
        own.sort(key=lambda c: c["revision"])
        for change in own:
            place = topic.settled(change)
            last = max(last, 10**12 if place is None else place)
            settled.append(last)
        revisions = [c["revision"] for c in own]
        for index, _, record in self.promises:
            count = bisect.bisect_right(revisions, int(record["revisions"].get(resource, 0)))
            if count and settled[count - 1] > index:
                self.ahead.append((own[count - 1], record))

    def judge_order(self, topic):
        seen = set()
        for name in topic.told:
            if name in seen:
                self.twice.append(name)
            seen.add(name)
        self.disorder += [(a, b) for a, b in zip(topic.told, topic.told[1:]) if a[1] > b[1]]

    def judge_gaps(self, topic, own, requests):
        """A GAP is needless when the server had not said that history is gone, and none is missing."""
        refused = [q["at"] for q in requests if 410 in (q["status"], q["error"])]
        told = set(topic.told)
        since = 0
        for begin, end, _, record in topic.gaps:
            missing = [c for c in own if begin <= c["at"] <= end and (c["uid"], c["revision"]) not in told]
            if not missing and not any(since < at <= end for at in refused):
                self.needless.append(record)
            since = end

    def check(self, *allowed):
        """Fails with the first case of anything that is wrong and not ALLOWED."""
        for fault in ("lost", "ahead", "twice", "disorder", "differences"):
            cases = getattr(self, fault)
            assert not cases or fault in allowed, f"{fault}: {len(cases)}, the first: {str(cases[0])[:600]}"


def ages(records, begin, end, step=10**7):
    """The ages of `known` in seconds, sampled between two instants."""
    promises = sorted((ns(r["received"]), ns(r["known"])) for r in records if r["type"] == "PROGRESS")
    received = [at for at, _ in promises]
    found = []
    for at in range(begin, end, step):
        index = bisect.bisect_right(received, at) - 1
        found.append((at - promises[index][1]) / 1e9 if index >= 0 else float("inf"))
    return sorted(found)


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]
