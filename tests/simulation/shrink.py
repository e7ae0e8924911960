#!/usr/bin/env python3
"""shrink.py SEED FLOW SIDE [options of simulate.py]: makes the inputs of a wrong end small.

Leaves out objects, each with all its records, and PROGRESS records, while the same end stays wrong. The true holder and its node
stay, so what is left is still a world that could have been. Writes it to --keep DIR (default shrunk/) and explains it.
"""
import sys
import tempfile
from pathlib import Path

import report
from judge import judge
from simulate import enrich, make, options, write


class Case:
    def __init__(self, seed, number, side, settings, folder):
        self.settings, self.folder, self.side = settings, folder, side
        self.world, flows = make(seed, settings)
        self.flows = [flows[number]]
        self.all = self.world.topic.records
        self.wrong = self.verdict(self.all)
        if self.wrong.wrong is None:
            sys.exit(f"shrink: seed {seed} flow {number} {side} is right: {self.wrong.named or self.wrong.reason}")

    def verdict(self, records):
        self.world.topic.records = records
        kube, asked = write(self.folder, self.world, self.flows)
        tagged = enrich(self.settings, self.folder, self.world, kube, asked)
        return next(one for one in judge(self.world, self.flows, tagged) if one.side == self.side)

    def still(self, records):
        found = self.verdict(records)
        return (found.wrong, found.named) == (self.wrong.wrong, self.wrong.named) and not found.provisional

    def needed(self):
        """The uids without which the truth would be another one."""
        flow = self.flows[0]
        end = flow.ends[self.side == "destination"]
        holders = {one.holder.partition(" ")[2] for one in self.world.truth.during(end.address, *flow.packets(end))}
        holders |= {mirror for mirror, uid in self.world.truth.alias.items() if uid in holders}
        holders |= {one.uid for one in self.world.services if one.name in holders}
        nodes = {pod.node.uid for pod in self.world.pods if pod.uid in holders}
        return holders | nodes


def key(record):
    """What a record is left out with."""
    if "object" in record:
        return record["object"]["metadata"]["uid"]
    return f"PROGRESS {record['known']}" if record["type"] == "PROGRESS" else None


def without(records, gone):
    return [one for one in records if key(one[1]) not in gone]


def shrink(case):
    """Leaves out as much as possible, in pieces that become smaller."""
    records, needed = case.all, case.needed()
    keys = [one for one in dict.fromkeys(key(record) for _, record in records) if one is not None and one not in needed]
    size = len(keys)
    while size:
        for start in range(0, len(keys), size):
            piece = set(keys[start:start + size])
            less = without(records, piece)
            if len(less) < len(records) and case.still(less):
                records = less
        left = {key(record) for _, record in records}
        keys = [one for one in keys if one in left]
        size = min(size, len(keys) + 1) // 2
    return records


def main(words):
    if len(words) < 3 or words[0].startswith("-"):
        sys.exit(__doc__)
    seed, number, side = int(words[0]), int(words[1]), words[2]
    settings = options(words[3:])
    with tempfile.TemporaryDirectory(prefix="tenure-shrink-") as folder:
        case = Case(seed, number, side, settings, Path(folder))
        records = shrink(case)
        verdict = case.verdict(records)
    out = settings.keep or Path("shrunk")
    out.mkdir(parents=True, exist_ok=True)
    write(out, case.world, case.flows)
    verdict.flow = 0
    print(report.explain(seed, case.world, case.flows, verdict))
    print(f"{len(case.all)} records, {len(records)} are left: {out}/kube.ndjson, {out}/flows.ndjson")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
