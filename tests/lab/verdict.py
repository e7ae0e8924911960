"""Judges tagged ends against the truth: right, wrong, or not named."""
import collections

from kubeview import RULES, SECOND, instant

HELD_MARGIN = 2 * SECOND      # the bar: ends whose holder had the address so long before and after
NEAR = 3 * SECOND
LONG = 5 * SECOND


class End:
    """One address of one flow: what was said of it, and what is true.  TOLD are the times of the meter's clock."""

    def __init__(self, record, flow, side, truth):
        self.record, self.flow, self.side = record, flow, side
        self.ip, self.port = flow[side]["ip"], flow[side].get("port")
        self.packets = flow[side].get("packets", 0)
        self.told_start, self.told_end = instant(flow["event"]["start"]), instant(flow["event"]["end"])
        ahead = truth.ahead.get(flow.get("observer", {}).get("hostname"), 0)
        self.start, self.end = self.told_start - ahead, self.told_end - ahead
        self.tag = flow["tenure"][side]
        self.kind = truth.kind(self.ip)
        self.known = self.tag["status"] == "known"
        self.named = self.name_of_tag(truth)
        self.holdings = truth.during(self.ip, self.start, self.end) if self.kind == "pod" else []
        self.true, self.by = self.find_truth(truth)
        self.held = (len({holding.uid for holding in self.holdings}) == 1
                     and any(holding.surely_covers(self.start - HELD_MARGIN, self.end + HELD_MARGIN)
                             for holding in self.holdings))

    def name_of_tag(self, truth):
        """(kind, identity) that the tag claims, or None."""
        if not self.known:
            return None
        kind = self.tag["kind"]
        if kind == "pod":
            uid = self.tag["k8s"]["pod"]["uid"]
            return kind, truth.mirrors.get(uid, uid)
        if kind == "node":
            return kind, self.tag["k8s"]["node"]["name"]
        if kind == "service":
            return kind, self.tag["service"]["namespace"] + "/" + self.tag["service"]["name"]
        return kind, self.ip

    def find_truth(self, truth):
        """The set of identities that are right, and which log says so."""
        if self.kind == "nobody":
            return set(), "lab"
        if self.kind == "node":
            return {("node", truth.nodes[self.ip])}, "lab"
        if self.kind == "service":
            return {("service", truth.services[self.ip])}, "lab"
        if self.kind == "outside":
            return {("outside", self.ip)}, "lab"
        source, destination = (f"{self.flow[side]['ip']}:{self.flow[side].get('port')}" for side in ("source", "destination"))
        logged = truth.logged(source, destination, self.start, self.end).get(f"{self.ip}:{self.port}")
        uids = {holding.uid for holding in self.holdings}
        if logged in uids:      # else what is left of a connection reached the next holder, whose kernel refuses it
            return {("pod", logged)}, "workloads"
        surely = {holding.uid for holding in self.holdings if holding.surely_overlaps(self.start, self.end)}
        first = {holding.uid for holding in self.holdings if holding.surely_at(self.start)}
        if len(uids) > 1 and first and surely == first:
            uids = first                # the next one was still being given it: it need not have had it in the flow
        if len(uids) != 1:
            return set(), "runtime"     # nobody, or several: no single name is right
        if self.packets or any(holding.covers(self.start, self.end) for holding in self.holdings if holding.uid in uids):
            return {("pod", uid) for uid in uids}, "runtime"
        return set(), "runtime"

    @property
    def wrong(self):
        return self.known and self.named not in self.true

    @property
    def true_uid(self):
        """The pod that held the address, where exactly one is the truth."""
        pods = [identity for kind, identity in self.true if kind == "pod"]
        return pods[0] if len(pods) == 1 else None


def ends_of(tagged, truth):
    for record in tagged:
        flow = record.json()
        for side in ("source", "destination"):
            yield End(record, flow, side, truth)


def completeness(flows, tagged, rejected):
    """(lost, doubled, altered): places of flows that are not there exactly once with their bytes untouched."""
    counts, altered = collections.Counter(), []
    values = {flow.place: flow.value for flow in flows}
    for record in tagged:
        tenure = record.json()["tenure"]
        place = tenure["flow"]["partition"], tenure["flow"]["offset"]
        counts[place, tenure.get("revision", 1)] += 1
        original = values.get(place)
        if original is None or not record.value.startswith(original.rstrip()[:-1].rstrip()):
            altered.append(place)
    for record in rejected:
        flow = record.json()["flow"]
        counts[(flow["partition"], flow["offset"]), 1] += 1
    seen = {place for place, _ in counts}
    lost = [place for place in values if place not in seen]
    doubled = [place for (place, _), count in counts.items() if count > 1]
    return lost, doubled, altered


class RuleResult:
    def __init__(self, name):
        self.name, self.asked, self.wrong, self.silent, self.examples = name, 0, 0, 0, []


def judge_rules(ends, view):
    """How each simpler rule does on pod addresses.  Where nobody, or no single pod, is the truth, any name is wrong."""
    results = []
    for name, rule in RULES:
        result = RuleResult(name)
        for end in ends:
            answer = rule(view, end.ip, end.end)
            result.asked += 1
            if answer is None:
                result.silent += 1
            elif answer != end.true_uid:
                result.wrong += 1
                result.examples.append((end, answer))
        results.append(result)
    return results
