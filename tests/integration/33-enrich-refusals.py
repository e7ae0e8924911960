#!/usr/bin/env python3
"""What the enricher refuses on Kafka, each with a clear message and the right exit code: a broker that does not
answer, an unknown topic, too few output partitions, a kube topic with two partitions, only compacted or kept for less than --retention, flows that were
trimmed before they were read. And what it copes with: damaged flows between good ones, a tagged record that the broker
refuses, a flow timestamp far ahead, a store of another topic, a kube topic that stands still. That known stands still, and
a bounded run in a group that has read everything, are said.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, check, enrich, flow, leave_records, on_kafka, pod, progress, rfc3339, values, wait_for  # noqa: E402

complaints = []


def expect(what, truth):
    if not truth:
        complaints.append(what)


def refused(broker, folder, code, word, *more, kube="kube"):
    arguments = on_kafka(broker, folder, kube=kube)
    for flag, value in zip(more[::2], more[1::2]):
        if flag in arguments:
            arguments[arguments.index(flag) + 1] = value
        else:
            arguments += [flag, value]
    process = enrich(arguments, stderr=subprocess.PIPE)
    message = process.communicate(timeout=60)[1].decode()
    expect(f"{more}: exit {process.returncode}, expected {code}: {message}", process.returncode == code)
    expect(f"{more}: nothing like {word!r} in: {message}", word in message)


class Run:
    """An enricher that is stopped after COUNT outcomes are committed."""

    def __init__(self, broker, folder, log, *arguments):
        self.broker, self.log = broker, log
        self.process = enrich([*arguments, "--state", folder, "-b", broker.address], stderr=log)

    def finish(self, group, topic, count):
        wait_for(f"{group}: {count} flows", lambda: sum(self.broker.committed(group, topic).values()) >= count
                 or self.process.poll() is not None, self.log)
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(25)


def addresses(prefix, instance):
    return ["--kube", f"kafka:{prefix}kube", "--flows", f"kafka:{prefix}flows", "--out", f"kafka:{prefix}tagged",
            "--rejected", f"kafka:{prefix}rejected", "--instance", instance, "--group", instance]


def refusals(broker, folder):
    broker.create("narrow", 1)
    broker.create("two-kube", 2)
    broker.create("compacted", 1, cleanup_policy="compact")
    broker.create("short", 1, retention_ms="3600000")
    refused(broker, folder / "s", 69, "127.0.0.1:1 did not answer within 10 s", "-b", "127.0.0.1:1")
    refused(broker, folder / "s", 69, "no such topic", kube="nowhere")
    refused(broker, folder / "s", 69, "kafka:nowhere: the broker", "--out", "kafka:nowhere")
    refused(broker, folder / "s", 78, "kafka:narrow: has 1 partitions, but kafka:flows has 3", "--out", "kafka:narrow")
    refused(broker, folder / "s", 78, "kafka:narrow: has 1 partitions, but kafka:flows has 3", "--rejected", "kafka:narrow")
    refused(broker, folder / "s", 64, "must all be Kafka topics", "--out", "file")
    refused(broker, folder / "s", 78, "has 2 partitions", kube="two-kube")
    refused(broker, folder / "s", 78, "cleanup.policy is compact", kube="compacted")
    refused(broker, folder / "s", 78, "its retention.ms is 3600000, but --retention is 2h", "--retention", "2h", kube="short")


def nothing_there(broker, folder):
    """A topic that brings nothing is no error, and is said."""
    arguments = [*on_kafka(broker, folder / "n"), "--group", "nothing", "--until", "now"]
    process = enrich(arguments, stderr=subprocess.PIPE)
    message = process.communicate(timeout=60)[1].decode()
    expect(f"topics without records: exit {process.returncode}: {message}", process.returncode == 0)
    for said in ("kafka:kube: has no records, so nothing is known", "kafka:flows: brought this run no flow, so it tagged none"):
        expect(f"topics without records: nothing like {said!r} in: {message}", said in message)


def damaged_neighbours(broker, folder, log, now):
    """Flows that are damaged, already tagged, too large for the output topic or timed in a year, between good ones."""
    producer = broker.producer()
    good = [flow(n, now - 50) for n in range(300)]
    records = list(good)
    records[50] = good[50][:-20]
    records[51] = good[51].replace('"port":80,', '"port":"80",')
    records[52] = good[52][:-1] + ',"tenure":{}}'
    records[53] = good[53].replace('"end":', '"fin":')
    records[54] = b'{"a":"\xff"}'
    for number in (150, 156):  # in one partition, near each other
        records[number] = json.dumps({**json.loads(good[number]), "payload": os.urandom(40000).hex()})
    for host in range(1, 51):
        producer.produce("kube", pod(f"p{host}", f"10.244.0.{host}", now - 1000, host), key="c")
    producer.produce("kube", progress(now), key="c")
    for number, record in enumerate(records):
        stamp = int((now + 365 * 86400) * 1000) if number == 7 else int(now * 1000)
        producer.produce("flows", record, partition=number % 3, timestamp=stamp, key=f"k{number}")
    producer.flush(30)
    run = Run(broker, folder / "state", log, *addresses("", "one"))
    code = run.finish("one", "flows", len(records))
    tagged, rejected = broker.read("tagged"), broker.read("rejected")
    # In the record with a byte that is not UTF-8, U+FFFD replaces the byte.
    kept = [(p, o, v.replace("\ufffd".encode(), b"\xff")) for p, o, v in values(rejected)]
    complaints.extend(check(values(broker.read("flows")), values(tagged),
                            [record for record in kept if b"\xff" not in record[2]]))
    complaints.remove("flow (0, 18): lost")
    reasons = sorted(f'{json.loads(v)["reason"]} {json.loads(v).get("member")}' for _, _, _, v, *_ in rejected)
    expect(f"reasons {reasons}", reasons == [
        "already_tagged tenure", "missing_member event.end", "not_json None", "not_json None", "produce_failed None",
        "produce_failed None", "wrong_type destination.port"])
    expect(f"exit {code}", code == 0)
    leave_records(values(tagged), values(rejected))
    expect("keys", all(key.startswith(b"k") for _, _, key, *_ in tagged + rejected))
    ahead = max(stamp for *_, stamp in tagged) / 1000 - time.time()
    expect(f"a timestamp {ahead:.0f} s ahead", 40 * 60 < ahead <= 50 * 60 + 5)
    known = sum(json.loads(v)["tenure"]["source"]["status"] == "known" for _, _, _, v, *_ in tagged)
    expect(f"{known} of {len(tagged)} sources known", known == len(tagged))


def other_store(broker, folder, log, now):
    """A state that was built from another topic is rebuilt, not trusted."""
    for name, partitions in (("o-kube", 1), ("o-flows", 3), ("o-tagged", 3), ("o-rejected", 3)):
        broker.create(name, partitions)
    producer = broker.producer()
    for host in range(1, 51):
        producer.produce("o-kube", pod(f"other{host}", f"10.244.0.{host}", now - 1000, host), key="c")
    for _ in range(10):
        producer.produce("o-kube", progress(now), key="c")
    for number in range(30):
        producer.produce("o-flows", flow(number, now - 50), partition=number % 3)
    producer.flush(30)
    run = Run(broker, folder / "state", log, *addresses("o-", "other"))
    expect("another topic's store: exit", run.finish("other", "o-flows", 30) == 0)
    names = {json.loads(v)["tenure"]["source"]["k8s"]["pod"]["name"][:5] for _, _, _, v, *_ in broker.read("o-tagged")}
    expect(f"answers of the other topic's store: {names}", names == {"other"})


def standing_still(broker, folder, log, now):
    """known does not move: flows are answered provisionally after --max-hold, one of tomorrow immediately."""
    for name, partitions in (("p-kube", 1), ("p-flows", 3), ("p-tagged", 3), ("p-rejected", 3)):
        broker.create(name, partitions)
    producer = broker.producer()
    producer.produce("p-kube", progress(now - 100), key="c")
    producer.produce("p-flows", flow(1, time.time()), partition=0)
    producer.produce("p-flows", flow(2, time.time() + 86400), partition=1)
    producer.produce("p-flows", flow(3, now - 500), partition=2)
    producer.flush(30)
    # This run never stops waiting, so flows with an outcome did not have to wait.
    run = Run(broker, folder / "still", log, *addresses("p-", "still"), "--max-hold", "1h")
    expect("standing still: exit", run.finish("still", "p-flows", 2) == 0)
    done = sorted(broker.committed("still", "p-flows"))
    expect(f"partitions {done} need not wait", done == [1, 2])
    run = Run(broker, folder / "still", log, *addresses("p-", "still"), "--max-hold", "2s")
    expect("standing still, less patient: exit", run.finish("still", "p-flows", 3) == 0)
    found = {json.loads(v)["number"]: json.loads(v)["tenure"].get("provisional_reason") for _, _, _, v, *_ in broker.read("p-tagged")}
    expect(f"reasons {found}", found == {1: "kube_stalled", 2: "future_flow", 3: None})
    producer.produce("p-kube", progress(now - 50), key="c")
    producer.produce("p-flows", flow(4, time.time()), partition=0)
    producer.flush(30)
    process = enrich([*addresses("p-", "still"), "--state", folder / "still", "-b", broker.address, "--max-hold", "3s"],
                     stderr=open(folder / "stall", "w"))
    told = lambda: (folder / "stall").read_text()  # noqa: E731
    wait_for("the log says that known stands still", lambda: "which has not moved for" in told())
    expect("known stands still: what becomes of flows", "wait, and are answered provisionally after 3s" in told())
    producer.produce("p-kube", progress(now - 40), key="c")
    producer.flush(30)
    wait_for("the log says that known moves again", lambda: "the cluster becomes known again" in told())
    process.send_signal(signal.SIGTERM)
    process.wait(25)
    expect(f"known stands still is said once: {told()}", told().count("which has not moved for") == 1)


def used_group(broker, folder):
    """A bounded run in a group that has read everything is refused, unless it was the same run; in a new one it tags."""
    # The same run again is one that was killed between its last commit and its end.
    same, refused, new = "nothing is left to do", "had read every flow of this run before, so none was tagged", ""
    until = rfc3339(time.time() + 0.5)
    time.sleep(1)
    for group, until, hold, code, says in (
            ("window", until, "10s", 0, new), ("window", until, "10s", 0, same), ("window", until, "10s", 0, same), ("window", "now", "10s", 78, refused),
            ("window", until, "11s", 78, refused), ("other", until, "10s", 78, refused), ("window-2", until, "10s", 0, new)):  # fmt: skip
        arguments = [*addresses("o-", "other"), "--state", folder / "state", "-b", broker.address, "--until", until, "--hold", hold]
        arguments[arguments.index("--group") + 1] = group
        process = enrich(arguments, stderr=subprocess.PIPE)
        message = process.communicate(timeout=60)[1].decode()
        what = f"a run until {until} with --hold {hold} in {group}"
        expect(f"{what}: exit {process.returncode}, expected {code}: {message}", process.returncode == code)
        expect(f"{what}, which should say {says!r}: {message}", says in message and all(other in ("", says) or other not in message for other in (same, refused)))
    expect("a new group tags, and none twice", len(broker.read("o-tagged")) == 90)


def trimmed(broker, folder, log):
    """Flows that were removed before they were read are an error, and are not skipped."""
    from confluent_kafka import TopicPartition

    producer = broker.producer()
    for number in range(30):
        producer.produce("o-flows", flow(number, time.time() - 50), partition=0)
    producer.flush(30)
    offset = broker.committed("other", "o-flows")[0]
    for future in broker.admin.delete_records([TopicPartition("o-flows", 0, offset + 10)]).values():
        future.result(30)
    process = enrich([*addresses("o-", "other"), "--state", folder / "state", "-b", broker.address], stderr=subprocess.PIPE)
    try:
        message = process.communicate(timeout=60)[1].decode()
    except subprocess.TimeoutExpired:
        process.kill()
        message = process.communicate()[1].decode()
    expect(f"trimmed flows: exit {process.returncode}: {message}", process.returncode == 78 and "were deleted" in message)


def main():
    folder = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    log = open(folder / "log", "w+")
    with Broker() as broker:
        broker.create("kube", 1)
        broker.create("flows", 3, message_timestamp_after_max_ms="9223372036854775807")
        broker.create("tagged", 3, max_message_bytes=50000)
        broker.create("rejected", 3)
        now = time.time()
        refusals(broker, folder)
        nothing_there(broker, folder)
        damaged_neighbours(broker, folder, log, now)
        other_store(broker, folder, log, now)
        standing_still(broker, folder, log, now)
        used_group(broker, folder)
        trimmed(broker, folder, log)
    print(f"{len(complaints)} complaints")
    if complaints:
        log.seek(0)
        print("\n".join(complaints), log.read()[-8000:], sep="\n")
        sys.exit(1)
    log.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
