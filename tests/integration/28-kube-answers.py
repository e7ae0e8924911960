#!/usr/bin/env python3
"""Goal: tenure-kube copes with the answers that API servers give on bad days, and declares no loss where there is none.

Against tests/lab/fakeapi, and judged by that server's own log. The checks are:
  limit       a server that ignores `limit`
  shapes      a list of a wrong shape, a page of another revision, a 404 of an optional resource on a relist
  scope       some namespaces; a role that may not see nodes and jobs; a 403 and a 401 to the first requests
  ends        watches that end every few seconds, cleanly or not, with nothing to say: no GAP
  unanswered  a list, a watch, a probe that is never answered: `known` goes on within a minute, and the log says what stands
  restored    etcd restored from a snapshot: the state is right, and each resource says once that its revisions went back
"""

import time

from fake_api import EXPIRED, RESOURCES, thing
from kube_faults import Churn, Rig, main, spread, wait_until

MANY = 1500  # objects of each resource


def limit(long):
    with Rig(objects=MANY, watched=()) as rig:
        rig.producer.wait_known(time.time(), 30)
        rig.fake.do("set", ignore_limit=True)
        rig.fake.do("fault", verb="watch", lines=[EXPIRED], end=1, count=len(RESOURCES))
        rig.fake.do("cut")
        took = rig.settle()
        rig.judge().check()
        return f"{MANY} objects of each resource listed again without pages; promised {took:.1f} s later"


def relisted(what, faults):
    """A watch of one resource expires, and FAULTS meet the list that follows."""
    resource = "servicecidrs" if what == "404" else "pods"
    with Rig(objects=MANY if what == "another revision" else 20) as rig:
        rig.producer.wait_known(time.time(), 30)
        for fault in faults:
            rig.fake.do("fault", resource=resource, **fault)
        rig.fake.do("fault", resource=resource, verb="watch", lines=[EXPIRED], end=1, count=1)
        rig.fake.do("cut", resource=resource)
        time.sleep(3)
        rig.fake.put(*[thing(resource, f"{resource}-{n}") for n in range(3)])
        rig.settle()
        rig.judge().check()
        return what


def shapes(long):
    cases = [(items, [{"verb": "list", "items": items, "count": 1}]) for items in ('"oops"', "{}", "[null]", "[{}]", "[{]")]
    cases.append(("another revision", [{"verb": "page", "revision": 900, "count": 1}]))
    cases.append(("404", [{"verb": "list", "status": 404, "count": 1}]))
    return f"{len(spread(relisted, cases, 7))} lists: never an empty SYNC"


def limited():
    """Two of three namespaces, one of them, and then all in the same topic, which is refused."""
    for namespaces in (["default"], ["default", "shop"]):
        options = [f"--namespace={n}" for n in namespaces]
        with Rig(*options) as rig:
            rig.fake.put(*[thing("pods", "pod", namespace=n) for n in ("shop", "web")])
            rig.producer.wait_known(time.time(), 30)
            records = rig.producer.records()
            begins = {r["resource"]: r["scope"] for r in records if r["type"] == "SYNC_BEGIN"}
            assert begins["pods"] == {"namespaces": namespaces} and begins["nodes"] == {}, begins
            assert records[-1]["scope"] == begins["pods"], records[-1]
            seen = {r["object"]["metadata"]["namespace"] for r in records if r.get("resource") == "pods" and "object" in r}
            assert seen == set(namespaces), seen
            rig.producer.stop()
            rig.producer.command = [word for word in rig.producer.command if word != options[0]]
            rig.producer.start()
            assert rig.producer.process.wait(20) == 78


def scope(long):
    limited()
    hidden = ("nodes", "jobs")
    faults = [{"resource": resource, "status": 403} for resource in hidden]
    seen = [r for r in RESOURCES if r not in hidden]
    with Rig(faults=faults, watched=seen) as rig:
        rig.producer.wait_known(time.time(), 60)
        rig.fake.put(*[thing(r, "later") for r in seen])
        records = rig.producer.wait_known(time.time(), 20)
        last = [r for r in records if r["type"] == "PROGRESS"][-1]
        assert set(last["revisions"]) == set(seen), last
        log = rig.producer.log.read_text()
        for resource in hidden:
            assert resource in log, log
    for status in (401, 403):
        with Rig(faults=[{"status": status, "count": 5}], watched=()) as rig:
            rig.producer.wait_known(time.time(), 60)
            rig.settle()
            rig.judge().check()
    return "runs with one and two namespaces, and without nodes and jobs, and says so; outlives 5 refusals at its start"


def ends_of(what, fault, seconds):
    """Watches that end all the time; WHAT is quiet or busy."""
    with Rig(faults=[{"verb": "watch", **fault}], watched=()) as rig:
        churn = Churn(rig.fake, 10)
        if what == "busy":
            churn.start()
        time.sleep(seconds)
        if what == "busy":
            churn.stop()
        rig.settle()
        judged = rig.judge()
        judged.check()
        return judged.gaps


def ends(long):
    faults = [{"end": end, "abort": abort} for end in (50, 700, 3000) for abort in (False, True)]
    cases = [(what, fault, 120 if long else 12) for fault in faults for what in ("quiet", "busy")]
    gaps = spread(ends_of, cases, len(cases))
    told = ", ".join(f"{what} {'reset' if f['abort'] else 'ended'} every {f['end']} ms: {g}" for (what, f, _), g in zip(cases, gaps))
    assert not any(gaps), f"GAPs: {told}"
    return f"{len(cases)} ways, 0 GAPs"


def unanswered_once(verb, resource):
    with Rig() as rig:
        rig.producer.wait_known(time.time(), 20)
        rig.fake.do("fault", resource=resource, verb=verb, hang=True, count=1)
        if verb == "list":
            rig.fake.do("fault", resource=resource, verb="watch", lines=[EXPIRED], end=1, count=1)
        began = time.time()
        rig.fake.do("cut", resource=resource)
        time.sleep(3)
        rig.fake.put(*[thing(r, f"{r}-1") for r in RESOURCES])
        rig.producer.wait_known(time.time(), 75)
        took = time.time() - began
        rig.judge().check()
        return took


def unanswered(long):
    cases = [(verb, resource) for verb in ("watch", "list", "probe") for resource in ("pods", "jobs")]
    took = spread(unanswered_once, cases, len(cases))
    told = ", ".join(f"{verb} of {resource} {t:.0f} s" for (verb, resource), t in zip(cases, took))
    assert max(took) <= 60, told
    return told


def restored(long):
    with Rig() as rig:
        churn = Churn(rig.fake, 30)
        churn.start()
        rig.producer.wait_known(time.time(), 20)
        revision = rig.fake.log()["revision"]
        time.sleep(5)
        churn.stop()
        rig.fake.do("restore", revision=revision)
        rig.fake.do("cut-connections")
        restored_at = time.time()
        wait_until(lambda: rig.producer.known() > restored_at, 60, "known goes on")
        rig.settle()
        judged = rig.judge(went_back=True)
        assert not judged.differences, judged.differences
        assert judged.gaps == len(RESOURCES), judged.gaps
        epochs = [r["resource"] for r in rig.producer.records() if "epoch" in r]
        assert sorted(epochs) == sorted(RESOURCES), epochs
        return f"{judged.gaps} GAPs, {len(epochs)} lists that begin an epoch, the state is right"


CHECKS = {"ends": ends, "unanswered": unanswered, "scope": scope, "restored": restored, "shapes": shapes, "limit": limit}

if __name__ == "__main__":
    main(CHECKS, 3)
