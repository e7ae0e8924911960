#!/usr/bin/env python3
"""story.py RECORDING UID...: everything that is known of pods, in order of time: the plug-in's log, the API, actions, processes.

UID may be the first part of one, or a pod's name.
"""
import os
import sys
from datetime import datetime, timezone

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from kubeview import SECOND, instant
from records import read_each

CONDITIONS = {"PodReadyToStartContainers": "sandbox", "Ready": "ready", "DisruptionTarget": "disrupted"}


def clock(nanoseconds):
    return datetime.fromtimestamp(nanoseconds / SECOND, timezone.utc).strftime("%H:%M:%S.%f")[:-3]


def of_the_day(text):
    return text[11:19] if text else "-"


def status_line(kind, item):
    """What one version of a pod says, in one line."""
    status, words = item.get("status", {}), [kind, item["metadata"].get("resourceVersion", "")]
    words.append(f"{status.get('phase')} ip {','.join(ip['ip'] for ip in status.get('podIPs') or []) or '-'}")
    if "deletionTimestamp" in item["metadata"]:
        words.append("deletion " + of_the_day(item["metadata"]["deletionTimestamp"]))
    for condition in status.get("conditions") or []:
        if condition["type"] in CONDITIONS:
            words.append(f"{CONDITIONS[condition['type']]} {condition['status']} {of_the_day(condition.get('lastTransitionTime'))}")
    for group in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(group) or []:
            for which in ("lastState", "state"):
                for state, detail in (container.get(which) or {}).items():
                    if state != "waiting":
                        words.append(f"{container['name']}.{which} {state} {of_the_day(detail.get('startedAt'))}"
                                     + (f"-{of_the_day(detail.get('finishedAt'))}" if state == "terminated" else ""))
    return ", ".join(filter(None, words))


class Story:
    """The events of a recording by pod: (time, source, text)."""

    def __init__(self, recording):
        self.events = {}
        self.names = {}         # uid -> name
        for record in read_each(recording + "/kube.ndjson"):
            if record.get("resource") == "pods" and "object" in record:
                meta = record["object"]["metadata"]
                self.add(meta["uid"], meta["name"], instant(record["received"]), "api", status_line(record["type"], record["object"]))
        for line in read_each(recording + "/cni-*.ndjson"):
            said = "" if line["at"] == "called" else f" rc {line['rc']} {','.join(line['ips'])}"
            self.add(line["uid"], line["name"], line["t"], "cni", f"{line['what']} {line['at']}{said}, sandbox {line['sandbox'][:8]}")
        for line in read_each(recording + "/actions.ndjson"):
            if "uid" in line:
                self.add(line["uid"], line["name"], line["t"], "action", line["what"])
        for line in read_each(recording + "/pods/life.ndjson"):
            self.add(line["uid"], line["name"], line["t"], "process", f"{line['container']} started")

    def add(self, uid, name, t, source, text):
        self.events.setdefault(uid, []).append((t, source, text))
        self.names.setdefault(uid, name)

    def uids(self, word):
        """Those that WORD means; a static pod has one of the API and one of its node."""
        names = {name for uid, name in self.names.items() if uid.startswith(word) or name == word}
        return [uid for uid, name in self.names.items() if name in names]

    def print(self, uid, start=0, end=1 << 63, indent=""):
        events = sorted(event for one in self.uids(uid) for event in self.events[one])
        for t, source, text in events:
            if start <= t <= end:
                print(f"{indent}{clock(t)} {source:7} {self.names[uid]}: {text}" if uid in self.names else f"{indent}{clock(t)} {source:7} {text}")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    story = Story(sys.argv[1])
    for word in sys.argv[2:]:
        for name in {story.names[uid] for uid in story.uids(word)}:
            story.print(name)


if __name__ == "__main__":
    main()
