#!/usr/bin/env python3
"""What --hold costs and what it earns: the topics of lab runs answered again with each, with and without interfaces.

usage: hold_curve.py [--skew TIME] [--right HOLD] DIR...     DIR is what `tests/lab/run --dir DIR` left

For each DIR a table: hold; ends named wrongly and the share that is known, without and with the records of
interfaces; and how long after a flow's end its position came (E - e and the wait for `known`).
Exit 1 if an end is named wrongly with a hold of HOLD seconds or more, which cover what the run's reports and clocks do.
"""
import argparse
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from check import percent
from kubeview import SECOND, instant, parse_envelopes
from links import is_of_interface, quantile
from pipeline import BUILD
from taken import Record, read_records
from truth import Truth
from verdict import ends_of

HOLDS = (1, 2, 3, 5, 10, 20, 40)


def write(path, records):
    with open(path, "wb") as file:
        file.writelines(record.value + b"\n" for record in records)


class Run:
    """One folder of topics, as files that the enricher reads."""

    def __init__(self, directory, scratch):
        self.truth, self.scratch = Truth(directory), scratch
        kube, flows = (read_records(os.path.join(directory, name + ".ndjson")) for name in ("kube", "flows"))
        envelopes = parse_envelopes(record.value for record in kube)
        self.kubes = {"with": list(zip(kube, envelopes))}
        self.kubes["without"] = [pair for pair in self.kubes["with"] if not is_of_interface(pair[1])]
        self.flows = flows
        write(self.path("flows"), flows)
        for name, pairs in self.kubes.items():
            write(self.path(name), (record for record, _ in pairs))

    def path(self, name):
        return os.path.join(self.scratch, name)

    def answer(self, name, hold, skew):
        """The tagged flows with that hold and the kube topic NAME, at the places that the flows had in Kafka."""
        out = self.path(f"{name}-{hold}")
        subprocess.run([os.path.join(BUILD, "tenure-enrich"), "--kube", self.path(name), "--flows", self.path("flows"),
                        "--out", out, "--rejected", out + "-rejected", "--state", out + "-state", "--hold", f"{hold}s",
                        "--skew", skew, "--log-level", "error"], check=True)
        return read_records(out)

    def measure(self, name, hold, skew):
        """(ends, wrong, known, delays) of one answer."""
        received = [instant(envelope["received"]) for _, envelope in self.kubes[name]]
        ends, wrong, known, delays = 0, 0, 0, []
        for tagged in self.answer(name, hold, skew):
            flow = tagged.json()
            for end in ends_of([Record(0, 0, tagged.value)], self.truth):
                ends, wrong, known = ends + 1, wrong + end.wrong, known + end.known
            if not flow["tenure"].get("provisional"):
                delays.append(received[flow["tenure"]["kube"]["position"]] - end.end)
        return ends, wrong, known, delays


def table(directory, skew, right):
    """Prints it; whether no end is named wrongly with a hold of RIGHT or more."""
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        run = Run(directory, scratch)
        told = len(run.kubes["with"]) - len(run.kubes["without"])
        print(f"{os.path.basename(os.path.abspath(directory))}: {len(run.flows)} flows, {told} records of interfaces, --skew {skew}")
        print("   hold    wrong: without    with    known: without      with    answered after (p50, p99)")
        for hold in HOLDS:
            without, with_ = (run.measure(name, hold, skew) for name in ("without", "with"))
            delays = with_[3]
            print(f"  {hold:3d} s    {without[1]:14} {with_[1]:7}    {percent(without[2], without[0]):>14} {percent(with_[2], with_[0]):>9}"
                  f"    {quantile(delays, .5) / SECOND:6.1f} s {quantile(delays, .99) / SECOND:6.1f} s", flush=True)
            good = good and (hold < right or with_[1] + without[1] == 0)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skew", default="500ms", help="the enricher's")
    parser.add_argument("--right", type=int, default=HOLDS[-1] + 1, metavar="HOLD", help="seconds, from which on nothing may be wrong")
    parser.add_argument("directories", nargs="+", metavar="DIR")
    options = parser.parse_args()
    for directory in options.directories:
        if not os.path.exists(os.path.join(directory, "kube.ndjson")):
            parser.error(f"{directory} has no topics: tests/lab/run --dir {directory} leaves them there")
    good = [table(directory, options.skew, options.right) for directory in options.directories]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
