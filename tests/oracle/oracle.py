#!/usr/bin/env python3
"""An independent answer to every flow, from docs/answers.md alone: README.md."""
import argparse
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
from world import World  # noqa: E402


@dataclass(frozen=True)
class Options:
    hold: int = 10 * moments.SECOND
    skew: int = moments.SECOND // 2
    clock: str = "sandbox"
    cluster: str = None         # None: the topic's only one
    ranges: tuple = ()
    since: int = moments.NEVER  # only flows that ended then or later
    until: int = moments.EVER   # and before this


class Timeline:
    """One kube topic. feed() its records in order, then ask."""

    def __init__(self, options=Options(), closed=True):
        self.options, self.closed = options, closed
        self.worlds = {}            # cluster -> World
        self.last_offset = -1
        self.last_received = {}     # by resource
        self.refused = 0            # PROGRESS not accepted
        self.unreadable = 0

    def feed(self, offset, text, timestamp=None):
        """TIMESTAMP is Kafka's in nanoseconds, or None."""
        self.last_offset = offset
        try:
            record = topic.read(offset, text, timestamp)
            self.set_received(record)
        except topic.Unreadable:
            self.unreadable += 1
            return
        world = self.worlds.setdefault(record.cluster, World())
        if record.type not in topic.SILENT and not world.feed(record):
            self.refused += 1

    def set_received(self, record):
        if record.received is None:
            own = topic.newest_instant(record.object) if record.object else None
            record.received = moments.newest([own, self.last_received.get(record.resource)])
        if record.received is None:
            raise topic.Unreadable("received")
        self.last_received[record.resource] = record.received

    def world(self):
        """(its name, the world) that answers."""
        name = self.options.cluster
        if name is None:
            if len(self.worlds) > 1:
                raise ValueError("the topic holds several clusters: name one with --cluster")
            name = next(iter(self.worlds), "")
        return name, self.worlds.setdefault(name, World())

    def position_for(self, end):
        """(offset, known) of the default position of a flow that ended at END; None when
        there is none yet. KNOWN is None at the end of a closed topic."""
        found = self.world()[1].position_for(end, self.options.hold)
        return found or ((self.last_offset, None) if self.closed else None)

    def answer(self, ip, port, transport, start, end, sent, position, spoke=False):
        """The end's JSON object as a dict. IP may be text or the sixteen bytes."""
        name, world = self.world()
        return render.answer(world, name, self.question(ip, port, transport, start, end, sent, spoke),
                             position, self.options)

    @staticmethod
    def question(ip, port, transport, start, end, sent, spoke=False):
        ip = shapes.address(ip) if isinstance(ip, str) else ip
        return flows.Question(ip, port, transport, start, end, sent, spoke)

    def decidable(self, ip, start, end, sent, position, spoke=False):
        """The holder's uid (or "outside") if the times written up to POSITION decide who
        held IP over [START, END]; else None."""
        question = self.question(ip, None, None, start, end, sent, spoke)
        verdict = render.verdict_of(self.world()[1], question, position, self.options)
        if verdict.status != "known":
            return None
        return verdict.binding.uid if verdict.binding else "outside"

    def tag(self, flow, where, hindsight=False, position=None, known=None, **marks):
        """The record of the tagged topic for the bytes FLOW, which stand at WHERE (topic,
        partition, offset). flows.Rejected if they cannot be tagged, flows.Outside if they are
        not wanted, None while they have no position. POSITION overrides the default one; MARKS
        are revision, provisional."""
        ends = flows.questions(flow)
        if not self.options.since <= ends[0].end < self.options.until:
            raise flows.Outside
        if hindsight:
            position, known = self.last_offset, None
        elif position is None:
            found = self.position_for(ends[0].end)
            if found is None:
                return None
            position, known = found
        name, world = self.world()
        answers = [render.answer(world, name, end, position, self.options) for end in ends]
        return render.splice(flow, render.tenure(answers, position, known, where, **marks))


def lines(paths):
    for path in paths:
        with open(path, "rb") as file:
            for line in file:
                yield line[:-1] if line.endswith(b"\n") else line


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
    return parser


def options_of(given):
    ranges = tuple(shapes.network(text) for text in given.cluster_cidr)
    if None in ranges:
        raise ValueError(f"--cluster-cidr: {given.cluster_cidr[ranges.index(None)]!r} is no range such as 10.0.0.0/16")
    since, until = (moments.parse(text) if text else end
                    for text, end in ((given.since, moments.NEVER), (given.until, moments.EVER)))
    if None in (since, until):
        raise ValueError("--since and --until need a time such as 2026-11-23T08:00:00Z")
    return Options(moments.duration(given.hold), moments.duration(given.skew), given.clock, given.cluster, ranges,
                   since, until)


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
    for offset, line in enumerate(lines(given.kube)):
        timeline.feed(offset, line)
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
