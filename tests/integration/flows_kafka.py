#!/usr/bin/env python3
"""Clients of Kafka for 08-flows-databases.py: flows_kafka.py ADDRESS.

Prints one line of JSON for each of them: of each connection the requests it sent, the responses it received and the
requests without one; and the port of the client that waits for each response."""

import json
import os
import socket
import struct
import sys
import time

import confluent_kafka
from confluent_kafka.admin import AdminClient, NewTopic

ADDRESS = sys.argv[1]
MESSAGES = 60


def told(who, connections, **more):
    print(json.dumps({"who": who, "connections": connections, **more}), flush=True)


class Counts:
    """librdkafka's own counts, as its statistics say: of each connection to a broker that it knows by its number."""

    def __init__(self):
        self.latest = None

    def settings(self, **more):
        return {"bootstrap.servers": ADDRESS, "statistics.interval.ms": 100, "stats_cb": self.see,
                "topic.metadata.refresh.interval.ms": -1, "allow.auto.create.topics": False, **more}  # fmt: skip

    def see(self, text):
        brokers = json.loads(text)["brokers"].values()
        self.latest = [[each["tx"], each["rx"], each["tx"] - each["rx"]] for each in brokers if each["tx"] and each["source"] != "configured"]

    def settle(self, client):
        """Waits until nothing was sent for a while."""
        before, since = None, time.monotonic()
        while time.monotonic() - since < 1.5:
            client.poll(0.05)
            if self.latest != before:
                before, since = self.latest, time.monotonic()
        return self.latest


def produce(acks):
    counts = Counts()
    producer = confluent_kafka.Producer(counts.settings(acks=acks, **{"linger.ms": 0}))
    for i in range(MESSAGES):
        producer.produce("flows", b"x" * (i * 37))
        if i % 3 == 0:
            producer.flush(10)
    producer.flush(10)
    told(f"producer, acks={acks}", counts.settle(producer))
    return producer


def consume():
    counts = Counts()
    consumer = confluent_kafka.Consumer(counts.settings(**{"group.id": "readers", "enable.auto.commit": False}))
    place = confluent_kafka.TopicPartition("flows", 0, confluent_kafka.OFFSET_BEGINNING)
    consumer.assign([place])
    for _ in range(2 * MESSAGES):
        message = consumer.poll(10)
        assert message is not None and message.error() is None, message
    consumer.pause([place])
    told("consumer", counts.settle(consumer))
    return consumer


def metadata(number):
    body = struct.pack(">hhih", 3, 1, number, 3) + b"raw" + struct.pack(">i", -1)
    return struct.pack(">i", len(body)) + body


def receive(sock):
    size = struct.unpack(">i", sock.recv(4, socket.MSG_WAITALL))[0]
    return struct.unpack(">i", sock.recv(size, socket.MSG_WAITALL)[:4])[0]


def connect():
    host, port = ADDRESS.split(":")
    sock = socket.create_connection((host, int(port)), 10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def raw():
    """A client that waits for each response, and one that does not, and splits a request."""
    serial, at_once = connect(), connect()
    for i in range(40):
        serial.sendall(metadata(i))
        assert receive(serial) == i
    told("one after the other", [[40, 40, 0]], port=serial.getsockname()[1])
    data = b"".join(metadata(i) for i in range(100))
    at_once.sendall(data[:-7])
    time.sleep(0.05)
    at_once.sendall(data[-7:])
    assert [receive(at_once) for _ in range(100)] == list(range(100))
    told("a hundred at once", [[100, 100, 0]])
    return serial, at_once


def main():
    counts = Counts()
    admin = AdminClient(counts.settings())
    admin.create_topics([NewTopic("flows", 1, 1)])["flows"].result(30)
    told("admin", counts.settle(admin))
    kept = [admin, raw(), produce(1), produce(0), consume()]
    # None of them says goodbye, which would be requests more.
    os._exit(0 if kept else 1)


if __name__ == "__main__":
    main()
