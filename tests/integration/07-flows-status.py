#!/usr/bin/env python3
"""Goal: what tenure-flows says of itself over HTTP is true, and whoever asks costs the capture no packet.

In a network namespace of its own: it is not ready until an interface matches its pattern, nor while the broker acknowledges
nothing; the metrics are the counters of the log's last line, promtool accepts them, and an interface that is gone lowers none;
readers that do not read and floods of requests hold up no packet; the sandbox holds. Needs root, ip and unshare.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker  # noqa: E402
from status_page import address_of, check_page, get, samples, time_of_scrape  # noqa: E402

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
PACKETS = 20000
ELSEWHERE = {"frames", "records", "kernel_drops", "interface_drops", "unread", "records_queued"}


def skip(reason):
    print(reason)
    sys.exit(77)


def wait_for(what, claim, seconds=30):
    began = time.monotonic()
    while not claim():
        assert time.monotonic() < began + seconds, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    print(f"{time.monotonic() - began:5.1f} s: {what}")


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def add_veth(one, other):
    ip("link", "add", one, "type", "veth", "peer", "name", other)
    for name in (one, other):
        Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        ip("link", "set", name, "up")
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((one, 0))
    return raw


def datagram(number):
    head = bytes.fromhex("020000000001020000000002 0800 45000030") + (number & 0xFFFF).to_bytes(2, "big") + bytes.fromhex("0000 40110000 0a000001 0b000001")
    return head + (1024 + number % 60000).to_bytes(2, "big") + bytes.fromhex("0035 001c 0000") + b"x" * 20


class Meter:
    def __init__(self, folder, name, *options):
        self.log = folder / f"{name}.log"
        command = [BUILD / "tenure-flows", "--listen", "127.0.0.1:0", "--observer-name", "n1", *options]
        self.process = subprocess.Popen([str(word) for word in command], stderr=open(self.log, "w"))
        self.address = address_of(self.log)

    def ready(self):
        return get(self.address, "/readyz?verbose")

    def page(self):
        return get(self.address, "/metrics")[1]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0, self.log.read_text()
        return self.counters()

    def counters(self):
        line = [line for line in self.log.read_text().splitlines() if "frames=" in line][-1]
        return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", line.split("msg=")[1])}


def check_shut_in(process):
    """It has no capability but CAP_NET_RAW, which --interfaces-from needs, and a filter of system calls."""
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":\t" in line)
    assert status["CapEff"] == status["CapPrm"] == f"{1 << 13:016x}" and status["Seccomp"] == "2", status


def live(folder, broker):
    broker.create("flows", 3)
    raw = add_veth("out0", "in0")
    meter = Meter(folder, "live", "--interfaces-from", "no*", "--interfaces-from", "pod*", "--out", "kafka:flows", "-b", broker.address,
                  "--idle-timeout-datagram", "1s", "--log-counters", "0")  # fmt: skip
    wait_for("an answer", lambda: meter.ready()[0] == 503)
    assert "[-] interfaces that are captured: 0\n" in meter.ready()[1], meter.ready()
    assert get(meter.address, "/livez") == get(meter.address, "/healthz") == (200, "ok\n")
    ip("link", "set", "in0", "down")
    ip("link", "set", "in0", "name", "pod0")
    ip("link", "set", "pod0", "up")
    wait_for("the interface", lambda: meter.ready()[0] == 200)
    assert meter.ready()[1] == "[+] interfaces that are captured: 1\n[+] kafka:flows takes the records\nok\n", meter.ready()
    check_shut_in(meter.process)

    # Readers that never read, and floods of requests, while packets come.
    host, port = meter.address.split(":")
    slow = []
    for _ in range(40):
        one = socket.create_connection((host, int(port)))
        one.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
        slow.append(one)
    wait_for("a place", lambda: meter.page(), 5)
    before = samples(meter.page())['tenure_capture_packets_total{interface="pod*"}']
    for number in range(PACKETS):
        raw.send(datagram(number))
        if number % 20 == 0:
            time.sleep(0.001)
    for one in slow:
        one.close()

    def captured():
        found = samples(meter.page())
        return found['tenure_capture_packets_total{interface="pod*"}'] - before, found['tenure_capture_dropped_packets_total{interface="pod*",where="kernel"}']

    wait_for("all packets", lambda: captured() == (PACKETS, 0))
    print(f"a scrape takes {time_of_scrape(meter.address):.1f} ms")

    # An interface that is gone keeps its counts, and none is ready without one.
    ip("link", "del", "out0")
    wait_for("its end", lambda: meter.ready()[0] == 503)
    assert captured() == (PACKETS, 0), captured()
    raw = add_veth("out1", "pod1")
    wait_for("another interface", lambda: meter.ready()[0] == 200)
    for number in range(100):
        raw.send(datagram(number))
    wait_for("its packets", lambda: captured() == (PACKETS + 100, 0))
    wait_for("every record", lambda: samples(meter.page())['tenure_flows_records_total{result="delivered"}'] > PACKETS // 2 and
             samples(meter.page())["tenure_kafka_queue_messages"] == 0)  # fmt: skip

    # The broker does not answer.
    broker_process = int((broker.folder / "pid").read_text())
    os.kill(broker_process, signal.SIGSTOP)
    try:
        for number in range(100):
            raw.send(datagram(number))
        wait_for("the broker is missed", lambda: meter.ready()[0] == 503)
        assert "[-] kafka:flows: the broker has acknowledged no record for 1" in meter.ready()[1], meter.ready()
        assert samples(meter.page())["tenure_kafka_queue_stalled_seconds"] >= 10
    finally:
        os.kill(broker_process, signal.SIGCONT)
    wait_for("the broker", lambda: meter.ready()[0] == 200 and samples(meter.page())["tenure_kafka_queue_messages"] == 0)
    check_counters(meter)
    meter.end()


def check_counters(meter):
    """The page has every counter of the line that SIGUSR1 brings, each once; nothing happens in between."""
    assert "frames=" not in meter.log.read_text()
    page = meter.page()
    check_page(page, "tenure-flows")
    meter.process.send_signal(signal.SIGUSR1)
    wait_for("the counters", lambda: re.search(r"frames=.*\n", meter.log.read_text()))
    counters, found = meter.counters(), samples(page)
    assert page == meter.page() or found["tenure_flows_packets_total"] == counters["packets"], (page, counters)
    assert not [name for name in found if name.startswith("tenure_flows_other_total")], page

    def total(name):
        return sum(value for sample, value in found.items() if sample.split("{")[0] == name)

    same = {"frames": "tenure_capture_packets_total", "packets": "tenure_flows_packets_total", "flows": "tenure_flows_begun_total",
            "records": "tenure_flows_exported_total"}  # fmt: skip
    for counter, name in same.items():
        assert total(name) == counters[counter], (name, total(name), counters)
    assert total("tenure_capture_packets_total") == total("tenure_flows_packets_total") + total("tenure_capture_undecoded_packets_total")
    for fate in ("delivered", "dropped", "undelivered", "unconfirmed"):
        assert found[f'tenure_flows_records_total{{result="{fate}"}}'] == counters[f"records_{fate}"], (fate, counters)
    counts = [line for line in page.splitlines() if line[0] != "#" and "_total" in line]
    print(f"{len(counts)} samples of counters")
    assert len(counters) - len(ELSEWHERE) <= len(counts), (counters, page)


def named(folder):
    """One of two interfaces that were asked for by name goes."""
    add_veth("out2", "in2")
    add_veth("out3", "in3")
    meter = Meter(folder, "named", "-i", "in2", "-i", "in3", "--out", folder / "named.flows")
    wait_for("both", lambda: meter.ready()[0] == 200)
    ip("link", "del", "out3")
    wait_for("that one is missed", lambda: meter.ready()[0] == 503)
    assert "[-] interface in3 is not captured\n" in meter.ready()[1], meter.ready()
    check_page(meter.page(), "tenure-flows")
    meter.end()


def main():
    if os.geteuid() != 0:
        skip("needs root for a network namespace")
    for tool in ("ip", "unshare", "promtool"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    if os.environ.get("TENURE_UNSHARED") != "1":
        os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], dict(os.environ, TENURE_UNSHARED="1"))
    ip("link", "set", "lo", "up")
    with tempfile.TemporaryDirectory() as folder:
        named(Path(folder))
        with Broker() as broker:
            live(Path(folder), broker)
    print("ok: readiness, metrics and counters")


if __name__ == "__main__":
    main()
