#!/usr/bin/env python3
"""Goal: meters and tenure-kube write the same topic, and a pod's first and last flow are named by its interface.

A real broker, an API server that the test plays, and a node with pods in network namespaces. One address goes from pod to pod at once,
and each talks at once, before anything is known of it. tenure-kube is killed after records of
interfaces, and resumes. tenure-enrich reads what is committed. Needs root, ip and unshare.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from enrich_broker import Broker, enrich, leave_records, on_kafka, started, values
from fake_api import Fake, thing
from flows_links import FLOWS, Interface, Namespace, node, unshare, wait_for
from kube_api import KUBE, running

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))
from records import leave  # noqa: E402

ADDRESS = "10.1.0.50"


def start(log, *command):
    started.append(subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log))
    return started[-1]


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def put(fake, name, status):
    fake.put(dict(thing("pods", name), spec={"nodeName": "n1", "containers": [{"name": "c", "image": "none"}]}, **status))


def terminated(began):
    status = running(ADDRESS, began)["status"]
    status["phase"] = "Failed"
    status["conditions"] = [{"type": "PodReadyToStartContainers", "status": "False", "lastTransitionTime": now()}]
    status["containerStatuses"][0].update(ready=False, state={"terminated": {"exitCode": 0, "startedAt": began, "finishedAt": now()}})
    return {"status": status}


def live(fake, name, sandbox, number, log):
    """A pod that comes, talks at once and to its last moment, and goes. The kubelet tells of both later. It is there for
    more than a second: the kubelet tells whole ones, and by the rules less may be no overlap."""
    put(fake, name, {"status": {"phase": "Pending"}})
    one = Interface(f"cali{number}", sandbox, ADDRESS)
    began = now()
    wait_for("the capture", lambda: f"interface cali{number}: capture started" in log.read_text())
    one.talk(0.8)
    put(fake, name, running(ADDRESS, began))
    one.talk(0.8)
    one.delete()
    put(fake, name, terminated(began))
    fake.delete("pods", name)
    return one


def records(broker, topic):
    return [json.loads(value) for _, _, _, value, *_ in broker.read(topic)]


def count(broker, topic, claim):
    return sum(1 for record in records(broker, topic) if claim(record))


def are_answered(broker, pods):
    """Two flows of each. The total says nothing, because a machine that is busy cuts flows."""
    names = [flow["observer"]["interface"]["name"] for flow in records(broker, "tagged") if flow["source"]["ip"] == ADDRESS]
    return all(names.count(one.name) >= 2 for one in pods.values())


def kube(fake, broker, log):
    return start(log, KUBE, "--cluster", "lab", "--kubeconfig", fake.kubeconfig, "-b", broker.address, "--out", "kafka:kube")


def check_topic(broker, before):
    """Keys and places are tenure-kube's; after BEFORE records nothing was listed again."""
    read = broker.read("kube")
    assert {(partition, key) for partition, _, key, *_ in read} == {(0, b"lab")}
    told = [json.loads(value) for _, _, _, value, *_ in read]
    assert not any(record["type"] in ("GAP", "SYNC_BEGIN") for record in told[before:]), "it did not resume"
    interfaces = [record for record in told if record.get("resource") == "interfaces"]
    leave("kube", [json.dumps(record).encode() for record in told])
    return len(told), len(interfaces)


def check_names(broker, pods):
    """Each flow of the address is the pod's that had it, by its interface."""
    tagged = broker.read("tagged")
    leave_records(values(tagged), [])
    found = [json.loads(value) for _, _, _, value, *_ in tagged]
    for name, one in pods.items():
        own = [flow for flow in found if flow["source"]["ip"] == ADDRESS and flow["observer"]["interface"]["name"] == one.name]
        assert len(own) >= 2, (name, own)
        for flow in own:
            said = flow["tenure"]["source"]
            assert said["status"] == "known" and said["k8s"]["pod"]["name"] == name, (name, flow)
            assert said["binding"]["start_from"] == "interface", (name, said)
    return len(found)


def run(folder, fake, broker, sandboxes):
    broker.create("kube", 1)
    for topic in ("flows", "tagged", "rejected"):
        broker.create(topic, 2)
    log = open(folder / "log", "wb")
    meter_log = folder / "meter"
    fake.put(thing("nodes", "n1"))
    producer = kube(fake, broker, log)
    meter = start(open(meter_log, "wb"), FLOWS, "-b", broker.address, "--interfaces-from", "cali*", "--out", "kafka:flows", "--links", "kafka:kube",
                  "--cluster", "lab", "--observer-name", "host1", "--node-name", "n1", "--idle-timeout-datagram", "1s")
    enrich(on_kafka(broker, folder / "state"), stderr=log)
    wait_for("a list", lambda: count(broker, "kube", lambda record: record["type"] == "PROGRESS") > 0, 30)
    pods = {name: live(fake, name, sandboxes[number], number, meter_log) for number, name in enumerate(("first", "second"))}
    # Each is said to be gone twice.
    wait_for("the records of interfaces", lambda: count(broker, "kube", lambda r: r.get("resource") == "interfaces" and r["type"] == "DELETED") == 4)
    # So that no PROGRESS follows them.
    producer.kill()
    producer.wait()
    before = len(records(broker, "kube"))
    pods["third"] = live(fake, "third", sandboxes[2], 2, meter_log)
    producer = kube(fake, broker, log)
    wait_for("the answers", lambda: are_answered(broker, pods), 40)
    total, interfaces = check_topic(broker, before)
    print(f"{interfaces} records of interfaces among {total}; tenure-kube resumed behind them")
    print(f"{check_names(broker, pods)} flows; the address of three pods is each one's from its first packet to its last, by the interface")
    for process in (meter, producer):
        process.terminate()
        assert process.wait(timeout=30) == 0, meter_log.read_text()


def main():
    unshare()
    node()
    sandboxes = []
    with tempfile.TemporaryDirectory() as folder, Broker() as broker, Fake() as fake:
        try:
            sandboxes = [Namespace() for _ in range(3)]
            run(Path(folder), fake, broker, sandboxes)
        except BaseException:
            for name in ("log", "meter"):
                print((Path(folder) / name).read_text() if (Path(folder) / name).exists() else "")
            raise
        finally:
            for sandbox in sandboxes:
                sandbox.end()


if __name__ == "__main__":
    main()
