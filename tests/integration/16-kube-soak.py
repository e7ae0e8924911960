#!/usr/bin/env python3
"""Goal: however long tenure-kube runs, it needs no more memory and no more descriptors.

Against tests/lab/fakeapi: 60 changes a second, watches and connections that are cut now and then, and planned lists. The check is:
  soak       memory and descriptors are sampled for 40 s, or for 45 minutes with --long; the line through the memory after the
             first fifth of the time must not rise by more than 512 KiB, and no descriptor be left. Then the topic is judged
"""

import os
import random
import statistics
import time

from kube_faults import Churn, Rig, main

RATE = 60  # changes a second
OBJECTS = 200  # of each resource
MAX_GROWTH = 512  # KiB
FAULTS = (("cut", True), ("cut", False), ("cut-connections", True), ("cut-connections", False))


def descriptors(rig):
    return len(os.listdir(f"/proc/{rig.producer.process.pid}/fd"))


def sample(rig, seconds, every):
    """(seconds since the start, KiB, descriptors), 100 times or more; something is cut EVERY so many seconds."""
    chance, found = random.Random(1), []
    began = time.monotonic()
    cut_at = began + every
    while time.monotonic() < began + seconds:
        time.sleep(min(5, seconds / 100))
        found.append((time.monotonic() - began, rig.producer.rss(), descriptors(rig)))
        if time.monotonic() >= cut_at:
            name, clean = chance.choice(FAULTS)
            rig.fake.do(name, clean=clean)
            cut_at += every
    return found


def soak(long):
    seconds, every, sync = (2700, 30, "2m") if long else (40, 5, "5s")
    with Rig("--sync-interval", sync, objects=OBJECTS) as rig:
        rig.settle()
        before = descriptors(rig)
        churn = Churn(rig.fake, RATE)
        churn.start()
        found = sample(rig, seconds, every)
        churn.stop()
        rig.settle()
        after = descriptors(rig)
        judged = rig.judge()
    times, memory, opened = zip(*(s for s in found if s[0] >= seconds / 5))
    slope = statistics.linear_regression(times, memory).slope
    growth = slope * (times[-1] - times[0])
    told = (f"{seconds / 60:.0f} minutes, {judged.records} records, {judged.gaps} GAPs; {memory[0]} KiB, at the end {memory[-1]}, at most {max(memory)}: "
            f"{slope * 3600:.0f} KiB an hour; {before} descriptors, at the end {after}, at most {max(opened)}")
    judged.check()
    assert growth <= MAX_GROWTH and after <= before, told
    return told


if __name__ == "__main__":
    main({"soak": soak})
