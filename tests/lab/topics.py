"""Copies a Kafka topic into a file, as another client reads it: read_committed, all partitions, to their ends.

usage: topics.py BROKER TOPIC FILE        each line: partition, offset, a tab, the record
       topics.py BROKER --wait TOPIC...   until the broker shows them: it does so a moment after it made them
Needs confluent-kafka, which carries a librdkafka of its own.
"""
import sys
import time

from confluent_kafka import Consumer, KafkaError, TopicPartition

QUIET_SECONDS = 30.0


def copy(broker, topic, path):
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "lab-reader", "enable.auto.commit": False,
                         "isolation.level": "read_committed", "enable.partition.eof": True})
    partitions = sorted(consumer.list_topics(topic, 15).topics[topic].partitions)
    consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
    open_partitions, count, last = set(partitions), 0, time.time()
    with open(path, "wb") as file:
        while open_partitions:
            message = consumer.poll(1.0)
            if message is None:
                if time.time() - last > QUIET_SECONDS:
                    raise SystemExit(f"topics.py: {topic}: no end of partition {open_partitions} in {QUIET_SECONDS} s")
                continue
            last = time.time()
            if message.error():
                if message.error().code() != KafkaError._PARTITION_EOF:
                    raise SystemExit(f"topics.py: {topic}: {message.error()}")
                open_partitions.discard(message.partition())
                continue
            file.write(b"%d %d\t%s\n" % (message.partition(), message.offset(), message.value()))
            count += 1
    consumer.close()
    print(f"{topic}: {count} records in {len(partitions)} partitions")


def wait(broker, topics):
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "lab-reader"})
    deadline = time.time() + QUIET_SECONDS
    while not set(topics) <= set(consumer.list_topics(timeout=15).topics):
        if time.time() > deadline:
            raise SystemExit(f"topics.py: {broker} does not show {' '.join(topics)}")
        time.sleep(0.2)


if __name__ == "__main__":
    if sys.argv[2] == "--wait":
        wait(sys.argv[1], sys.argv[3:])
    else:
        copy(*sys.argv[1:])
