#!/usr/bin/env python3
"""The enricher and the oracle, two programs written independently, give the same bytes for random histories in the
file form, in any order that the watches may bring them, and after kill -9 at any moment.

    60-oracle.py [FIRST [COUNT]]    seeds FIRST to FIRST + COUNT - 1; without FIRST 1 to 40, and those that once differed

To examine one seed: tests/oracle/random_history.py SEED FOLDER, then the command that is printed.
"""
import io
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/oracle"), str(ROOT / "tests/schema")]

import corrections  # noqa: E402
import differences  # noqa: E402
import flows  # noqa: E402
import moments  # noqa: E402
import oracle  # noqa: E402
import random_history  # noqa: E402
from records import leave  # noqa: E402

BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
ENRICH = BUILD / "tenure-enrich"
DIFFERED = (109, 3003, 4005, 4008, 4016, 5002)
said_of_interfaces = {}     # output -> {kind of contradiction: how many}
contradictions = []         # how many of each seed of check_seed
killed = []     # how often each seed of check_kills
revised = []    # how many corrections each seed of check_revise has


def write(path, lines):
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def command(folder, kube, out, options):
    """KUBE is the name of a file, or several names separated by spaces."""
    files = [word for name in kube.split() for word in ("--kube", folder / name)]
    return [ENRICH, *files, "--flows", folder / "flows", "--out", folder / out,
            "--rejected", folder / (out + "-rejected"), "--state", folder / (out + "-state"), *options]


def enrich(folder, kube, out, options):
    """The tagged and the rejected records."""
    words = command(folder, kube, out, options)
    run = subprocess.run(words, capture_output=True, timeout=120)
    if run.returncode != 0:
        raise AssertionError(f"exit status {run.returncode}: {shlex.join(map(str, words))}\n{run.stderr.decode()[-2000:]}")
    said_of_interfaces[out] = {kind: int(count) for line in run.stderr.decode().splitlines() if "interfaces contradictory=" in line
                               for kind, count in re.findall(r" (two_\w+|second_\w+)=(\d+)", line) if count != "0"}
    return records(folder / out), records(folder / (out + "-rejected"))


def records(path):
    return path.read_bytes().splitlines() if path.exists() else []


def fed(kube, options):
    timeline = oracle.Timeline(oracle.settings(options)[1])
    for offset, line in enumerate(kube):
        timeline.feed(offset, line)
    return timeline


def recomputed(folder, kube, lines, options):
    """What the oracle makes of the flows: {offset: record}, and the offsets of the flows it refuses. KUBE is a timeline
    or what to feed to one."""
    timeline = kube if isinstance(kube, oracle.Timeline) else fed(kube, options)
    hindsight = oracle.settings(options)[0]
    expected, refused = {}, []
    for offset, line in enumerate(lines):
        try:
            expected[offset] = timeline.tag(line, (str(folder / "flows"), 0, offset), hindsight)
        except flows.Rejected:
            refused.append(offset)
        except flows.Outside:
            pass
    return expected, refused


def said_of(expected, tagged):
    """What differences.report says, or nothing."""
    said = io.StringIO()
    return said.getvalue() if differences.report(expected, tagged, said, limit=4) else ""


def check_seed(seed, folder):
    """Says what is wrong with SEED, or nothing."""
    kube, lines, options = random_history.make(seed)
    cut = seed * 37 % len(kube) if seed % 3 == 0 else len(kube)
    names = "kube kube-rest" if cut < len(kube) else "kube"
    write(folder / "kube", kube[:cut])
    write(folder / "kube-rest", kube[cut:])
    write(folder / "flows", lines)
    tagged, rejected = enrich(folder, names, "tagged", options)
    timeline = fed(kube, options)
    expected, refused = recomputed(folder, timeline, lines, options)
    wrong = said_of(expected, tagged)
    if said_of_interfaces["tagged"] != dict(timeline.world()[1].interfaces.contradicted):
        wrong += f"contradictions: {said_of_interfaces['tagged']}, the oracle {timeline.world()[1].interfaces.contradicted}\n"
    contradictions.append(sum(said_of_interfaces["tagged"].values()))
    if len(rejected) != len(refused):
        wrong += f"{len(rejected)} rejected, the oracle refuses {len(refused)}\n"
    other = random_history.reordered(random.Random(seed), kube)
    if other and not wrong:
        write(folder / "other", other)
        late = [word for word in options if word != "--hindsight"] + ["--hindsight"]
        first, second = enrich(folder, names, "first", late)[0], enrich(folder, "other", "second", late)[0]
        if first != second:
            wrong += "another order of the resources gives another answer\n" + said_of(dict(enumerate(first)), second)
    if wrong:
        wrong += shlex.join(map(str, command(folder, names, "tagged", options))) + "\n"
    return wrong


def check_retention(seed, folder):
    """With --retention, what is forgotten is before the horizon, and all else is answered as if it were not."""
    kube, lines, options = random_history.make(seed)
    options += ["--retention", random.Random(seed).choice(("40s", "80s", "150s"))]
    write(folder / "kube", kube)
    write(folder / "flows", lines)
    timeline = fed(kube, options)
    if any(world.came_back for world in timeline.worlds.values()):
        return ""       # docs/answers-examples.md, Conditions
    tagged, _ = enrich(folder, "kube", "tagged", options)
    wrong = said_of(recomputed(folder, kube, lines, options)[0], tagged)
    return wrong + shlex.join(map(str, command(folder, "kube", "tagged", options))) + "\n" if wrong else ""


def as_documents(kube, chance):
    """The same records as kubectl may write them: some over several lines, and some of the objects in Lists."""
    kube, out = list(kube), []
    while kube:
        run = [loaded(line) for line in kube[:chance.choice((1, 1, 1, 3, 20))]]
        if chance.random() < .2 and all(map(may_be_listed, run)):
            found = {"apiVersion": "v1", "items": [one["object"] for one in run], "kind": "List"}
            out.append(json.dumps(found, indent=chance.choice((None, 4))).encode())
        elif run[0] and chance.random() < .5:
            run = run[:1]
            out.append(json.dumps(run[0], indent=2).encode())
        else:
            run = run[:1]
            out.append(kube[0])
        del kube[:len(run)]
    return out


def may_be_listed(record):
    """A List says nothing of a cluster."""
    return record and record.get("type") in ("ADDED", "MODIFIED") and not record.get("cluster") and "object" in record


def loaded(line):
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def check_documents(seed, folder):
    """Documents of several lines and Lists."""
    kube, lines, options = random_history.make(seed)
    write(folder / "kube", as_documents(kube, random.Random(seed)))
    write(folder / "flows", lines)
    tagged, _ = enrich(folder, "kube", "tagged", options)
    timeline = oracle.Timeline(oracle.settings(options)[1])
    for offset, (record, of_list) in enumerate(oracle.kube_records([folder / "kube"])):
        timeline.feed(offset, record, of_list=of_list)
    wrong = said_of(recomputed(folder, timeline, lines, options)[0], tagged)
    return wrong + shlex.join(map(str, command(folder, "kube", "tagged", options))) + "\n" if wrong else ""


def check_revise(seed, folder):
    """Flows that are tagged from a part of the history and revised with all of it have the corrections of the oracle."""
    kube, lines, options = random_history.make(seed)
    options = [word for word in options if word != "--hindsight"]
    chance = random.Random(seed)
    cut, revise = chance.randrange(len(kube) * 2 // 3, len(kube)), chance.choice(("1s", "7s", "30s", "100s"))
    write(folder / "kube", kube[:cut])
    write(folder / "flows", lines)
    tagged, _ = enrich(folder, "kube", "tagged", options)
    write(folder / "kube", kube)
    words = command(folder, "kube", "corrections", options) + ["--revise", revise]
    words[words.index("--flows") + 1] = folder / "tagged"
    run = subprocess.run(words, capture_output=True, timeout=120)
    if run.returncode != 0:
        return f"exit status {run.returncode}: {shlex.join(map(str, words))}\n{run.stderr.decode()[-2000:]}"
    timeline, wanted, rejected, counts = fed(kube, options), [], 0, {"confirmed": 0, "unrevised": 0}
    for offset, line in enumerate(tagged):
        try:
            wanted.append(corrections.correct(timeline, line, (str(folder / "tagged"), 0, offset), moments.duration(revise)))
            counts["confirmed"] += wanted[-1] is None
        except corrections.Unrevised:
            counts["unrevised"] += 1
        except flows.Rejected:
            rejected += 1
    wanted = [line for line in wanted if line is not None]
    revised.append(len(wanted))
    found = records(folder / "corrections")
    wrong = "".join(f"correction {n}:\n  is     {a}\n  should {b}\n" for n, (a, b) in enumerate(zip(found, wanted)) if a != b)
    if len(found) != len(wanted) or len(records(folder / "corrections-rejected")) != rejected:
        wrong += f"{len(found)} corrections, not {len(wanted)}; {rejected} are rejected by the oracle\n"
    said = run.stderr.decode()
    wrong += "".join(f"not {name}={count}\n" for name, count in counts.items() if f" {name}={count} " not in said)
    return wrong + shlex.join(map(str, words)) + "\n" if wrong else ""


def check_kills(seed, folder):
    """Killed at random moments until it ends by itself, it leaves the same outputs as one run without kills."""
    kube, lines, options = random_history.make(seed, count=6000)
    write(folder / "kube", kube)
    write(folder / "flows", lines)
    began = time.monotonic()
    whole = enrich(folder, "kube", "whole", options)
    took, chance, kills = time.monotonic() - began, random.Random(seed), 0
    words = command(folder, "kube", "killed", options)
    while True:
        process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        try:
            # Fewer and later kills towards the end, so that it does end.
            status = process.wait(timeout=took * chance.uniform(.02, .3 + kills / 10))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
            continue
        if status != 0:
            return f"exit status {status} after {kills} kills: {shlex.join(map(str, words))}\n"
        break
    print(f"seed {seed}: {kills} kills -9, {len(whole[0])} tagged, {len(whole[1])} rejected")
    if (records(folder / "killed"), records(folder / "killed-rejected")) != whole:
        return f"after {kills} kills the output differs: {shlex.join(map(str, words))}\n"
    killed.append(kills)
    return ""


def main(words):
    if not ENRICH.exists():
        print(f"{ENRICH} is not built")
        return 1
    first, count = (list(map(int, words)) + [1, 40][len(words):])[:2]
    failed = 0
    seeds = [(seed, check_seed) for seed in range(first, first + count)]
    seeds += [] if words else [(seed, check_seed) for seed in DIFFERED]
    seeds += [(seed, check_retention) for seed in range(first, first + count)]
    seeds += [(seed, check_documents) for seed in range(first, first + max(1, count // 4))]
    seeds += [(seed, check_revise) for seed in range(first, first + max(1, count // 4))]
    seeds += [(seed, check_kills) for seed in range(first, first + max(1, count // 10))]
    for number, (seed, check) in enumerate(seeds):
        folder = Path(tempfile.mkdtemp(prefix=f"tenure-oracle-{seed}-"))
        try:
            wrong = check(seed, folder)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            wrong = str(error) + "\n"
        if wrong:
            failed += 1
            print(f"seed {seed}: {wrong}left in {folder}")
        elif number < 3:
            leave("tagged", records(folder / "tagged"))
            leave("rejected", records(folder / "tagged-rejected"))
        if not wrong:
            shutil.rmtree(folder)
    if not sum(revised):
        print("no answer was ever corrected")
        failed += 1
    if contradictions and not sum(contradictions):
        print("no interface contradicted anything")
        failed += 1
    if not sum(killed):
        print("the enricher was never killed: it is too fast for this test")
        failed += 1
    print(f"{len(seeds) - failed} of {len(seeds)} right, {sum(revised)} corrections, {sum(killed)} kills, {sum(contradictions)} contradictions")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
