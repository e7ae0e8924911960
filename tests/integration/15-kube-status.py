#!/usr/bin/env python3
"""What tenure-kube says of itself: not ready while the API server is frozen, nor while it stands by without a broker, ready again after; metrics that promtool accepts
and that equal what was written; counters in the log on SIGUSR1.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, os.path.dirname(__file__))
from enrich_broker import Broker  # noqa: E402
from fake_api import Fake, thing  # noqa: E402
from status_page import check_page  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))


def get(address, path):
    """The status and body of a GET."""
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_for(what, test, log, seconds=60):
    deadline = time.time() + seconds
    while not test():
        assert time.time() < deadline, f"{what}: not within {seconds} s\n{log.read_text()[-5000:]}"
        time.sleep(0.05)


def resuming():
    """While it reads the end of a long output it answers, and is not ready: no watch is open yet."""
    with Fake() as fake:
        log, out = fake.folder / "log", fake.folder / "out.ndjson"
        other = {"type": "PROGRESS", "cluster": "other", "received": "2026-11-24T07:00:00Z", "known": "2026-11-24T07:00:00Z",
                 "resourceVersions": {name: "1" for name in ("pods", "services", "nodes", "endpointslices")}}  # fmt: skip
        out.write_bytes((json.dumps(other).encode() + b"\n") * 400_000)
        process = subprocess.Popen([BUILD / "tenure-kube", "--cluster", "c", "--kubeconfig", fake.kubeconfig, "--out", out,
                                    "--listen", "127.0.0.1:0"], stderr=open(log, "w"))
        try:
            wait_for("it listens", lambda: re.search(r"listening on ([0-9.:]+)", log.read_text()), log)
            address = re.search(r"listening on ([0-9.:]+)", log.read_text()).group(1)
            seen, status, slowest = set(), 0, 0
            while status != 200:
                began = time.monotonic()
                status, body = get(address, "/readyz?verbose")
                slowest = max(slowest, time.monotonic() - began)
                seen.update(line for line in body.splitlines() if line[0] == "[")
                assert get(address, "/livez") == (200, "ok\n")
                assert process.poll() is None, log.read_text()
            assert "[-] the end of the topic is being read" in seen, seen
            assert not any("stands by" in line for line in seen), seen
            print(f"the slowest answer took {slowest * 1000:.0f} ms")
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, log.read_text()
        finally:
            process.kill()


def start(fake, broker, name):
    """A tenure-kube that writes to, or stands by for, the topic of BROKER. The process, its log and where it listens."""
    log = fake.folder / f"log-{name}"
    process = subprocess.Popen([BUILD / "tenure-kube", "--cluster", "c", "--kubeconfig", fake.kubeconfig, "--out", "kafka:kube",
                                "-b", broker.address, "--listen", "127.0.0.1:0"], stderr=open(log, "w"))
    wait_for("it listens", lambda: re.search(r"listening on ([0-9.:]+)", log.read_text()), log)
    return process, log, re.search(r"listening on ([0-9.:]+)", log.read_text()).group(1)


def standing_by():
    """One that stands by is ready only while it is a member of the group: without its broker nobody may be writing."""
    with Fake() as fake, Broker() as broker:
        broker.create("kube", 1)
        processes = []
        try:
            for name in ("first", "second"):
                process, log, address = start(fake, broker, name)
                processes.append(process)
                wait_for("it is ready", lambda: get(address, "/readyz")[0] == 200, log)
            assert "[+] another process writes; this one stands by" in get(address, "/readyz?verbose")[1]
            broker.signal(signal.SIGSTOP)
            wait_for("it is not ready without its broker", lambda: get(address, "/readyz")[0] == 503, log, 20)
            assert "[-] it is not decided yet which process writes" in get(address, "/readyz?verbose")[1]
            wait_for("it says so", lambda: "waiting for the group to elect a writer" in log.read_text(), log, 10)
            broker.signal(signal.SIGCONT)
            wait_for("it is ready again", lambda: get(address, "/readyz")[0] == 200, log)
        finally:
            for process in processes:
                process.kill()
                process.wait()


def main():
    resuming()
    standing_by()
    with Fake() as fake:
        log, out = fake.folder / "log", fake.folder / "out.ndjson"
        fake.put(thing("pods", "p1"), thing("services", "s1"))
        process = subprocess.Popen([BUILD / "tenure-kube", "--cluster", "c", "--kubeconfig", fake.kubeconfig, "--out", out,
                                    "--listen", "127.0.0.1:0"], stderr=open(log, "w"))
        try:
            wait_for("it listens", lambda: re.search(r"listening on ([0-9.:]+)", log.read_text()), log)
            address = re.search(r"listening on ([0-9.:]+)", log.read_text()).group(1)
            wait_for("it is ready", lambda: get(address, "/readyz")[0] == 200, log)
            body = get(address, "/readyz?verbose")[1]
            assert "[+] the watch of pods is open" in body and "[+] PROGRESS is written" in body, body
            page = get(address, "/metrics")[1]
            check_page(page, "tenure-kube")
            assert 'tenure_kube_written_total{kind="item"} 2\n' in page and "tenure_kube_leading 1\n" in page, page
            written = int(re.search(r'written_total\{kind="progress"\} (\d+)', page).group(1))
            count = sum(json.loads(line)["type"] == "PROGRESS" for line in out.read_text().splitlines())
            assert 0 < written <= count, (written, count)

            fake.process.send_signal(signal.SIGSTOP)
            wait_for("it is not ready", lambda: get(address, "/readyz")[0] == 503, log)
            body = get(address, "/readyz?verbose")[1]
            assert get(address, "/livez") == (200, "ok\n")
            assert re.search(r"^\[-\]", body, re.M), body
            fake.process.send_signal(signal.SIGCONT)
            wait_for("it is ready again", lambda: get(address, "/readyz")[0] == 200, log)

            assert "requests=" not in log.read_text()
            process.send_signal(signal.SIGUSR1)
            wait_for("the counters are logged", lambda: "requests=" in log.read_text(), log)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, log.read_text()
        finally:
            fake.process.send_signal(signal.SIGCONT)
            process.kill()
    print("ok: readiness, metrics and counters")


if __name__ == "__main__":
    main()
