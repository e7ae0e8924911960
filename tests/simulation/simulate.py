#!/usr/bin/env python3
"""simulate.py: worlds whose truth is known, asked of tenure-enrich. Whoever is named must have been there.

Prints one table; exits with 1 if any end is named wrongly or has a wrong service.
"""
import argparse
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import report
from flows import Maker
from ingredients import EVERY
from judge import Count, judge
from topic import Topic
from world import World

ROOT = Path(__file__).resolve().parent.parent.parent


def options(words):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first world (default 1)")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="how many worlds (default 1)")
    parser.add_argument("--flows", type=int, default=2500, metavar="N", help="flows in each world (default 2500)")
    parser.add_argument("--without", action="append", default=[], metavar="NAME", help="leave an ingredient out; may be repeated")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this ingredient, in every world; may be repeated; base is none")
    parser.add_argument("--list", action="store_true", help="list the ingredients")
    parser.add_argument("--explain", type=int, default=5, metavar="N", help="explain so many wrong ends (default 5)")
    parser.add_argument("--hindsight", action="store_true", help="also ask with the whole topic: no known answer may become unsure")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the inputs and the answers there")
    parser.add_argument("--build", type=Path, default=Path(os.environ.get("BUILD", ROOT / "build")), help="where tenure-enrich is")
    parser.add_argument("--oracle", action="store_true", help="ask tests/oracle instead of tenure-enrich")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--seen", type=float, metavar="SHARE", help="the share of the nodes on which a meter sees the pods' interfaces, 0 to 1")
    parser.add_argument("--hold", type=float, default=10)
    parser.add_argument("--skew", type=float, default=.5)
    chosen = parser.parse_args(words)
    for name in chosen.without + chosen.only:
        if name not in EVERY and name != "base":
            parser.error(f"{name} is not an ingredient; --list lists them")
    return chosen


def enrich(settings, folder, world, kube, flows, *more):
    """The tagged lines."""
    asked = ["--kube", kube, "--flows", flows, "--hold", f"{settings.hold:g}s", "--skew", f"{round(1000 * settings.skew)}ms", *world.options, *more]
    if settings.oracle:
        return run([sys.executable, ROOT / "tests/oracle/oracle.py", *asked]).splitlines()
    out, rejected = folder / "tagged", folder / "rejected"
    for path in (out, rejected):
        path.unlink(missing_ok=True)
    run([settings.build / "tenure-enrich", *asked, "--out", out, "--rejected", rejected])
    if rejected.exists() and rejected.stat().st_size:
        raise RuntimeError(f"rejected: {rejected.read_text()[:500]}")
    return out.read_text().splitlines()


def run(words):
    """What a command prints."""
    words = list(map(str, words))
    ended = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit {ended.returncode}\n{ended.stderr[-2000:]}")
    return ended.stdout


def make(seed, settings):
    """(world, flows) of SEED."""
    names = settings.only or [name for name in EVERY if name not in settings.without]
    world = World(seed, set(names) - {"base"}, bool(settings.only), settings.hold, settings.skew, settings.seen)
    world.topic = Topic(world)
    return world, Maker(world).many(settings.flows)


def write(folder, world, flows):
    kube, asked = folder / "kube.ndjson", folder / "flows.ndjson"
    kube.write_text("".join(line + "\n" for line in world.topic.lines()))
    asked.write_text("".join(flow.line() + "\n" for flow in flows))
    return kube, asked


def one_seed(work):
    """(Count, explanations, hindsight's differences) of one world."""
    seed, settings = work
    world, flows = make(seed, settings)
    with tempfile.TemporaryDirectory(prefix="tenure-simulation-") as folder:
        folder = settings.keep / str(seed) if settings.keep else Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        kube, asked = write(folder, world, flows)
        tagged = enrich(settings, folder, world, kube, asked)
        verdicts = judge(world, flows, tagged)
        later = []
        if settings.hindsight:
            later = report.less_sure(seed, world.truth.alias, tagged, enrich(settings, folder, world, kube, asked, "--hindsight"))
    if len(verdicts) != 2 * len(flows):
        raise RuntimeError(f"seed {seed}: {len(verdicts)} ends of {len(flows)} flows")
    count = Count()
    count.add(verdicts)
    wrong = sorted((one for one in verdicts if one.wrong and not one.provisional), key=lambda one: one.wrong)
    return count, [(one.wrong, report.explain(seed, world, flows, one)) for one in wrong[:settings.explain]], later


def main(words):
    settings = options(words)
    if settings.list:
        print("\n".join(f"{name:18} {what}" for name, what in EVERY.items()))
        return 0
    total, wrong, later = Count(), [], []
    work = [(seed, settings) for seed in range(settings.seed, settings.seed + settings.seeds)]
    with multiprocessing.Pool(settings.jobs) as pool:
        for count, more, differences in pool.imap(one_seed, work):
            total.merge(count)
            wrong += more
            later += differences
    for _, text in sorted(wrong, key=lambda one: one[0])[:settings.explain]:
        print(text, end="\n\n")
    report.table(total, settings.seeds, settings.seeds * settings.flows)
    unsure = report.hindsight(later, settings.explain) if settings.hindsight else 0
    return 1 if total.all["name"] or total.all["service"] or unsure else 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main(sys.argv[1:]))
