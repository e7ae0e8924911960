"""What tools that keep no history would have said, computed from the recorded kube topic.

Each of these answers "which pod is at this address" from the same watch events
that Tenure had, by a simpler rule.
"""
import bisect
import json
from collections import defaultdict
from datetime import datetime, timezone

SECOND = 1_000_000_000


def instant(text):
    """Nanoseconds since 1970 of an RFC 3339 UTC time with up to nine sub-second digits."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = int(datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp())
    return seconds * SECOND + int(fraction.ljust(9, "0")[:9] or 0)


class Sight:
    """One pod event as far as these rules look."""

    def __init__(self, envelope):
        item = envelope["object"]
        status, meta = item.get("status", {}), item["metadata"]
        self.received = instant(envelope["received"])
        self.uid, self.name = meta["uid"], meta["name"]
        self.created = instant(meta["creationTimestamp"])
        self.gone = envelope["type"] == "DELETED"
        self.phase = status.get("phase")
        self.terminal = self.phase in ("Succeeded", "Failed")
        self.ip = None if item.get("spec", {}).get("hostNetwork") else status.get("podIP") or None
        self.node = item.get("spec", {}).get("nodeName")
        starts, ends = [], []
        for container in status.get("containerStatuses") or []:
            for state in (container.get("state") or {}, container.get("lastState") or {}):
                for part in ("running", "terminated"):
                    for name, found in (("startedAt", starts), ("finishedAt", ends)):
                        if (state.get(part) or {}).get(name):
                            found.append(instant(state[part][name]))
        self.started = min(starts) if starts else None
        self.finished = max(ends) if ends else None


class KubeView:
    def __init__(self, envelopes):
        self.sights = [Sight(envelope) for envelope in envelopes if envelope.get("resource") == "pods"
                       and envelope["type"] in ("ADDED", "MODIFIED", "DELETED")]
        self.by_uid, self.by_ip = defaultdict(list), defaultdict(dict)
        for sight in self.sights:
            self.by_uid[sight.uid].append(sight)
            if sight.ip:
                self.by_ip[sight.ip].setdefault(sight.uid)   # in the order first seen
        self.received = {uid: [sight.received for sight in sights] for uid, sights in self.by_uid.items()}

    def latest(self, uid, at):
        """What was last heard of UID by AT."""
        position = bisect.bisect_right(self.received[uid], at)
        return self.by_uid[uid][position - 1] if position else None

    # ---- the rules: each gives a uid or None ----

    def informer(self, ip, at):
        """A cache of the present, asked at AT: live pods that have the address; the youngest of several."""
        best = None
        for uid in self.by_ip.get(ip, ()):
            sight = self.latest(uid, at)
            if sight and sight.ip == ip and not sight.gone and not sight.terminal:
                if best is None or sight.created >= best.created:
                    best = sight
        return best.uid if best else None

    def last_owner(self, ip):
        """A replay into a table by address: the last pod that was ever seen with it."""
        best = None
        for uid in self.by_ip.get(ip, ()):
            first = next(sight for sight in self.by_uid[uid] if sight.ip == ip)
            if best is None or first.received >= best.received:
                best = first
        return best.uid if best else None

    def created_to_deleted(self, ip, at):
        """History by the life of the object: creationTimestamp to DELETED; the youngest of several."""
        best = None
        for uid in self.by_ip.get(ip, ()):
            sights = self.by_uid[uid]
            gone = next((sight.received for sight in sights if sight.gone), None)
            if sights[0].created <= at and (gone is None or at < gone):
                if best is None or sights[0].created >= best.created:
                    best = sights[0]
        return best.uid if best else None

    def newest_start(self, ip, at):
        """History by start alone: the newest startedAt that is not after AT."""
        best, newest = None, None
        for uid in self.by_ip.get(ip, ()):
            starts = [sight.started for sight in self.by_uid[uid] if sight.started and sight.ip == ip]
            if starts and min(starts) <= at and (newest is None or min(starts) >= newest):
                best, newest = uid, min(starts)
        return best

    def name(self, uid):
        return self.by_uid[uid][0].name if uid in self.by_uid else uid

    def around(self, ip, start, end, margin=12 * SECOND):
        """The pod events of an address near a flow: what explains an answer."""
        return [sight for uid in sorted(self.by_ip.get(ip, ())) for sight in self.by_uid[uid]
                if start - margin <= sight.received <= end + margin]


RULES = (
    ("informer, asked at the flow's end", lambda view, ip, end: view.informer(ip, end)),
    ("informer, asked 5 s after", lambda view, ip, end: view.informer(ip, end + 5 * SECOND)),
    ("informer, asked 60 s after", lambda view, ip, end: view.informer(ip, end + 60 * SECOND)),
    ("last owner, on a replay", lambda view, ip, end: view.last_owner(ip)),
    ("from creation to deletion", lambda view, ip, end: view.created_to_deleted(ip, end)),
    ("newest start not after the flow", lambda view, ip, end: view.newest_start(ip, end)),
)


def parse_envelopes(values):
    return [json.loads(value) for value in values]
