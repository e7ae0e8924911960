"""Which ends could be named at all: what docs/answers.md makes of the times written by a flow's position.

The answers come from tests/oracle, which shares no code with the enricher.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "oracle"))

import flows  # noqa: E402
import moments  # noqa: E402
import oracle  # noqa: E402


class Decider:
    def __init__(self, kube, hold, skew):
        self.timeline = oracle.Timeline(oracle.Options(moments.duration(hold), moments.duration(skew)))
        for record in kube:
            self.timeline.feed(record.offset, record.value)

    def position(self, end):
        """The offset that the flow of END must be answered at."""
        return self.timeline.position_for(end.told_end)[0]

    def holder(self, end):
        """The uid that the written times decide on, "outside", or None where they decide nothing."""
        return self.timeline.decidable(end.ip, end.told_start, end.told_end, flows.sent(end.flow, end.side), self.position(end),
                                       *flows.captured(end.flow))
