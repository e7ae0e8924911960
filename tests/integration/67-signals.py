#!/usr/bin/env python3
"""Goal: each program that is at work, as a server or with an input that has not ended, answers SIGUSR1 with its counters and goes on; SIGHUP and
an output whose reader ended stop it quietly: no error, nothing in the folder of temporary files, and the status of a run that was stopped.
"""

import json
import lzma
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import ROOT, flow, pod, progress  # noqa: E402
from fake_api import Fake, thing  # noqa: E402
from status_page import get  # noqa: E402

BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
LIMIT = 30
BEGAN = 1_700_000_000
STOPPED = 75  # EX_TEMPFAIL: what is started again goes on


class Run:
    """A program at work, for `with`."""

    def __init__(self, folder, words, given=b"", out=subprocess.DEVNULL):
        self.name, self.folder, self.log = words[0], folder, folder / "log"
        environment = dict(os.environ, TMPDIR=str(folder / "temporary"), XDG_STATE_HOME=str(folder / "home"), TENURE_LOG_FORMAT="logfmt")
        self.log.write_text("")
        command = [BUILD / words[0], *map(str, words[1:])]
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=out, stderr=self.log.open("a"))
        self.process.stdin.write(given)
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def text(self):
        return self.log.read_text()

    def wait(self, what, claim):
        end = time.monotonic() + LIMIT
        while not claim():
            assert self.process.poll() is None, f"{self.name}: {what}: it ended with {self.process.returncode}\n{self.text()}"
            assert time.monotonic() < end, f"{self.name}: {what}: not within {LIMIT} s\n{self.text()}"
            time.sleep(0.02)

    def ready(self):
        """Its handlers are there, and it has begun to read: it waits for more."""
        at_rest = lambda: Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "S"
        caught = lambda: int(re.search(r"^SigCgt:\t(\w+)", Path(f"/proc/{self.process.pid}/status").read_text(), re.M)[1], 16) >> (signal.SIGUSR1 - 1) & 1
        self.wait("it waits for input", lambda: caught() and at_rest())

    def ends_quietly(self, what):
        code = self.process.wait(LIMIT)
        assert code in (0, STOPPED), f"{self.name}: {what}: {code}\n{self.text()}"
        assert "level=error" not in self.text(), f"{self.name}: {what}\n{self.text()}"
        left = list((self.folder / "temporary").iterdir())
        assert not left, f"{self.name}: {what}: leaves {left}"


def counters(text):
    """Lines that are made of counters, and those of --annotate."""
    return re.findall(r"\b(?:frames|read|records|requests)=\d+\b.*|\d+ lines?; addresses: .*", text)


def at_work(folder, fake):
    """What runs until it is stopped, and what it is given; of readers, an input that has not ended."""
    kube = (folder / "kube").read_bytes()
    files = ["--kube", "kube", "--out", "tagged", "--rejected", "rejected"]
    return (
        (["tenure-kube", "--cluster", "c", "--kubeconfig", fake.kubeconfig, "--out", "events"], b""),
        (["tenure-flows", "-r", "-", "--out", "flows"], (folder / "pcap").read_bytes()[:-100]),
        *([(["tenure-flows", "-i", "lo", "--out", "live"], b"")] if os.geteuid() == 0 else []),
        (["tenure-enrich", *files, "--flows", "-"], (folder / "input").read_bytes()),
        (["tenure-enrich", "--kube", "-", "--flows", "input", "--out", "tagged", "--rejected", "rejected"], kube),
        (["tenure-lookup", "--kube", "-", "10.0.0.1"], kube),
        (["tenure-lookup", "--kube", "kube", "-"], b"10.0.0.1\n"),
        (["tenure-lookup", "--kube", "kube", "--annotate"], b"2023-11-14T22:20:00Z 10.0.0.1\n"),
        (["tenure-lookup", "--kube", "kube", "--follow", "--listen", "127.0.0.1:0"], b""),
        (["tenure-graph", "--in", "-"], (folder / "one").read_bytes()),
        (["tenure-graph", "--in", "one", "--follow", "--format", "json", "--state", "graph"], b""),
        (["tenure-graph", "--in", "one", "--follow", "--format", "json"], b""),
        (["tenure-graph", "--in", "one", "--follow", "--listen", "127.0.0.1:0"], b""),
        (["tenure-observe", "--in", "-"], (folder / "one").read_bytes()),
        (["tenure-observe", "--in", "one", "--follow"], b""),
    )  # fmt: skip


def clean(folder):
    for name in ("events", "flows", "live", "tagged", "rejected"):
        (folder / name).unlink(missing_ok=True)


def check_signals(folder, words, given):
    """SIGUSR1 twice, and SIGHUP."""
    clean(folder)
    with Run(folder, words, given) as run:
        run.ready()
        for time_ in (1, 2):
            before = len(counters(run.text()))
            run.process.send_signal(signal.SIGUSR1)
            run.wait(f"SIGUSR1, time {time_}", lambda: len(counters(run.text())) > before)
        run.process.send_signal(signal.SIGHUP)
        run.ends_quietly("SIGHUP")


def check_pipe(folder):
    """A pipe that pauses inside a record, more than once, brings the flows of the file; one that brings nothing is not waited for at a signal."""
    clean(folder)
    whole = (folder / "pcap").read_bytes()
    subprocess.run([BUILD / "tenure-flows", "-r", "pcap", "--out", "flows", "--interface-name", "i"], cwd=folder, stderr=subprocess.DEVNULL, check=True)
    wanted = (folder / "flows").read_text()
    clean(folder)
    listening = re.compile(r"listening on ([0-9.:]+)")
    with Run(folder, ["tenure-flows", "-r", "-", "--out", "flows", "--interface-name", "i", "--listen", "127.0.0.1:0"]) as run:
        pauses = [0, 10, 24, 30, 45, 100, len(whole) // 3, len(whole) // 2, len(whole) - 7, len(whole)]
        for begin, end in zip(pauses, pauses[1:]):
            run.process.stdin.write(whole[begin:end])
            run.process.stdin.flush()
            time.sleep(0.3)
            if 100 <= end < len(whole):
                run.wait("/livez is answered", lambda: (found := listening.search(run.text())) and get(found[1], "/livez") == (200, "ok\n"))
        run.process.stdin.close()
        assert run.process.wait(LIMIT) == 0, run.text()
        assert (folder / "flows").read_text() == wanted, "a pipe brings other flows than the file"
    with Run(folder, ["tenure-flows", "-r", "-", "--out", "flows"]) as run:
        run.ready()
        run.process.send_signal(signal.SIGTERM)
        run.ends_quietly("SIGTERM before anything came")


def printers():
    """What prints more than a pipe holds."""
    return (
        ["tenure-flows", "-r", "pcap", "--out", "-"],
        ["tenure-enrich", "--kube", "kube", "--flows", "input", "--out", "-", "--rejected", "rejected"],
        ["tenure-lookup", "--kube", "kube", "--format", "json", "--history", *["10.0.0.1"] * 4000],
        ["tenure-graph", "--in", "many", "--format", "json", "--level", "workload", "--outside-addresses"],
        ["tenure-observe", "--in", "many", "--last", "0"],
    )


def check_reader(folder, words):
    """Its reader takes one line, as head(1) does."""
    clean(folder)
    with Run(folder, words, out=subprocess.PIPE) as run:
        assert run.process.stdout.readline(), run.text()
        run.process.stdout.close()
        run.ends_quietly("its reader ended")


def check_slow_reader(folder, words):
    """Its reader pauses, so that it waits for room: SIGUSR1 meanwhile loses nothing. For those that print by stdio."""
    clean(folder)
    with Run(folder, words, out=subprocess.PIPE) as run:
        run.ready()
        for _ in range(5):
            time.sleep(0.05)
            run.process.send_signal(signal.SIGUSR1)
        found = run.process.stdout.read()
        assert run.process.wait(LIMIT) == 0 and "level=error" not in run.text(), f"{words[0]}: {len(found)} bytes\n{run.text()}"
        assert len(found) > 1 << 16 and found.endswith(b"\n"), f"{words[0]}: {len(found)} bytes"


def make_inputs(folder):
    (folder / "temporary").mkdir()
    (folder / "pcap").write_bytes(lzma.open(ROOT / "tests/fixtures/recording/n1.pcap.xz").read())
    (folder / "kube").write_text(pod("p1", "10.0.0.1", BEGAN, 1) + "\n" + progress(BEGAN + 3600) + "\n")
    (folder / "input").write_text("".join(flow(n, BEGAN + 500, "10.0.0.1", f"11.{n >> 8}.{n & 255}.1") + "\n" for n in range(2000)))
    command = [BUILD / "tenure-enrich", "--kube", "kube", "--flows", "input", "--out", "many", "--rejected", "rejected"]
    subprocess.run(command, cwd=folder, stderr=subprocess.DEVNULL, check=True)
    # So that the graph has an edge to each address: outside.
    records = [json.loads(line) for line in (folder / "many").read_text().splitlines()]
    for record in records:
        record["tenure"]["destination"] = {"status": "known", "kind": "outside"}
    (folder / "many").write_text("".join(json.dumps(record) + "\n" for record in records))
    (folder / "one").write_text((folder / "many").read_text().partition("\n")[0] + "\n")
    assert json.loads((folder / "one").read_text())["tenure"]["source"]["status"] == "known"


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-signals-") as name, Fake() as fake:
        folder = Path(name)
        make_inputs(folder)
        fake.put(thing("pods", "p1"))
        runs = at_work(folder, fake)
        for words, given in runs:
            check_signals(folder, words, given)
        check_pipe(folder)
        for words in printers():
            check_reader(folder, words)
            if words[0] in ("tenure-lookup", "tenure-graph", "tenure-observe"):
                check_slow_reader(folder, words)
        print(f"{len(runs)} runs answer SIGUSR1 and end quietly at SIGHUP; {len(printers())} if their reader ends")
    return 0


if __name__ == "__main__":
    sys.exit(main())
