"""The answers against the truth. The truth is the only judge."""
import json
from collections import Counter
from dataclasses import dataclass

MARGIN = 5.0        # held so long before and after, an end should be named
OPENING = 2.5       # a membership may be counted so much before it was written,
CLOSING = 5.6       # and so much after: slices are rewritten, endpoints move between them


@dataclass
class Verdict:
    """One end. WRONG is "name", "service" or None."""
    flow: int
    side: str
    status: str
    named: str = None
    reason: str = None
    provisional: bool = False
    right: frozenset = frozenset()
    wrong: str = None
    what: str = ""          # the wrong service
    held: object = None     # the tenure that lasted MARGIN either side
    cause: str = "base"


def judge(world, flows, tagged):
    """A Verdict for each end; TAGGED are the enricher's lines."""
    found = []
    for line in tagged:
        tenure = json.loads(line)["tenure"]
        number = tenure["flow"]["offset"]
        flow = flows[number]
        for side, end in zip(("source", "destination"), flow.ends):
            verdict = judge_end(world, flow, end, tenure[side])
            verdict.flow, verdict.side = number, side
            verdict.provisional = bool(tenure.get("provisional"))
            found.append(verdict)
    return found


def judge_end(world, flow, end, answer):
    truth, (start, stop) = world.truth, flow.packets(end)
    port = (flow.transport, end.port)
    verdict = Verdict(0, "", answer["status"], reason=answer.get("reason"))
    verdict.right = frozenset(truth.right(end.address, *port, start, stop))
    verdict.held = truth.whole(end.address, flow.start, flow.end, MARGIN)
    verdict.cause = cause(world, flow, end)
    if answer["status"] != "known":
        return verdict
    verdict.named = name(truth, answer)
    if verdict.named not in verdict.right:
        verdict.wrong = "name"
        return verdict
    if answer["kind"] == "service" or answer.get("services_reason"):
        return verdict
    allowed = truth.services(verdict.named, end.address, end.port if flow.transport == "tcp" else None, end.serves,
                             start, stop, OPENING, CLOSING)
    claimed = set(answer.get("services", ()))
    if "service" in answer:
        claimed.add("{namespace}/{name}".format(**answer["service"]))
    if claimed - allowed:
        verdict.wrong, verdict.what = "service", " ".join(sorted(claimed - allowed))
    return verdict


def name(truth, answer):
    k8s, kind = answer.get("k8s", {}), answer["kind"]
    service = answer.get("service", {})
    namespace = k8s.get("namespace", {}).get("name") or service.get("namespace")
    return truth.claim(kind, k8s.get(kind, {}).get("uid"), namespace, service.get("name"))


def cause(world, flow, end):
    """The ingredient that most likely matters: of the topic at that time, else near in time at the address."""
    if end.address in world.truth.special:
        return "special"
    found = world.topic.trouble(flow.start, flow.end)
    if found:
        return found
    for reach in (0, 15, 60):
        causes = [one.cause for one in world.truth.during(end.address, flow.start - reach, flow.end + reach) if one.cause]
        if causes:
            return causes[-1]
    return "base"


class Count:
    """Sums over many worlds."""

    def __init__(self):
        self.all = Counter()
        self.reasons, self.causes = {}, {}

    def add(self, verdicts):
        for one in verdicts:
            parts = ["ends", one.status] + (["outside"] if one.named == "outside" else [])
            if one.wrong and one.provisional:
                parts.append("provisional")
            elif one.wrong:
                parts += [one.wrong] + (["wrong outside"] if one.named == "outside" and one.wrong == "name" else [])
            if one.held:
                parts += ["held"] + (["held unnamed"] if one.status != "known" else [])
            self.all.update(parts)
            self.causes.setdefault(one.cause, Counter()).update(parts)
            self.reasons.setdefault(one.reason or "known", Counter()).update(parts)

    def merge(self, other):
        self.all.update(other.all)
        for mine, more in ((self.reasons, other.reasons), (self.causes, other.causes)):
            for key, counter in more.items():
                mine.setdefault(key, Counter()).update(counter)
