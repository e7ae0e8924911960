#!/usr/bin/env python3
"""An independent answer to every flow, from docs/answers.md alone: README.md."""
import argparse
import json
import os
import sys
from dataclasses import dataclass

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import differences  # noqa: E402
import flows  # noqa: E402
import moments  # noqa: E402
import render  # noqa: E402
import shapes  # noqa: E402
import topic  # noqa: E402
import holder_verdict  # noqa: E402
from interfaces import addresses_of, number_of  # noqa: E402
from world import TELLING, World  # noqa: E402

UNNAMED_MAX, EARLY_MAX = 64, 1_000_000


@dataclass(frozen=True)
class Options:
    hold: int = 10 * moments.SECOND
    skew: int = moments.SECOND // 2
    clock: str = "sandbox"
    cluster: str = None         # None: the topic's only one
    ranges: tuple = ()
    since: int = moments.NEVER  # only flows that ended then or later
    until: int = moments.EVER   # and before this
    kube_from: int = None       # when the input began; None: not known
    kube_until: int = None      # when it ended
    retention: int = 0          # 0: nothing is forgotten
    labels: tuple = ()          # the keys of pods' labels that answers show
    annotations: tuple = ()


class Timeline:
    """One kube topic. feed() its records in order, then ask."""

    def __init__(self, options=Options(), closed=True):
        self.options, self.closed = options, closed
        self.worlds = {}            # cluster -> World
        self.unnamed = {}           # the same, of those that only records of interfaces have named
        self.early = 0              # such records that were kept
        self.last_offset = -1
        self.last_received = {}     # by resource
        self.refused = 0            # PROGRESS not accepted
        self.unreadable = 0
        self.lost = []              # (offset, cluster or None, resource or None) of records that could not be read
        self.greatest_received = moments.NEVER
        self.first_list = None      # of which List the first items are
        self.listed_to = moments.EVER
        self.finished = False

    def feed(self, offset, text, timestamp=None, of_list=None):
        """TIMESTAMP is Kafka's in nanoseconds, or None. OF_LIST: which List it is an item of."""
        self.note_list(of_list)
        self.last_offset = offset
        try:
            record = topic.read(offset, text, timestamp)
            if record.resource == topic.INTERFACES:
                self.interface(record)
                return
            self.set_received(record)
        except topic.Unreadable as error:
            self.unreadable += 1
            self.cannot_be_read(offset, error)
            return
        record.listed = of_list is not None
        self.greatest_received = max(self.greatest_received, record.received)
        if not self.world_of(record.cluster).feed(record):
            self.refused += 1

    def interface(self, record):
        """It is kept for its cluster, but does not make it be there."""
        if not addresses_of(record.object) and number_of(record.object) is None:
            return
        world = self.worlds.get(record.cluster)
        if world is None:
            if self.early == EARLY_MAX or len(self.unnamed) == UNNAMED_MAX and record.cluster not in self.unnamed:
                return
            self.early += 1
            world = self.unnamed.setdefault(record.cluster, World(self.options))
        world.interface(record, record.cluster in self.worlds)

    def note_list(self, of_list):
        begins = self.first_list is None and of_list is not None
        if begins:
            self.first_list = of_list
        if self.listed_to == moments.EVER and self.first_list is not None and (
                self.last_offset >= 0 if begins else of_list != self.first_list):
            self.listed_to = self.greatest_received

    def cannot_be_read(self, offset, error):
        if error.harmless or error.resource not in (None,) + TELLING:
            return
        self.lost.append((offset, error.cluster, error.resource))
        for name, world in self.worlds.items():
            if error.cluster in (None, name):
                world.cannot_be_read(offset, error.resource)

    def world_of(self, cluster):
        """A world that begins late has missed what could not be read before."""
        if cluster not in self.worlds:
            world = self.worlds[cluster] = self.unnamed.pop(cluster, None) or World(self.options)
            for offset, of, resource in self.lost:
                if of in (None, cluster):
                    world.cannot_be_read(offset, resource)
        return self.worlds[cluster]

    def set_received(self, record):
        if record.received is None:
            told = topic.newest_instant(record.object) if record.object else None
            own = None if told is None else moments.shift(told, moments.SECOND)
            last = self.last_received.get(record.resource)
            record.received = moments.newest([own, last])
            record.guessed = last is not None and moments.newest([told, last]) == last
        if record.received is None:
            error = topic.Unreadable("received")
            error.cluster, error.resource = record.cluster, record.resource
            raise error
        self.last_received[record.resource] = record.received

    def world(self):
        """(its name, the world) that answers."""
        name = self.options.cluster
        if name is None:
            if len(self.worlds) > 1:
                raise ValueError("the topic holds several clusters: name one with --cluster")
            name = next(iter(self.worlds), "")
        world = self.world_of(name)
        if self.closed and not self.finished:
            self.finished = True
            for one in self.worlds.values():
                one.finish(self.last_offset, self.options.kube_until is not None)
        return name, world

    def position_for(self, end):
        """(offset, known) of the default position of a flow that ended at END; None when
        there is none yet. KNOWN is that of the last PROGRESS up to it, or None."""
        world = self.world()[1]
        offset = world.position_for(max(self.reported(end), world.horizon(self.options)))
        if offset is None:
            if not self.closed:
                return None
            offset = self.last_offset
        return offset, world.known(offset)

    def reported(self, end):
        return moments.shift(end, self.options.hold + self.options.skew)

    def provisional(self, end):
        """The reason why an answer on the closed topic is not final, or None."""
        world = self.world()[1]
        if world.position_for(self.reported(end)) is not None:
            return None
        ends = [moment for moment in (self.options.kube_until,) if moment is not None]
        if not world.progress:
            ends.append(min(self.greatest_received, self.listed_to))
        return None if any(moment >= self.reported(end) for moment in ends) else "kube_ended"

    def answer(self, ip, port, transport, start, end, sent, position, role=None, observer=None, interface=None):
        """The end's JSON object as a dict. IP may be text or the sixteen bytes."""
        name, world = self.world()
        question = self.question(ip, port, transport, start, end, sent, role, observer, interface)
        return render.answer(world, name, question, position, self.options)

    @staticmethod
    def question(ip, port, transport, start, end, sent, role=None, observer=None, interface=None):
        ip = shapes.address(ip) if isinstance(ip, str) else ip
        return flows.Question(ip, port, transport, start, end, sent, role, observer, interface)

    def decidable(self, ip, start, end, sent, position, observer=None, interface=None):
        """The holder's uid (or "outside") if the times written up to POSITION decide who
        held IP over [START, END]; else None."""
        question = self.question(ip, None, None, start, end, sent, observer=observer, interface=interface)
        found = holder_verdict.judge(holder_verdict.Scene(self.world()[1], question, position, self.options))
        if found.status != "known":
            return None
        return found.binding.uid if found.binding else "outside"

    def tag(self, flow, where, hindsight=False):
        """The record of the tagged topic for the bytes FLOW, which stand at WHERE (topic,
        partition, offset). flows.Rejected if they cannot be tagged, flows.Outside if they are
        not wanted, None while they have no position."""
        ends = flows.questions(flow)
        if not self.options.since <= ends[0].end < self.options.until:
            raise flows.Outside
        name, world = self.world()
        found = (self.last_offset, world.known(self.last_offset)) if hindsight else self.position_for(ends[0].end)
        if found is None:
            return None
        position, known = found
        answers = render.everything(world, name, flow, position, self.options)
        provisional = self.provisional(ends[0].end) if self.closed else None
        return render.splice(flow, render.tenure(answers, position, known, where, provisional=provisional))


def lines(paths):
    for path in paths:
        with open(path, "rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line[:-1]
                elif is_object(line):
                    yield line


def kube_records(paths):
    """(bytes, the number of the List that they are an item of, or None) of each record."""
    count = 0
    for path in paths:
        for document in documents(path):
            items = items_of(document)
            first = count
            for record in [document] if items is None else items:
                yield record, None if items is None else first
                count += 1


def documents(path):
    """The lines of a file, but those of an object over several lines as one."""
    held = b""
    for line in lines([path]):
        if held and line.startswith(b"{"):
            yield held
            held = b""
        if held:
            held += line + b"\n"
        elif line.lstrip().startswith(b"{") and not line.rstrip().endswith(b"}"):
            held = line + b"\n"
        else:
            yield line
        if held and is_object(held):
            yield held
            held = b""
    if held:
        yield held


def items_of(document):
    """The records of the items of a List, None if DOCUMENT is not one."""
    try:
        root = json.loads(document)
    except ValueError:
        return None
    if not isinstance(root, dict) or not isinstance(root.get("items"), list):
        return None
    kind = root.get("kind", "")
    own = {}
    if list(root).index("items") > (list(root).index("kind") if kind else len(root)) and kind not in ("", "List"):
        own = {"resource": topic.KINDS.get(kind.removesuffix("List"), kind)}
    return [json.dumps(dict(type="MODIFIED", **own, object=item)).encode()
            for item in root["items"] if isinstance(item, dict)]


def is_object(text):
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def words():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--hold", default="10s")
    parser.add_argument("--skew", default="500ms")
    parser.add_argument("--clock", default="sandbox", choices=("sandbox", "started", "endpoint", "received"))
    parser.add_argument("--cluster")
    parser.add_argument("--cluster-cidr", action="append", default=[], metavar="RANGE")
    parser.add_argument("--hindsight", action="store_true")
    parser.add_argument("--since", metavar="TIME")
    parser.add_argument("--until", metavar="TIME")
    parser.add_argument("--kube-from", metavar="TIME")
    parser.add_argument("--kube-until", metavar="TIME")
    parser.add_argument("--retention", default="0")
    parser.add_argument("--label", action="append", default=[], metavar="KEY")
    parser.add_argument("--annotation", action="append", default=[], metavar="KEY")
    return parser


def options_of(given):
    ranges = tuple(shapes.network(text) for text in given.cluster_cidr)
    if None in ranges:
        raise ValueError(f"--cluster-cidr: {given.cluster_cidr[ranges.index(None)]!r} is no range such as 10.0.0.0/16")
    times = [moment_of(text, otherwise) for text, otherwise in (
        (given.since, moments.NEVER), (given.until, moments.EVER), (given.kube_from, None), (given.kube_until, None))]
    return Options(moments.duration(given.hold), moments.duration(given.skew), given.clock, given.cluster, ranges,
                   *times, moments.duration(given.retention), tuple(given.label), tuple(given.annotation))


def moment_of(text, otherwise):
    found = moments.parse(text) if text else otherwise
    if text and found is None:
        raise ValueError(f"{text!r} is not a time such as 2026-11-23T08:00:00Z")
    return found


def settings(options):
    """(hindsight, Options) of the enricher's options as words."""
    given = words().parse_args(options)
    return given.hindsight, options_of(given)


def main():
    parser = argparse.ArgumentParser(description="Recompute tagged flows from their two inputs.", parents=[words()])
    parser.add_argument("--kube", action="append", required=True, metavar="FILE")
    parser.add_argument("--flows", required=True, metavar="FILE")
    parser.add_argument("--tagged", metavar="FILE", help="compare with this; without it, print the records")
    parser.add_argument("--topic", help="what tenure.flow.topic says (default: FILE as given to --flows)")
    given = parser.parse_args()
    try:
        timeline = Timeline(options_of(given))
    except ValueError as error:
        parser.error(str(error))
    for offset, (line, of_list) in enumerate(kube_records(given.kube)):
        timeline.feed(offset, line, of_list=of_list)
    expected = {}
    for offset, line in enumerate(lines([given.flows])):
        where = (given.topic or given.flows, 0, offset)
        try:
            expected[offset] = timeline.tag(line, where, given.hindsight)
        except (flows.Rejected, flows.Outside):
            pass
    if given.tagged is None:
        for record in expected.values():
            sys.stdout.buffer.write(record + b"\n")
        return 0
    return differences.report(expected, lines([given.tagged]), sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
