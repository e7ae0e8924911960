#!/usr/bin/env python3
"""Goal: the messages of data stores that tenure-flows counts are those that they and their clients count.

A real broker and its clients talk on the loopback interface of a network namespace, where the meter captures. Needs root
and ip.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import flows_mysql  # noqa: E402
import flows_postgres  # noqa: E402
import flows_wire  # noqa: E402
from flows_messages import (  # noqa: E402
    HERE,
    NAMESPACE,
    check_again,
    check_percentiles,
    check_times,
    in_namespace,
    start_capture,
    start_meter,
    stop_capture,
    stop_meter,
    total,
)

LAB = HERE.parent / "lab"


def in_turn(wire, records, port, client, skip=0):
    """The times of CLIENT, who waits for each response, are those on the wire, whose first SKIP are no requests."""
    l7 = next(record["l7"] for record in records[port] if record["source"]["port"] == client)
    for member, times in zip(("time_to_first_byte", "time_to_last_byte"), flows_wire.turns(wire, port, client, skip)):
        print(f"wire: {member}: {len(times)}, the sums differ by {l7[member]['sum'] - sum(times)} ns")
        assert l7[member]["count"] == len(times) and abs(l7[member]["sum"] - sum(times)) <= 1000 * len(times), (member, l7, times)
        check_percentiles(member, [l7[member]], times)


def kafka_up(folder):
    """Starts a broker; its address. Its own connections are older than the meter."""
    command = ("ip", "netns", "exec", NAMESPACE, LAB / "kafka-up", folder / "broker")
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ | {"KAFKA_HEAP": "256m"}).stdout.decode().strip()


def kafka_clients(address):
    """What each client counted."""
    command = ("ip", "netns", "exec", NAMESPACE, sys.executable, HERE / "flows_kafka.py", address)
    return [json.loads(line) for line in subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120).stdout.splitlines()]


def check_kafka(wire, records, again, port, clients):
    """What librdkafka and a client of the test's own counted on their connections; and in all, the messages on the wire."""
    sums, on_wire = total(records[port]), flows_wire.sized_messages(wire, port)
    print(f"Kafka: {len(records[port])} connections, {sums}, on the wire {on_wire}, clients {clients}")
    assert all("incomplete" not in record["l7"] and record["l7"]["protocol"] == "kafka" for record in records[port]), records[port]
    assert [sums["requests"], sums["responses"]] == on_wire and sums["unanswered"] == 0, (sums, on_wire)
    counted = [[record["l7"][name] for name in ("requests", "responses")] + [record["l7"].get("one_way", 0)] for record in records[port]]
    for client in clients:
        for connection in client["connections"]:
            assert connection in counted, (client, counted)
            counted.remove(connection)
    assert sums["one_way"] >= 20, sums
    in_turn(wire, again, port, next(client["port"] for client in clients if "port" in client))
    # The broker and its controller talk on connections whose start was not captured.
    older = [record for other, each in records.items() if other != port for record in each if record["l7"]["protocol"] == "kafka"]
    print("Kafka's own:", total(older))
    assert older and all(("uncertain" in record["l7"]) == (record["flow"]["initiator"] != "syn") for record in older), older


def check_postgres(wire, records, again, counts):
    """Each connection has as many requests as the server's log has statements of it; in a pipeline two for each of its three."""
    port = flows_postgres.PORT
    print(f"PostgreSQL: {len(records[port])} connections, {total(records[port])}")
    slow = None
    for record in records[port]:
        l7, logged = record["l7"], counts[record["source"]["port"]]
        assert "incomplete" not in l7 and l7["protocol"] == "postgresql", record
        pipelines = 30 if logged["ok"] == 90 else 0
        assert l7["requests"] == l7["responses"] == logged["ok"] + logged["error"] - pipelines and "unanswered" not in l7, (l7, logged)
        assert l7["status"].get("error", 0) == logged["error"], (l7, logged)
        if logged["ok"] == 100:
            slow = record
    assert total(records[port])["status"]["error"] == 3, records[port]
    served = counts[slow["source"]["port"]]["times"]
    check_times("PostgreSQL in turn", [slow], "time_to_last_byte", [time * 1e6 for time in served])
    in_turn(wire, again, port, slow["source"]["port"], skip=1)  # the login


def check_mysql(wire, records, again, told, logged):
    """Each connection has as many requests as its client, or else the server's log, has commands that have a response."""
    port = flows_mysql.PORT
    print(f"MySQL: {len(records[port])} connections, {total(records[port])}, clients {told}, log {logged}")
    in_turn(wire, again, port, list(told)[1], skip=1)  # the login
    others = []
    for record in records[port]:
        l7 = record["l7"]
        assert "incomplete" not in l7 and l7["protocol"] == "mysql" and l7["requests"] == l7["responses"] and "unanswered" not in l7, record
        commands = told.pop(record["source"]["port"], None)
        assert commands in (None, l7["requests"]), (commands, record)
        others += [l7["requests"]] if commands is None else []
    assert not told and len(others) == 1 and others[0] == logged[-1], (told, others, logged)
    assert total(records[port])["status"]["error"] == 2 + 2, records[port]


def run(folder, started):
    mysql = flows_mysql.Mysql(folder, started)
    postgres = flows_postgres.Postgres(folder, started)
    address = kafka_up(folder)
    try:
        meter = start_meter(folder, started, "flows", "--snaplen", "262144", "--buffer", 64 << 20, "--buffer-total", 64 << 20)
        wire = start_capture(folder, started)
        clients = kafka_clients(address)
        postgres.talk()
        told = mysql.talk()
        records = stop_meter(folder, "flows", meter)
        stop_capture(folder, wire)
    finally:
        subprocess.run([LAB / "kafka-down", folder / "broker"], env=os.environ | {"SIGNAL": "KILL"}, check=True)
    broker = int(address.split(":")[1])
    again = check_again(folder, records, (broker, flows_postgres.PORT, flows_mysql.PORT))
    check_kafka(folder / "wire", records, again, broker, clients)
    check_postgres(folder / "wire", records, again, postgres.counts())
    check_mysql(folder / "wire", records, again, told, mysql.logged())


if __name__ == "__main__":
    in_namespace(run)
