"""Compares every tagged end of a lab run with the truth, and the run itself with what it must be.

DIR holds what tests/lab/run left: the logs, and the topics kube, flows, tagged and
rejected as .ndjson files.  Prints a table of bars; exit 1 when one is missed.
Every end named wrongly is listed with the events around it.
"""
import argparse
import json
import os
import sys
from collections import Counter, defaultdict

import shop
from causes import Causes
from decidable import Decider, moments
from kubeview import SECOND, KubeView, parse_envelopes
from links import Links, is_of_interface
from taken import Record, read_records
from truth import Nearness, Truth, hand_overs
from verdict import LONG, NEAR, completeness, ends_of, judge_rules

# (minimum hand-overs, hand-overs a minute, flow ends)
SIZES = {"full": (100, 20, 20000), "short": (10, 20, 1000), "none": (0, 0, 0)}
KNOWN = {"full": 99.5, "short": 98.0, "none": 0}    # percent of all ends, where interfaces were told


class Bars:
    """The table: what must be, what was."""

    def __init__(self, judge):
        self.judge, self.rows, self.missed = judge, [], 0

    def show(self, text, value):
        self.rows.append(("", text, value, ""))

    def need(self, text, value, good, wanted, judged=True):
        self.missed += judged and not good
        self.rows.append(("ok" if good else "MISSED" if judged else "", text, value, wanted))

    def print(self):
        width = max(len(row[1]) for row in self.rows)
        for mark, text, value, wanted in self.rows:
            print(f"{mark:6} {text:{width}}  {value:>14}  {wanted}".rstrip())


def percent(part, whole):
    return f"{100.0 * part / whole:.2f} %" if whole else "-"


def inject(kind, tagged):
    """Damages the records that were read, so that the checker has something to find."""
    middle = len(tagged) // 2
    if kind == "loss":
        removed = tagged.pop(middle)
        print(f"injected: tagged record {removed.place} removed")
    elif kind == "double":
        tagged.insert(middle, tagged[middle])
        print(f"injected: tagged record {tagged[middle].place} given twice")
    elif kind == "wrong":
        for i in range(middle, len(tagged)):
            flow = tagged[i].json()
            end = flow["tenure"]["source"]
            if end["status"] == "known" and end["kind"] == "pod":
                end["k8s"]["pod"]["uid"] = "00000000-0000-0000-0000-000000000000"
                value = json.dumps(flow, separators=(",", ":")).encode()
                tagged[i] = Record(*tagged[i].place, value)
                print(f"injected: another uid in the source of tagged record {tagged[i].place}")
                return


def check_lab(bars, size, truth, view, overs, ends, flows):
    """The run is hard enough to mean something."""
    minimum, rate, least_ends = SIZES[size]
    minutes = max(1e-9, (overs[-1].new.give_after - overs[0].new.give_after) / SECOND / 60) if overs else 1
    count = len(overs)
    quick, slow = sum(o.gap < 1 for o in overs), sum(1 <= o.gap <= 5 for o in overs)
    bars.need("addresses", len(truth.holdings), len(truth.holdings) >= 24, ">= 24")
    bars.need("hand-overs", count, count >= minimum, f">= {minimum}")
    bars.need("hand-overs a minute", f"{count / minutes:.1f}", count / minutes >= rate, f">= {rate}")
    bars.need("hand-overs less than 1 s apart", percent(quick, count), quick * 100 >= 25 * count, "about a third")
    bars.need("hand-overs 1 to 5 s apart", percent(slow, count), slow * 100 >= 25 * count, "about a third")
    early = late = 0
    for over in overs:
        old, new = view.by_uid.get(over.old.uid, []), view.by_uid.get(over.new.uid, [])
        done = next((s.received for s in old if s.terminal or s.gone), None)
        gone = next((s.received for s in old if s.gone), None)
        running = next((s.received for s in new if s.phase == "Running"), None)
        early += done is None or done > over.new.give_after
        late += running is not None and (gone is None or gone > running)
    bars.need("given while the old pod still terminated (API view)", early, early > 0, "some")
    bars.need("old pod's DELETED after the new pod's Running", late, late > 0, "some")
    near = Nearness(overs)
    close = sum(near.within(end.ip, end.start, end.end, NEAR) for end in ends)
    long = sum(flow["event"]["duration"] > LONG for flow in flows)
    bars.need("flow ends", len(ends), len(ends) >= least_ends, f">= {least_ends}")
    bars.need("flow ends within 3 s of a hand-over", percent(close, len(ends)), close * 20 >= len(ends), ">= 5 %")
    bars.need("flows longer than 5 s", percent(long, len(flows)), long * 20 >= len(flows), ">= 5 %")
    wrong = truth.disagreements()
    for end, uid, at in wrong[:10]:
        held = [holding.name for holding in truth.during(end.rsplit(":", 1)[0], at, at)]
        print(f"truth disagrees: a workload saw {uid} at {end} at {at}; the runtime says {held}")
    bars.need(f"sightings that the runtime contradicts, of {truth.sightings}", len(wrong), not wrong, "0")


def check_answers(bars, ends, decider, known):
    wrong = [end for end in ends if end.wrong]
    held = [end for end in ends if end.held]
    held_known = sum(end.known for end in held)
    decidable = [end for end in ends if decider.holder(end) is not None]
    silent = [end for end in decidable if not end.known]
    elsewhere = sum(decider.position(end) != end.flow["tenure"]["kube"]["position"] for end in ends)
    bars.need("ends named wrongly", len(wrong), not wrong, "0", bars.judge != "none")
    count, somebody = sum(end.known for end in ends), [end for end in ends if end.true]
    bars.need("ends known", percent(count, len(ends)), count * 100 >= known * len(ends), f">= {known} %" if known else "",
              bars.judge == "all")
    bars.show(f"of the {len(somebody)} that somebody had from start to end: known",
              percent(sum(end.known for end in somebody), len(somebody)))
    bars.need("of those held 2 s before and after: known", percent(held_known, len(held)),
              held_known * 100 >= 98 * len(held), ">= 98 %", bars.judge == "all")
    bars.need(f"of the {len(decidable)} that can be decided: known",
              percent(len(decidable) - len(silent), len(decidable)), not silent, "100 %")
    bars.need("ends answered at another position than the right one", elsewhere, not elsewhere, "0")
    for end in silent[:5]:
        print(f"not named: {end.side} {end.ip} of tagged {end.record.place}, though {decider.holder(end)} is decided; "
              f"said {end.tag}")
    return wrong


def kind_of(cause):
    late, off = "reported" in cause, "clock" in cause
    if late or off:
        return " and ".join(["a report later than the hold"] * late + ["a clock off by more than the skew"] * off)
    return cause


def list_wrong(bars, wrong, causes):
    """Every end named wrongly with its cause; the first ones with all that is known."""
    kinds = Counter()
    for number, end in enumerate(wrong):
        cause = causes.of(end)
        kinds[kind_of(cause)] += 1
        print(f"wrong: {end.side} {end.ip}:{end.port} of tagged {end.record.place}: {cause}")
        if number < 3:
            causes.show(end)
    for kind, count in kinds.most_common():
        bars.show(f"named wrongly: {kind}", count)


def show_reasons(ends):
    reasons = defaultdict(list)
    for end in ends:
        if not end.known:
            reasons[end.tag["status"], end.tag.get("reason")].append(end)
    for (status, reason), silent in sorted(reasons.items(), key=lambda item: -len(item[1])):
        print(f"       {status} {reason}: {len(silent)}, of which somebody had {sum(bool(end.true) for end in silent)} from start to end")
    kinds = Counter(end.named[0] for end in ends if end.known)
    print("       known: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    starts = Counter(end.tag.get("binding", {}).get("start_from") for end in ends if end.known and end.named[0] == "pod")
    print("       start of a pod's binding from: " + ", ".join(f"{source} {count}" for source, count in starts.most_common()))


def show_think_times(ends):
    """What the meter measured at each service, beside the time that its pods took on purpose."""
    sums = defaultdict(lambda: [0, 0])
    for end in ends:
        measured = end.flow.get("requests", {}).get("response_time", {})
        if end.side == "destination" and end.known and measured.get("count") and "service" in end.tag:
            total = sums[end.tag["service"]["name"]]
            total[0] += measured["sum"]
            total[1] += measured["count"]
    shown = (f"{name} {total / count / 1e6:.1f} ({shop.SERVICES[name].think * 1000:.0f})"
             for name, (total, count) in sorted(sums.items()) if name in shop.SERVICES)
    print("       mean response time (think time), ms: " + ", ".join(shown))


def show_rules(ends, view):
    """Tenure beside each simpler rule, and of each the wrong name that was furthest from true."""
    pods = [end for end in ends if end.kind == "pod"]
    wrong, silent = sum(end.wrong for end in pods), sum(not end.known for end in pods)
    print(f"\nof the {len(pods)} ends with a pod address, named wrongly (not named):")
    print(f"  {'Tenure':36} {percent(wrong, len(pods)):>9} ({percent(silent, len(pods))})")
    for result in judge_rules(pods, view):
        print(f"  {result.name:36} {percent(result.wrong, result.asked):>9} ({percent(result.silent, result.asked)})")
        worst = max((example for example in result.examples if example[0].true_uid), default=None,
                    key=lambda example: abs(view.by_uid[example[1]][0].created - example[0].end))
        if worst:
            end, answer = worst
            off = (view.by_uid[answer][0].created - end.end) / SECOND
            print(f"      worst: {end.ip} at {end.flow['event']['end']} was {view.name(end.true_uid)}, not {view.name(answer)}, "
                  f"created {abs(off):.0f} s {'after' if off > 0 else 'before'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("--bars", choices=sorted(SIZES), default="full")
    parser.add_argument("--links", action="store_true", help="the meters had to tell of the pods' interfaces")
    parser.add_argument("--inject", choices=("loss", "double", "wrong"))
    parser.add_argument("--hold", default="10s", help="the enricher's")
    parser.add_argument("--skew", default="500ms", help="the enricher's")
    parser.add_argument("--judge", choices=("all", "wrong", "none"), default="all",
                        help="which bars the answers must meet: all, no end wrong, or none (they are only listed)")
    options = parser.parse_args()

    truth = Truth(options.directory)
    # In the demo, the records of interfaces and the watch events are in one file.
    whole = "topic" if os.path.exists(os.path.join(options.directory, "topic.ndjson")) else "kube"
    flows, tagged, rejected, kube = (read_records(os.path.join(options.directory, name + ".ndjson"))
                                     for name in ("flows", "tagged", "rejected", whole))
    if options.inject:
        inject(options.inject, tagged)
    envelopes = parse_envelopes(record.value for record in kube)
    view, links = KubeView(envelopes), Links(envelopes, truth.ahead)
    ends = list(ends_of(tagged, truth))
    bars = Bars(options.judge)
    overs = hand_overs(truth)
    if options.bars != "none":
        check_lab(bars, options.bars, truth, view, overs, ends, [flow.json() for flow in flows])
    lost, doubled, altered = completeness(flows, tagged, rejected)
    for text, places in (("lost", lost), ("twice", doubled), ("bytes altered", altered)):
        bars.need(f"flows {text}, of {len(flows)}", len(places), not places, "0")
        for place in places[:10]:
            print(f"{text}: flow {place}")
    bars.show("flows rejected", len(rejected))
    wrong = check_answers(bars, ends, Decider(kube, options.hold, options.skew), KNOWN[options.bars] if links else 0)
    if options.links:
        bars.need("interfaces that the meters told of", len(links.by_uid), bool(links), "some")
    if links:
        links.check(bars, truth)
        without = Decider([record for record, envelope in zip(kube, envelopes) if not is_of_interface(envelope)], options.hold, options.skew)
        bars.show("ends known that would not be without interfaces", sum(end.known and without.holder(end) is None for end in ends))
    list_wrong(bars, wrong, Causes(view, truth, moments.duration(options.hold), moments.duration(options.skew)))
    bars.print()
    show_reasons(ends)
    show_think_times(ends)
    show_rules(ends, view)
    return 1 if bars.missed else 0


if __name__ == "__main__":
    sys.exit(main())
