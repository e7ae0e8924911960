#!/usr/bin/env python3
"""Goal: a broker that is held (SIGSTOP) while clients listen to the events of tenure-graph is said once, and so is that it answers again.

Meanwhile the streams stay open and say that they live, a new one begins with what is known, /livez is answered at once, /readyz says why not, and
so do the figures. Then the same streams go on with new events. SIGTERM while the broker is held again ends the streams whole, and the program
with 0. tenure-lookup has no events, but answers many questions in one stream, and at once while the same broker is held."""
import json
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, OnePod, flow, rfc3339, wait_for  # noqa: E402
import lookup_server  # noqa: E402
from graph_server import Server  # noqa: E402
from status_page import samples  # noqa: E402

MAX_AGE_S = 3
HELD_S = 22  # longer than a stream is quiet (HTTP_EVENTS_QUIET_NS, 15 s), also one that began late, and than a request of the Kafka client may take, which is shortened here
PATIENCE_S = 3  # of a probe, on a busy machine
REQUEST_MS = 4000
BEGIN, END = "no broker can be reached; trying again until one answers", "answers again after"


def tagged(number):
    """Flow NUMBER, which ends now, as the enricher writes it."""
    record = json.loads(flow(number, time.time(), "10.244.0.1", "10.244.0.2"))
    outside = {"status": "known", "kind": "outside"}
    record["flow"] = {"id": str(number), "initiator": "syn"}
    record["tenure"] = {"cluster": "c", "flow": {"partition": 0, "offset": number}, "source": outside, "destination": outside}
    return json.dumps(record, separators=(",", ":"))


def write_tagged(producer, number):
    """Waits while the broker is held."""
    producer.produce("tagged", tagged(number), partition=0)
    producer.poll(0)


class Events(threading.Thread):
    """A client of /v1/stream: when each event and each sign of life came, and how it ended."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.connection = server.connect(HELD_S + 60)
        self.connection.request("GET", "/v1/stream")
        self.answer = self.connection.getresponse()
        assert (self.answer.status, self.answer.headers["Content-Type"]) == (200, "text/event-stream"), self.answer.status
        self.events, self.signs, self.ended = [], [], None
        self.start()

    def run(self):
        try:
            while line := self.answer.readline():
                if line.startswith(b"data: "):
                    self.events.append((time.monotonic(), json.loads(line[6:])["watermark"]))
                elif line.startswith(b":"):
                    self.signs.append(time.monotonic())
            self.ended = "whole" if self.answer.isclosed() else "cut off"
        except Exception as error:
            self.ended = repr(error)


def probe(server, target):
    began = time.monotonic()
    status, _, text = server.ask(target)
    assert time.monotonic() - began < PATIENCE_S, (target, time.monotonic() - began)
    return status, text.decode()


def said(server):
    """How often it was said that the broker is away, and that it is back."""
    text = server.text()
    return text.count(BEGIN), text.count(END)


def held(broker, graph, lookup):
    """Holds the broker, and looks at both servers meanwhile."""
    streams = [Events(graph) for _ in range(3)]
    for stream in streams:
        wait_for("events come", lambda stream=stream: len(stream.events) > 2)
    broker.signal(signal.SIGSTOP)
    began = time.monotonic()
    time.sleep(1)
    late = Events(graph)
    wait_for("a new stream begins with what is known", lambda: late.events and late.events[0][1] is not None, seconds=PATIENCE_S)
    ages, reasons = [], set()
    question = [{"ip": "10.244.0.1", "at": rfc3339(time.time() - 100)}] * 500
    while time.monotonic() < began + HELD_S:
        for server in (graph, lookup):
            assert probe(server, "/livez") == (200, "ok\n")
            status, text = probe(server, "/readyz?verbose")
            if time.monotonic() > began + MAX_AGE_S + 2:
                assert status == 503, text
                reasons |= {line.split(" to ")[0] for line in text.splitlines() if line.startswith("[-]")}
        ages.append(samples(probe(graph, "/metrics")[1])["tenure_graph_watermark_timestamp_seconds"])
        assert [answer["status"] for answer in lookup.bulk(question)] == ["known"] * len(question)
        time.sleep(0.2)
    assert {"[-] flows are known", "[-] the cluster is known"} <= reasons, reasons
    assert ages[-1] == ages[len(ages) // 2], "the watermark of the metrics stands still"
    for stream in (*streams, late):
        assert stream.ended is None and any(sign > began + 5 for sign in stream.signs), (stream.ended, stream.signs)
    for server in (graph, lookup):
        assert said(server) == (1, 0), server.text()
    broker.signal(signal.SIGCONT)
    back = time.monotonic()
    for stream in (*streams, late):
        wait_for("the same stream goes on", lambda stream=stream: len([when for when, _ in stream.events if when > back]) > 2)
        assert stream.ended is None, stream.ended
        marks = [mark for _, mark in stream.events if mark is not None]
        assert marks == sorted(set(marks)), marks
    for server in (graph, lookup):
        server.wait_ready()
        assert said(server) == (1, 1), server.text()
        assert server.text().count("level=error") == 0, server.text()
    print(f"held for {HELD_S} s: {len(streams) + 1} streams stayed open, {len(ages)} rounds of probes; not ready: {', '.join(sorted(reasons))}")


def stopped(broker, graph, lookup):
    """SIGTERM while the broker is held and a stream is open."""
    stream = Events(graph)
    wait_for("events come", lambda: len(stream.events) > 1)
    broker.signal(signal.SIGSTOP)
    time.sleep(1)
    began = time.monotonic()
    codes = graph.stop(), lookup.stop()
    took = time.monotonic() - began
    broker.signal(signal.SIGCONT)
    stream.join(10)
    assert codes == (0, 0) and stream.ended == "whole", (codes, stream.ended, graph.text()[-2000:])
    print(f"stopped while it was held: both ended with 0 within {took:.1f} s, the stream {stream.ended}")


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-held-") as name, Broker() as broker:
        folder, more = Path(name), ("-b", broker.address, "-X", f"socket.timeout.ms={REQUEST_MS}", "--max-age", f"{MAX_AGE_S}s")
        broker.create("kube", 1)
        broker.create("tagged", 1)
        traffic = OnePod(broker, 0.2, write_tagged)
        traffic.start()
        with Server(folder, "--in", "kafka:tagged", *more) as graph, \
             lookup_server.Server(folder, "--kube", "kafka:kube", "--hold", "0s", "--skew", "0s", *more) as lookup:  # fmt: skip
            graph.wait_ready()
            lookup.wait_ready()
            held(broker, graph, lookup)
            stopped(broker, graph, lookup)
        traffic.ending = True
        traffic.join()


if __name__ == "__main__":
    main()
