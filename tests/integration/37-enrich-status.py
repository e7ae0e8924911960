#!/usr/bin/env python3
"""What tenure-enrich says of itself: ready only while its answers would be final, metrics that promtool accepts and that
equal the outcomes, counters in the log on SIGUSR1.
"""

import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, enrich, flow, on_kafka, pod, progress, wait_for  # noqa: E402
from status_page import check_page, get, samples  # noqa: E402

FLOWS, MAX_HOLD = 300, 3


def stand_by(broker, folder):
    """Of three instances with two partitions one is given none: it says so, and it is ready."""
    more = []
    for name in ("two", "three"):
        log = open(folder / f"log-{name}", "w+")
        more.append((enrich(on_kafka(broker, folder / f"state-{name}", name, "", "--listen", "127.0.0.1:0", "--max-hold", "1h",
                                     "--hold", "1s", "--skew", "0s"), stderr=log), log, folder / f"log-{name}"))
    addresses = []
    for process, log, path in more:
        wait_for("it listens", lambda: re.search(r"listening on ([0-9.:]+)", path.read_text()), log)
        addresses.append(re.search(r"listening on ([0-9.:]+)", path.read_text()).group(1))
    pages = lambda: [get(address, "/readyz?verbose") for address in addresses]
    # The first one may be the one without; range gives the partitions in the order of the members' ids.
    wait_for("both are settled", lambda: all("[-] the consumer group" not in body and body for _, body in pages()), more[0][1])
    bodies = [body for _, body in pages()]
    assert all("[+] other instances read every partition; this one stands by" in body or "[+] there are partitions to read" in body for body in bodies), bodies
    wait_for("both are ready", lambda: all(status == 200 for status, _ in pages()), more[0][1])
    print("of two more instances", sum("stands by" in body for body in bodies), "stand by")
    for process, _, path in more:
        process.send_signal(signal.SIGTERM)
        assert process.wait(25) == 0, path.read_text()


def main():
    folder = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    log = open(folder / "log", "w+")
    with Broker() as broker:
        broker.create_all(2)
        process = enrich(on_kafka(broker, folder / "state", "one", "", "--listen", "127.0.0.1:0", "--max-hold", f"{MAX_HOLD}s",
                                  "--hold", "1s", "--skew", "0s"), stderr=log)
        text = lambda: (folder / "log").read_text()
        wait_for("it listens", lambda: re.search(r"listening on ([0-9.:]+)", text()), log)
        address = re.search(r"listening on ([0-9.:]+)", text()).group(1)

        def ready():
            return get(address, "/readyz")[0] == 200

        wait_for("the topic is read", lambda: "[+] there are partitions" in get(address, "/readyz?verbose")[1], log)
        status, body = get(address, "/readyz?verbose")
        assert (status, "[-] the kube topic has no PROGRESS yet" in body) == (503, True), (status, body)
        assert get(address, "/livez") == get(address, "/healthz") == (200, "ok\n")

        producer, now = broker.producer(), time.time()
        producer.produce("kube", pod("p1", "10.244.0.1", now - 1000, 1), key="c")
        producer.produce("kube", progress(now), key="c")
        producer.flush()
        wait_for("it is ready", ready, log)
        for number in range(FLOWS):
            producer.produce("flows", flow(number, now - 100, "10.244.0.1", "10.244.0.2"), partition=number % 2)
        producer.produce("flows", "{", partition=0)
        producer.flush()

        def metrics():
            return samples(get(address, "/metrics")[1])

        wait_for("the flows are tagged", lambda: metrics().get("tenure_flows_tagged_total") == FLOWS, log)
        wait_for("nothing is left", lambda: [value for name, value in metrics().items() if name.startswith("tenure_kafka_consumer_lag")] == [0, 0], log)
        page = get(address, "/metrics")[1]
        found = samples(page)
        check_page(page, "tenure-enrich")
        assert found['tenure_ends_total{status="known",reason=""}'] == FLOWS, page
        assert sum(value for name, value in found.items() if name.startswith("tenure_ends_total")) == 2 * FLOWS, page
        assert found['tenure_flows_rejected_total{reason="not_json"}'] == 1, page
        assert abs(found["tenure_known_timestamp_seconds"] - now) < 0.002, (page, now)
        assert found['tenure_kube_records_total{result="applied"}'] == 2, page

        assert all(abs(found[f'tenure_flows_timestamp_seconds{{topic="flows",partition="{number}"}}'] - (now - 100)) < 1 for number in (0, 1)), page
        assert found["tenure_store_bytes"] + found["tenure_store_unsaved_bytes"] > 0 and found["tenure_kube_consumer_lag"] == 0, page
        assert found['tenure_table_bytes{table="histories"}'] < found['tenure_table_max_bytes{table="histories"}'], page

        # A scrape while nothing happens does not wait for the loop.
        began = time.perf_counter()
        for _ in range(20):
            assert get(address, "/metrics")[0] == 200
        print(f"a scrape of {len(page)} bytes takes {(time.perf_counter() - began) / 20 * 1000:.1f} ms")

        # No PROGRESS for --max-hold: the next flow's answer would be provisional, so it is not ready.
        wait_for("it notices that known stalls", lambda: not ready(), log)
        body = get(address, "/readyz?verbose")[1]
        assert "[-] the cluster is known only to" in body, body
        producer.produce("flows", flow(FLOWS, time.time(), "10.244.0.1", "10.244.0.2"), partition=0)
        producer.flush()
        wait_for("the flow is provisional", lambda: metrics().get("tenure_flows_provisional_total") == 1, log)
        producer.produce("kube", progress(time.time()), key="c")
        producer.flush()
        wait_for("it is ready again", ready, log)

        stand_by(broker, folder)
        count = text().count("flows read=")
        process.send_signal(signal.SIGUSR1)
        wait_for("the counters are logged", lambda: text().count("flows read=") == count + 1, log)
        assert f"tagged={FLOWS + 1}" in text(), text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(25) == 0, text()
    shutil.rmtree(folder)
    print("ok: readiness, metrics and counters")


if __name__ == "__main__":
    main()
