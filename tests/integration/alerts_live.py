#!/usr/bin/env python3
"""Goal: what goes wrong is seen. A real Prometheus scrapes tenure-kube and tenure-enrich, with the rules of deploy/prometheus, while the
API server goes, a right is taken away, the broker is killed, every flow is rejected, a node's clock is wrong and tenure-kube ends. For each, the log says when it
begins and ends, the metric is served, and the alerts fire and clear, as the table of docs/runbook.md says. Before, nothing fires.

--long: with outages of 90 s and the rules as they are but for "for".
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from alert_rig import RULES, Log, Prometheus, faults, free_port, get, shortened, wait_until  # noqa: E402
from enrich_broker import LAB, Broker, enrich, flow, on_kafka, pod  # noqa: E402
from fake_api import Fake  # noqa: E402
from kube_api import KUBE  # noqa: E402

LONG = "--long" in sys.argv[1:]
OUTAGE = 90 if LONG else 0  # seconds that each fault lasts at least
LIMIT = 600 if LONG else 90  # seconds for an alert
QUIET = 60 if LONG else 5
PODS = 20


def live_rules():
    text = RULES.read_text()
    if not LONG:
        return shortened(text)
    return re.sub(r"for: \d+m", "for: 20s", text).replace("[15m]", "[2m]").replace("offset 15m", "offset 2m").replace("[5m]", "[1m]")


class Feed(threading.Thread):
    """Flows between the pods as they end, and changes of leases, which move the revision; while BAD, records that are no flows."""

    def __init__(self, broker, fake):
        super().__init__(daemon=True)
        self.producer, self.fake, self.bad, self.ending, self.ahead = broker.producer(), fake, False, False, 0

    def run(self):
        number = 0
        while not self.ending:
            with contextlib.suppress(BufferError):
                for number in range(number + 1, number + 11):
                    ends = (f"10.244.0.{number % PODS + 1}", f"10.244.0.{number * 7 % PODS + 1}")
                    self.producer.produce("flows", "{" if self.bad else flow(number, time.time() + self.ahead, *ends), partition=number % 2)
            self.producer.poll(0.1)

    def changes(self):
        while not self.ending:
            with contextlib.suppress(Exception):  # while the server is stopped
                self.fake.do("advance", revision=1)
            time.sleep(0.2)


class Rig:
    """The programs, what they need, and a Prometheus, for `with`."""

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="tenure-alerts-"))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.fake, self.broker = stack.enter_context(Fake()), stack.enter_context(Broker())
            self.broker.create_all(2)
            self.fake.put(*[json.loads(pod(f"p{n}", f"10.244.0.{n}", time.time() - 1000, n))["object"] for n in range(1, PODS + 1)])
            self.addresses = {job: f"127.0.0.1:{free_port()}" for job in ("tenure-kube", "tenure-enrich")}
            self.logs = [Log(self.folder / job) for job in self.addresses]
            self.kube = self.start_kube()
            stack.callback(lambda: self.kube.kill())
            listen = ("--listen", self.addresses["tenure-enrich"], "--max-hold", "20s" if LONG else "3s", "--hold", "1s")
            self.enrich = enrich(on_kafka(self.broker, self.folder / "state", "one", "", *listen), stderr=self.logs[1].path.open("a"))
            self.feed = Feed(self.broker, self.fake)
            self.feed.start()
            threading.Thread(target=self.feed.changes, daemon=True).start()
            wait_until(self.is_ready, "the programs are ready", LIMIT, self.tell)
            self.prometheus = stack.enter_context(Prometheus(self.folder, self.addresses, live_rules()))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.feed.ending = True
        self.fake.process.send_signal(signal.SIGCONT)
        self.stack.close()

    def start_kube(self):
        options = ["--cluster", "c", "--kubeconfig", self.fake.kubeconfig, "-b", self.broker.address, "--out", "kafka:kube"]
        command = [KUBE, *options, "--listen", self.addresses["tenure-kube"]]
        return subprocess.Popen(command, stderr=self.logs[0].path.open("a"))

    def is_ready(self):
        return all(get(address, "/readyz")[0] == 200 for address in self.addresses.values())

    def tell(self):
        return "\n".join(log.text()[-3000:] for log in self.logs)

    def has_line(self, quoted):
        return any(log.has(quoted) for log in self.logs)

    def is_served(self, metric):
        return any(f"\n{metric}" in get(address, "/metrics")[1] for address in self.addresses.values())

    def goes_through(self, fault, begin, end):
        """BEGIN brings FAULT about, and END ends it."""
        for log in self.logs:
            log.mark()
        began = time.monotonic()
        begin()
        firing = lambda: self.prometheus.alerts()
        after = wait_until(lambda: fault.fires(firing()), f"{fault.name}: {fault.alerts} fire", LIMIT, lambda: f"{firing()}\n{self.tell()}")
        seen = firing()
        for quoted in fault.begins:
            wait_until(lambda quoted=quoted: self.has_line(quoted), f"{fault.name}: the log says: {quoted}", LIMIT, self.tell)
        time.sleep(max(0.0, began + OUTAGE - time.monotonic()))
        end()
        for quoted in fault.ends:
            wait_until(lambda quoted=quoted: self.has_line(quoted), f"{fault.name}: the log says: {quoted}", LIMIT, self.tell)
        cleared = wait_until(lambda: firing() == {}, f"{fault.name}: nothing fires", LIMIT, lambda: f"{firing()}\n{self.tell()}")
        for metric in fault.metrics:
            assert self.is_served(metric), f"{fault.name}: {metric} is not served"
        for notes in seen.values():
            assert "{{" not in notes["summary"] and "<error" not in notes["summary"] and "  " not in notes["summary"], notes
        print(f"{fault.name}: {', '.join(sorted(seen))} within {after:.0f} s, clear {cleared:.0f} s after its end", flush=True)


def read_again(rig, fault):
    """A replay, and the same again in its group."""
    log = Log(rig.folder / "replay")
    command = on_kafka(rig.broker, rig.folder / "replay-state", "replay", "", "--group", "replay", "--until", "now")
    codes = [enrich(command, stderr=log.path.open("a")).wait(LIMIT) for _ in range(2)]
    assert codes == [0, fault.code] and all(map(log.has, fault.begins)), f"{fault.name}: {codes}\n{log.text()}"


def read_nothing(rig, fault):
    log = Log(rig.folder / "nothing")
    rig.broker.create("empty", 1)
    command = on_kafka(rig.broker, rig.folder / "nothing-state", "nothing", "", "--group", "nothing", "--until", "now")
    command[command.index("--flows") + 1] = "kafka:empty"
    code = enrich(command, stderr=log.path.open("a")).wait(LIMIT)
    assert code == fault.code and all(map(log.has, fault.begins)), f"{fault.name}: {code}\n{log.text()}"


def stop(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0, process.args


def main():
    if shutil.which("prometheus") is None:
        print("there is no prometheus here; deploy/setup prometheus installs it")
        return 77
    rows = faults()
    with Rig() as rig:
        scraped = lambda: rig.prometheus.scrapes() == len(rig.addresses) and rig.prometheus.alerts() == {}
        wait_until(scraped, "the programs are scraped", LIMIT)
        time.sleep(QUIET)
        found = rig.prometheus.fired_within(QUIET)
        assert not found, f"while nothing is wrong: {found}"

        def take_right():
            rig.fake.do("fault", resource="services", status=403)
            rig.fake.do("cut", resource="services")

        def start_broker():
            subprocess.run([LAB / "kafka-down", rig.broker.folder], check=True)
            subprocess.run([LAB / "kafka-up", rig.broker.folder], check=True, capture_output=True)

        def start_kube():
            rig.kube = rig.start_kube()

        api = rig.fake.process.send_signal
        rig.goes_through(rows["a right is taken away"], take_right, lambda: rig.fake.do("heal"))
        rig.goes_through(rows["the API server does not answer"], lambda: api(signal.SIGSTOP), lambda: api(signal.SIGCONT))
        rig.goes_through(rows["every flow is rejected"], lambda: setattr(rig.feed, "bad", True), lambda: setattr(rig.feed, "bad", False))
        clock = "the clock of a machine with tenure-flows is an hour ahead"
        rig.goes_through(rows[clock], lambda: setattr(rig.feed, "ahead", 3600), lambda: setattr(rig.feed, "ahead", 0))
        rig.goes_through(rows["tenure-kube is stopped"], lambda: stop(rig.kube), start_kube)
        broker = int((rig.broker.folder / "pid").read_text())
        rig.goes_through(rows["the broker is away"], lambda: os.kill(broker, signal.SIGKILL), start_broker)
        rig.feed.ending = True
        stop(rig.enrich)
        stop(rig.kube)
        read_again(rig, rows["a replay in a group that has read everything"])
        read_nothing(rig, rows["a replay of a topic without flows"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
