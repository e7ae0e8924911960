#!/usr/bin/env python3
"""Goal: no flow is lost or twice after a broker left out markers of a transaction, as Kafka 4.3.1 does when a partition has
no leader while the transaction ends (KAFKA-20734).

An earlier enricher is played by hand, and what it wrote hangs. Then tenure-enrich runs as the same instance. In each of two
partitions, the first HUNG of FLOWS flows had an outcome:
  aborted    the outcomes hang, the offsets were never sent: the next commit must not make the outcomes appear
  unsent     the same, and the offsets hang too, so the committed ones are not available
  offsets    the outcomes are committed, only the offsets hang: they must not be made again
  committed  the offsets are committed, only the outcomes hang: they must appear
"""

import json
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, check, check_can_fail, enrich, flow, on_kafka, pod, progress, values, wait_for  # noqa: E402
from kafka_wire import Hanging  # noqa: E402

PARTITIONS, FLOWS, HUNG = 2, 300, 100
CASES = ("aborted", "unsent", "offsets", "committed")


def outcome(value, topic, partition, offset):
    """What the earlier enricher would have written of the flow VALUE, in short."""
    origin = {"topic": topic, "partition": partition, "offset": offset}
    return value[:-1] + b',"tenure":' + json.dumps({"flow": origin}, separators=(",", ":")).encode() + b"}"


def feed(broker, prefix):
    """Returns the flows of each partition."""
    producer, began = broker.producer(), time.time()
    producer.produce(prefix + "kube", pod("p1", "10.244.0.1", began - 1000, 1), key="c")
    producer.produce(prefix + "kube", progress(began), key="c")
    flows = [[flow(partition * FLOWS + number, began - 100).encode() for number in range(FLOWS)] for partition in range(PARTITIONS)]
    for partition, list_ in enumerate(flows):
        for value in list_:
            producer.produce(prefix + "flows", value, partition=partition)
    producer.flush(30)
    return flows


def play(broker, case, flows):
    """Does what the earlier enricher did."""
    prefix, group = f"{case}-", f"g-{case}"
    earlier, producer = Hanging(broker.address, case), broker.producer()
    for partition in range(PARTITIONS):
        outcomes = [outcome(flows[partition][n], prefix + "flows", partition, n) for n in range(HUNG)]
        if case == "offsets":
            for value in outcomes:
                producer.produce(prefix + "tagged", value, partition=partition)
        else:
            earlier.produce(prefix + "tagged", partition, outcomes)
        if case in ("unsent", "offsets"):
            earlier.commit(group, prefix + "flows", partition, HUNG)
    producer.flush(30)
    if case == "committed":
        consumer = Consumer({"bootstrap.servers": broker.address, "group.id": group})
        consumer.commit(offsets=[TopicPartition(prefix + "flows", p, HUNG) for p in range(PARTITIONS)], asynchronous=False)
        consumer.close()
    hung = 0 if case == "offsets" else PARTITIONS * HUNG
    assert broker.open_records(prefix + "tagged") == hung, "nothing hangs: the test shows nothing"


def main():
    folder = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    complaints = []
    with Broker("transaction.partition.verification.enable=false") as broker:
        processes = {}
        for case in CASES:
            broker.create_all(PARTITIONS, f"{case}-")
            play(broker, case, feed(broker, f"{case}-"))
            log = open(folder / case, "w+")
            arguments = on_kafka(broker, folder / f"state-{case}", case, f"{case}-", "--group", f"g-{case}", "--hold", "1s", "--skew", "0s")
            processes[case] = enrich(arguments, stderr=log), log
        for case, (process, log) in processes.items():
            wait_for(f"{case}: all flows have an outcome",
                     lambda: list(broker.committed(f"g-{case}", f"{case}-flows").values()) == [FLOWS] * PARTITIONS, log)
            flows, tagged = values(broker.read(f"{case}-flows")), values(broker.read(f"{case}-tagged"))
            complaints += [f"{case}: {complaint}" for complaint in check(flows, tagged, values(broker.read(f"{case}-rejected")))]
            if broker.open_records(f"{case}-tagged"):
                complaints.append(f"{case}: records still hang")
            process.send_signal(signal.SIGTERM)
            if process.wait(30) != 0:
                complaints.append(f"{case}: exit code {process.returncode}: {(folder / case).read_text()[-2000:]}")
            print(f"{case}: {len(flows)} flows, {len(tagged)} tagged")
        complaints += check_can_fail(flows, tagged, [])
    for complaint in complaints[:20]:
        print(complaint)
    if complaints:
        sys.exit(f"{len(complaints)} complaints")
    shutil.rmtree(folder)
    print("ok")


if __name__ == "__main__":
    main()
