#!/usr/bin/env python3
"""Goal: on a real API server `known` is never ahead of what tenure-kube has written, whatever happens to its watches.

tests/lab/fakeapi stands before the real server. What is promised is judged by what the server acknowledged. The checks are:
  frozen     the watch of each resource frozen in turn while objects change, in the four ways of 25-kube-faults.py
  expired    a minute in which every watch is refused because its revision expired
"""

import time

from kube_api import PATHS, pod
from kube_cluster import NAMESPACE, PATCH, PODS, Cluster, Writer, differences
from kube_faults import FORMS, LARGE, Follower, freeze, main, spread
from kube_judge import Judgement

MAX_LISTS = 20
TEMPLATE = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c", "image": "none"}], "restartPolicy": "Never"}}
FOREVER = {**TEMPLATE, "spec": {**TEMPLATE["spec"], "restartPolicy": "Always"}}
BODIES = {
    "pods": pod("x"),
    "services": {"spec": {"ports": [{"port": 80}]}},
    "endpointslices": {"addressType": "IPv4", "endpoints": []},
    "nodes": {},
    "servicecidrs": {"spec": {"cidrs": ["10.200.0.0/24"]}},
    "replicasets": {"spec": {"selector": {"matchLabels": {"app": "x"}}, "template": FOREVER}},
    "jobs": {"spec": {"template": TEMPLATE}},
}
WITHOUT_NAMESPACE = ("nodes", "servicecidrs")


def path(resource, name=""):
    group, _, plural = PATHS[resource].rpartition("/")
    within = "" if resource in WITHOUT_NAMESPACE else "/namespaces/default"
    return f"{group}{within}/{plural}/{name}".rstrip("/")


def change_all(writer, form):
    """One change of an object of every resource; over the slow link something large comes first."""
    if form == "slow link":
        body = pod("large")
        body["spec"]["containers"][0]["env"] = [{"name": "LARGE", "value": "x" * LARGE}]
        assert writer.write("pods", "POST", PODS, body)
    for resource in PATHS:
        body = {"metadata": {"labels": {"form": form.replace(" ", "-")}}}
        assert writer.write(resource, "PATCH", path(resource, "one"), body, PATCH), resource


class Frozen:
    """A tenure-kube whose watch of RESOURCE freezes, for `with`."""

    def __init__(self, lab, resource):
        self.lab, self.resource, self.fake = lab, resource, lab.fake()

    def __enter__(self):
        self.fake.__enter__()
        self.producer = Follower(self.fake, self.fake.folder / "kube.json").__enter__()
        return self

    def __exit__(self, *_):
        self.producer.__exit__()
        self.fake.__exit__()

    def thaw(self):
        self.fake.do("cut", resource=self.resource)
        self.fake.do("heal")

    def judge(self, form, writes):
        found = differences(self.lab, self.producer)
        judged = Judgement(self.producer.records(), writes)
        told = f"{self.resource}, {form}: {len(judged.lost)} lost, {len(judged.ahead)} promised too early, {len(found)} differences"
        return judged.gaps, told if judged.lost or judged.ahead or found else None


def frozen(lab, form, hold):
    writer = Writer(lab)
    pool = [Frozen(lab, resource).__enter__() for resource in PATHS]
    try:
        for one in pool:
            one.producer.wait_known(time.time(), 30)
        for one in pool:
            freeze(one.fake, one.resource, form)
        time.sleep(0.5)
        change_all(writer, form)
        time.sleep(hold)
        spread(Frozen.thaw, [(one,) for one in pool], len(pool))
        return spread(lambda one: one.judge(form, writer.writes), [(one,) for one in pool], len(pool))
    finally:
        for one in pool:
            one.__exit__()


def expired(long):
    seconds = 60 if long else 20
    with Cluster() as lab, lab.fake() as fake, Follower(fake, fake.folder / "kube.json") as producer:
        writer = Writer(lab)
        producer.wait_known(time.time(), 30)
        fake.do("fault", verb="watch", status=410)
        began, memory = time.time(), producer.rss()
        fake.do("cut")
        while time.time() < began + seconds:
            assert writer.write("pods", "POST", PODS, pod(f"p{len(writer.writes)}"))
            time.sleep(0.5)
        lists, memory = len(fake.requests("list", "page", since=began)), producer.rss() - memory
        fake.do("heal")
        found = differences(lab, producer)
        judged = Judgement(producer.records(), writer.writes)
    told = (f"{seconds} s: {lists} LISTs, {memory} KiB more, {len(found)} differences, {len(judged.lost)} lost without a GAP, "
            f"{len(judged.ahead)} promised too early")
    assert lists <= MAX_LISTS and memory <= 4096 and not found and not judged.lost and not judged.ahead, told
    return told


def all_frozen(long):
    with Cluster() as lab:
        writer = Writer(lab)
        for resource, body in BODIES.items():
            metadata = dict(body.get("metadata", {}), name="one")
            assert writer.write(resource, "POST", path(resource), dict(body, metadata=metadata)), resource
        judged = [each for form in FORMS for each in frozen(lab, form, 20 if long else 8)]
    wrong = [told for _, told in judged if told]
    assert not wrong, "\n".join(wrong)
    return f"{len(judged)} frozen watches: 0 lost without a GAP, 0 PROGRESS ahead, 0 differences, {sum(g for g, _ in judged)} GAPs"


if __name__ == "__main__":
    main({"frozen": all_frozen, "expired": expired}, 2)
