#!/usr/bin/env python3
"""Every address of the recording, at every second of it and around it: the list of tenure-lookup gives the same answers as the
oracle, and --annotate, in logs of several forms, the same names."""
import json
import lzma
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/oracle"))

import moments  # noqa: E402
import oracle  # noqa: E402
import shapes  # noqa: E402
from moments import SECOND  # noqa: E402

BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
KUBE = ROOT / "tests/fixtures/recording/kube.ndjson.xz"
AROUND = 5          # seconds before the recording and after it
OTHERS = ("203.0.113.1", "10.244.0.250", "10.96.9.9", "127.0.0.1", "fd00::1")
WORKLOADS = ("deployment", "replicaset", "statefulset", "daemonset", "job", "cronjob", "replicationcontroller")


def addresses_of(records):
    """Of its pods, nodes and services, and some that nobody has."""
    found = set(OTHERS)
    for record in records:
        this = record.get("object") or {}
        found.add((this.get("status") or {}).get("podIP"))
        found.update(each["address"] for each in (this.get("status") or {}).get("addresses") or [])
        found.update((this.get("spec") or {}).get("clusterIPs") or [])
    return sorted(each for each in found if each and shapes.address(each))


def questions_of(records, addresses):
    """(address, moment), second by second as in a log."""
    received = [moments.parse(record["received"]) for record in records]
    first, last = min(received) // SECOND - AROUND, max(received) // SECOND + AROUND
    return [(address, second * SECOND) for second in range(first, last + 1) for address in addresses]


def run(folder, text, *words):
    """What tenure-lookup makes of TEXT, by lines."""
    done = subprocess.run([BUILD / "tenure-lookup", "--kube", folder / "kube", *words], input=text.encode(), stdout=subprocess.PIPE,
                          env=dict(os.environ, XDG_STATE_HOME=str(folder / "state")), stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{words}: {done.stderr.decode()}")
    return done.stdout.decode().split("\n")[:-1]


class Expected:
    """What the oracle says of each question."""

    def __init__(self, lines):
        self.timeline = oracle.Timeline()
        for offset, line in enumerate(lines):
            self.timeline.feed(offset, line)
        self.position = self.timeline.last_offset
        self.known = self.timeline.world()[1].known(self.position)

    def answer(self, address, at):
        """The JSON of tenure-lookup."""
        ask = [self.timeline.answer(address, None, None, at, at, sent, self.position, "began") for sent in (True, False)]
        head = {"ip": address, "at": moments.render(at), "position": self.position}
        if self.timeline.provisional(at):
            head["provisional"] = True
        head["known"] = moments.render(self.known)
        if ask[0]["status"] == "known":
            head["certain"] = ask[1]["status"] == "known" and at <= self.known
        return {**head, **ask[0]}


def name_of(answer):
    """Whom an annotation names (sink/lookup/lines/annotation.h)."""
    k8s = answer["k8s"]
    if answer["kind"] == "node":
        return "node/" + k8s["node"]["name"]
    if answer.get("services"):
        assert len(answer["services"]) <= 3
        return ",".join(answer["services"])
    for kind in WORKLOADS:
        if kind in k8s:
            return f"{k8s['namespace']['name']}/{kind}/{k8s[kind]['name']}"
    return f"{k8s['namespace']['name']}/pod/{k8s['pod']['name']}"


def annotation_of(answer, known):
    if answer.get("reason") == "local_scope":
        return ""
    if moments.parse(answer["at"]) > known:
        return "[?after_known]"
    if answer["status"] != "known":
        return f"[?{answer['reason']}]"
    if answer["kind"] == "outside":
        return ""
    return f"[{name_of(answer)}{'?' if answer.get('provisional') or not answer['certain'] else ''}]"


def log_forms(at):
    """A line of each form, with @ for the address."""
    seconds = time.gmtime(at // SECOND)
    return [
        time.strftime('@ - - [%d/%b/%Y:%H:%M:%S +0000] "GET / HTTP/1.1" 200 17', seconds),
        time.strftime("%b %d %H:%M:%S n1 kernel: [4711.1] IN=eth0 SRC=@ DST=127.0.0.1 PROTO=TCP", seconds),
        '{"level":"info","ts":%d,"remote":"@","port":80}' % (at // SECOND),
        time.strftime("%Y-%m-%d %H:%M:%S.000000 IP @.443 > 127.0.0.1.80: Flags [S]", seconds),
    ]


def annotated(folder, questions, answers, known):
    """The number of lines with the wrong annotation."""
    plain, wanted = [], []
    for (address, at), answer in zip(questions, answers):
        for form in log_forms(at):
            plain.append(form.replace("@", address))
            wanted.append(form.replace("@", address + annotation_of(answer, known)))
    year = time.gmtime(questions[0][1] // SECOND).tm_year
    got = run(folder, "".join(line + "\n" for line in plain), "--annotate", "--time-year", str(year))
    return compare("annotated lines", got, wanted)


def compare(what, got, wanted):
    wrong = [pair for pair in zip(got, wanted) if pair[0] != pair[1]]
    for is_now, should in wrong[:5]:
        print(f"{is_now}\n    instead of\n{should}")
    if len(got) != len(wanted):
        print(f"{len(got)} {what}, not {len(wanted)}")
        return len(wrong) + 1
    print(f"{len(got)} {what}, {len(wrong)} wrong")
    return len(wrong)


def check(folder):
    """Asks about each address of FOLDER/kube at each second. Returns the number of wrong answers, and the questions."""
    lines = list(oracle.lines([folder / "kube"]))
    records = [json.loads(line) for line in lines]
    questions = questions_of(records, addresses_of(records))
    expected = Expected(lines)
    answers = [expected.answer(*question) for question in questions]
    text = "".join(f"{address} {moments.render(at)}\n" for address, at in questions)
    got = run(folder, text, "--format", "json", "-")
    wrong = compare("answers", got, [json.dumps(answer, separators=(",", ":")) for answer in answers])
    wrong += annotated(folder, questions, answers, expected.known)
    kinds = {answer.get("reason") or answer["kind"] for answer in answers}
    print("answers:", *sorted(kinds))
    if len(kinds) < 6:
        print("these are too few to show anything")
        wrong += 1
    return wrong, questions


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-lookup-") as name:
        folder = Path(name)
        (folder / "kube").write_bytes(lzma.decompress(KUBE.read_bytes()))
        wrong, _ = check(folder)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
