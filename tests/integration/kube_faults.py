"""What the fault tests of tenure-kube share: a fake API server with a tenure-kube that follows it."""

import concurrent.futures
import contextlib
import json
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

from fake_api import RESOURCES, Fake, thing
from kube_api import BUILD, Producer, seconds
from kube_judge import Judgement, after_first_lists


class Follower(Producer):
    """A tenure-kube whose output is read as it grows."""

    def __init__(self, lab, out, *options, leaves=False):
        super().__init__(lab, out, *options)
        self.taken, self.read, self.leaves = 0, [], leaves

    def __exit__(self, *_):
        if self.leaves:
            super().__exit__()
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def records(self):
        if self.out.exists():
            with self.out.open("rb") as out:
                out.seek(self.taken)
                text = out.read()
            text = text[: text.rfind(b"\n") + 1]
            self.taken += len(text)
            self.read += super().parse(text)
        return self.read

    def known(self):
        """The last `known` that was written, in seconds; 0 without one."""
        return next((seconds(r["known"]) for r in reversed(self.records()) if r["type"] == "PROGRESS"), 0)

    def rss(self):
        """Its resident memory in KiB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        raise AssertionError(f"tenure-kube ended: {self.log.read_text()}")


class Rig:
    """A fake API server with OBJECTS of each resource and a tenure-kube that watches WATCHED, for `with`."""

    def __init__(self, *options, fake=(), objects=3, faults=(), watched=RESOURCES, leaves=False):
        self.options, self.objects, self.leaves = options, objects, leaves
        self.faults, self.watched = faults, set(watched)
        self.fake = Fake(*fake)

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.enter(stack)
            self.stack = stack.pop_all()
        return self

    def enter(self, stack):
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tenure-faults-")))
        stack.enter_context(self.fake)
        self.fake.put(*[thing(r, f"{r}-{n}") for r in RESOURCES for n in range(self.objects)])
        for fault in self.faults:
            self.fake.do("fault", **fault)
        follower = Follower(self.fake, self.folder / "kube.json", *self.options, leaves=self.leaves)
        self.producer = stack.enter_context(follower)
        wait_until(lambda: self.fake.open_watches() >= self.watched, 30, "the watches are open")

    def __exit__(self, *_):
        self.stack.close()

    def keep(self, name):
        """Keeps the topic, the log and the server's own log of a failed check beside the test's log."""
        folder = BUILD / "kube-faults"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.producer.out, folder / f"{name}.ndjson")
        shutil.copy(self.producer.log, folder / f"{name}.log")
        (folder / f"{name}.server.json").write_text(json.dumps(self.fake.log()))

    def settle(self, limit=90):
        """Heals the server, changes something everywhere, and waits until all of it is promised."""
        self.fake.do("heal")
        self.fake.put(*[thing(r, f"{r}-last") for r in RESOURCES])
        began = time.monotonic()
        self.producer.wait_known(time.time(), limit)
        return time.monotonic() - began

    def judge(self, went_back=False):
        log, records = self.fake.log(), self.producer.records()
        changes = after_first_lists(records, log["changes"])
        return Judgement(records, changes, log["requests"], log["state"], went_back)


class Churn(threading.Thread):
    """Changes objects of RESOURCES until it is stopped, RATE times a second."""

    def __init__(self, fake, rate, seed=1, resources=RESOURCES):
        super().__init__(daemon=True)
        self.fake, self.rate, self.resources = fake, rate, resources
        self.random = random.Random(seed)
        self.there = set()
        self.going = True

    def run(self):
        batch = max(1, self.rate // 10)
        due = time.monotonic()
        while self.going:
            for _ in range(batch):
                self.change(self.random.choice(self.resources), f"c{self.random.randrange(8)}")
            due += batch / self.rate
            time.sleep(max(0, due - time.monotonic()))

    def change(self, resource, name):
        if (resource, name) in self.there and self.random.random() < 0.3:
            self.fake.delete(resource, name)
            self.there.discard((resource, name))
        else:
            self.fake.put(thing(resource, name))
            self.there.add((resource, name))

    def stop(self):
        self.going = False
        self.join()


# How the watch of a resource freezes; over the slow link an object of LARGE bytes goes first.
FORMS = ("stalled", "silent when opened again", "half a line", "slow link")
LARGE, SLOW = 1_300_000, 200_000  # bytes of an object, bytes a second


def freeze(fake, resource, form):
    if form == "stalled":
        fake.do("silence", resource=resource, streams="open")
    elif form == "silent when opened again":
        fake.do("silence", resource=resource, streams="new")
        fake.do("cut", resource=resource, clean=True)
    elif form == "half a line":
        fake.do("drip", resource=resource, rate=1)
    else:
        fake.do("set", bandwidth=SLOW)


def wait_until(condition, limit, what, step=0.05):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"not within {limit} s: {what}"
        time.sleep(step)


def spread(work, cases, workers):
    """WORK for each of CASES, several at a time; returns what each returned."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda case: work(*case), cases))


def run(name, check):
    """Runs a check and prints what it found. False if it failed."""
    began = time.monotonic()
    try:
        figures = check("--long" in sys.argv)
    except Exception:
        print(f"{traceback.format_exc()}FAILED  {name} ({time.monotonic() - began:.0f} s)", flush=True)
        return False
    print(f"ok      {name}: {figures} ({time.monotonic() - began:.0f} s)", flush=True)
    return True


def main(checks, workers=1):
    """Runs the checks that are named, or all, WORKERS at a time; --long makes each as long as its bar says."""
    words = [w for w in sys.argv[1:] if w != "--long"]
    unknown = set(words) - set(checks)
    if unknown:
        sys.exit(f"no check is called {', '.join(sorted(unknown))}; there are {', '.join(checks)}")
    good = spread(run, [(name, checks[name]) for name in words or checks], workers)
    sys.exit(0 if all(good) else 1)
