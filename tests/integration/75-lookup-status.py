#!/usr/bin/env python3
"""Goal: what tenure-lookup says of itself over HTTP is true: not ready before the topic is read to its end, nor while what it
knows is old; metrics that promtool accepts, that docs/metrics.md lists and that count each request, query and answer once.
"""

import json
import re
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, pod, progress, rfc3339, wait_for  # noqa: E402
from lookup_server import Server  # noqa: E402
from status_page import check_page, get, samples, time_of_scrape  # noqa: E402

RECORDS = 20000


def query(port, name, kind):
    """The response code of a DNS query by UDP."""
    wire = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(10)
        one.sendto(struct.pack(">HHHHHH", 7, 0, 1, 0, 0, 0) + wire + struct.pack(">HH", kind, 1), ("127.0.0.1", port))
        return one.recv(4096)[3] & 15


def main():
    if not shutil.which("promtool"):
        print("needs promtool")
        sys.exit(77)
    folder = Path(tempfile.mkdtemp(prefix="tenure-lookup-"))
    with Broker() as broker:
        broker.create("kube", 1)
        producer, now = broker.producer(), time.time()
        for number in range(RECORDS):
            producer.produce("kube", pod(f"p{number}", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", now - 1000, number + 1), key="c")
        producer.produce("kube", progress(now), key="c")
        producer.flush()
        broker.signal(signal.SIGSTOP)
        with Server(folder, "--kube", "kafka:kube", "-b", broker.address, "--listen-dns", "127.0.0.1:0", "--hold", "0s", "--skew", "0s",
                    "--log-counters", "0", "--max-age", "1m") as server:  # fmt: skip
            address = f"{server.host}:{server.port}"
            wait_for("it listens for DNS", lambda: "dns: listening on " in server.text(), server.log)
            dns = int(re.search(r"dns: listening on \S+?:(\d+)", server.text())[1])
            # The broker does not answer: it lives, and says why it is not ready.
            status, body = get(address, "/readyz?verbose")
            assert status == 503 and "[-] the topic is not open: no broker has answered" in body, (status, body)
            assert "[-] the topic has not been read to its end" in body, body
            assert get(address, "/livez") == get(address, "/healthz") == (200, "ok\n")
            assert samples(get(address, "/metrics")[1])["tenure_lookup_caught_up"] == 0
            broker.signal(signal.SIGCONT)
            seen, deadline = {503}, time.time() + 60
            while get(address, "/readyz")[0] != 200:
                status, body = get(address, "/readyz?verbose")
                seen.add(status)
                # The second probe may be after the end that the first was before.
                assert status == 200 or "[-]" in body, body
                assert get(address, "/livez") == (200, "ok\n")
                assert time.time() < deadline, server.text()
            print(f"statuses before it was ready: {seen}")
            found = samples(get(address, "/metrics")[1])
            assert found["tenure_lookup_caught_up"] == 1 and found["tenure_kube_consumer_lag"] == 0, found
            assert found['tenure_kube_records_total{result="applied"}'] == RECORDS + 1, found
            assert found["tenure_store_bytes"] + found["tenure_store_unsaved_bytes"] > 100000, found
            assert abs(found["tenure_known_timestamp_seconds"] - now) < 0.002, found
            before = found

            for _ in range(3):
                assert get(address, f"/v1/ip/10.0.0.1?at={rfc3339(now - 100)}")[0] == 200
            assert json.loads(get(address, f"/v1/ip/10.99.0.1?at={rfc3339(now - 100)}")[1])["status"] == "unknown"
            assert get(address, "/v1/ip/nonsense")[0] == 400 and get(address, "/v1/nothing")[0] == 404
            codes = [query(dns, "1.0.0.10.in-addr.arpa", 12) for _ in range(4)] + [query(dns, "example.org", 1)]
            assert codes == [0, 0, 0, 0, 5], codes
            page = get(address, "/metrics")[1]
            check_page(page, "tenure-lookup")
            found = {name: value - before.get(name, 0) for name, value in samples(page).items() if value != before.get(name, 0)}
            assert found['tenure_http_requests_total{handler="/v1/ip/{ip}",code="2xx"}'] == 4, found
            assert found['tenure_http_requests_total{handler="/v1/ip/{ip}",code="4xx"}'] == 1, found
            assert found['tenure_http_requests_total{handler="",code="4xx"}'] == 1, found
            assert found['tenure_dns_queries_total{type="PTR",rcode="NOERROR"}'] == 4, found
            assert found['tenure_dns_queries_total{type="A",rcode="REFUSED"}'] == 1, found
            assert sum(value for name, value in found.items() if name.startswith("tenure_dns_queries")) == 5, found
            answers = {name: value for name, value in found.items() if name.startswith("tenure_lookup_answers")}
            again = found.get("tenure_dns_cached_total", 0)
            assert sum(answers.values()) >= 4 + 1 and sum(v for n, v in answers.items() if 'status="unknown"' in n) == 1, (answers, again)
            print(f"a scrape of {len(page)} bytes takes {time_of_scrape(address):.1f} ms")

            assert "answers known=" not in server.text()
            server.process.send_signal(signal.SIGUSR1)
            wait_for("the counters are logged", lambda: "answers known=" in server.text(), server.log)

        # What is known is old: it answers, and is not ready.
        with Server(folder, "--kube", "kafka:kube", "-b", broker.address, "--max-age", "1s") as server:
            address = f"{server.host}:{server.port}"
            wait_for("the topic is read", lambda: "[+] the topic was read to its end" in get(address, "/readyz?verbose")[1], server.log)
            status, body = get(address, "/readyz?verbose")
            assert status == 503 and "[-] the cluster is known to" in body, body
            producer.produce("kube", progress(time.time()), key="c")
            producer.flush()
            wait_for("it is ready", lambda: get(address, "/readyz")[0] == 200, server.log)
    shutil.rmtree(folder)
    print("ok: readiness, metrics and counters")


if __name__ == "__main__":
    main()
