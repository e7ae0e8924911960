"""What the enricher's integration tests share: a broker, flows and watch events to feed it, and a checker.

The reader is a different client from the enricher's (confluent-kafka has its own librdkafka) and reads with
read_committed.
"""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/schema"))
from records import leave  # noqa: E402

LAB = ROOT / "tests/lab"
ENRICH = os.environ.get("ENRICH") or Path(os.environ.get("BUILD", ROOT / "build")) / "tenure-enrich"


def rfc3339(seconds):
    """SECONDS since 1970, an integer or a float with milliseconds."""
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=round(seconds * 1000))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Broker:
    """One Kafka broker in a directory of its own, for `with`."""

    def __init__(self, extra=""):
        self.folder = Path(tempfile.mkdtemp(prefix="tenure-kafka-"))
        self.extra = extra

    def __enter__(self):
        env = dict(os.environ, KAFKA_EXTRA=self.extra)
        self.address = subprocess.run([LAB / "kafka-up", self.folder], env=env, check=True, capture_output=True,
                                      text=True).stdout.strip()
        self.admin = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        self.consumers, self.counts = {}, {}
        return self

    def signal(self, number):
        """Sends the broker's process a signal: SIGSTOP holds it."""
        os.kill(int((self.folder / "pid").read_text()), number)

    def __exit__(self, *_):
        for consumer in self.consumers.values():
            consumer.close()
        # Nobody reads its data any more.
        subprocess.run([LAB / "kafka-down", self.folder], env=dict(os.environ, SIGNAL="KILL"), check=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, name, partitions, **config):
        config = {"retention.ms": "-1", **{key.replace("_", "."): value for key, value in config.items()}}
        for future in self.admin.create_topics([NewTopic(name, partitions, 1, config=config)]).values():
            future.result(30)
        deadline = time.time() + 30
        while name not in self.admin.list_topics(timeout=10).topics:
            assert time.time() < deadline, f"{name} does not show up"
            time.sleep(0.05)

    def create_all(self, partitions, prefix=""):
        self.create(prefix + "kube", 1)
        for name in ("flows", "tagged", "rejected"):
            self.create(prefix + name, partitions)

    def producer(self):
        return Producer({"bootstrap.servers": self.address, "linger.ms": 5, "enable.idempotence": True, "log_level": 0})

    def read(self, topic, isolation="read_committed", quiet=30.0):
        """Every record of TOPIC as (partition, offset, key, value, headers, timestamp)."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "reader", "enable.auto.commit": False,
                             "isolation.level": isolation, "enable.partition.eof": True, "log_level": 0})
        partitions = set(consumer.list_topics(topic, 15).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        records, last = [], time.time()
        while partitions:
            message = consumer.poll(1.0)
            if message is None:
                assert time.time() - last < quiet, f"{topic}: no end of partitions {partitions}"
                continue
            last = time.time()
            if message.error():
                assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                partitions.discard(message.partition())
                continue
            records.append((message.partition(), message.offset(), message.key(), message.value(),
                            dict(message.headers() or []), message.timestamp()[1]))
        consumer.close()
        return records

    def observer(self, group, isolation):
        """A consumer that is asked about offsets and reads nothing."""
        if (group, isolation) not in self.consumers:
            self.consumers[group, isolation] = Consumer({"bootstrap.servers": self.address, "group.id": group,
                                                         "isolation.level": isolation, "log_level": 0})
        return self.consumers[group, isolation]

    def places(self, consumer, topic):
        if topic not in self.counts:
            self.counts[topic] = len(consumer.list_topics(topic, 15).topics[topic].partitions)
        return [TopicPartition(topic, partition) for partition in range(self.counts[topic])]

    def committed(self, group, topic):
        """The group's committed offset of each partition that has one; offsets in an open transaction do not count."""
        consumer = self.observer(group, "read_uncommitted")
        for tries in range(50):
            try:
                found = consumer.committed(self.places(consumer, topic), 15)
                break
            except KafkaException:  # a new broker has no coordinator at first
                if tries == 49:
                    raise
                time.sleep(0.1)
        return {place.partition: place.offset for place in found if place.offset >= 0}

    def open_records(self, topic):
        """How many records of TOPIC are after its last stable offset: those of an open transaction."""
        ends = {}
        for isolation in ("read_uncommitted", "read_committed"):
            consumer = self.observer("reader", isolation)
            ends[isolation] = sum(consumer.get_watermark_offsets(place, 15)[1] for place in self.places(consumer, topic))
        return ends["read_uncommitted"] - ends["read_committed"]


started = []


class Feeder(threading.Thread):
    """Writes RATE flows a second that ended a while ago, so none of them has to wait."""

    def __init__(self, broker, partitions, rate):
        super().__init__(daemon=True)
        self.partitions, self.rate = partitions, rate
        self.producer, self.ending, self.sent = broker.producer(), False, 0

    def run(self):
        began = time.time()
        for host in range(1, 51):
            self.producer.produce("kube", pod(f"p{host}", f"10.244.0.{host}", began - 1000, host), key="c")
        self.producer.produce("kube", progress(began), key="c")
        while not self.ending:
            while self.sent < (time.time() - began) * self.rate:
                try:
                    self.producer.produce("flows", flow(self.sent, began - 100), partition=self.sent % self.partitions)
                except BufferError:  # the broker has been away for a while
                    break
                self.sent += 1
            self.producer.poll(0)
            time.sleep(0.005)
        self.producer.flush(60)


class OnePod(threading.Thread):
    """A cluster of one pod that goes on until ENDING: every SECONDS a PROGRESS, and what WRITE(producer, 0, 1, ...) adds."""

    def __init__(self, broker, seconds, write):
        super().__init__(daemon=True)
        self.seconds, self.write = seconds, write
        self.producer, self.ending = broker.producer(), False

    def run(self):
        self.producer.produce("kube", pod("p1", "10.244.0.1", time.time() - 1000, 1), key="c")
        number = 0
        while not self.ending:
            self.producer.produce("kube", progress(time.time()), key="c")
            self.write(self.producer, number)
            number += 1
            time.sleep(self.seconds)


@atexit.register
def end_all():
    for process in started:
        if process.poll() is None:
            process.kill()


def enrich(arguments, **options):
    """Starts the enricher, which is killed when the test ends."""
    started.append(subprocess.Popen([ENRICH, *map(str, arguments)], stdin=subprocess.DEVNULL, **options))
    return started[-1]


def wait_for(what, test, log=None, seconds=60.0):
    """Waits until TEST() is true; after SECONDS ends the test with WHAT and the end of the file LOG."""
    deadline = time.time() + seconds
    while not test():
        if time.time() > deadline:
            end_all()
            print(f"{what}: did not happen within {seconds:.0f} s")
            if log is not None:
                log.seek(0)
                print(log.read()[-6000:])
            sys.exit(1)
        time.sleep(0.02)


def on_kafka(broker, folder, instance="one", prefix="", *more, kube="kube"):
    return ["-b", broker.address, "--kube", f"kafka:{prefix}{kube}", "--flows", f"kafka:{prefix}flows",
            "--out", f"kafka:{prefix}tagged", "--rejected", f"kafka:{prefix}rejected", "--state", folder,
            "--instance", instance, *more]


def progress(known, received=None):
    return json.dumps({"type": "PROGRESS", "cluster": "c", "received": rfc3339(known if received is None else received),
                       "known": rfc3339(known), "revisions": {}}, separators=(",", ":"))


def pod(name, ip, start, revision, received=None, **status):
    """An ADDED or MODIFIED record of a running pod."""
    return json.dumps({
        "type": "ADDED", "cluster": "c", "resource": "pods", "received": rfc3339(start + 1 if received is None else received),
        "object": {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"namespace": "shop", "name": name, "uid": f"uid-{name}", "resourceVersion": str(revision),
                         "creationTimestamp": rfc3339(start)[:-5] + "Z"},
            "spec": {"nodeName": "n1"},
            "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "startTime": rfc3339(start)[:-5] + "Z",
                       "conditions": [{"type": "PodReadyToStartContainers", "status": "True",
                                       "lastTransitionTime": rfc3339(start)[:-5] + "Z"}],
                       "containerStatuses": [{"name": "c", "state": {"running": {"startedAt": rfc3339(start)[:-5] + "Z"}}}],
                       **status},
        },
    }, separators=(",", ":"))


def interface(name, ip, first, last):
    """What a meter on n1 told of the interface of the pod that has IP."""
    return json.dumps({
        "type": "MODIFIED", "cluster": "c", "resource": "interfaces", "received": rfc3339(last),
        "object": {"kind": "Interface", "metadata": {"name": name, "uid": f"meter-{name}"}, "spec": {"node": "n1", "host": "n1"},
                   "status": {"addresses": [{"ip": ip, "first": rfc3339(first), "last": rfc3339(last)}]}},
    }, separators=(",", ":"))


def check_starts(tagged):
    """Interfaces had a say: some pods' bindings began with one, some without. Returns the complaints."""
    starts = {start: sum(b'"start_from":"%s"' % start in value for _, _, value in tagged) for start in (b"interface", b"sandbox")}
    return [f"no binding began with {start.decode()}" for start, count in starts.items() if not count]


def flow(number, end, source=None, destination=None):
    """Flow NUMBER; its addresses are derived from the number unless they are given."""
    return json.dumps({
        "event": {"start": rfc3339(end - 0.5), "end": rfc3339(end), "duration": 500000000},
        "network": {"type": "ipv4", "transport": "tcp", "bytes": 1000, "packets": 11},
        "source": {"ip": source or f"10.244.0.{number % 50 + 1}", "port": 40000 + number % 20000, "bytes": 600, "packets": 6},
        "destination": {"ip": destination or f"10.244.0.{(number * 7) % 60 + 1}", "port": 80, "bytes": 400, "packets": 5},
        "number": number,
    }, separators=(",", ":"))


def check(flows, tagged, rejected):
    """Compares what came out with what went in; returns the list of complaints.

    FLOWS, TAGGED and REJECTED are lists of (partition, offset, value). Each flow has one outcome,
    in its own partition, in the order of the flows; the tagged record begins with the flow's own bytes."""
    complaints, given = [], {(partition, offset): value for partition, offset, value in flows}
    outcomes, last = {}, {}
    for kind, records in (("tagged", tagged), ("rejected", rejected)):
        for partition, offset, value in records:
            record = json.loads(value)
            origin = (record["tenure"] if kind == "tagged" else record)["flow"]
            place = (origin["partition"], origin["offset"])
            outcomes.setdefault(place, []).append(kind)
            if origin["partition"] != partition:
                complaints.append(f"{kind} {partition}/{offset}: its flow is of partition {origin['partition']}")
            if origin["offset"] <= last.get((kind, partition), -1):
                complaints.append(f"{kind} {partition}/{offset}: flow {origin['offset']} comes after {last[kind, partition]}")
            last[kind, partition] = origin["offset"]
            source = given.get(place)
            if source is None:
                complaints.append(f"{kind} {partition}/{offset}: there is no flow {place}")
            elif kind == "tagged" and not value.startswith(source.rstrip()[:-1]):
                complaints.append(f"{kind} {partition}/{offset}: it is not the record of flow {place}")
            elif kind == "rejected" and record["record"].encode() != source[:65536]:  # REJECTED_BYTES_MAX
                complaints.append(f"{kind} {partition}/{offset}: it is not the record of flow {place}")
    complaints += [f"flow {place}: lost" for place in given if place not in outcomes]
    complaints += [f"flow {place}: {len(kinds)} times: {', '.join(kinds)}" for place, kinds in outcomes.items() if len(kinds) > 1]
    return complaints


def leave_records(tagged, rejected):
    """Leaves the output for 99-records.py to check against docs/schemas."""
    leave("tagged", [value for _, _, value in tagged])
    leave("rejected", [value for _, _, value in rejected])


def check_can_fail(flows, tagged, rejected):
    """Shows that the checker reports a lost, a doubled, a wrong and a misplaced record. Returns complaints if not."""
    complaints = []
    middle = len(tagged) // 2
    partition, offset, value = tagged[middle]
    other = next(record for record in tagged if record[0] == partition and record[1] != offset)
    wrong = json.loads(value)
    wrong["tenure"]["flow"]["offset"] = json.loads(other[2])["tenure"]["flow"]["offset"]
    broken = {
        "lost": tagged[:middle] + tagged[middle + 1:],
        "2 times": tagged[:middle + 1] + tagged[middle:],
        "not the record": tagged[:middle] + [(partition, offset, json.dumps(wrong, separators=(",", ":")).encode())]
        + tagged[middle + 1:],
        "is of partition": tagged[:middle] + [(partition + 1, offset, value)] + tagged[middle + 1:],
    }
    for word, records in broken.items():
        if not any(word in complaint for complaint in check(flows, records, rejected)):
            complaints.append(f"the checker does not see a record that is {word}")
    return complaints


def values(records):
    return [(partition, offset, value) for partition, offset, _, value, *_ in records]
