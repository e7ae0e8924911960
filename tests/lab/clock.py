"""The wrong clock of a node's meter: copies what it wrote from one topic to another, with all times moved.

usage: clock.py BROKER AHEAD FROM=TO...    AHEAD: seconds, negative if the clock is behind; ends at SIGTERM, when all is copied

The kernel gives one time to everybody, so that a node's meter cannot be started with another clock.  But it has
the one of the node's kubelet, which kubelet.py makes wrong.
"""
import re
import signal
import sys

from confluent_kafka import Consumer, Producer, TopicPartition

from kubeview import SECOND, instant
from records import render

TIME = re.compile(rb'(?<=")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z(?=")')


def move(value, ahead):
    """The record VALUE with each time AHEAD nanoseconds later, in as many digits."""
    def moved(found):
        digits = len(found[1] or b".") - 1
        return render(instant(found[0].decode()) + ahead, digits).encode()
    return TIME.sub(moved, value)


def partitions_of(consumer, topics):
    known = consumer.list_topics(timeout=15).topics
    return [TopicPartition(topic, partition, 0) for topic in topics for partition in known[topic].partitions]


def main():
    broker, ahead = sys.argv[1], round(float(sys.argv[2]) * SECOND)
    targets = dict(pair.split("=") for pair in sys.argv[3:])
    told = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(True))
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "clock", "enable.auto.commit": False})
    producer = Producer({"bootstrap.servers": broker, "enable.idempotence": True, "linger.ms": 5})
    places = partitions_of(consumer, targets)
    consumer.assign(places)
    done, ends = {}, None
    while True:
        if told and ends is None:       # its writer has ended
            ends = {(place.topic, place.partition): consumer.get_watermark_offsets(place, 15)[1] for place in places}
        if ends is not None and all(done.get(place, 0) >= end for place, end in ends.items()):
            break
        message = consumer.poll(0.1)
        producer.poll(0)
        if message is None or message.error():
            continue
        done[message.topic(), message.partition()] = message.offset() + 1
        producer.produce(targets[message.topic()], move(message.value(), ahead), key=message.key(), partition=message.partition())
    producer.flush(30)
    consumer.close()


if __name__ == "__main__":
    main()
