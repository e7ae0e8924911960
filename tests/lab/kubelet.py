"""A node's kubelet, as far as the API server can tell: the driver that writes pod statuses.

It sees only the events of its node's runtime, up to a second late, through the
node's clock, which is wrong by --skew.  A share of its writes goes out late.
"""
import argparse
import heapq
import itertools
import os
import random
import signal
import sys
import time

import netns
from api import Api, ApiError
from records import Log, Tail, now
from status import VERSIONS, PodStatus

SECOND = 1_000_000_000
SEEN_SECONDS = 1.0       # a relist of the runtime's pods each second
REMOVE_SECONDS = ((0.6, 0.1, 1.0), (0.25, 2.0, 6.0), (0.15, 8.0, 20.0))   # share, from, to: volumes and cgroups


class Kubelet:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(f"{options.seed}kubelet{options.node}")
        self.api = Api(options.kubeconfig, "kubelet/" + VERSIONS[options.profile])
        self.log = Log(os.path.join(options.dir, "kubelet-" + options.node))
        self.events = Tail(os.path.join(options.dir, "events-" + options.node))
        self.skew = int(options.skew * SECOND)
        self.pods, self.seen, self.pending = {}, {}, set()
        self.due, self.order = [], itertools.count()

    def at(self, when, action, *arguments):
        heapq.heappush(self.due, (when, next(self.order), action, arguments))

    def hear(self, event):
        """The event is looked at up to a second later, in the order of the pod's events."""
        when = max(self.seen.get(event["uid"], 0), event["t"] + int(self.random.uniform(0, SEEN_SECONDS) * SECOND))
        self.seen[event["uid"]] = when
        self.at(when, self.look, event)

    def look(self, event):
        uid = event["uid"]
        if event["type"] == "accepted":
            self.pods[uid] = (event, PodStatus(self.options.profile, self.options.address, self.random.random() < 0.5))
        if uid not in self.pods:
            return
        self.pods[uid][1].take(event, event["t"] + self.skew, now() + self.skew)
        if uid not in self.pending:
            self.pending.add(uid)
            late = 0
            if self.random.random() < self.options.late_share:
                late = self.random.uniform(self.options.late_from, self.options.late_to)
                self.log.write(t=now(), what="late", uid=uid, name=event["name"], seconds=late)
            self.at(now() + int(late * SECOND), self.write, uid)

    def write(self, uid):
        """Sends the status as it stands now: a late write carries everything since."""
        self.pending.discard(uid)
        event, status = self.pods[uid]
        path = f"/api/v1/namespaces/{event['namespace']}/pods/{event['name']}"
        try:
            stored = self.api.patch(path + "/status", status.patch(uid, "registry.example/" + event["service"] + ":1"))
        except ApiError as error:
            successor = error.status == 422 and "metadata.uid" in str(error)
            if error.status not in (404, 409) and not successor:
                raise
            # Deleted by force, or a successor of the same name: nothing more to say of this pod.
            del self.pods[uid]
            return
        self.log.write(t=now(), what="status", uid=uid, name=event["name"], phase=status.phase, ip=status.ip)
        if status.terminal:
            del self.pods[uid]
            if "deletionTimestamp" in stored["metadata"]:
                self.at(now() + int(self.remove_seconds() * SECOND), self.remove, path, uid)

    def remove_seconds(self):
        share = self.random.random()
        for part, low, high in REMOVE_SECONDS:
            share -= part
            if share < 0:
                break
        return self.random.uniform(low, high)

    def remove(self, path, uid):
        try:
            self.api.delete(path, grace=0, uid=uid)
        except ApiError as error:
            if error.status not in (404, 409):
                raise
        self.log.write(t=now(), what="deleted", uid=uid)

    def turn(self):
        for event in self.events.read():
            self.hear(event)
        while self.due and self.due[0][0] <= now():
            _, _, action, arguments = heapq.heappop(self.due)
            action(*arguments)
        time.sleep(0.02)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--kubeconfig", "--node", "--address", "--dir", "--seed", "--profile"):
        parser.add_argument(name, required=True)
    for name, value in (("--skew", 0.0), ("--late-share", 0.02), ("--late-from", 2.0), ("--late-to", 8.0)):
        parser.add_argument(name, type=float, default=value)
    options = parser.parse_args()
    netns.die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    kubelet = Kubelet(options)
    while True:
        kubelet.turn()


if __name__ == "__main__":
    main()
