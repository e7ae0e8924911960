#!/usr/bin/env python3
"""Goal: tenure-kube on Kafka: key, timestamp and order are right, and a killed one resumes from the topic.

With a real API server and a real broker, and read back with another client. Also, an account without rights, a
wrong authority and a topic that does not exist are refused with the right status.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(__file__))
from confluent_kafka import Consumer, KafkaError, TopicPartition  # noqa: E402
from enrich_broker import Broker  # noqa: E402
from kube_api import KUBE, PATHS, Lab, final_state, pod, seconds  # noqa: E402

TOPIC = "tenure.kube"


def read(broker):
    """Every record of the topic."""
    consumer = Consumer({"bootstrap.servers": broker.address, "group.id": "test", "enable.auto.commit": False,
                         "enable.partition.eof": True, "log_level": 0})
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    records = []
    while True:
        message = consumer.poll(10)
        assert message is not None
        if message.error():
            assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
            break
        records.append(message)
    consumer.close()
    return records


def wait_known(broker, moment):
    for _ in range(100):
        records = read(broker)
        values = [json.loads(r.value()) for r in records]
        if any(v["type"] == "PROGRESS" and seconds(v["known"]) >= moment for v in values):
            return records, values
        time.sleep(0.3)
    raise AssertionError("no PROGRESS in the topic")


def start(lab, broker, log):
    return subprocess.Popen([KUBE, "--cluster", "lab", "--kubeconfig", lab.kubeconfig, "-b", broker.address,
                             "--out", f"kafka:{TOPIC}"], stderr=log)


def refused(status, text, kubeconfig, *options):
    done = subprocess.run([KUBE, "--cluster", "lab", "--kubeconfig", kubeconfig, *options], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == status and text in done.stderr, (status, text, done.returncode, done.stderr)


def check_refusals(lab, broker, folder):
    good = lab.kubeconfig.read_text()
    (folder / "nobody").write_text(good.replace("reader-token", "nobody-token"))
    (folder / "stranger").write_text(good.replace("reader-token", "no-such-token"))
    authority = good.index("certificate-authority")
    (folder / "untrusted").write_text(good[:authority].rstrip(", ") + good[good.index("}", authority):])
    out = ("--out", str(folder / "out.json"))
    refused(77, "forbidden", folder / "nobody", *out)
    refused(77, "Unauthorized", folder / "stranger", *out)
    refused(69, "cannot reach the API server", folder / "untrusted", *out)
    refused(69, "no.such.topic", lab.kubeconfig, "-b", broker.address, "--out", "kafka:no.such.topic")


def run(folder, lab, broker):
    broker.create(TOPIC, 1)
    with open(folder / "log", "wb") as log:
        process = start(lab, broker, log)
        wait_known(broker, time.time())
        process.kill()
        process.wait()
        before = read(broker)[-1].offset()
        assert lab.api.call("POST", "/api/v1/namespaces/default/pods", pod("while-away"))[0] == 201
        process = start(lab, broker, log)
        records, values = wait_known(broker, time.time())
        process.terminate()
        assert process.wait(timeout=25) == 0
    new = [v for r, v in zip(records, values) if r.offset() > before]
    assert not any(v["type"] in ("GAP", "SYNC_BEGIN") for v in new), "it did not resume"
    assert sum(v.get("object", {}).get("metadata", {}).get("name") == "while-away" for v in new) == 1
    for record, value in zip(records, values):
        assert record.key() == b"lab"
        assert record.timestamp()[1] == int(seconds(value["received"]) * 1000), (record.timestamp(), value["received"])
    state = final_state(values)
    for resource in PATHS:
        assert state[resource] == lab.api.list(resource), resource
    print(f"{len(records)} records: keys, timestamps and state are right; resumed without a GAP")
    check_refusals(lab, broker, folder)
    print("no rights, no account, no trust, no topic: refused")


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-kube-kafka-") as folder, Lab() as lab, Broker() as broker:
        try:
            run(Path(folder), lab, broker)
        except BaseException:
            print((Path(folder) / "log").read_text() if (Path(folder) / "log").exists() else "")
            raise


if __name__ == "__main__":
    main()
