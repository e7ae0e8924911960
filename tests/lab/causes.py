"""Why an end was named wrongly: the truth, the watch events around the flow, and what was late or off."""
import json

from kubeview import SECOND
from truth import NEVER_TAKEN

MARGIN = 20 * SECOND


def seconds(nanoseconds):
    return f"{nanoseconds / SECOND:.1f} s"


class Causes:
    """HOLD and SKEW in nanoseconds: what the enricher was told to expect."""

    def __init__(self, view, truth, hold, skew):
        self.view, self.truth, self.hold, self.skew = view, truth, hold, skew

    def of(self, end):
        """One line: which report was later than the hold, or which clock further off than the skew."""
        found = self.meters_clock(end)
        if end.named[0] == "pod":
            found += self.late_end(end, end.named[1])
            found += self.wrong_clock(end.named[1])
        for holding in end.holdings:
            found += self.late_start(holding)
            found += self.wrong_clock(holding.uid)
        return "; ".join(dict.fromkeys(found)) or "unexplained"

    def holdings(self, uid):
        return [one for holdings in self.truth.holdings.values() for one in holdings if one.uid == uid]

    def late_end(self, end, uid):
        """The named pod had given the address away, and that was reported late."""
        here = [one for one in self.holdings(uid) if one.ip == end.ip]
        left = [one for one in here if one.take_after < end.end]
        if left and len(left) < len(here):
            return [f"{left[-1].name} lost its sandbox and got the same address again later; nobody held it meanwhile"]
        if not left:
            return []
        taken = left[-1].take_after
        for sight in self.view.by_uid.get(uid, ()):
            if sight.received > taken and (sight.terminal or sight.gone or sight.ip != end.ip):
                lag = sight.received - taken
                return [f"{left[-1].name} lost the address, reported {seconds(lag)} later"] if lag > self.hold else []
        return [f"{left[-1].name} lost the address, never reported"]

    def late_start(self, holding):
        """A true holder's address was reported late."""
        for sight in self.view.by_uid.get(holding.uid, ()):
            if sight.ip == holding.ip and sight.received > holding.give_before:
                lag = sight.received - holding.give_after
                return [f"{holding.name} got the address, reported {seconds(lag)} later"] if lag > self.hold else []
        return [f"{holding.name} got the address, never reported"]

    def wrong_clock(self, uid):
        """The node's clock, seen from what the kubelet wrote of the last exit."""
        finished = max((sight.finished for sight in self.view.by_uid.get(uid, ()) if sight.finished), default=None)
        taken = max((one.take_before for one in self.holdings(uid)), default=NEVER_TAKEN)
        if finished is None or taken == NEVER_TAKEN:
            return []
        off = finished - taken
        # The exit comes at most half a second before the address goes, and times are cut to the second.
        if off > self.skew or off < -self.skew - 3 * SECOND // 2:
            return [f"the clock of {self.view.by_uid[uid][-1].node} is off by about {seconds(off)}"]
        return []

    def meters_clock(self, end):
        """The clock that told the times of the flow."""
        host = end.flow.get("observer", {}).get("hostname")
        off = self.truth.ahead.get(host, 0)
        return [f"the clock of {host}, which saw the flow, is off by {seconds(off)}"] if abs(off) > self.skew else []

    def show(self, end):
        """The whole story of one end."""
        def relative(t):
            return f"{(t - end.end) / SECOND:+.3f} s" if t < NEVER_TAKEN else "still"
        print(f"    flow  {end.flow['event']['start']} to {end.flow['event']['end']}, packets from this end {end.packets}")
        print(f"    said  {end.named}   {json.dumps(end.tag.get('binding'))}")
        print(f"    true  {sorted(end.true) or 'nobody, or several'} (by the {end.by}); times from the flow's end:")
        for holding in self.truth.holdings.get(end.ip, ()):
            if holding.may_overlap(end.start - MARGIN, end.end + MARGIN):
                print(f"    held  {holding.name} {holding.uid} from {relative(holding.give_after)} "
                      f"to {relative(holding.take_before)}")
        for sight in self.view.around(end.ip, end.start, end.end):
            print(f"    event {sight.name} {sight.uid} received {relative(sight.received)}: phase {sight.phase}"
                  f"{' DELETED' if sight.gone else ''} podIP {sight.ip}")
