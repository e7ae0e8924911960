"""Tagged records against those that the oracle expects, byte for byte."""
import json

import shapes

ENDS = ("source", "destination")


def report(expected, tagged, out, limit=20):
    """EXPECTED maps a flow's coordinates (or offset) to bytes, TAGGED are the records.
    Prints what differs and a summary; returns 1 if anything does."""
    counts, seen = {}, set()

    def fault(why, key, lines):
        counts[why] = counts.get(why, 0) + 1
        if sum(counts.values()) <= limit:
            print(f"{why}: flow {key}", *lines, sep="\n  ", file=out)

    for text in tagged:
        key, why, wanted = judge(expected, seen, text)
        if why in ("unreadable", "stray", "duplicate"):
            fault(why, key, [text.decode(errors="replace")])
        elif why:
            fault(why, key, details(text, wanted))
    for key in expected:
        if key not in seen:
            fault("lost", key, [expected[key].decode()])
    right = len(expected) - sum(counts.get(why, 0) for why in counts if why not in ("duplicate", "stray", "unreadable"))
    print(f"{len(expected)} flows expected, {right} right"
          + "".join(f", {count} {why}" for why, count in sorted(counts.items())), file=out)
    return 1 if counts else 0


def details(text, wanted):
    """The flow's own part, and each member of the tag that is not as it should be."""
    flow = wanted[:wanted.rindex(b',"tenure":')]
    lines = [flow.decode()]
    if not text.startswith(flow + b',"tenure":'):
        lines.append("the flow's own bytes were changed: " + text.decode(errors="replace"))
    is_so, should = shapes.load(text).get("tenure"), json.loads(wanted)["tenure"]
    for name in should:
        found = is_so.get(name) if isinstance(is_so, dict) else None
        if found != should[name] or json.dumps(found) != json.dumps(should[name]):
            lines += [f"{name} is     {json.dumps(found, ensure_ascii=False)}",
                      f"{name} should {json.dumps(should[name], ensure_ascii=False)}"]
    return lines if len(lines) > 1 else lines + [text.decode(errors="replace")]


def judge(expected, seen, text):
    """(the flow's key, what is wrong or None, the right record or None)."""
    try:
        record = shapes.load(text)
    except (ValueError, RecursionError):
        return None, "unreadable", None
    key = key_of(record, expected)
    if key not in expected:
        return key, "stray", None
    if key in seen:
        return key, "duplicate", expected[key]
    seen.add(key)
    if text == expected[key]:
        return key, None, None
    return key, difference(record, json.loads(expected[key])), expected[key]


def key_of(record, expected):
    offset = shapes.at(record, "tenure", "flow", "offset")
    partition = shapes.at(record, "tenure", "flow", "partition")
    return (partition, offset) if isinstance(next(iter(expected), None), tuple) else offset


def difference(record, wanted):
    """What kind of difference it is."""
    if holders(record) != holders(wanted):
        return "wrong holder"
    position = [shapes.at(one, "tenure", "kube") for one in (record, wanted)]
    return "wrong position" if position[0] != position[1] else "other difference"


def holders(record):
    """Of each end what it says of the holder: who, or why not."""
    found = []
    for end in ENDS:
        said = shapes.at(record, "tenure", end)
        found.append([shapes.at(said, *path) for path in (
            ("status",), ("reason",), ("kind",), ("k8s", "namespace"), ("k8s", "pod"), ("k8s", "node"))])
        if shapes.at(said, "kind") == "service":
            found.append(shapes.at(said, "service"))
    return found
