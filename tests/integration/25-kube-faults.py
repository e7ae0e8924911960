#!/usr/bin/env python3
"""Goal: `known` is never ahead of what tenure-kube has written, whatever the API server does to its watches.

Against tests/lab/fakeapi, and judged by that server's own log. The checks are:
  frozen     each watch frozen in turn while one of its objects changes, then reset. In four ways: its stream stalls; it
             ends, and each watch of the resource that is opened then is accepted, silent, and ends in time; half a
             line comes and then a byte a second; a link of 200 KB/s carries an object of 1.3 MB
  frozen1    the same over HTTP/1.1
  expired    a minute in which every watch is refused because its revision expired
  refused    429, 503, 401 and 403 on everything, or on everything but the watches
  known      the age of `known` under churn, and the requests and bytes of an idle cluster
  known1     the same over HTTP/1.1
"""

import time

from fake_api import EXPIRED, RESOURCES, key, thing
from kube_faults import FORMS, LARGE, Churn, Rig, freeze, main, spread
from kube_judge import ages, ns, percentile

MAX_LISTS = 20
MAX_REQUESTS = 3.0  # a second, while everything is refused
MAX_IDLE = 25.0  # a second
MAX_AGE = 2.0  # seconds, p99


def change_one(fake, resource, form):
    name = f"{resource}-1"
    if form == "slow link":
        fake.put(thing(resource, name, annotations={"large": "x" * LARGE}))
    elif form == "half a line":
        fake.put(thing(resource, name, labels={"app": "changed"}))
    else:
        fake.do("delete", resource=resource, key=key(resource, name))


def frozen_once(resource, form, quiet, hold, options):
    """One watch is frozen, one of its objects changes, and HOLD seconds later the watch is reset."""
    with Rig(fake=options) as rig:
        churn = None
        if not quiet:
            churn = Churn(rig.fake, 20, resources=[r for r in RESOURCES if r != resource])
            churn.start()
        rig.producer.wait_known(time.time(), 20)
        freeze(rig.fake, resource, form)
        time.sleep(0.5)
        change_one(rig.fake, resource, form)
        time.sleep(hold)
        rig.fake.do("cut", resource=resource)
        if churn is not None:
            churn.stop()
        rig.settle()
        judged = rig.judge()
        judged.case = f"{resource}, {form}, {'quiet' if quiet else 'busy'}"
        if judged.lost or judged.ahead:
            rig.keep(judged.case.replace(", ", "-").replace(" ", "-"))
        return judged


def frozen(options, hold, both):
    cases = [
        (resource, form, quiet, hold, options)
        for f, form in enumerate(FORMS)
        for r, resource in enumerate(RESOURCES)
        for quiet in (False, True)
        if both or quiet == bool((f + r) % 2)
    ]
    judged = spread(frozen_once, cases, 14)
    wrong = [j for j in judged if j.lost or j.ahead or j.twice or j.disorder or j.differences]
    for j in wrong:
        print(f"  {j.case}: {len(j.lost)} lost, {len(j.ahead)} promised too early, {len(j.twice)} twice, "
              f"{len(j.disorder)} out of order, {len(j.differences)} differences")
    assert not wrong, f"{len(wrong)} of {len(judged)} frozen watches"
    return (f"{len(judged)} frozen watches: 0 lost without a GAP, 0 PROGRESS ahead, "
            f"{sum(j.gaps for j in judged)} GAPs, {sum(len(j.needless) for j in judged)} of them needless")


def storm(what, faults, seconds, verbs, cut=True):
    """SECONDS of refusals; returns what the server was asked meanwhile, and what came of it."""
    with Rig(objects=50) as rig:
        rig.producer.wait_known(time.time(), 20)
        for fault in faults:
            rig.fake.do("fault", **fault)
        began = time.time()
        if cut:
            rig.fake.do("cut")
        time.sleep(seconds / 4)
        memory, size = rig.producer.rss(), rig.producer.out.stat().st_size
        time.sleep(seconds * 3 / 4)
        memory, size = rig.producer.rss() - memory, rig.producer.out.stat().st_size - size
        asked = rig.fake.requests(*verbs, since=began)
        lines = len(rig.producer.log.read_text().splitlines())
        after = rig.settle(120)
        rig.judge().check()
        return what, len(asked), memory, size, lines, after


def expired(long):
    in_stream = {"verb": "watch", "lines": [EXPIRED], "end": 1}
    seconds, verbs = 60 if long else 20, ("list", "page")
    storms = [
        ("in the stream", [in_stream], seconds, verbs),
        ("as a status", [{"verb": "watch", "status": 410}], seconds, verbs),
        ("lists too", [{"status": 410}], seconds, verbs),
    ]
    done = spread(storm, storms, len(storms))
    told = "; ".join(f"{what}: {lists} LISTs, {memory} KiB and {size} bytes of output more, right {after:.0f} s later"
                     for what, lists, memory, size, _, after in done)
    for what, lists, memory, size, _, _ in done:
        assert lists <= MAX_LISTS and memory <= 4096 and size <= 2**20, (what, told)
    return told


def refused(long):
    seconds = 60 if long else 30
    every = ("watch", "list", "page", "probe")
    storms = [(f"{code}", [{"status": code}], seconds, every) for code in (429, 503, 401, 403)]
    storms += [(f"{code} but watches", [{"verb": "read", "status": code}], seconds, every, False) for code in (429, 503, 401, 403)]
    done = spread(storm, storms, len(storms))
    told = "; ".join(f"{what}: {asked / seconds:.1f} requests a second, {lines} log lines, right {after:.0f} s later"
                     for what, asked, _, _, lines, after in done)
    for what, asked, memory, _, lines, _ in done:
        assert asked <= MAX_REQUESTS * seconds and memory <= 4096, (what, told)
    return told


def known_of(options, seconds):
    with Rig(fake=options, leaves=True) as rig:
        rig.producer.wait_known(time.time(), 20)
        churn = Churn(rig.fake, 60)
        churn.start()
        time.sleep(1)
        began = time.time()
        time.sleep(seconds)
        ended = time.time()
        churn.stop()
        time.sleep(2)
        before, idle = rig.fake.log(), time.time()
        while time.time() < idle + seconds:
            rig.fake.do("advance", revision=1)
            time.sleep(0.2)
        after, idle = rig.fake.log(), time.time() - idle
        records = rig.producer.records()
        rig.settle(10)
        rig.judge().check()
    found = ages(records, int(began * 1e9), int(ended * 1e9))
    quiet = ages(records, int(ended * 1e9), int((ended + seconds) * 1e9))
    requests = (len(after["requests"]) - len(before["requests"])) / idle
    sent, arrived = ((after[way] - before[way]) / idle for way in ("sent", "arrived"))
    told = (f"p99 {percentile(found, 0.99):.2f} s under 60 changes/s, {percentile(quiet, 0.99):.2f} s idle; "
            f"idle, while leases change, {requests:.1f} requests, {sent:.0f} bytes from the server and {arrived:.0f} to it a second")
    assert percentile(found, 0.99) <= MAX_AGE and percentile(quiet, 0.99) <= MAX_AGE and requests <= MAX_IDLE, told
    return told


def hold(long):
    return 20 if long else 7


CHECKS = {  # the longest first; those that measure time beside it
    "expired": expired,
    "known": lambda long: known_of((), 60 if long else 15),
    "known1": lambda long: known_of(("-http1",), 60 if long else 15),
    "frozen": lambda long: frozen((), hold(long), long),
    "frozen1": lambda long: frozen(("-http1",), hold(long), long),
    "refused": refused,
}

if __name__ == "__main__":
    main(CHECKS, 3)
