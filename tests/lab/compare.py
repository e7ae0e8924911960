"""What a table of the present would have named wrongly: the point of the demo.

usage: compare.py DIR [--example].  DIR holds a recording and the tagged flows made from it.
The truth is what the pods themselves logged; each rule had the same watch events as Tenure.
--example shows one flow instead, before and after.
"""
import json
import sys

from check import percent
from kubeview import RULES, KubeView, parse_envelopes
from taken import read_records
from truth import Truth, hand_overs
from verdict import ends_of, judge_rules

EXAMPLES = 3
SHOWN = ("informer, asked 5 s after", "informer, asked 60 s after", "last owner, on a replay")


def name_of(uid, names):
    return names.get(uid, "nobody")


def pick(results):
    """Three ends that a rule named wrongly and Tenure named right, of different services and rules."""
    picked, services = [], set()
    for rule in SHOWN:
        result = next(result for result in results if result.name == rule)
        for end, answer in result.examples:
            service = end.tag.get("service", {}).get("name")
            if end.known and not end.wrong and service and service not in services and end.true_uid and end.by == "workloads":
                picked.append(end)
                services.add(service)
                break
    return picked[:EXAMPLES]


def show(end, view, names):
    answers = {name: rule(view, end.ip, end.end) for name, rule in RULES}
    true = end.true_uid
    print(f"\n  {end.ip} as the {end.side} of a flow that ended {end.flow['event']['end']}")
    print(f"    the pod itself logged              {name_of(true, names)}")
    print(f"    Tenure                             {end.tag['k8s']['pod']['name']}"
          f"  (service {end.tag['service']['namespace']}/{end.tag['service']['name']})")
    for rule in SHOWN:
        answer = answers[rule]
        mark = "" if answer == true else "  no answer" if answer is None else "  WRONG"
        print(f"    {rule:34} {name_of(answer, names)}{mark}")


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def spread(end):
    return "{" + ",\n     ".join(f'"{name}":{compact(value)}' for name, value in end.items()) + "}"


def show_example(tagged):
    """A flow between two pods, as it came and as it went on: a member a line."""
    for record in tagged:
        flow = record.json()
        ends = [flow["tenure"][side] for side in ("source", "destination")]
        if all(end["status"] == "known" for end in ends) and ends[0].get("service") and ends[1]["kind"] == "pod":
            break
    tenure = flow.pop("tenure")
    members = ",\n ".join(f'"{name}":{compact(value)}' for name, value in flow.items())
    added = ",\n  ".join(f'"{name}":' + (spread(value) if name in ("source", "destination") else compact(value))
                        for name, value in tenure.items())
    print("{" + members + "}\n")
    print('{... the same bytes ...,\n "tenure":{\n  ' + added + "}}")


def main():
    directory = sys.argv[1]
    if "--example" in sys.argv:
        show_example(read_records(directory + "/tagged.ndjson"))
        return 0
    truth = Truth(directory)
    view = KubeView(parse_envelopes(record.value for record in read_records(directory + "/kube.ndjson")))
    ends = [end for end in ends_of(read_records(directory + "/tagged.ndjson"), truth) if end.kind == "pod"]
    names = {holding.uid: holding.name for holdings in truth.holdings.values() for holding in holdings}
    overs = hand_overs(truth)
    wrong, silent = sum(end.wrong for end in ends), sum(not end.known for end in ends)
    results = judge_rules(ends, view)
    print(f"{len(truth.holdings)} pod addresses changed hands {len(overs)} times; "
          f"{sum(over.gap < 1 for over in overs)} of them within a second.")
    print(f"Of {len(ends)} flow ends with a pod address, against what the pods themselves and the runtime logged:\n")
    print(f"  {'':36}{'named wrongly':>24}{'not named':>12}")
    print(f"  {'Tenure':36}{wrong:>13} {percent(wrong, len(ends)):>10}{percent(silent, len(ends)):>12}")
    for result in results:
        print(f"  {result.name:36}{result.wrong:>13} {percent(result.wrong, result.asked):>10}"
              f"{percent(result.silent, result.asked):>12}")
    for end in pick(results):
        show(end, view, names)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
