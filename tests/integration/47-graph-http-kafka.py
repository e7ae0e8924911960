#!/usr/bin/env python3
"""tenure-graph as a server on a real Kafka topic that grows: events say that there is something new, it is killed twice and the
broker goes away under it, and in the end every flow counts once. Without a broker it answers from what it has."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import LAB, Broker  # noqa: E402
from graph_server import Server, edges, printed, record  # noqa: E402

WHOLE = "from=2026-11-24T07:47:00Z&to=2026-11-24T07:50:00Z"
STREAMS = 64
faults = []


def expect(good, what):
    if not good:
        faults.append(what)
        print("untrue:", what)


class Events(threading.Thread):
    """A client of /v1/stream: the watermarks of its events, and when they came."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.connection = server.connect(60)
        self.connection.request("GET", "/v1/stream")
        self.answer = self.connection.getresponse()
        self.came = []

    def run(self):
        try:
            while line := self.answer.readline():
                if line.startswith(b"data: "):
                    self.came.append((time.monotonic(), json.loads(line[6:])["watermark"]))
        except (OSError, ValueError):
            pass

    def wait(self, count, seconds=20):
        deadline = time.monotonic() + seconds
        while len(self.came) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return len(self.came) >= count


def send(broker, lines):
    producer = broker.producer()
    for line in lines:
        flow = json.loads(line)
        producer.produce("tagged", line, key=flow.get("network", {}).get("community_id", ""))
    producer.flush(30)


def flows(server):
    return sum(edge["flows"] for edge in server.json(f"/v1/graph?{WHOLE}")["edges"])


def wait_flows(server, wanted, seconds=40):
    deadline = time.monotonic() + seconds
    while (found := flows(server)) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    expect(found == wanted, f"{found} flows, not {wanted}")


def check_events(broker, server, lines):
    """The first event comes immediately, the next when there is something new."""
    events = Events(server)
    events.start()
    expect(events.answer.status == 200 and events.answer.headers["Content-Type"] == "text/event-stream", "a stream of events")
    expect(events.wait(1, 2) and events.came[0][1] is None, f"the first event: {events.came}")
    send(broker, lines)
    expect(events.wait(2), "an event comes when flows have come")
    expect(flows(server) > 0, "then the graph has them")
    times = [when for when, _ in events.came[1:]]
    expect(all(later - earlier > 0.9 for earlier, later in zip(times, times[1:])), f"at most one a second: {events.came}")


def check_streams(server):
    """One stream too many is refused, and the places of clients that have gone are free again."""
    clients = [Events(server) for _ in range(STREAMS + 1)]
    statuses = [client.answer.status for client in clients]
    expect(statuses.count(200) in (STREAMS - 1, STREAMS) and 503 in statuses, f"{statuses.count(200)} streams")
    for client in clients:
        client.answer.close()
        client.connection.close()


def check_away(broker, server, wanted):
    os.kill(int((broker.folder / "pid").read_text()), signal.SIGKILL)
    slowest = 0
    for restart in range(2):
        for _ in range(20):
            asked = time.monotonic()
            # After a restart, what was not saved is read again once the broker is there.
            expect(flows(server) == wanted if restart == 0 else flows(server) <= wanted, "without a broker the answer is what was read")
            slowest = max(slowest, time.monotonic() - asked)
            time.sleep(0.05)
        if restart == 0:
            server.stop(signal.SIGKILL)
            server.start()
    status, _, text = server.ask("/readyz?verbose")
    expect(status == 503 and b"[-] the topic is not open" in text, f"/readyz says why not: {text}")
    print(f"without a broker the slowest answer took {1000 * slowest:.0f} ms")
    subprocess.run([LAB / "kafka-down", broker.folder], check=True)
    subprocess.run([LAB / "kafka-up", broker.folder], check=True, capture_output=True)


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-graph-") as name, Broker() as broker:
        folder = Path(name)
        tagged = record(folder / "recording")
        lines = tagged.read_text().splitlines()
        parts = [lines[:len(lines) // 3], lines[len(lines) // 3:len(lines) * 2 // 3], lines[len(lines) * 2 // 3:]]
        broker.create("tagged", 3)
        with Server(folder, "-b", broker.address, "--in", "kafka:tagged", "--max-age", "36500d") as server:
            expect(server.json("/v1/graph")["edges"] == [] and server.ask("/livez")[0] == 200, "an empty topic is an empty graph")
            check_events(broker, server, parts[0])
            check_streams(server)
            server.wait_ready()
            server.stop(signal.SIGKILL)
            server.start()
            send(broker, parts[1])
            time.sleep(0.3)
            server.stop(signal.SIGKILL)
            server.start()
            server.wait_ready()
            half = folder / "half.ndjson"
            half.write_text("".join(line + "\n" for line in parts[0] + parts[1]))
            wait_flows(server, sum(value[0] for value in edges(printed(half)).values()))
            check_away(broker, server, flows(server))
            send(broker, parts[2])
            server.wait_ready()
            wanted = edges(printed(tagged))
            wait_flows(server, sum(value[0] for value in wanted.values()))
            found = edges(server.json(f"/v1/graph?{WHOLE}"))
            differing = [(key, value, found.get(key)) for key, value in wanted.items() if found.get(key) != value]
            expect(found == wanted, f"every flow counts once: {len(differing)} edges differ: {differing[:5]}")
            expect(server.stop() == 0, f"SIGTERM ends it with 0:\n{server.text()[-2000:]}")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
